#include "sim/sim_lanes.h"

#include <algorithm>
#include <utility>

namespace stellwerk::sim {

void SimLanes::submit(ports::JobOptions options, ports::Job job) {
  Lane& lane = lanes_[options.lane];
  const bool urgent = options.urgent;
  const base::MonoTime now = clock_.mono();
  // What follows at the same instant is no rest.
  Busy& busy = busy_.try_emplace(options.lane, Busy{now}).first->second;
  if (busy.until && *busy.until < now) busy.since = now;
  busy.until.reset();
  const base::MonoTime not_before = now + options.delay;
  Waiting waiting{std::move(options), std::move(job), not_before, now};
  if (urgent)
    lane.waiting.push_front(std::move(waiting));
  else
    lane.waiting.push_back(std::move(waiting));
}

void SimLanes::cancel(const base::EffectKey& key) {
  for (auto& [name, lane] : lanes_) {
    std::erase_if(lane.waiting, [&](const Waiting& each) { return each.options.key == key; });
    if (lane.running && lane.running->what.options.key == key) lane.running->call.stop.stop();
  }
}

std::vector<ports::Completion> SimLanes::finished() { return std::exchange(finished_, {}); }

bool SimLanes::busy() const {
  return !finished_.empty() || std::any_of(lanes_.begin(), lanes_.end(), [](const auto& each) {
    return each.second.running || !each.second.waiting.empty();
  });
}

bool SimLanes::start(Lane& lane) {
  if (lane.running) return false;
  const base::MonoTime now = clock_.mono();
  const auto next = std::find_if(lane.waiting.begin(), lane.waiting.end(),
                                 [&](const Waiting& each) { return each.not_before <= now; });
  if (next == lane.waiting.end()) return false;
  const auto [before, after] = interference_.latency();
  const base::MonoTime acts_at = now + std::min(before, next->options.timeout);
  Running running{std::move(*next), {}, now, acts_at, acts_at + after, false, {}};
  running.call.deadline = now + running.what.options.timeout;
  if (const base::Duration overdue = interference_.overdue(); overdue > base::Duration{})
    running.answers_at = running.call.deadline + overdue;
  lane.waiting.erase(next);
  lane.running = std::move(running);
  return true;
}

/// The running job acts or answers, if it is time.
bool SimLanes::go_on(Lane& lane) {
  if (!lane.running) return false;
  Running& running = *lane.running;
  const base::MonoTime now = clock_.mono();
  if (!running.acted && running.acts_at <= now) {
    running.acted = true;
    running.completion = running.what.job(running.call);
    running.answers_at = std::max(running.answers_at, now + interference_.take_delay());
    return true;
  }
  if (!running.acted || running.answers_at > now) return false;
  if (running.completion) finished_.push_back(std::move(running.completion));
  lane.running.reset();
  return true;
}

bool SimLanes::turn(Lane& lane) {
  bool any = false;
  while (go_on(lane) || start(lane)) any = true;
  return any;
}

bool SimLanes::run() {
  std::vector<std::string> order;
  for (const auto& [name, lane] : lanes_) order.push_back(name);
  if (interference_.swarm().has(Fault::SlowLanes))
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[dice_.below(i)]);
  for (const std::string& name : order) {
    Lane& lane = lanes_[name];
    turn(lane);
    if (lane.running || !lane.waiting.empty()) continue;
    busy_[name].until = clock_.mono();
    lanes_.erase(name);
  }
  return !finished_.empty();
}

std::optional<base::MonoTime> SimLanes::next() const {
  std::optional<base::MonoTime> next;
  const auto consider = [&](base::MonoTime at) {
    if (!next || at < *next) next = at;
  };
  for (const auto& [name, lane] : lanes_) {
    if (lane.running)
      consider(lane.running->acted ? lane.running->answers_at : lane.running->acts_at);
    else
      for (const Waiting& each : lane.waiting) consider(each.not_before);
  }
  return next;
}

std::optional<base::MonoTime> SimLanes::running_since(const std::string& lane) const {
  const auto found = lanes_.find(lane);
  if (found == lanes_.end() || !found->second.running) return std::nullopt;
  return found->second.running->began;
}

std::optional<base::MonoTime> SimLanes::busy_since(const std::string& lane) const {
  const auto found = busy_.find(lane);
  if (found == busy_.end()) return std::nullopt;
  const Busy& busy = found->second;
  if (busy.until && *busy.until < clock_.mono()) return std::nullopt;
  return busy.since;
}

std::optional<base::MonoTime> SimLanes::waiting_since(const std::string& lane) const {
  const auto found = lanes_.find(lane);
  if (found == lanes_.end()) return std::nullopt;
  if (found->second.running) return found->second.running->what.submitted;
  if (found->second.waiting.empty()) return std::nullopt;
  return found->second.waiting.front().submitted;
}

}  // namespace stellwerk::sim
