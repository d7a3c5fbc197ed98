// What becomes possible by itself: gates that open, times that come, phases that end. Emits until
// nothing more is due.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/mutation.h"
#include "core/capacity.h"
#include "core/decider.h"

namespace stellwerk::core {
namespace {

bool keeps_gate_closed(const Step& step) { return !step.follow_up; }

/// Started as soon as its phase begins; the others wait for people, records or their turn.
bool starts_with_phase(const StepAction& action) {
  return std::holds_alternative<CommandCheck>(action) ||
         std::holds_alternative<HttpCheck>(action) || std::holds_alternative<HealthAction>(action);
}

std::optional<EffectKind> closing_effect(const StepAction& action) {
  if (std::holds_alternative<CompareAction>(action)) return EffectKind::CompareKpis;
  if (std::holds_alternative<IntegrityAction>(action)) return EffectKind::CheckIntegrity;
  return std::nullopt;
}

}  // namespace

void Decider::emit(Event event, std::vector<Wanted> wanted, const base::PersonId& as) {
  const std::uint64_t version = s.version + 1;
  std::vector<Intent> intents;
  for (std::size_t n = 0; n < wanted.size(); ++n) {
    Wanted& each = wanted[n];
    intents.push_back({base::EffectKey(fmt::format("{}/{}/{}", plan.release.str(), version, n)),
                       each.kind, class_of(plan, each.kind, each.subject), std::move(each.subject),
                       each.attempt, each.delay});
  }
  const std::string type = type_of(event);
  s = evolve_intents(evolve(plan, std::move(s), event, now, as), intents);
  decision.entries.push_back({std::move(event), as, std::move(intents)});
  pass_record_steps(type);
}

/// A step that a record fulfils is passed by the record itself.
void Decider::pass_record_steps(const std::string& type) {
  const auto pass = [&](const Step& step) {
    const auto* record = std::get_if<RecordAction>(&step.action);
    if (record == nullptr || record->event != type || s.status_of(step.id) == StepStatus::Passed)
      return;
    emit(StepPassed{step.id, fmt::format("entry {} of the release", s.version), {}});
  };
  for (const Step& step : plan.steps) pass(step);
  for (const Step& step : plan.rollback) pass(step);
}

Decision Decider::finish() && {
  decision.next = std::move(s);
  return std::move(decision);
}

void Decider::advance() {
  while (advance_once()) {
  }
}

bool Decider::advance_once() {
  if (s.stage == Stage::RollingBack) return advance_rollback();
  if (s.stage == Stage::Cancelling) return advance_cancel();
  if (s.stage == Stage::Concluding) return advance_concluding();
  if (s.paused) return false;
  switch (s.stage) {
    case Stage::Preparing:
      return advance_preparing();
    case Stage::Announced:
      if (!reached(plan.schedule.pre_check)) return false;
      emit(PreCheckStarted{});
      return true;
    case Stage::PreChecking:
      return advance_pre_checking();
    case Stage::Ready:
      return advance_ready();
    case Stage::Deploying:
      return advance_deploying();
    case Stage::Deployed:
      return advance_deployed();
    case Stage::Holding:
      return advance_holding();
    case Stage::PostChecking:
      return advance_post_checking();
    case Stage::Unborn:
    case Stage::Moving:
    case Stage::Concluding:
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

bool Decider::reached(base::Duration offset) const {
  if (base::mutated(base::Mutation::IgnoreSchedule)) return s.t0.has_value();
  return s.t0 && now.runbook >= *s.t0 + offset;
}

bool Decider::gate_open(Phase phase) const {
  if (base::mutated(base::Mutation::OpenGateEarly) && phase == Phase::PreCheck) return true;
  return std::all_of(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
    return step.phase != phase || !keeps_gate_closed(step) ||
           s.status_of(step.id) == StepStatus::Passed;
  });
}

bool Decider::asked_for(EffectKind kind, const std::string& subject) const {
  return std::any_of(s.open.begin(), s.open.end(), [&](const auto& each) {
    return each.second.kind == kind && each.second.subject == subject;
  });
}

bool Decider::has_open(EffectKind kind) const {
  return std::any_of(s.open.begin(), s.open.end(),
                     [&](const auto& each) { return each.second.kind == kind; });
}

/// They run and the router serves them: there is something to go back to.
bool Decider::old_versions_up() const {
  return s.old_failed.empty() && !has_open(EffectKind::RestoreCapacity);
}

const Step* Decider::step_of_kind(std::string_view kind) const {
  const auto found = std::find_if(plan.steps.begin(), plan.steps.end(),
                                  [&](const Step& step) { return kind_of(step.action) == kind; });
  return found == plan.steps.end() ? nullptr : &*found;
}

/// The journal is checked before a gate lets the release pass. False: not checked yet.
bool Decider::journal_checked(const std::string& gate) {
  if (s.gate_checked == gate) return true;
  if (!asked_for(EffectKind::CheckIntegrity, gate))
    emit(EffectRequested{"check the journal: " + gate}, {{EffectKind::CheckIntegrity, gate}});
  return false;
}

/// A wave that is begun anew has other windows, and those before may not be kept yet.
Wanted Decider::keep_windows() const {
  std::string subject = fmt::format("wave {}", s.wave);
  if (s.wave_run > 1) subject += fmt::format(" run {}", s.wave_run);
  if (s.settled) subject += " standby";
  return {EffectKind::KeepWindows, std::move(subject)};
}

bool Decider::start_steps(Phase phase) {
  bool started = false;
  for (const Step& step : plan.steps) {
    if (step.phase != phase || !starts_with_phase(step.action)) continue;
    if (s.status_of(step.id) != StepStatus::Open) continue;
    emit(StepStarted{step.id}, {{EffectKind::RunStep, step.id.str()}});
    started = true;
  }
  return started;
}

bool Decider::advance_preparing() {
  if (start_steps(Phase::Preparation)) return true;
  if (!gate_open(Phase::Preparation) || !journal_checked("gate preparation")) return false;
  const base::RunbookTime earliest = now.runbook + plan.schedule.announce_lead;
  const base::RunbookTime wanted =
      plan.schedule.start ? base::RunbookTime{plan.schedule.start->us} : earliest;
  emit(MaintenanceScheduled{std::max(earliest, wanted)},
       {{EffectKind::SignCheckpoint, "gate preparation"}});
  return true;
}

bool Decider::advance_pre_checking() {
  if (start_steps(Phase::PreCheck)) return true;
  if (!gate_open(Phase::PreCheck) || !old_versions_up()) return false;
  if (!journal_checked("gate pre-check")) return false;
  const auto passed = std::count_if(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
    return step.phase == Phase::PreCheck && s.status_of(step.id) == StepStatus::Passed;
  });
  emit(PreCheckCompleted{static_cast<std::uint32_t>(passed)},
       {{EffectKind::SignCheckpoint, "gate pre-check"}});
  return true;
}

bool Decider::advance_ready() {
  if (!reached(plan.schedule.deploy)) return false;
  emit(ReleaseStarted{});
  emit(StartNotified{});
  if (plan.downtime_window)
    emit(EffectRequested{"begin the downtime"}, {{EffectKind::BeginDowntime, ""}});
  else
    start_deployments();
  return true;
}

/// Those whose predecessors run.
bool Decider::start_deployments() {
  std::set<base::ComponentName> running;
  std::vector<std::pair<const Step*, const DeployAction*>> waiting;
  for (const Step& step : plan.steps)
    if (const auto* deploy = std::get_if<DeployAction>(&step.action)) {
      const StepStatus status = s.status_of(step.id);
      if (status == StepStatus::Passed) running.insert(deploy->component);
      if (status == StepStatus::Open) waiting.emplace_back(&step, deploy);
    }
  bool started = false;
  for (const auto& [step, deploy] : waiting) {
    const auto& after = plan.find_component(deploy->component)->after;
    const bool free = std::all_of(after.begin(), after.end(),
                                  [&](const auto& name) { return running.contains(name); });
    if (!free) continue;
    emit(StepStarted{step->id}, {{EffectKind::DeployVersion, deploy->component.str()}});
    started = true;
  }
  return started;
}

bool Decider::advance_deploying() {
  if (plan.downtime_window && !s.downtime) return false;  // first nobody uses the old version
  if (start_deployments()) return true;
  std::vector<std::string> deployed;
  for (const Step& step : plan.steps) {
    const auto* deploy = std::get_if<DeployAction>(&step.action);
    if (deploy == nullptr) continue;
    if (s.status_of(step.id) != StepStatus::Passed) return false;
    const PlannedComponent* component = plan.find_component(deploy->component);
    deployed.push_back(fmt::format("{} {}", component->name.str(), component->to.to_string()));
  }
  emit(VersionDeployed{std::move(deployed)});
  return true;
}

/// The new version runs without traffic: the release's own checks of it come before the first wave.
bool Decider::advance_deployed() {
  if (start_steps(Phase::Rollout)) return true;
  const bool checked = std::all_of(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
    const bool is_check =
        starts_with_phase(step.action) || std::holds_alternative<Attestation>(step.action);
    return step.phase != Phase::Rollout || !is_check || s.status_of(step.id) == StepStatus::Passed;
  });
  return checked && advance_to_wave(1);
}

bool Decider::has_capacity(std::uint32_t number, bool& emitted) {
  if (plan.capacity == Capacity::Parallel) return true;
  if (base::mutated(base::Mutation::MoveBeforeCapacity)) return true;
  const auto is_arranged = [&](const base::ComponentName& name) {
    const auto found = s.arranged.find(name);
    return found != s.arranged.end() && found->second >= number;
  };
  std::vector<Wanted> wanted;
  bool complete = true;
  for (const PlannedComponent& component : plan.components) {
    if (is_arranged(component.name)) continue;
    complete = false;
    std::string subject = subject_of({number, component.name});
    const bool free = std::all_of(component.after.begin(), component.after.end(), is_arranged);
    if (free && !asked_for(EffectKind::ArrangeCapacity, subject))
      wanted.push_back({EffectKind::ArrangeCapacity, std::move(subject)});
  }
  if (wanted.empty()) return complete;
  emit(EffectRequested{fmt::format("capacity for wave {}", number)}, std::move(wanted));
  emitted = true;
  return false;
}

bool Decider::advance_to_wave(std::uint32_t number) {
  if (!s.promoted && !reached(plan.wave(number).at)) return false;
  // Routes that are being put right for this wave must not come after those of the next.
  if (has_open(EffectKind::MoveTraffic) || has_open(EffectKind::BeginDowntime)) return false;
  // What brings up all of the old version must not come after what lets it give way.
  if (plan.capacity == Capacity::InPlace && has_open(EffectKind::RestoreCapacity)) return false;
  bool emitted = false;
  if (!has_capacity(number, emitted)) return emitted;
  std::vector<Wanted> wanted;
  if (s.wave > 0) wanted.push_back(keep_windows());  // of the wave that ends here
  wanted.push_back({EffectKind::MoveTraffic, std::to_string(number)});
  emit(TrafficIntended{number}, std::move(wanted));
  return true;
}

bool Decider::advance_holding() {
  if (!s.hold_done) return false;
  if (s.wave < plan.waves.size()) return advance_to_wave(s.wave + 1);
  if (!journal_checked("gate rollout")) return false;
  emit(RolloutCompleted{}, {{EffectKind::SignCheckpoint, "gate rollout"}});
  return true;
}

bool Decider::start_closing_checks() {
  bool started = false;
  for (const Step& step : plan.steps) {
    const auto kind = closing_effect(step.action);
    if (!kind || s.status_of(step.id) != StepStatus::Open) continue;
    emit(StepStarted{step.id}, {{*kind, step.id.str()}});
    started = true;
  }
  return started;
}

bool Decider::advance_post_checking() {
  if (start_steps(Phase::PostCheck)) return true;
  const Step* watch = step_of_kind("watch");
  if (watch != nullptr && s.status_of(watch->id) == StepStatus::Open && s.hold_done) {
    emit(StepPassed{
        watch->id, fmt::format("{} guarded", base::to_string(base::whole_seconds(s.guarded))), {}});
    return true;
  }
  if (watch != nullptr && s.status_of(watch->id) != StepStatus::Passed) return false;
  if (start_closing_checks()) return true;

  // The summary reports on all the others, so it comes last.
  const Step* summary = step_of_kind("summary");
  const bool others_passed =
      std::all_of(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
        return step.phase != Phase::PostCheck || !keeps_gate_closed(step) || &step == summary ||
               s.status_of(step.id) == StepStatus::Passed;
      });
  if (!others_passed) return false;
  if (summary != nullptr && s.status_of(summary->id) == StepStatus::Open) {
    emit(StepStarted{summary->id}, {{EffectKind::WriteSummary, summary->id.str()}});
    return true;
  }
  if (!gate_open(Phase::PostCheck)) return false;
  if (has_open(EffectKind::MoveTraffic)) return false;  // as between two waves

  const auto passed = std::count_if(s.steps.begin(), s.steps.end(), [](const auto& each) {
    return each.second.status == StepStatus::Passed;
  });
  const base::Digest comparison = s.comparison.value_or(base::Digest{});
  emit(MetricsRecorded{comparison, s.comparison_values});
  emit(ReleaseVerified{comparison, static_cast<std::uint32_t>(passed)},
       {{EffectKind::SettleTraffic, ""}, {EffectKind::SignCheckpoint, "gate post-check"}});
  emit(SuccessNotified{});
  return true;
}

void Decider::request_end_checkpoint() {
  emit(EffectRequested{"sign the last checkpoint"},
       {{EffectKind::SignCheckpoint, std::string(kEndCheckpoint)}});
}

bool Decider::advance_concluding() {
  if (s.settled && !s.retiring) {
    if (now.runbook < s.completed_at + plan.schedule.standby) return false;
    if (asks_for_rollback(s)) return false;  // the way back stays open until that is decided
    std::vector<Wanted> wanted;
    for (const PlannedComponent& component : plan.components)
      wanted.push_back({EffectKind::RetireOld, component.name.str()});
    if (s.may_carry_traffic) wanted.push_back(keep_windows());  // of the standby that ends here
    emit(EffectRequested{"retire the old version"}, std::move(wanted));
    return true;
  }
  if (!s.retiring || s.closing || !s.open.empty()) return false;
  request_end_checkpoint();
  return true;
}

}  // namespace stellwerk::core
