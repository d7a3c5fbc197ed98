// own_time.h — what time it is on a simulated release's own scale, by the world's reckoning: no
// later than this, whatever the engine makes of it.
//
// Role: the invariants hold planned times and entries against it.     Start here: OwnTime::latest()
// Thread-safety: values.
#pragma once

#include <algorithm>
#include <optional>

#include "core/event.h"

namespace stellwerk::sim {

class OwnTime {
 public:
  /// @param rollout_speed  asked for from the rollout on
  explicit OwnTime(std::int64_t rollout_speed = 1) : rollout_speed_(rollout_speed) {}

  /// A process begins, or has ended.
  void started(base::MonoTime now) { could_bind_from_ = now; }
  /// From now on its speed may be that of the rollout.
  void rollout(base::MonoTime now) {
    could_bind_from_ = now;
    const auto known = latest(now);
    if (known) bound_ = Bound{*known, now, std::max(bound_->speed, rollout_speed_)};
  }
  /// The entry says when its clock read `anchor.runbook`, or a while later.
  /// @param ahead  the wall clock of the monotonic one; never moved
  /// @return false: the clock was put forward
  bool anchored(const core::ClockAnchored& anchor, base::Duration ahead) {
    const base::MonoTime said{anchor.wall.us - ahead.us};
    const auto known = latest(said);
    // A release begins with the wall's time.
    const base::MonoTime from =
        bound_ ? std::min(said, could_bind_from_) : base::MonoTime{anchor.runbook.us - ahead.us};
    bound_ = Bound{anchor.runbook, from, anchor.speed};
    return !known || anchor.runbook <= *known;
  }
  /// A wall clock that was moved may carry it anywhere.
  void lose() { lost_ = true; }
  /// Empty: nothing is known.
  [[nodiscard]] std::optional<base::RunbookTime> latest(base::MonoTime now) const {
    if (!bound_ || lost_) return std::nullopt;
    return bound_->runbook + (now - bound_->at + kRounded) * bound_->speed;
  }
  [[nodiscard]] std::int64_t fastest() const {
    return std::max(bound_ ? bound_->speed : 1, rollout_speed_);
  }

 private:
  /// Entries say the wall's time in milliseconds.
  static constexpr base::Duration kRounded = base::milliseconds(1);
  struct Bound {
    base::RunbookTime runbook;
    base::MonoTime at;
    std::int64_t speed = 1;
  };

  std::int64_t rollout_speed_;
  base::MonoTime could_bind_from_;
  std::optional<Bound> bound_;
  bool lost_ = false;
};

}  // namespace stellwerk::sim
