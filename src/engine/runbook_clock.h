// runbook_clock.h — runbook time of one release: bound to the wall clock once, then carried by the
// monotonic clock.
//
// Thread-safety: the engine's thread.                               Spec: docs/concepts.md "Time"
// Invariants: never runs backwards; a stepping wall clock moves nothing.
#pragma once

#include "core/state.h"

namespace stellwerk::engine {

class RunbookClock {
 public:
  /// A release that begins now: runbook time is the wall's.
  RunbookClock(const base::WallTime& wall, const base::MonoTime& mono, std::int64_t speed);
  /// A release taken up again: the time in which nobody ran passes on the runbook scale as well, as
  /// far as the wall clock tells; never before what the journal has seen.
  RunbookClock(const core::State& state, const base::WallTime& wall, const base::MonoTime& mono);

  [[nodiscard]] base::RunbookTime at(base::MonoTime mono) const;
  /// Real time until `due`; zero when it has come.
  [[nodiscard]] base::Duration until(base::RunbookTime due, base::MonoTime mono) const;
  [[nodiscard]] std::int64_t speed() const { return speed_; }
  void set_speed(std::int64_t speed, base::MonoTime mono);

 private:
  base::RunbookTime origin_;
  base::MonoTime mono_;
  std::int64_t speed_ = 1;
};

}  // namespace stellwerk::engine
