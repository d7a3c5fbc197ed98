// system_clock.h — the one place that reads the system's clocks.
#pragma once

#include "ports/clock.h"

namespace stellwerk::app {

/// Wall: CLOCK_REALTIME. Monotonic: CLOCK_BOOTTIME, which goes on while the machine is suspended.
/// Thread-safe.
class SystemClock final : public ports::Clock {
 public:
  [[nodiscard]] base::WallTime wall() const override;
  [[nodiscard]] base::MonoTime mono() const override;
};

}  // namespace stellwerk::app
