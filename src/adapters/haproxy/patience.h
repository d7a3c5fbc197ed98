// patience.h — waiting inside a blocking call: never beyond its deadline, never deaf to its stop.
#pragma once

#include <poll.h>

#include <algorithm>

#include "ports/call.h"
#include "ports/clock.h"

namespace stellwerk::adapters::haproxy {

class Patience {
 public:
  Patience(const ports::Clock& clock, const ports::Call& call) : clock_(clock), call_(call) {}

  [[nodiscard]] bool over() const {
    return call_.stop.stopped() || clock_.mono() >= call_.deadline;
  }
  /// The next time to look up from waiting: at most 50 ms, so that a stop is heard.
  [[nodiscard]] int slice_ms() const {
    const auto left = (call_.deadline - clock_.mono()).ms() + 1;
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 50));
  }
  /// Waits a few milliseconds. @return false: there is no more time
  [[nodiscard]] bool pause(int span_ms = 5) const {
    if (over()) return false;
    ::poll(nullptr, 0, std::min(span_ms, slice_ms()));
    return true;
  }
  /// The same call with less time: until `limit` from now, or its own deadline.
  [[nodiscard]] ports::Call within(base::Duration limit) const {
    return {.deadline = std::min(call_.deadline, clock_.mono() + limit), .stop = call_.stop};
  }

 private:
  const ports::Clock& clock_;
  const ports::Call& call_;
};

}  // namespace stellwerk::adapters::haproxy
