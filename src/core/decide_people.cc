// What people ask for: who may, when it makes sense, and what it does. A command that is not
// carried out is refused with the reason; it leaves no entry.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/mutation.h"
#include "base/text.h"
#include "core/approvals.h"
#include "core/decider.h"
#include "core/names.h"
#include "core/permissions.h"

namespace stellwerk::core {
namespace {

const base::StepId kSignOff("post-check/sign-off");

/// Refuses and returns nullptr unless the person is known to the plan.
const Person* known(Decider& d, std::string_view action) {
  const Person* person = d.plan.find_person(d.by);
  if (person == nullptr)
    d.refuse(
        base::error(base::Code::Forbidden, "ENG-0010",
                    fmt::format("{} is not carried out: it is not known who asks", action))
            .because("nobody of that operating-system user stands under `people` in stellwerk.yaml")
            .now("the release is unchanged"));
  return person;
}

void forbid(Decider& d, const Person& person, std::string_view action, std::string why) {
  d.refuse(base::error(base::Code::Forbidden, "ENG-0011",
                       fmt::format("{} may not {}", person.id.str(), action))
               .because(std::move(why))
               .now("the release is unchanged"));
}

/// Refuses and returns false unless the person is known to the plan and has the permission.
bool allowed(Decider& d, Permission permission, std::string_view action) {
  const Person* person = known(d, action);
  if (person == nullptr) return false;
  if (may(*person, permission)) return true;
  forbid(d, *person, action, "it takes one of the roles " + roles_text(row_of(permission).roles));
  return false;
}

/// The same for a step, whose own roles count.
bool allowed(Decider& d, const Step& step, std::string_view action) {
  const Person* person = known(d, action);
  if (person == nullptr) return false;
  if (has_any_role(*person, step.roles)) return true;
  std::vector<std::string_view> names;
  for (const Role role : step.roles) names.push_back(to_string(role));
  forbid(d, *person, action, fmt::format("it takes one of the roles {}", fmt::join(names, ", ")));
  return false;
}

base::Error not_now(const Decider& d, std::string_view action, std::string why) {
  return base::error(base::Code::Conflict, "ENG-0012",
                     fmt::format("{} is not possible now", action))
      .because(std::move(why))
      .now(fmt::format("release {} is {}{}", d.plan.release.str(), to_string(d.s.stage),
                       d.s.paused ? ", paused" : ""))
      .then(fmt::format("stellwerk release show {}", d.plan.release.str()), "where it stands");
}

bool under_way(Decider& d, std::string_view action) {
  if (!is_terminal(d.s.stage)) return true;
  d.refuse(not_now(d, action, "the release has ended"));
  return false;
}

bool before_rollout(Stage stage) {
  return stage == Stage::Preparing || stage == Stage::Announced || stage == Stage::PreChecking ||
         stage == Stage::Ready;
}

bool going_back(Stage stage) { return stage == Stage::RollingBack || stage == Stage::Cancelling; }

/// Why it is too late to approve or reject.
std::string too_late(Stage stage) {
  return going_back(stage) ? "the release is going back" : "the rollout has begun";
}

/// A manual step can be attested once its phase has begun.
bool phase_begun(const State& s, Phase phase) {
  switch (phase) {
    case Phase::Preparation:
      return s.stage != Stage::Unborn;
    case Phase::PreCheck:
      return s.t0.has_value();  // people may be ready before the hour
    case Phase::Rollout:        // once the new version runs
      return s.stage == Stage::Deployed || s.may_carry_traffic || s.rollout_completed;
    case Phase::PostCheck:
      return s.rollout_completed;
    case Phase::Rollback:
      return s.rollback.has_value();
  }
  return false;
}

/// Steps whose last word is a person's: manual ones, an inconclusive comparison, an unknown
/// outcome.
bool attestable(const Step& step, StepStatus status) {
  if (status == StepStatus::Passed) return false;
  if (std::holds_alternative<Attestation>(step.action)) return true;
  if (status == StepStatus::OutcomeUnknown) return true;
  return std::holds_alternative<CompareAction>(step.action) && status == StepStatus::Failed;
}

bool same_plan(Decider& d, const base::Digest& digest) {
  if (digest == d.s.plan || base::mutated(base::Mutation::AcceptAnyPlan)) return true;
  d.refuse(base::error(base::Code::Conflict, "ENG-0013",
                       "the approval is for another plan than the one under way")
               .because(fmt::format("it names {}, the release carries out {}", digest.short_text(),
                                    d.s.plan.short_text()))
               .now("the release is unchanged")
               .then(fmt::format("stellwerk release show {}", d.plan.release.str()),
                     "the plan that waits for approval"));
  return false;
}

/// The release starts from its old versions: they run and the router serves them, before anything
/// is checked.
std::vector<Wanted> old_versions(const Plan& plan) {
  std::vector<Wanted> wanted;
  for (const PlannedComponent& component : plan.components)
    wanted.push_back({EffectKind::RestoreCapacity, component.name.str()});
  return wanted;
}

base::Error no_such_step(const Decider& d, const base::StepId& step) {
  return base::error(base::Code::NotFound, "ENG-0014",
                     fmt::format("release {} has no step {}", d.plan.release.str(),
                                 base::printable(step.str(), 80)))
      .then(fmt::format("stellwerk release show {}", d.plan.release.str()),
            "the steps that wait for somebody");
}

/// What may have happened is not started a second time unless a person says so, step by step.
base::Error happened_or_not(const Decider& d, const base::StepId& step) {
  const std::string& release = d.plan.release.str();
  return base::error(base::Code::Conflict, "ENG-0017",
                     fmt::format("it is not known whether {} happened", step.str()))
      .because(
          "Stellwerk was stopped or gave up while it ran, and running it again may do it twice")
      .now(fmt::format("release {} is unchanged; the step waits for somebody's word", release))
      .then(fmt::format("stellwerk attest {} {}", release, step.str()),
            "it did happen: the step passes")
      .then(fmt::format("stellwerk release resume {} --again {}", release, step.str()),
            "it did not: run it again");
}

/// Refuses and returns false unless every undecided step is decided by `again`, and nothing else is
/// named there.
bool decided_on(Decider& d, const std::vector<base::StepId>& again) {
  const std::vector<base::StepId> undecided = undecided_steps(d.plan, d.s);
  const auto holds = [](const std::vector<base::StepId>& list, const base::StepId& step) {
    return std::find(list.begin(), list.end(), step) != list.end();
  };
  for (const base::StepId& step : again) {
    if (holds(undecided, step)) continue;
    if (d.plan.find_step(step) == nullptr)
      d.refuse(no_such_step(d, step));
    else
      d.refuse(not_now(d, "running " + step.str() + " again",
                       fmt::format("it is {}", to_string(d.s.status_of(step)))));
    return false;
  }
  for (const base::StepId& step : undecided)
    if (d.s.paused && !holds(again, step)) {
      d.refuse(happened_or_not(d, step));
      return false;
    }
  return true;
}

/// A pause for a failed or undecided step ends when that step has passed; if another failed too,
/// it goes on for that one.
void end_waiting(Decider& d) {
  const bool over = d.s.paused && d.s.paused->cause == PauseCause::StepFailed &&
                    d.s.status_of(base::StepId(d.s.paused->detail)) == StepStatus::Passed;
  if (!over || going_back(d.s.stage)) return;
  if (auto undone = d.left_undone())
    d.pause(PauseCause::StepFailed, std::move(*undone));
  else
    d.emit(ReleaseResumed{false, {}}, {}, d.by);
}

void reopen_failed_steps(Decider& d) {
  std::vector<base::StepId> failed;
  for (const auto& [id, step] : d.s.steps)
    if (step.status == StepStatus::Failed || step.status == StepStatus::OutcomeUnknown)
      failed.push_back(id);
  for (const base::StepId& id : failed) d.emit(StepReopened{id}, {}, d.by);
}

/// After the lease ran out the wave starts anew; a watch that had begun is watched again.
void restart_wave(Decider& d) {
  for (const Step& step : d.plan.steps) {
    const bool again = std::holds_alternative<WatchAction>(step.action) ||
                       std::holds_alternative<CompareAction>(step.action) ||
                       std::holds_alternative<IntegrityAction>(step.action);
    if (again && d.s.status_of(step.id) != StepStatus::Open) d.emit(StepReopened{step.id});
  }
  d.call_off(EffectKind::MoveTraffic,
             "the wave begins anew");  // routes that were being put right for its last run
  d.emit(TrafficIntended{d.s.wave},
         {d.keep_windows(), {EffectKind::MoveTraffic, std::to_string(d.s.wave)}});
}

std::string approvers_of(const State& s, const Step& step) {
  const auto& action = std::get<ApprovalAction>(step.action);
  std::vector<std::string_view> names;
  for (const Approval& each : s.approvals)
    if (each.decision == action.decision &&
        std::find(step.roles.begin(), step.roles.end(), each.role) != step.roles.end())
      names.push_back(each.person.str());
  return fmt::format("{}", fmt::join(names, ", "));
}

bool approved_as_planned(const Decider& d) {
  const bool emergency = std::any_of(
      d.s.approvals.begin(), d.s.approvals.end(),
      [](const Approval& each) { return each.decision == ApprovalKind::EmergencyApprove; });
  return !emergency && std::all_of(d.plan.steps.begin(), d.plan.steps.end(), [&](const Step& step) {
    const auto* action = std::get_if<ApprovalAction>(&step.action);
    return action == nullptr || step.follow_up || d.s.status_of(step.id) == StepStatus::Passed;
  });
}

void need_no_sign_off(Decider& d) {
  for (const auto* steps : {&d.plan.steps, &d.plan.rollback})
    for (const Step& step : *steps) {
      const auto* action = std::get_if<ApprovalAction>(&step.action);
      const bool open = action != nullptr && action->decision == ApprovalKind::SignOff &&
                        d.s.status_of(step.id) != StepStatus::Passed;
      if (open) d.emit(StepPassed{step.id, "approved before the start", {}});
    }
}

/// Every step whose approvals are enough now passes; a regular approval needs no signing off.
void pass_approved(Decider& d) {
  const auto pass = [&](const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      if (!std::holds_alternative<ApprovalAction>(step.action)) continue;
      if (d.s.status_of(step.id) == StepStatus::Passed || !open_for_approval(d.s, step)) continue;
      if (lacks(d.plan, d.s, step).empty())
        d.emit(StepPassed{step.id, "approved by " + approvers_of(d.s, step), {}});
    }
  };
  pass(d.plan.steps);
  pass(d.plan.rollback);
  if (d.plan.type == ReleaseType::Hotfix && approved_as_planned(d)) need_no_sign_off(d);
}

base::Error unsigned_approval(const Decider& d, const Step& step) {
  return base::error(base::Code::Rejected, "ENG-0036",
                     fmt::format("{} takes a signature", step.id.str()))
      .because("the plan demands that this is signed with the key of a person")
      .now("the release is unchanged")
      .then(fmt::format("stellwerk approve {} --key ~/.ssh/id_ed25519", d.plan.release.str()),
            "signs it with an OpenSSH key that stands in stellwerk.yaml");
}

base::Error not_complete(const Decider& d, const std::vector<base::StepId>& missing) {
  constexpr std::size_t kNamed = 10;
  std::vector<std::string_view> names;
  for (const base::StepId& id : missing)
    if (names.size() < kNamed) names.push_back(id.str());
  return base::error(base::Code::Conflict, "ENG-0037",
                     fmt::format("the record of {} is not complete", d.plan.release.str()))
      .because(fmt::format("{} step(s) of the plan have no entry that they passed: {}{}",
                           missing.size(), fmt::join(names, ", "),
                           missing.size() > kNamed ? " …" : ""))
      .now("the release is unchanged")
      .then(fmt::format("stellwerk release show {}", d.plan.release.str()), "what is open");
}

/// What stands against this person's word on this step although it is wanted.
bool refuse_as_not_possible(Decider& d, const Person& person, const Step& step,
                            const Approved& in) {
  const auto& action = std::get<ApprovalAction>(step.action);
  if (action.signature_required && !in.signature) {
    d.refuse(unsigned_approval(d, step));
    return true;
  }
  if (std::string why = not_independent(d.plan, d.s, step, person); !why.empty()) {
    forbid(d, person, "decide on " + step.id.str(), std::move(why));
    return true;
  }
  if (action.decision != ApprovalKind::AcceptCompleteness) return false;
  const auto missing = missing_for_completeness(d.plan, d.s);
  if (missing.empty()) return false;
  d.refuse(not_complete(d, missing));
  return true;
}

void refuse_unwanted(Decider& d, const Person& person) {
  if (!under_way(d, "approving")) return;
  if (!before_rollout(d.s.stage)) return d.refuse(not_now(d, "approving", too_late(d.s.stage)));
  d.refuse(base::error(base::Code::Conflict, "ENG-0015",
                       fmt::format("no approval of {} is missing", person.id.str()))
               .because("it was given before, or the plan asks for other roles")
               .now("the release is unchanged"));
}

/// As whom they say it: the role they signed, or the first of theirs that may.
std::optional<Role> emergency_role(const Person& person, const std::optional<Role>& asked) {
  const RoleSet& may_say = row_of(Permission::EmergencyApprove).roles;
  for (const Role role : kRoles)
    if (may_say.contains(role) && has_role(person, role) && (!asked || *asked == role)) return role;
  return std::nullopt;
}

/// A hotfix may begin at once: its approvals are given afterwards, by somebody else.
void approve_in_emergency(Decider& d, const Person& person, const Approved& in) {
  if (!under_way(d, "approving") ||
      !allowed(d, Permission::EmergencyApprove, "approve in an emergency"))
    return;
  if (d.plan.type != ReleaseType::Hotfix || d.plan.find_step(kSignOff) == nullptr)
    return d.refuse(not_now(d, "an emergency approval", "only a hotfix can begin under one"));
  if (!before_rollout(d.s.stage)) return d.refuse(not_now(d, "approving", too_late(d.s.stage)));
  if (!in.reason)
    return d.refuse(
        base::error(base::Code::InvalidArgument, "ENG-0030", "an emergency approval needs a reason")
            .because("the record must say why nobody could approve before")
            .now("the release is unchanged"));
  std::vector<base::StepId> open;
  for (const Step& step : d.plan.steps) {
    const auto* action = std::get_if<ApprovalAction>(&step.action);
    if (action == nullptr || step.follow_up || d.s.status_of(step.id) == StepStatus::Passed)
      continue;
    if (action->signature_required && !in.signature) return d.refuse(unsigned_approval(d, step));
    open.push_back(step.id);
  }
  if (open.empty()) return d.ignore("everything is approved already");
  const std::optional<Role> role = emergency_role(person, in.role);
  if (!role)
    return forbid(d, person, fmt::format("approve in an emergency as {}", to_string(*in.role)),
                  "it takes one of the roles " +
                      roles_text(row_of(Permission::EmergencyApprove).roles) + ", and to have it");
  d.emit(ApprovalGranted{person.id, *role, in.plan, in.signature, ApprovalKind::EmergencyApprove,
                         in.document, in.key, in.reason},
         {}, d.by);
  for (const base::StepId& id : open)
    d.emit(StepPassed{
        id, fmt::format("emergency approval by {}, to be signed off", person.id.str()), {}});
}

}  // namespace

std::optional<base::Error> refusal_to_start(const Plan& plan, const base::PersonId& by) {
  const Person* person = plan.find_person(by);
  const auto refused = [&](std::string_view id, std::string message, std::string why) {
    return base::error(base::Code::Forbidden, std::string(id), std::move(message))
        .because(std::move(why))
        .now("nothing was started");
  };
  if (person == nullptr)
    return refused(
        "ENG-0010",
        fmt::format("release {} is not started: it is not known who asks", plan.release.str()),
        "nobody of that operating-system user stands under `people` in stellwerk.yaml");
  if (may(*person, Permission::Start)) return std::nullopt;
  return refused("ENG-0011", fmt::format("{} may not start a release", person->id.str()),
                 "it takes one of the roles " + roles_text(row_of(Permission::Start).roles));
}

void on_input(Decider& d, const RunRequested& in) {
  if (d.s.stage != Stage::Unborn) return d.ignore("the release is already under way");
  std::vector<std::string> components;
  for (const PlannedComponent& component : d.plan.components)
    components.push_back(fmt::format("{} {} → {}", component.name.str(), component.from.to_string(),
                                     component.to.to_string()));
  d.emit(ReleasePlanned{in.plan, d.plan.release_file, d.plan.type, std::move(components)}, {},
         d.by);
  d.emit(ClockAnchored{d.now.wall, d.now.runbook, in.speed});
  ReleaseScheduled scheduled;
  if (d.plan.schedule.start) scheduled.start_us = d.plan.schedule.start->us;
  scheduled.announce_lead = d.plan.schedule.announce_lead;
  d.emit(std::move(scheduled), old_versions(d.plan));
}

void on_input(Decider& d, const Attested& in) {
  const Step* step = d.plan.find_step(in.step);
  if (step == nullptr) return d.refuse(no_such_step(d, in.step));
  if (!allowed(d, *step, "attest " + step->id.str())) return;
  const StepStatus status = d.s.status_of(step->id);
  if (status == StepStatus::Passed) return d.ignore("the step has passed already");
  if (!attestable(*step, status))
    return d.refuse(
        not_now(d, "attesting " + step->id.str(),
                fmt::format("it is a {} step and {}", kind_of(step->action), to_string(status))));
  const bool may_be_late = step->follow_up && is_terminal(d.s.stage);
  if (!may_be_late && (is_terminal(d.s.stage) || !phase_begun(d.s, step->phase)))
    return d.refuse(
        not_now(d, "attesting " + step->id.str(),
                is_terminal(d.s.stage) ? "the release has ended" : "its phase has not begun"));
  d.emit(StepAttested{step->id, d.by, in.note, in.summary, in.evidence}, {}, d.by);
  end_waiting(d);
}

void on_input(Decider& d, const Approved& in) {
  if (!same_plan(d, in.plan)) return;
  const Person* person = known(d, "approve");
  if (person == nullptr) return;
  if (in.decision == ApprovalKind::EmergencyApprove) return approve_in_emergency(d, *person, in);
  const auto wanted = wanted_approval(d.plan, d.s, *person, in);
  if (!wanted) return refuse_unwanted(d, *person);
  if (refuse_as_not_possible(d, *person, *wanted->step, in)) return;
  const auto& action = std::get<ApprovalAction>(wanted->step->action);
  d.emit(ApprovalGranted{person->id, wanted->role, in.plan, in.signature, action.decision,
                         in.document, in.key, in.reason},
         {}, d.by);
  pass_approved(d);
}

void on_input(Decider& d, const Rejected& in) {
  if (!under_way(d, "rejecting") || !same_plan(d, in.plan)) return;
  if (!allowed(d, Permission::Reject, "reject")) return;
  if (going_back(d.s.stage)) return d.refuse(not_now(d, "rejecting", too_late(d.s.stage)));
  if (!before_rollout(d.s.stage))
    return d.refuse(
        not_now(d, "rejecting", too_late(d.s.stage) + "; a rollback undoes it")
            .then(fmt::format("stellwerk release rollback {} --reason TEXT", d.plan.release.str()),
                  "back to the old version"));
  d.emit(ApprovalRejected{d.by, in.plan, in.reason, in.document, in.key}, {}, d.by);
  d.begin_cancel(false, "rejected", in.reason, d.by);
}

void on_input(Decider& d, const PauseRequested& in) {
  if (!under_way(d, "pausing") || !allowed(d, Permission::Pause, "pause")) return;
  if (going_back(d.s.stage) || d.s.stage == Stage::Concluding)
    return d.refuse(not_now(d, "pausing", "the release is coming to its end"));
  // A pause that the guard would end by itself becomes the person's.
  const bool ends_by_itself =
      d.s.paused && d.s.paused->cause == PauseCause::Guard && d.plan.guard.resume_on_recovery;
  if (d.s.paused && !ends_by_itself) return d.ignore("it is paused already");
  d.pause(PauseCause::Person, d.by.str(), in.reason, d.by);
}

void on_input(Decider& d, const ResumeRequested& in) {
  if (!under_way(d, "resuming") || !allowed(d, Permission::Resume, "resume")) return;
  if (going_back(d.s.stage)) return d.refuse(not_now(d, "resuming", "the release is going back"));
  if (!d.s.paused && in.again.empty()) return d.refuse(not_now(d, "resuming", "it is not paused"));
  if (!decided_on(d, in.again)) return;
  if (!d.s.paused) {
    for (const base::StepId& step : in.again) d.emit(StepReopened{step}, {}, d.by);
    return;
  }
  const bool guard_objects = guard_armed(d.s) && d.s.verdict &&
                             d.s.verdict->action != Action::Continue && !d.s.lease_expired;
  if (guard_objects)
    return d.refuse(
        not_now(d, "resuming",
                fmt::format("the guard still says {}: {}", to_string(d.s.verdict->action),
                            to_string(d.s.verdict->cause)))
            .then(fmt::format("stellwerk release watch {}", d.plan.release.str()), "the figures")
            .then(fmt::format("stellwerk release rollback {} --reason TEXT", d.plan.release.str()),
                  "back to the old version"));
  d.emit(ReleaseResumed{false, in.reason}, {}, d.by);
  reopen_failed_steps(d);
  if (d.left_undone())  // no step is any more, so it is the old version
    d.emit(EffectRequested{"bring up the old version"}, old_versions(d.plan));
  if (d.s.lease_expired) restart_wave(d);
}

void on_input(Decider& d, const PromoteRequested&) {
  if (!under_way(d, "promoting") || !allowed(d, Permission::Promote, "promote")) return;
  if (d.s.stage == Stage::Holding && d.s.promoted)
    return d.ignore("the rest of the hold is skipped already");
  if (d.s.stage != Stage::Holding)
    return d.refuse(not_now(d, "promoting", "no hold is running that could be skipped"));
  if (d.s.paused) return d.refuse(not_now(d, "promoting", "it is paused; resume it first"));
  if (d.s.verdict && d.s.verdict->action != Action::Continue)
    return d.refuse(
        not_now(d, "promoting", fmt::format("the guard says {}", to_string(d.s.verdict->action))));
  // The hold still ends by what the guard has measured (hold_complete), only not by its length.
  d.emit(ReleasePromoted{d.s.wave}, {}, d.by);
}

void on_input(Decider& d, const RollbackRequested& in) {
  // As long as the guard would take it back, so can a person.
  if (d.s.stage == Stage::Completed || (d.s.stage == Stage::Concluding && !guard_armed(d.s))) {
    d.refuse(base::error(base::Code::Conflict, "ENG-0016",
                         fmt::format("release {} is complete and cannot be rolled back",
                                     d.plan.release.str()))
                 .because("its old version has stood by as long as it was to, and is stopped")
                 .now("the new version serves everyone")
                 .then("stellwerk plan RELEASE", "plan the reverse release as one of its own"));
    return;
  }
  if (!under_way(d, "rolling back") || !allowed(d, Permission::RollBack, "roll back")) return;
  if (going_back(d.s.stage)) return d.ignore("it is going back already");
  d.begin_rollback(RollbackCause::Person, d.by.str(), in.reason, d.by);
}

}  // namespace stellwerk::core
