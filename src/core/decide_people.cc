// What people ask for: who may, when it makes sense, and what it does. A command that is not
// carried out is refused with the reason; it leaves no entry.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/mutation.h"
#include "base/text.h"
#include "core/decider.h"
#include "core/names.h"

namespace stellwerk::core {
namespace {

// Who may steer (docs/concepts.md "Who may do what").
constexpr std::array kMayPause{Role::ReleaseManager, Role::DevOps, Role::Qa};
constexpr std::array kMaySteer{Role::ReleaseManager, Role::DevOps};

std::string role_list(std::span<const Role> roles) {
  std::vector<std::string> names;
  for (const Role role : roles) names.emplace_back(to_string(role));
  return fmt::format("{}", fmt::join(names, ", "));
}

bool holds_one_of(const Person& person, std::span<const Role> roles) {
  return std::any_of(roles.begin(), roles.end(), [&](Role role) {
    return std::find(person.roles.begin(), person.roles.end(), role) != person.roles.end();
  });
}

/// Refuses and returns false unless the person is known to the plan and holds one of the roles.
bool allowed(Decider& d, std::span<const Role> roles, std::string_view action) {
  const Person* person = d.plan.find_person(d.by);
  if (person == nullptr) {
    d.refuse(
        base::error(base::Code::Forbidden, "ENG-0010",
                    fmt::format("{} is not carried out: it is not known who asks", action))
            .because("nobody of that operating-system user stands under `people` in stellwerk.yaml")
            .now("the release is unchanged"));
    return false;
  }
  if (holds_one_of(*person, roles)) return true;
  d.refuse(base::error(base::Code::Forbidden, "ENG-0011",
                       fmt::format("{} may not {}", person->id.str(), action))
               .because("it takes one of the roles " + role_list(roles))
               .now("the release is unchanged"));
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

/// The first approval this person can still give: a role they hold whose step lacks somebody, and
/// not twice.
const Step* wanted_approval(const Decider& d, const Person& person, Role& role) {
  for (const Step& step : d.plan.steps) {
    const auto* approval = std::get_if<ApprovalAction>(&step.action);
    if (approval == nullptr || d.s.status_of(step.id) == StepStatus::Passed) continue;
    const bool holds =
        std::find(person.roles.begin(), person.roles.end(), approval->role) != person.roles.end();
    const bool gave =
        std::any_of(d.s.approvals.begin(), d.s.approvals.end(), [&](const Approval& each) {
          return each.person == person.id && each.role == approval->role;
        });
    if (!holds || gave) continue;
    role = approval->role;
    return &step;
  }
  return nullptr;
}

bool enough_approvals(const State& s, const ApprovalAction& wanted) {
  const auto count =
      std::count_if(s.approvals.begin(), s.approvals.end(), [&](const Approval& each) {
        return each.role == wanted.role && (each.signature || !wanted.signature_required);
      });
  return static_cast<std::uint32_t>(count) >= wanted.count;
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

}  // namespace

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
  if (!allowed(d, step->roles, "attest " + step->id.str())) return;
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
  if (!under_way(d, "approving") || !same_plan(d, in.plan)) return;
  const Person* person = d.plan.find_person(d.by);
  if (person == nullptr) {
    static_cast<void>(allowed(d, kRoles, "approve"));
    return;
  }
  if (!before_rollout(d.s.stage)) return d.refuse(not_now(d, "approving", too_late(d.s.stage)));
  Role role{};
  const Step* step = wanted_approval(d, *person, role);
  if (step == nullptr)
    return d.refuse(base::error(base::Code::Conflict, "ENG-0015",
                                fmt::format("no approval of {} is missing", person->id.str()))
                        .because("it was given before, or the plan asks for other roles")
                        .now("the release is unchanged"));
  d.emit(ApprovalGranted{person->id, role, in.plan, in.signature}, {}, d.by);
  const auto& wanted = std::get<ApprovalAction>(step->action);
  if (enough_approvals(d.s, wanted))
    d.emit(StepPassed{step->id, fmt::format("approved by {}", person->id.str()), {}});
}

void on_input(Decider& d, const Rejected& in) {
  if (!under_way(d, "rejecting") || !same_plan(d, in.plan)) return;
  if (!allowed(d, kRoles, "reject")) return;
  if (going_back(d.s.stage)) return d.refuse(not_now(d, "rejecting", too_late(d.s.stage)));
  if (!before_rollout(d.s.stage))
    return d.refuse(
        not_now(d, "rejecting", too_late(d.s.stage) + "; a rollback undoes it")
            .then(fmt::format("stellwerk release rollback {} --reason TEXT", d.plan.release.str()),
                  "back to the old version"));
  d.emit(ApprovalRejected{d.by, in.plan, in.reason}, {}, d.by);
  d.begin_cancel(false, "rejected", in.reason, d.by);
}

void on_input(Decider& d, const PauseRequested& in) {
  if (!under_way(d, "pausing") || !allowed(d, kMayPause, "pause")) return;
  if (going_back(d.s.stage) || d.s.stage == Stage::Concluding)
    return d.refuse(not_now(d, "pausing", "the release is coming to its end"));
  // A pause that the guard would end by itself becomes the person's.
  const bool ends_by_itself =
      d.s.paused && d.s.paused->cause == PauseCause::Guard && d.plan.guard.resume_on_recovery;
  if (d.s.paused && !ends_by_itself) return d.ignore("it is paused already");
  d.pause(PauseCause::Person, d.by.str(), in.reason, d.by);
}

void on_input(Decider& d, const ResumeRequested& in) {
  if (!under_way(d, "resuming") || !allowed(d, kMaySteer, "resume")) return;
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
  if (!under_way(d, "promoting") || !allowed(d, kMaySteer, "promote")) return;
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
  if (!under_way(d, "rolling back") || !allowed(d, kMaySteer, "roll back")) return;
  if (going_back(d.s.stage)) return d.ignore("it is going back already");
  d.begin_rollback(RollbackCause::Person, d.by.str(), in.reason, d.by);
}

}  // namespace stellwerk::core
