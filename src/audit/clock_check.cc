#include "audit/clock_check.h"

#include <algorithm>

namespace stellwerk::audit {

void ClockCheck::want(std::uint64_t size) {
  if (size > 0) wanted_.try_emplace(size, std::nullopt);
}

void ClockCheck::note(const TimeStep& step) {
  ++steps_count_;
  if (steps_.size() < kNotesKept) steps_.push_back(step);
}

void ClockCheck::add(std::uint64_t index, base::WallTime time, bool tells_step) {
  if (const auto wanted = wanted_.find(index + 1); wanted != wanted_.end()) wanted->second = time;
  if (tells_step) {
    told_ = index;
    open_.clear();
  }
  std::erase_if(open_, [&](const TimeStep& each) {
    const bool is_late = index > each.index + kToldWithin;
    if (is_late) note(each);
    return is_late;
  });
  const bool is_back = latest_ && time < *latest_ - kTolerance;
  if (is_back && told_ != index) open_.push_back({index, *latest_ - time});
  // What follows is compared with the clock as it goes now.
  if (is_back || !latest_ || time > *latest_) latest_ = time;
}

void ClockCheck::finish() {
  for (const TimeStep& each : open_) note(each);
  open_.clear();
}

std::optional<base::WallTime> ClockCheck::covered_until(std::uint64_t size) const {
  const auto found = wanted_.find(size);
  return found == wanted_.end() ? std::nullopt : found->second;
}

bool ClockCheck::is_before(base::WallTime signed_at, std::uint64_t size) const {
  const auto covered = covered_until(size);
  return covered && signed_at < *covered - kTolerance;
}

}  // namespace stellwerk::audit
