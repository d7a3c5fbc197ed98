// real_clock.h — the machine's clocks behind the Clock port, for tests that run real products.
//
// Thread-safety: any thread.                             Start here: RealClock, eventually()
#pragma once

#include <chrono>
#include <ctime>
#include <functional>
#include <thread>

#include "ports/call.h"
#include "ports/clock.h"

namespace stellwerk::ports::testing {

class RealClock : public Clock {
 public:
  [[nodiscard]] base::WallTime wall() const override { return {read(CLOCK_REALTIME)}; }
  [[nodiscard]] base::MonoTime mono() const override { return {read(CLOCK_BOOTTIME)}; }
  [[nodiscard]] Call call(base::Duration timeout) const { return {mono() + timeout, {}}; }

 private:
  static std::int64_t read(clockid_t id) {
    timespec now{};
    ::clock_gettime(id, &now);
    return std::int64_t{now.tv_sec} * 1000000 + now.tv_nsec / 1000;
  }
};

/// Polls until `condition` holds; false when it still does not after `limit`.
inline bool eventually(const std::function<bool()>& condition,
                       base::Duration limit = base::seconds(20)) {
  const RealClock clock;
  const auto deadline = clock.mono() + limit;
  while (!condition()) {
    if (clock.mono() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace stellwerk::ports::testing
