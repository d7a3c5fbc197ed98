// The fold: what each entry means for the state. Every alternative of Event has its function here;
// a new one does not compile until it has.
#include <algorithm>

#include "core/capacity.h"
#include "core/state.h"

namespace stellwerk::core {
namespace {

struct Fold {
  const Plan& plan;
  State& s;
  const base::Now& at;
  const base::PersonId& by;

  void operator()(const ReleasePlanned& e) {
    s.stage = Stage::Preparing;
    s.plan = e.plan;
    s.requester = by;
  }
  void operator()(const ReleaseScheduled&) {}
  void operator()(const ClockAnchored& e) {
    s.anchor = {e.wall, e.runbook, e.speed};
    if (s.t0 && *s.t0 >= e.runbook)
      s.t0_wall = s.anchor.wall_at(*s.t0);  // another speed until then
  }
  void operator()(const ClockStepped&) {}

  void operator()(const StepStarted& e) { s.steps[e.step] = {StepStatus::Running, {}, {}, {}}; }
  void operator()(const StepPassed& e) {
    s.steps[e.step] = {StepStatus::Passed, e.summary, e.evidence, by, e.text};
  }
  void operator()(const StepAttested& e) {
    s.steps[e.step] = {StepStatus::Passed, e.summary.value_or(""), e.evidence ? e.evidence : e.note,
                       e.person, e.note};
  }
  void operator()(const StepFailed& e) {
    const auto status = e.outcome_unknown ? StepStatus::OutcomeUnknown : StepStatus::Failed;
    s.steps[e.step] = {status, e.summary, e.evidence, {}, e.text};
  }
  void operator()(const StepReopened& e) { s.steps[e.step] = {}; }

  void operator()(const ApprovalGranted& e) {
    s.approvals.push_back({e.person, e.role, e.signature, e.decision});
  }
  void operator()(const ApprovalRejected&) {}

  void operator()(const MaintenanceScheduled& e) {
    s.stage = Stage::Announced;
    s.t0 = e.t0;
    s.t0_wall = s.anchor.wall_at(e.t0);
  }
  void operator()(const PreCheckStarted&) { s.stage = Stage::PreChecking; }
  void operator()(const PreCheckCompleted&) { s.stage = Stage::Ready; }
  void operator()(const ReleaseStarted&) { s.stage = Stage::Deploying; }
  void operator()(const StartNotified&) {}
  void operator()(const VersionDeployed&) { s.stage = Stage::Deployed; }

  void operator()(const TrafficIntended& e) {
    s.stage = Stage::Moving;
    s.wave_run = s.wave == e.wave ? s.wave_run + 1 : 1;
    s.wave = e.wave;
    s.may_carry_traffic = true;
    s.lease_expired = false;
    s.lease_given = false;
    begin_hold();
  }
  void operator()(const WaveStarted&) {
    s.lease_given = false;
    s.stage = s.rollout_completed ? Stage::PostChecking : Stage::Holding;
    if (s.lease_since == 0) s.lease_since = s.version;
  }
  void operator()(const ProgressNotified&) {}
  void operator()(const HoldSaved& e) {
    s.guarded = e.guarded;
    s.guarded_real = e.real;
    s.hold_requests = e.requests;
    s.guard_state = e.guard_state;
  }
  void operator()(const HoldCompleted&) { s.hold_done = true; }
  void operator()(const VerdictChanged& e) {
    s.verdict = e.verdict;
    s.integrity_failed = s.integrity_failed || e.verdict.cause == Cause::Integrity;
  }

  void operator()(const ReleasePaused& e) {
    s.paused = Paused{e.cause, e.detail, by, at.runbook, e.reason};
  }
  void operator()(const ReleaseResumed&) {
    s.paused.reset();
    s.gate_checked.clear();
  }
  void operator()(const ReleasePromoted&) { s.promoted = true; }

  void operator()(const RolloutCompleted&) {
    s.stage = Stage::PostChecking;
    s.rollout_completed = true;
    s.completed_at = at.runbook;
    begin_hold();
  }
  void operator()(const MetricsRecorded&) {}
  void operator()(const ReleaseVerified&) { s.stage = Stage::Concluding; }
  void operator()(const SuccessNotified&) {}
  void operator()(const ReleaseLogged&) { end(Stage::Completed); }

  void operator()(const RollbackInitiated& e) {
    s.stage = Stage::RollingBack;
    s.rollback = RollbackState{e.cause, e.detail, e.reason, by, at.wall};
  }
  void operator()(const TrafficReturned&) {
    s.rollback->traffic_returned = true;
    s.settled = false;
    s.may_carry_traffic = false;
    s.lease_since = 0;
  }
  void operator()(const ReleaseRolledBack&) {}
  void operator()(const RollbackNotified&) {}
  void operator()(const RollbackRecorded&) { s.rollback->recorded = true; }
  void operator()(const RollbackLogged&) { end(Stage::RolledBack); }

  void operator()(const CancelStarted& e) {
    s.stage = Stage::Cancelling;
    s.cancel_is_failure = e.failed;
    s.cancel_detail = e.detail;
    s.cancel_by = by;
    s.cancel_reason = e.reason;
  }
  void operator()(const ReleaseCancelled&) { end(Stage::Cancelled); }
  void operator()(const ReleaseFailed&) { end(Stage::Failed); }

  void operator()(const EffectRequested&) {}
  void operator()(const EffectFinished& e) {
    const auto intent = s.open.find(e.key);
    if (intent == s.open.end()) return;
    if (intent->second.kind == EffectKind::CompareKpis) {
      s.comparison = e.evidence;
      s.comparison_values = e.data;
    }
    if (intent->second.kind == EffectKind::CheckIntegrity && e.outcome == Outcome::Done)
      s.gate_checked = intent->second.subject;
    if (intent->second.kind == EffectKind::RestoreCapacity) {
      const base::ComponentName component(intent->second.subject);
      std::erase(s.old_failed, component);
      if (e.outcome != Outcome::Done) s.old_failed.push_back(component);
    }
    if (intent->second.kind == EffectKind::MoveTraffic && e.data.value(kLeaseGiven, false))
      s.lease_given = true;
    if (e.outcome == Outcome::Done) note_arranged(intent->second);
    const bool returned_some = intent->second.kind == EffectKind::ReturnTraffic &&
                               !intent->second.subject.empty() && s.rollback;
    if (returned_some && e.outcome == Outcome::Done)
      s.rollback->returned_to = wave_in(intent->second.subject);
    s.open.erase(intent);
  }
  void operator()(const EffectAbandoned& e) { s.open.erase(e.key); }
  void operator()(const LeaseExpired&) {
    s.lease_expired = true;
    s.lease_given = false;
    s.lease_since = 0;
  }
  void operator()(const RoutesReasserted&) {}
  void operator()(const DowntimeStarted&) {
    s.downtime = true;
    s.downtime_since = at.runbook;
  }
  void operator()(const DowntimeEnded&) { s.downtime = false; }
  void operator()(const TrafficSettled& e) {
    s.settled = true;
    s.may_carry_traffic = e.standby.value_or(false);
    s.lease_expired = false;
    s.lease_since = 0;
  }
  void operator()(const VersionRetired&) {}
  void operator()(const CheckpointSigned&) {}
  void operator()(const CapacityChanged& e) {
    std::erase(s.old_gone, e.component);
    if (e.gone) s.old_gone.push_back(e.component);
  }
  void operator()(const JournalGap&) {}
  void operator()(const KeyRotated&) {}  // these three are the installation's own
  void operator()(const ContentErased&) {}
  void operator()(const ProcedureRecorded&) {}
  /// What holds before the wave's answer was written was given by an attempt of it: should it run
  /// out now, it must not be given anew.
  void operator()(const EngineRestarted& e) {
    if (e.lease_alive && s.stage == Stage::Moving && s.lease_since == 0) s.lease_given = true;
  }

 private:
  /// A component's instances are what a wave needs of them.
  void note_arranged(const Intent& intent) {
    if (intent.kind == EffectKind::DeployVersion)
      s.arranged[base::ComponentName(intent.subject)] = 1;
    if (intent.kind != EffectKind::ArrangeCapacity) return;
    const Arrangement arrangement = arrangement_in(intent.subject);
    s.arranged[arrangement.component] = arrangement.wave;
  }
  void end(Stage stage) {
    s.stage = stage;
    s.open.clear();
    s.paused.reset();
  }
  void begin_hold() {
    s.guarded = {};
    s.guarded_real = {};
    s.hold_requests = 0;
    s.guard_state.reset();
    s.promoted = false;
    s.hold_done = false;
  }
};

}  // namespace

StepStatus State::status_of(const base::StepId& step) const {
  const auto found = steps.find(step);
  return found == steps.end() ? StepStatus::Open : found->second.status;
}

State evolve(const Plan& plan, State state, const Event& event, const base::Now& at,
             const base::PersonId& by) {
  state.version += 1;
  state.last_seen = std::max(state.last_seen, at.runbook);
  std::visit(Fold{plan, state, at, by}, event);
  return state;
}

State evolve_intents(State state, const std::vector<Intent>& intents) {
  for (const Intent& intent : intents) {
    state.open[intent.key] = intent;
    if (intent.kind == EffectKind::RetireOld) {
      state.retiring = true;
      state.may_carry_traffic = false;  // no way back any more, so nothing is guarded
    }
    if (intent.kind == EffectKind::RetireNew)
      state.retiring_new.insert(base::ComponentName(intent.subject));
    if (intent.kind == EffectKind::ArrangeCapacity)
      state.capacity_wave = std::max(state.capacity_wave, arrangement_in(intent.subject).wave);
    if (intent.kind == EffectKind::RestoreCapacity && state.rollback)
      state.rollback->restored.insert(base::ComponentName(intent.subject));
    if (intent.kind == EffectKind::SignCheckpoint && intent.subject == kEndCheckpoint)
      state.closing = true;
  }
  return state;
}

bool is_terminal(Stage stage) {
  switch (stage) {
    case Stage::Completed:
    case Stage::RolledBack:
    case Stage::Cancelled:
    case Stage::Failed:
      return true;
    case Stage::Unborn:
    case Stage::Preparing:
    case Stage::Announced:
    case Stage::PreChecking:
    case Stage::Ready:
    case Stage::Deploying:
    case Stage::Deployed:
    case Stage::Moving:
    case Stage::Holding:
    case Stage::PostChecking:
    case Stage::Concluding:
    case Stage::RollingBack:
    case Stage::Cancelling:
      return false;
  }
  return false;
}

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::Unborn:
      return "unborn";
    case Stage::Preparing:
      return "preparing";
    case Stage::Announced:
      return "announced";
    case Stage::PreChecking:
      return "pre-checking";
    case Stage::Ready:
      return "ready";
    case Stage::Deploying:
      return "deploying";
    case Stage::Deployed:
      return "deployed";
    case Stage::Moving:
      return "moving";
    case Stage::Holding:
      return "holding";
    case Stage::PostChecking:
      return "post-checking";
    case Stage::Concluding:
      return "concluding";
    case Stage::RollingBack:
      return "rolling-back";
    case Stage::Cancelling:
      return "cancelling";
    case Stage::Completed:
      return "completed";
    case Stage::RolledBack:
      return "rolled-back";
    case Stage::Cancelled:
      return "cancelled";
    case Stage::Failed:
      return "failed";
  }
  return "?";
}

std::string_view to_string(StepStatus status) {
  switch (status) {
    case StepStatus::Open:
      return "open";
    case StepStatus::Running:
      return "running";
    case StepStatus::Passed:
      return "passed";
    case StepStatus::Failed:
      return "failed";
    case StepStatus::OutcomeUnknown:
      return "outcome-unknown";
  }
  return "?";
}

}  // namespace stellwerk::core
