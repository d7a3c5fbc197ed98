#include "adapters/memory/memory_lanes.h"

#include <algorithm>
#include <utility>

namespace stellwerk::adapters {

void MemoryLanes::submit(ports::JobOptions options, ports::Job job) {
  std::deque<Waiting>& lane = lanes_[options.lane];
  const bool urgent = options.urgent;
  const base::MonoTime not_before = clock_.mono() + options.delay;
  Waiting waiting{std::move(options), std::move(job), not_before};
  if (urgent)
    lane.push_front(std::move(waiting));
  else
    lane.push_back(std::move(waiting));
}

void MemoryLanes::cancel(const base::EffectKey& key) {
  for (auto& [name, lane] : lanes_)
    std::erase_if(lane, [&](const Waiting& each) { return each.options.key == key; });
}

std::vector<ports::Completion> MemoryLanes::finished() { return std::exchange(finished_, {}); }

bool MemoryLanes::busy() const {
  return !finished_.empty() || std::any_of(lanes_.begin(), lanes_.end(),
                                           [](const auto& each) { return !each.second.empty(); });
}

bool MemoryLanes::held(const std::string& lane) const {
  return std::any_of(held_.begin(), held_.end(), [&](const std::string& each) {
    return each == lane || (each.ends_with(':') && lane.starts_with(each));
  });
}

bool MemoryLanes::run() {
  std::vector<Waiting> due;
  for (auto& [name, lane] : lanes_) {
    if (lane.empty() || held(name) || lane.front().not_before > clock_.mono()) continue;
    due.push_back(std::move(lane.front()));
    lane.pop_front();
  }
  for (Waiting& each : due) {
    const ports::Call call{clock_.mono() + each.options.timeout, {}};
    if (auto completion = each.job(call)) finished_.push_back(std::move(completion));
  }
  return !due.empty();
}

std::size_t MemoryLanes::waiting(const std::string& lane) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? 0 : found->second.size();
}

}  // namespace stellwerk::adapters
