// Going back: from any state with traffic (rollback) and from any before it (cancel). Nothing here
// waits for notices, flags or reports; traffic goes first.
#include <fmt/format.h>

#include <algorithm>

#include "core/capacity.h"
#include "core/decider.h"
#include "core/words.h"

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

/// It is gone, or was not brought up, or that is still being tried, or it gave way.
bool Decider::lacks_old_version(const base::ComponentName& component) const {
  if (gave_way()) return true;
  const auto among = [&](const std::vector<base::ComponentName>& components) {
    return std::find(components.begin(), components.end(), component) != components.end();
  };
  return among(s.old_gone) || among(s.old_failed) || restores(component);
}

/// Its old version is being brought up.
bool Decider::restores(const base::ComponentName& component) const {
  return asked_for(EffectKind::RestoreCapacity, component.str());
}

bool Decider::has_made_room(const base::ComponentName& component) const {
  return s.retiring_new.contains(component) && !asked_for(EffectKind::RetireNew, component.str());
}

std::vector<Wanted> Decider::rest_to_restore(const base::ComponentName& component) const {
  const auto& failed = s.old_failed;
  const bool lacks = std::find(failed.begin(), failed.end(), component) != failed.end();
  if (s.stage != Stage::RollingBack || !gave_way() || !lacks || !has_made_room(component) ||
      restores(component))
    return {};
  return {{EffectKind::RestoreCapacity, component.str(), 2}};
}

std::vector<Wanted> Decider::next_to_retire() const {
  // Those that come after it are stopped, or stopping them was given up.
  const auto is_free = [&](const PlannedComponent& component) {
    return std::all_of(plan.components.begin(), plan.components.end(), [&](const auto& other) {
      const bool rests_on_it =
          std::find(other.after.begin(), other.after.end(), component.name) != other.after.end();
      return !rests_on_it || (s.retiring_new.contains(other.name) &&
                              !asked_for(EffectKind::RetireNew, other.name.str()));
    });
  };
  std::vector<Wanted> wanted;
  for (const PlannedComponent& component : plan.components)
    if (!s.retiring_new.contains(component.name) && is_free(component))
      wanted.push_back({EffectKind::RetireNew, component.name.str()});
  return wanted;
}

namespace {

/// To which wave traffic can return at once, since the old version has the instances for it; none:
/// to none.
std::optional<std::uint32_t> reachable_wave(const State& s) {
  const std::uint32_t carried = s.capacity_wave - 1;
  const bool gains = carried > 0 && carried < s.wave;
  return gains && s.lease_since != 0 ? std::optional(carried) : std::nullopt;
}

}  // namespace

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
  if (wanted.empty())
    wanted.push_back({EffectKind::ReturnTraffic, ""});
  else if (gave_way())
    if (const auto wave = reachable_wave(s))
      wanted.push_back({EffectKind::ReturnTraffic, std::to_string(*wave)});
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
  if (may_run) wanted = next_to_retire();
  if (may_run && plan.downtime_window) wanted.push_back({EffectKind::EndDowntime, ""});
  emit(CancelStarted{failed, std::move(detail), reason}, std::move(wanted), as);
}

void Decider::lose_lease() {
  if (s.rollback) {  // while traffic waits for the old instances: now it is back
    if (renews_lease(plan, s)) emit(LeaseExpired{s.wave});
    return;
  }
  if (!guard_armed(s) || s.lease_expired || plan.guard.guard_lost == GuardLost::Hold) return;
  if (s.settled) return;  // the new version is the stable one and needs none
  // The old version serves everyone now: with all its instances, as soon as they run.
  std::vector<Wanted> wanted;
  if (gave_way())
    for (const PlannedComponent& component : plan.components)
      if (!restores(component.name))
        wanted.push_back({EffectKind::RestoreCapacity, component.name.str()});
  emit(LeaseExpired{s.wave}, std::move(wanted));
  call_off(EffectKind::MoveTraffic, "lease expired");
  call_off(EffectKind::ArrangeCapacity, "lease expired");
  // Verified: the new version is just being made the stable one, and needs no lease then.
  if (s.stage == Stage::Concluding) return;
  if (!s.paused || s.paused->cause != PauseCause::LeaseExpired)
    pause(PauseCause::LeaseExpired, fmt::format("wave-{}", s.wave));
}

void Decider::call_off(EffectKind kind, std::string_view why) {
  std::vector<base::EffectKey> keys;
  for (const auto& [key, intent] : s.open)
    if (intent.kind == kind) keys.push_back(key);
  for (const base::EffectKey& key : keys) {
    decision.cancel.push_back(key);
    emit(EffectAbandoned{key, std::string(why)});
  }
}

/// Once those that rested on them are stopped.
bool Decider::retire_next(bool ready) {
  if (!ready || s.retiring_new.empty()) return false;
  std::vector<Wanted> wanted = next_to_retire();
  if (wanted.empty()) return false;
  emit(EffectRequested{"retire the new version"}, std::move(wanted));
  return true;
}

bool Decider::advance_rollback() {
  if (retire_next(s.rollback->traffic_returned && !s.rollback->recorded)) return true;
  if (!s.rollback->traffic_returned || s.closing) return false;
  // That old instances are still missing holds up the end, not the word that traffic is back.
  const bool waits = std::any_of(s.open.begin(), s.open.end(), [this](const auto& each) {
    return s.rollback->recorded || !gave_way() || each.second.kind != EffectKind::RestoreCapacity;
  });
  if (waits) return false;
  const RollbackState& rollback = *s.rollback;
  const std::string responsible = actor_text(rollback.by);
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
  if (retire_next(!s.closing)) return true;
  if (s.closing || !s.open.empty()) return false;
  request_end_checkpoint();
  return true;
}

}  // namespace stellwerk::core
