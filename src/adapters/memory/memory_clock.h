// memory_clock.h — clocks that stand still until they are moved by hand.
//
// Role: ports::Clock in tests and simulations. Thread-safety: any thread.     Start here:
// MemoryClock
#pragma once

#include <atomic>

#include "ports/clock.h"

namespace stellwerk::adapters {

class MemoryClock final : public ports::Clock {
 public:
  explicit MemoryClock(base::WallTime wall = {1760558400000000}, base::MonoTime mono = {1000000})
      : wall_us_(wall.us), mono_us_(mono.us) {}
  [[nodiscard]] base::WallTime wall() const override { return {wall_us_.load()}; }
  [[nodiscard]] base::MonoTime mono() const override { return {mono_us_.load()}; }

  /// Time passes: both clocks go forward.
  void advance(base::Duration span) {
    mono_us_ += span.us;
    wall_us_ += span.us;
  }
  /// Somebody sets the wall clock, forward or back.
  void step_wall(base::Duration span) { wall_us_ += span.us; }

 private:
  std::atomic<std::int64_t> wall_us_;
  std::atomic<std::int64_t> mono_us_;
};

}  // namespace stellwerk::adapters
