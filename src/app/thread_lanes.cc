#include "app/thread_lanes.h"

#include <algorithm>
#include <chrono>

namespace stellwerk::app {
namespace {

std::chrono::microseconds span(base::Duration duration) {
  return std::chrono::microseconds(std::max<std::int64_t>(duration.us, 0));
}

}  // namespace

ThreadLanes::ThreadLanes(const ports::Clock& clock, std::size_t threads) : clock_(clock) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

ThreadLanes::~ThreadLanes() { stop(); }

void ThreadLanes::stop() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    for (auto& [name, lane] : lanes_) {
      lane.waiting.clear();
      lane.stop.stop();
    }
  }
  work_came_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  finished_.clear();
}

void ThreadLanes::submit(ports::JobOptions options, ports::Job job) {
  const base::MonoTime not_before = clock_.mono() + options.delay;
  {
    const std::lock_guard lock(mutex_);
    Lane& lane = lanes_[options.lane];
    const bool urgent = options.urgent;
    Waiting waiting{std::move(options), std::move(job), not_before};
    if (urgent)
      lane.waiting.push_front(std::move(waiting));
    else
      lane.waiting.push_back(std::move(waiting));
  }
  work_came_.notify_one();
}

void ThreadLanes::cancel(const base::EffectKey& key) {
  const std::lock_guard lock(mutex_);
  for (auto& [name, lane] : lanes_) {
    std::erase_if(lane.waiting, [&](const Waiting& each) { return each.options.key == key; });
    if (lane.running && lane.running_key == key) lane.stop.stop();
  }
}

std::vector<ports::Completion> ThreadLanes::finished() {
  const std::lock_guard lock(mutex_);
  return std::exchange(finished_, {});
}

void ThreadLanes::wait(base::MonoTime until) {
  const base::Duration left = until - clock_.mono();
  std::unique_lock lock(mutex_);
  engine_woken_.wait_for(lock, span(left), [this] { return woken_ || !finished_.empty(); });
  woken_ = false;
}

void ThreadLanes::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  engine_woken_.notify_one();
}

bool ThreadLanes::busy() const {
  const std::lock_guard lock(mutex_);
  return !finished_.empty() || std::any_of(lanes_.begin(), lanes_.end(), [](const auto& each) {
    return each.second.running || !each.second.waiting.empty();
  });
}

std::optional<ThreadLanes::Waiting> ThreadLanes::take_due(std::optional<base::MonoTime>& earliest) {
  const base::MonoTime now = clock_.mono();
  for (auto& [name, lane] : lanes_) {
    if (lane.running) continue;
    for (auto each = lane.waiting.begin(); each != lane.waiting.end(); ++each) {
      if (each->not_before > now) {
        earliest = std::min(earliest.value_or(each->not_before), each->not_before);
        continue;
      }
      Waiting waiting = std::move(*each);
      lane.waiting.erase(each);
      return waiting;
    }
  }
  return std::nullopt;
}

void ThreadLanes::work() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    std::optional<base::MonoTime> earliest;
    if (auto waiting = take_due(earliest))
      run_one(std::move(*waiting), lock);
    else if (earliest)
      work_came_.wait_for(lock, span(*earliest - clock_.mono()));
    else
      work_came_.wait(lock);
  }
}

void ThreadLanes::run_one(Waiting waiting, std::unique_lock<std::mutex>& lock) {
  const std::string name = waiting.options.lane;
  const ports::StopToken stop;
  Lane& lane = lanes_[name];
  lane.running = true;
  lane.running_key = waiting.options.key;
  lane.stop = stop;
  lock.unlock();

  const ports::Call call{clock_.mono() + waiting.options.timeout, stop};
  ports::Completion completion = waiting.job(call);
  waiting.job = nullptr;  // what it captured is released here, not under the lock

  lock.lock();
  Lane& done = lanes_[name];
  done.running = false;
  if (done.waiting.empty()) lanes_.erase(name);
  if (completion) finished_.push_back(std::move(completion));
  engine_woken_.notify_one();
  work_came_.notify_one();
}

}  // namespace stellwerk::app
