// What the engine may ask of a state without changing it.
#include <algorithm>
#include <array>
#include <tuple>

#include "base/mutation.h"
#include "core/approvals.h"
#include "core/decide.h"

namespace stellwerk::core {

bool guard_armed(const State& state) {
  if (!state.may_carry_traffic) return false;
  if (base::mutated(base::Mutation::ForgetGuardInPause) && state.paused) return false;
  switch (state.stage) {
    case Stage::Moving:
    case Stage::Holding:
    case Stage::PostChecking:
    case Stage::Concluding:
      return true;
    case Stage::Unborn:
    case Stage::Preparing:
    case Stage::Announced:
    case Stage::PreChecking:
    case Stage::Ready:
    case Stage::Deploying:
    case Stage::Deployed:
    case Stage::RollingBack:
    case Stage::Cancelling:
    case Stage::Completed:
    case Stage::RolledBack:
    case Stage::Cancelled:
    case Stage::Failed:
      return false;
  }
  return false;
}

bool asks_for_rollback(const State& state) {
  return guard_armed(state) && !state.rollback && state.paused &&
         state.paused->cause == PauseCause::AskRollback;
}

bool wants_lease(const Plan& plan, const State& state) {
  return guard_armed(state) && plan.guard.guard_lost == GuardLost::Old && state.lease_since != 0;
}

bool goes_back(const State& state) {
  return (state.rollback && !is_terminal(state.stage)) ||
         std::any_of(state.open.begin(), state.open.end(),
                     [](const auto& each) { return each.second.kind == EffectKind::EndDowntime; });
}

bool waits_for_capacity(const State& state) {
  if (!state.rollback || state.rollback->traffic_returned) return false;
  bool waits = false;
  for (const auto& [key, intent] : state.open) {
    if (intent.kind == EffectKind::ReturnTraffic && intent.subject.empty()) return false;
    waits = waits || (intent.kind == EffectKind::RestoreCapacity && intent.attempt == 1);
  }
  return waits;
}

bool renews_lease(const Plan& plan, const State& state) {
  if (wants_lease(plan, state)) return true;
  return plan.guard.guard_lost == GuardLost::Old && state.lease_since != 0 &&
         waits_for_capacity(state);
}

base::Duration hold_wanted(const Plan& plan, const State& state) {
  if (state.stage == Stage::PostChecking) return plan.schedule.post_check;
  return state.promoted ? base::Duration{} : plan.wave(state.wave).hold;
}

bool hold_complete(const Plan& plan, const State& state, const HoldProgressed& progress) {
  const base::Duration wanted = hold_wanted(plan, state);
  const bool good = !state.verdict || state.verdict->action == Action::Continue;
  if (base::mutated(base::Mutation::ForgetHoldMinimum)) return good;
  return good && progress.guarded >= wanted && progress.real >= plan.guard.hold_real_min &&
         progress.requests >= plan.guard.hold_requests_min;
}

namespace {

/// A change of traffic, or of the instances for one, is under way: what follows it comes with its
/// answer, not with time.
bool traffic_is_changing(const Plan& plan, const State& state) {
  const bool in_place = plan.capacity == Capacity::InPlace;
  return std::any_of(state.open.begin(), state.open.end(), [in_place](const auto& each) {
    return each.second.kind == EffectKind::MoveTraffic ||
           (in_place && each.second.kind == EffectKind::RestoreCapacity) ||
           each.second.kind == EffectKind::ArrangeCapacity ||
           each.second.kind == EffectKind::BeginDowntime;
  });
}

/// Checks of the new version come before its first wave: then nothing but their answers matters.
bool checks_are_open(const Plan& plan, const State& state) {
  return std::any_of(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
    const bool is_check = std::holds_alternative<CommandCheck>(step.action) ||
                          std::holds_alternative<HttpCheck>(step.action) ||
                          std::holds_alternative<Attestation>(step.action);
    return step.phase == Phase::Rollout && is_check &&
           state.status_of(step.id) != StepStatus::Passed;
  });
}

}  // namespace

std::optional<base::RunbookTime> next_step_due(const Plan& plan, const State& state) {
  if (is_terminal(state.stage)) return std::nullopt;
  if (asks_for_rollback(state)) return state.paused->since + plan.guard.ask_deadline;
  if (state.stage == Stage::Concluding && state.settled && !state.retiring)
    return state.completed_at + plan.schedule.standby;
  if (state.paused || !state.t0) return std::nullopt;
  switch (state.stage) {
    case Stage::Announced:
      return *state.t0 + plan.schedule.pre_check;
    case Stage::Ready:
      return *state.t0 + plan.schedule.deploy;
    case Stage::Deployed:
      if (checks_are_open(plan, state) || traffic_is_changing(plan, state)) return std::nullopt;
      return *state.t0 + plan.wave(1).at;
    case Stage::Holding:
      if (!state.hold_done || state.wave >= plan.waves.size()) return std::nullopt;
      if (traffic_is_changing(plan, state)) return std::nullopt;
      return *state.t0 + plan.wave(state.wave + 1).at;
    case Stage::Unborn:
    case Stage::Preparing:
    case Stage::PreChecking:
    case Stage::Deploying:
    case Stage::Moving:
    case Stage::PostChecking:
    case Stage::Concluding:
    case Stage::RollingBack:
    case Stage::Cancelling:
    case Stage::Completed:
    case Stage::RolledBack:
    case Stage::Cancelled:
    case Stage::Failed:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<base::RunbookTime> downtime_ends(const Plan& plan, const State& state) {
  const bool goes_back = state.stage == Stage::RollingBack || state.stage == Stage::Cancelling;
  if (!state.downtime || goes_back || !plan.downtime_window->at_most) return std::nullopt;
  return state.downtime_since + *plan.downtime_window->at_most;
}

std::optional<base::RunbookTime> next_due(const Plan& plan, const State& state) {
  const auto step = next_step_due(plan, state);
  const auto end = downtime_ends(plan, state);
  return step && end ? std::min(*step, *end) : step ? step : end;
}

std::optional<base::RunbookTime> going_back_due(const Plan& plan, const State& state) {
  const auto end = downtime_ends(plan, state);
  if (!asks_for_rollback(state)) return end;
  const base::RunbookTime decided = state.paused->since + plan.guard.ask_deadline;
  return end ? std::min(decided, *end) : decided;
}

bool routes_rest(const State& state) {
  const auto changes = [](const auto& each) {
    const EffectKind kind = each.second.kind;
    return kind == EffectKind::MoveTraffic || kind == EffectKind::ReturnTraffic ||
           kind == EffectKind::SettleTraffic || kind == EffectKind::BeginDowntime ||
           kind == EffectKind::EndDowntime;
  };
  if (std::any_of(state.open.begin(), state.open.end(), changes)) return false;
  switch (state.stage) {
    case Stage::Moving:
      return state.lease_expired;  // its change is called off, and waits for a person
    case Stage::Holding:
    case Stage::PostChecking:
      return guard_armed(state);
    case Stage::RollingBack:
      return state.rollback->traffic_returned && !state.closing;
    case Stage::Concluding:
      return state.settled && guard_armed(state);  // the old version stands by
    case Stage::Deploying:
    case Stage::Deployed:
      return state.downtime;
    case Stage::Unborn:
    case Stage::Preparing:
    case Stage::Announced:
    case Stage::PreChecking:
    case Stage::Ready:
    case Stage::Cancelling:
    case Stage::Completed:
    case Stage::RolledBack:
    case Stage::Cancelled:
    case Stage::Failed:
      return false;
  }
  return false;
}

namespace {

MaintenanceRoute maintenance_of(const Plan& plan) {
  MaintenanceRoute route;
  route.release = plan.release;
  route.everyone = plan.downtime_window->everyone;
  route.tenants = {plan.downtime_window->tenants.begin(), plan.downtime_window->tenants.end()};
  return route;
}

}  // namespace

RoutingTable routes_of_wave(const Plan& plan, std::uint32_t number, bool downtime) {
  RoutingTable table;
  const bool maintained = downtime && number < plan.last_wave_of_downtime();
  const bool settled = number > plan.waves.size();
  for (const PlannedComponent& component : plan.components) {
    ComponentRoutes& routes = table.components[component.name];
    routes.stable = settled ? component.to : component.from;
    if (maintained) routes.maintenance = maintenance_of(plan);
    if (number == 0 || settled) continue;
    const PlannedWave& wave = plan.wave(number);
    CandidateRoute candidate;
    candidate.release = plan.release;
    candidate.version = component.to;
    candidate.leased = plan.guard.guard_lost == GuardLost::Old;
    candidate.tenants = {wave.serves.begin(), wave.serves.end()};
    for (std::uint32_t bucket = 0; bucket < wave.buckets; ++bucket)
      candidate.buckets.insert(bucket);
    candidate.everyone = wave.everyone;
    routes.candidate = std::move(candidate);
  }
  return table;
}

std::optional<RoutingTable> intended_routes(const Plan& plan, const State& state) {
  if (state.rollback) return routes_of_wave(plan, 0);
  if (state.settled) return routes_of_wave(plan, static_cast<std::uint32_t>(plan.waves.size()) + 1);
  if (!state.may_carry_traffic && !state.downtime) return std::nullopt;
  return routes_of_wave(plan, state.wave, state.downtime);
}

std::vector<base::StepId> undecided_steps(const Plan& plan, const State& state) {
  std::vector<base::StepId> undecided;
  if (is_terminal(state.stage) || state.stage == Stage::RollingBack ||
      state.stage == Stage::Cancelling)
    return undecided;  // passed over: nothing waits for them any more
  for (const Step& step : plan.steps)
    if (state.status_of(step.id) == StepStatus::OutcomeUnknown &&
        class_of(plan, EffectKind::RunStep, step.id.str()) == EffectClass::Once)
      undecided.push_back(step.id);
  return undecided;
}

std::vector<base::StepId> waiting_for_people(const Plan& plan, const State& state) {
  std::vector<base::StepId> waiting = undecided_steps(plan, state);
  const auto collect = [&](const std::vector<Step>& steps, auto wanted) {
    for (const Step& step : steps)
      if (state.status_of(step.id) != StepStatus::Passed && wanted(step))
        waiting.push_back(step.id);
  };
  const auto is_peoples = [&](const Step& step) {
    // An inconclusive comparison: somebody answers for it, or has it made again.
    if (std::holds_alternative<CompareAction>(step.action))
      return state.status_of(step.id) == StepStatus::Failed;
    return std::holds_alternative<Attestation>(step.action) ||
           std::holds_alternative<ApprovalAction>(step.action);
  };
  const auto phase_of = [](Stage stage) -> std::optional<Phase> {
    if (stage == Stage::Preparing) return Phase::Preparation;
    if (stage == Stage::Announced || stage == Stage::PreChecking) return Phase::PreCheck;
    if (stage == Stage::Deployed) return Phase::Rollout;
    if (stage == Stage::PostChecking) return Phase::PostCheck;
    return std::nullopt;
  };
  const std::optional<Phase> phase = phase_of(state.stage);
  const bool ended = is_terminal(state.stage);
  const bool called_off = state.stage == Stage::Cancelled || state.stage == Stage::Failed;
  const auto signs_off = [](const Step& step) {
    const auto* approval = std::get_if<ApprovalAction>(&step.action);
    return approval != nullptr && approval->decision == ApprovalKind::SignOff;
  };
  collect(plan.steps, [&](const Step& step) {
    if (step.follow_up && called_off) return signs_off(step) && sign_off_outstanding(plan, state);
    if (step.follow_up) return ended && state.stage == Stage::Completed && is_peoples(step);
    return phase && step.phase == *phase && is_peoples(step);
  });
  if (state.rollback) collect(plan.rollback, is_peoples);
  return waiting;
}

EffectClass class_of(const Plan& plan, EffectKind kind, const std::string& subject) {
  switch (kind) {
    case EffectKind::RunStep: {
      const Step* step = plan.find_step(base::StepId(subject));
      if (step == nullptr) return EffectClass::Once;
      if (const auto* command = std::get_if<CommandCheck>(&step->action))
        return command->repeatable ? EffectClass::Repeatable : EffectClass::Once;
      if (const auto* http = std::get_if<HttpCheck>(&step->action)) {
        const bool safe = http->method == "GET" || http->method == "HEAD";
        return safe ? EffectClass::Repeatable : EffectClass::Once;
      }
      return EffectClass::Repeatable;
    }
    case EffectKind::DeployVersion:
    case EffectKind::MoveTraffic:
    case EffectKind::SettleTraffic:
    case EffectKind::RestoreCapacity:
    case EffectKind::ArrangeCapacity:
    case EffectKind::BeginDowntime:
      return EffectClass::Readable;
    case EffectKind::ReturnTraffic:
    case EffectKind::RetireNew:
    case EffectKind::RetireOld:
    case EffectKind::SignCheckpoint:
    case EffectKind::CompareKpis:
    case EffectKind::CheckIntegrity:
    case EffectKind::WriteSummary:
    case EffectKind::KeepWindows:
    case EffectKind::EndDowntime:
      return EffectClass::Repeatable;
  }
  return EffectClass::Once;
}

std::vector<std::string> state_differences(const State& a, const State& b) {
  std::vector<std::string> names;
  const auto look = [&](const char* name, const auto& one, const auto& other) {
    if (!(one == other)) names.emplace_back(name);
  };
  look("version", a.version, b.version);
  look("stage", a.stage, b.stage);
  look("plan", a.plan, b.plan);
  look("anchor", a.anchor, b.anchor);
  look("last_seen", a.last_seen, b.last_seen);
  look("t0", a.t0, b.t0);
  look("steps", a.steps, b.steps);
  look("approvals", std::tie(a.approvals, a.requester), std::tie(b.approvals, b.requester));
  look("wave", std::tie(a.wave, a.wave_run), std::tie(b.wave, b.wave_run));
  look("hold", std::tie(a.guarded, a.guarded_real, a.hold_requests, a.guard_state, a.hold_done),
       std::tie(b.guarded, b.guarded_real, b.hold_requests, b.guard_state, b.hold_done));
  look("verdict", a.verdict, b.verdict);
  look("paused", a.paused, b.paused);
  look("rollback", a.rollback, b.rollback);
  look("open", a.open, b.open);
  look("comparison", a.comparison_values, b.comparison_values);
  look("old_version", std::tie(a.old_gone, a.old_failed), std::tie(b.old_gone, b.old_failed));
  look("downtime", std::tie(a.downtime, a.downtime_since), std::tie(b.downtime, b.downtime_since));
  look("capacity", std::tie(a.capacity_wave, a.arranged, a.retiring_new),
       std::tie(b.capacity_wave, b.arranged, b.retiring_new));
  look("lease", std::tie(a.lease_since, a.lease_given, a.lease_expired),
       std::tie(b.lease_since, b.lease_given, b.lease_expired));
  if (names.empty() && !(a == b)) names.emplace_back("another field");
  return names;
}

std::string_view name_of_input(const InputBody& body) {
  static constexpr std::array<std::string_view, std::variant_size_v<InputBody>> kNames{
      "run-requested",     "clock-bound",        "wall-clock-stepped",   "ticked",
      "effect-returned",   "hold-progressed",    "verdict-reached",      "attested",
      "approved",          "rejected",           "pause-requested",      "resume-requested",
      "promote-requested", "rollback-requested", "stop-requested",       "restarted",
      "lease-lost",        "routes-changed",     "old-capacity-changed", "emergency-found",
      "router-brought-up"};
  return kNames[body.index()];
}

}  // namespace stellwerk::core
