#include "engine/replay_inputs.h"

#include <algorithm>

namespace stellwerk::engine {
namespace {

template <class E>
const E* first_of(std::span<const ReadEntry> group) {
  for (const ReadEntry& entry : group)
    if (const auto* event = std::get_if<E>(&entry.event)) return event;
  return nullptr;
}

/// Entries that begin a decision, and what it then was made on.
struct Inference {
  const core::Plan& plan;
  const core::State& state;
  std::span<const ReadEntry> group;
  InferredInputs result = {};

  void only(core::InputBody body) {
    result.candidates = {{group.front().by, std::move(body)}};
    result.certain = true;
  }
  void perhaps(core::InputBody body, base::PersonId by = {}) {
    result.candidates.push_back({std::move(by), std::move(body)});
  }

  /// An end checkpoint's answer has no entry of its own: the head it signed is in the last one.
  template <class E>
  void end_checkpoint(const E& e) {
    for (const auto& [key, intent] : state.open) {
      if (intent.kind != core::EffectKind::SignCheckpoint || intent.subject != core::kEndCheckpoint)
        continue;
      core::EffectReturned returned{key, core::Outcome::Done, {}, e.note};
      returned.data = {{"tree_size", e.tree_size},
                       {"root", e.root.to_string()},
                       {"stream_version", state.version}};
      return only(std::move(returned));
    }
  }
  void rollback(core::RollbackCause cause, const base::PersonId& by,
                const std::optional<base::Digest>& reason) {
    if (cause == core::RollbackCause::Person)
      perhaps(core::RollbackRequested{reason.value_or(base::Digest{})}, by);
    if (cause == core::RollbackCause::Stopped) perhaps(core::StopRequested{});
    const bool in_time =
        cause == core::RollbackCause::AskExpired || cause == core::RollbackCause::DowntimeOver;
    if (in_time) perhaps(core::Ticked{});
  }
  [[nodiscard]] std::vector<base::StepId> reopened() const {
    std::vector<base::StepId> steps;
    for (const ReadEntry& entry : group)
      if (const auto* event = std::get_if<core::StepReopened>(&entry.event))
        steps.push_back(event->step);
    return steps;
  }

  void operator()(const core::ReleasePlanned& e) {
    const auto* anchored = first_of<core::ClockAnchored>(group);
    only(core::RunRequested{e.plan, anchored == nullptr ? 1 : anchored->speed});
  }
  void operator()(const core::ClockAnchored& e) { only(core::ClockBound{e.runbook, e.speed}); }
  void operator()(const core::ClockStepped& e) { only(core::WallClockStepped{e.by}); }
  void operator()(const core::EffectFinished& e) {
    only(core::EffectReturned{e.key, e.outcome, e.detail, e.evidence, e.data, e.text});
  }
  void operator()(const core::ReleaseLogged& e) { end_checkpoint(e); }
  void operator()(const core::RollbackLogged& e) { end_checkpoint(e); }
  void operator()(const core::CheckpointSigned& e) { end_checkpoint(e); }
  void operator()(const core::EffectAbandoned& e) {
    perhaps(core::EffectReturned{
        e.key, core::Outcome::Failed, e.detail, {}, base::Json::object(), e.text});
    for (const ReadEntry& entry : group)
      if (const auto* cancel = std::get_if<core::CancelStarted>(&entry.event))
        perhaps(core::RollbackRequested{cancel->reason.value_or(base::Digest{})}, entry.by);
  }
  void operator()(const core::CancelStarted& e) {
    perhaps(core::RollbackRequested{e.reason.value_or(base::Digest{})}, group.front().by);
    perhaps(core::Ticked{});
  }
  void operator()(const core::HoldSaved& e) {
    const auto* completed = first_of<core::HoldCompleted>(group);
    only(core::HoldProgressed{e.wave, e.guarded, e.real, e.requests, e.guard_state,
                              completed == nullptr ? std::nullopt : completed->evidence,
                              state.stage == core::Stage::PostChecking, state.wave_run});
  }
  void operator()(const core::VerdictChanged& e) {
    only(core::VerdictReached{e.verdict, e.evidence, e.received});
  }
  void operator()(const core::StepAttested& e) {
    only(core::Attested{e.step, e.note, e.summary, e.evidence});
  }
  void operator()(const core::ApprovalGranted& e) {
    only(core::Approved{e.plan, e.signature, e.decision, e.role, e.document, e.key, e.reason});
  }
  void operator()(const core::ApprovalRejected& e) {
    only(core::Rejected{e.plan, e.reason, e.document, e.key});
  }
  void operator()(const core::ReleasePaused& e) {
    const base::PersonId& by = group.front().by;
    if (e.cause == core::PauseCause::Person) return only(core::PauseRequested{e.reason});
    const auto* initiated = first_of<core::RollbackInitiated>(group);
    if (initiated != nullptr) rollback(initiated->cause, by, initiated->reason);
  }
  void operator()(const core::RollbackInitiated& e) {
    rollback(e.cause, group.front().by, e.reason);
  }
  void operator()(const core::ReleaseResumed& e) {
    only(core::ResumeRequested{e.reason, core::undecided_steps(plan, state)});
  }
  void operator()(const core::StepReopened&) { only(core::ResumeRequested{{}, reopened()}); }
  void operator()(const core::ReleasePromoted&) { only(core::PromoteRequested{}); }
  void operator()(const core::EngineRestarted& e) {
    only(core::Restarted{e.lease_alive, e.routes_moved, e.guard_lost.value_or("")});
  }
  void operator()(const core::LeaseExpired&) { only(core::LeaseLost{state.lease_since}); }
  void operator()(const core::RoutesReasserted& e) {
    if (e.router_was_gone.value_or(false)) return only(core::RouterBroughtUp{});
    only(core::RoutesChanged{e.found});
  }
  void operator()(const core::CapacityChanged& e) {
    only(core::OldCapacityChanged{e.component, e.gone});
  }
  void operator()(const core::JournalGap& e) {
    if (const auto* answer = first_of<core::EffectFinished>(group))
      perhaps(core::EffectReturned{answer->key, answer->outcome, answer->detail, answer->evidence,
                                   answer->data, answer->text, e.lines});
    perhaps(core::EmergencyFound{e.lines, e.count, false});
    perhaps(core::EmergencyFound{e.lines, e.count, true});
    perhaps(core::EmergencyFound{e.lines, e.count, true, true});
  }
  /// What follows by itself, when its time has come.
  template <class E>
  void operator()(const E&) {
    only(core::Ticked{});
    result.candidates.front().by = {};
  }
};

}  // namespace

InferredInputs infer_inputs(const core::Plan& plan, const core::State& state,
                            std::span<const ReadEntry> group) {
  Inference inference{plan, state, group};
  std::visit(inference, group.front().event);
  return std::move(inference.result);
}

}  // namespace stellwerk::engine
