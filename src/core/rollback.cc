// Going back: from any state with traffic (rollback) and from any before it (cancel). Nothing here
// waits for notices, flags or reports; traffic goes first.
#include <fmt/format.h>

#include <algorithm>

#include "core/decider.h"

namespace stellwerk::core {
namespace {

/// Signing and keeping what was recorded goes on; everything that acts for the release stops.
bool survives_rollback(const Intent& intent) {
  return intent.kind == EffectKind::SignCheckpoint || intent.kind == EffectKind::KeepWindows;
}

}  // namespace

base::Duration back_off(std::uint32_t attempt) {
  const std::uint32_t doublings = std::min(attempt, std::uint32_t{7});
  return std::min(base::milliseconds(125) * (std::int64_t{1} << doublings), base::seconds(30));
}

void Decider::pause(PauseCause cause, std::string detail, std::optional<base::Digest> reason,
                    const base::PersonId& as) {
  emit(ReleasePaused{cause, std::move(detail), reason}, {}, as);
}

std::optional<std::string> Decider::left_undone() const {
  for (const Step& step : plan.steps) {
    const StepStatus status = s.status_of(step.id);
    if (status == StepStatus::Failed || status == StepStatus::OutcomeUnknown) return step.id.str();
  }
  if (!s.old_failed.empty() && !has_open(EffectKind::RestoreCapacity))
    return std::string(kOldVersion);
  return std::nullopt;
}

/// It is gone, or was not brought up, or that is still being tried.
bool Decider::lacks_old_version(const base::ComponentName& component) const {
  const auto among = [&](const std::vector<base::ComponentName>& components) {
    return std::find(components.begin(), components.end(), component) != components.end();
  };
  return among(s.old_gone) || among(s.old_failed) || restores(component);
}

/// Its old version is being brought up.
bool Decider::restores(const base::ComponentName& component) const {
  return std::any_of(s.open.begin(), s.open.end(), [&](const auto& each) {
    return each.second.kind == EffectKind::RestoreCapacity &&
           each.second.subject == component.str();
  });
}

void Decider::abandon_open(std::string_view why) {
  std::vector<base::EffectKey> keys;
  for (const auto& [key, intent] : s.open)
    if (!survives_rollback(intent)) keys.push_back(key);
  for (const base::EffectKey& key : keys) {
    decision.cancel.push_back(key);
    emit(EffectAbandoned{key, std::string(why)});
  }
}

void Decider::begin_rollback(RollbackCause cause, std::string detail,
                             std::optional<base::Digest> reason, const base::PersonId& as) {
  const bool ending = s.rollback || s.stage == Stage::Cancelling || is_terminal(s.stage);
  if (ending) return ignore("the release is going back already");
  if (!s.may_carry_traffic) {
    begin_cancel(cause != RollbackCause::Person && cause != RollbackCause::Stopped,
                 std::move(detail), reason, as);
    return;
  }
  if (!s.paused) pause(PauseCause::Rollback, std::string(to_string(cause)), reason, as);

  std::vector<Wanted> wanted;
  for (const PlannedComponent& component : plan.components)
    if (lacks_old_version(component.name))
      wanted.push_back({EffectKind::RestoreCapacity, component.name.str()});
  if (wanted.empty()) wanted.push_back({EffectKind::ReturnTraffic, ""});
  wanted.push_back(keep_windows());
  std::vector<base::EffectKey> running;
  for (const auto& [key, intent] : s.open)
    if (!survives_rollback(intent)) running.push_back(key);
  emit(RollbackInitiated{cause, std::move(detail), reason}, std::move(wanted), as);
  for (const base::EffectKey& key : running) {
    decision.cancel.push_back(key);
    emit(EffectAbandoned{key, "rollback"});
  }
}

void Decider::begin_cancel(bool failed, std::string detail, std::optional<base::Digest> reason,
                           const base::PersonId& as) {
  abandon_open("cancelled");
  std::vector<Wanted> wanted;
  const bool may_run = s.stage == Stage::Deploying || s.stage == Stage::Deployed;
  if (may_run)
    for (const PlannedComponent& component : plan.components)
      wanted.push_back({EffectKind::RetireNew, component.name.str()});
  emit(CancelStarted{failed, std::move(detail), reason}, std::move(wanted), as);
}

void Decider::lose_lease() {
  if (!guard_armed(s) || s.lease_expired || plan.guard.guard_lost == GuardLost::Hold) return;
  emit(LeaseExpired{s.wave});
  call_off_moves("lease expired");
  // Verified: the new version is just being made the stable one, and needs no lease then.
  if (s.stage == Stage::Concluding) return;
  if (!s.paused || s.paused->cause != PauseCause::LeaseExpired)
    pause(PauseCause::LeaseExpired, fmt::format("wave-{}", s.wave));
}

void Decider::call_off_moves(std::string_view why) {
  std::vector<base::EffectKey> moves;
  for (const auto& [key, intent] : s.open)
    if (intent.kind == EffectKind::MoveTraffic) moves.push_back(key);
  for (const base::EffectKey& key : moves) {
    decision.cancel.push_back(key);
    emit(EffectAbandoned{key, std::string(why)});
  }
}

bool Decider::advance_rollback() {
  if (!s.rollback->traffic_returned || s.closing || !s.open.empty()) return false;
  const RollbackState& rollback = *s.rollback;
  const std::string responsible = rollback.by.empty() ? "stellwerk" : rollback.by.str();
  RollbackRecorded record{rollback.cause, rollback.detail, rollback.reason, rollback.decided_at,
                          responsible};
  if (!rollback.recorded) {
    emit(ReleaseRolledBack{});
    emit(RollbackNotified{});
    emit(std::move(record), {{EffectKind::WriteSummary, "rollback"}});
    return true;
  }
  request_end_checkpoint();
  return true;
}

bool Decider::advance_cancel() {
  if (s.closing || !s.open.empty()) return false;
  request_end_checkpoint();
  return true;
}

}  // namespace stellwerk::core
