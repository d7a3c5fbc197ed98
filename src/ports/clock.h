// clock.h — port: wall and monotonic time. The only way to a clock.
//
// Thread-safety: any thread.   Adapters: app/system_clock, adapters/memory (moved by hand).
#pragma once

#include "base/time.h"

namespace stellwerk::ports {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual base::WallTime wall() const = 0;
  [[nodiscard]] virtual base::MonoTime mono()
      const = 0;  ///< CLOCK_BOOTTIME: includes suspension, never steps
};

}  // namespace stellwerk::ports
