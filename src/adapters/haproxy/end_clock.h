// end_clock.h — when a request ended, on our monotonic clock, from the wall clock in its line.
//
// HAProxy logs wall time only. Both run on one machine, so the two clocks differ by an offset that
// changes when the wall clock is set: the offset before such a step is kept, and a line is read by
// the one that puts its end into the recent past.
// Start here: EndClock                                              Thread-safety: one thread.
// Invariants: no request ends later than its line was received.
#pragma once

#include <algorithm>
#include <optional>

#include "base/time.h"

namespace stellwerk::adapters::haproxy {

class EndClock {
 public:
  /// Before the lines received at this moment are converted.
  void observe(base::WallTime wall, base::MonoTime mono) {
    const base::Duration offset = {wall.us - mono.us};
    const base::Duration moved = {offset.us - offset_.us};
    if (seen_ && (moved > kStep || moved < -kStep)) {
      before_step_ = offset_;
      stepped_ = mono;
    }
    if (before_step_ && mono - stepped_ > kRemembered) before_step_.reset();
    offset_ = offset;
    now_ = mono;
    seen_ = true;
  }

  /// The last moment observed.
  [[nodiscard]] base::MonoTime now() const { return now_; }

  [[nodiscard]] base::MonoTime end_of(base::WallTime ended) const {
    const base::MonoTime plain = {ended.us - offset_.us};
    if (plausible(plain)) return std::min(plain, now_);
    if (before_step_) {
      const base::MonoTime earlier = {ended.us - before_step_->us};
      if (plausible(earlier)) return std::min(earlier, now_);
    }
    return now_;
  }

 private:
  static constexpr base::Duration kStep = base::milliseconds(20);
  static constexpr base::Duration kRemembered = base::minutes(10);
  /// HAProxy keeps lines while we do not read; older than this they are news no more.
  static constexpr base::Duration kOldest = base::minutes(10);

  [[nodiscard]] bool plausible(base::MonoTime end) const {
    return end - now_ < kStep && now_ - end < kOldest;
  }

  bool seen_ = false;
  base::Duration offset_;
  base::MonoTime now_;
  base::MonoTime stepped_;
  std::optional<base::Duration> before_step_;
};

}  // namespace stellwerk::adapters::haproxy
