#include "engine/runbook_clock.h"

#include <algorithm>

namespace stellwerk::engine {

RunbookClock::RunbookClock(const base::WallTime& wall, const base::MonoTime& mono,
                           std::int64_t speed)
    : origin_{wall.us}, mono_(mono), speed_(speed) {}

RunbookClock::RunbookClock(const core::State& state, const base::WallTime& wall,
                           const base::MonoTime& mono)
    : mono_(mono), speed_(state.anchor.speed) {
  // A wall clock that is wrong by centuries must not carry the schedule out of its range.
  const base::Duration since =
      std::clamp(wall - state.anchor.wall, base::Duration{}, base::kSpanMax / speed_);
  origin_ = std::max(state.last_seen, state.anchor.runbook + since * speed_);
}

base::RunbookTime RunbookClock::at(base::MonoTime mono) const {
  return origin_ + (mono - mono_) * speed_;
}

base::Duration RunbookClock::until(base::RunbookTime due, base::MonoTime mono) const {
  const base::Duration left = due - at(mono);
  if (left <= base::Duration{}) return {};
  return (left + base::microseconds(speed_ - 1)) / speed_;
}

void RunbookClock::set_speed(std::int64_t speed, base::MonoTime mono) {
  origin_ = at(mono);
  mono_ = mono;
  speed_ = speed;
}

}  // namespace stellwerk::engine
