#include "core/approvals.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/decide.h"
#include "core/permissions.h"

namespace stellwerk::core {
namespace {

bool before_traffic(Stage stage) {
  return stage == Stage::Preparing || stage == Stage::Announced || stage == Stage::PreChecking ||
         stage == Stage::Ready;
}

bool is_role_of(const Step& step, Role role) {
  return std::find(step.roles.begin(), step.roles.end(), role) != step.roles.end();
}

/// This approval speaks of this step.
bool speaks_of(const Approval& approval, const Step& step, const ApprovalAction& action) {
  return approval.decision == action.decision && is_role_of(step, approval.role) &&
         (approval.signature || !action.signature_required);
}

/// Those on which the release may begin.
bool lets_begin(const Approval& approval) {
  return approval.decision == ApprovalKind::Approve ||
         approval.decision == ApprovalKind::AcceptFeatures ||
         approval.decision == ApprovalKind::AcceptChangelog;
}

std::optional<Role> role_for(const Step& step, const Person& person,
                             const std::optional<Role>& asked) {
  for (const Role role : step.roles)
    if (has_role(person, role) && (!asked || *asked == role)) return role;
  return std::nullopt;
}

}  // namespace

bool requested_it(const Plan& plan, const State& state, const base::PersonId& person) {
  return person == state.requester || person.str() == plan.requested_by;
}

bool open_for_approval(const State& state, const Step& step) {
  if (!step.follow_up) return step.phase != Phase::Rollback && before_traffic(state.stage);
  if (step.phase == Phase::Rollback) return state.rollback.has_value() && is_terminal(state.stage);
  const bool called_off = state.stage == Stage::Cancelled || state.stage == Stage::Failed;
  return state.stage == Stage::Completed || called_off;
}

std::optional<OpenApproval> wanted_approval(const Plan& plan, const State& state,
                                            const Person& person, const Approved& in) {
  for (const auto* steps : {&plan.steps, &plan.rollback})
    for (const Step& step : *steps) {
      const auto* action = std::get_if<ApprovalAction>(&step.action);
      if (action == nullptr || (in.decision && *in.decision != action->decision)) continue;
      if (state.status_of(step.id) == StepStatus::Passed || !open_for_approval(state, step))
        continue;
      const std::optional<Role> role = role_for(step, person, in.role);
      const bool gave =
          std::any_of(state.approvals.begin(), state.approvals.end(), [&](const Approval& each) {
            return each.person == person.id && speaks_of(each, step, *action);
          });
      if (role && !gave) return OpenApproval{&step, *role};
    }
  return std::nullopt;
}

std::string not_independent(const Plan& plan, const State& state, const Step& step,
                            const Person& person) {
  const auto* action = std::get_if<ApprovalAction>(&step.action);
  if (action == nullptr || !step.follow_up) return {};
  const bool began_it =
      std::any_of(state.approvals.begin(), state.approvals.end(), [&](const Approval& each) {
        return each.person == person.id && each.decision == ApprovalKind::EmergencyApprove;
      });
  if (action->decision == ApprovalKind::SignOff && began_it)
    return "the emergency approval is theirs, and another person signs it off";
  if (plan.separation_of_duties && requested_it(plan, state, person.id))
    return "they requested the release, and another person decides on that";
  return {};
}

std::string lacks(const Plan& plan, const State& state, const Step& step) {
  const auto* action = std::get_if<ApprovalAction>(&step.action);
  if (action == nullptr || state.status_of(step.id) == StepStatus::Passed) return {};
  std::set<base::PersonId> here;
  for (const Approval& each : state.approvals)
    if (speaks_of(each, step, *action)) here.insert(each.person);
  if (here.size() < action->count) return fmt::format("{} of {} given", here.size(), action->count);
  if (step.follow_up) return {};
  std::set<base::PersonId> people;
  for (const Approval& each : state.approvals)
    if (lets_begin(each)) people.insert(each.person);
  const bool only_requesters = std::all_of(people.begin(), people.end(), [&](const auto& each) {
    return requested_it(plan, state, each);
  });
  if (plan.separation_of_duties && only_requesters)
    return "who requested the release never approves it alone: another person must approve, too";
  if (plan.two_persons && people.size() < 2)
    return "two different people must approve this release";
  return {};
}

bool sign_off_outstanding(const Plan& plan, const State& state) {
  const bool emergency = std::any_of(
      state.approvals.begin(), state.approvals.end(),
      [](const Approval& each) { return each.decision == ApprovalKind::EmergencyApprove; });
  if (!emergency) return false;
  const bool done =
      std::any_of(state.approvals.begin(), state.approvals.end(),
                  [](const Approval& each) { return each.decision == ApprovalKind::SignOff; });
  return !done && !plan.steps.empty();
}

std::vector<base::StepId> missing_for_completeness(const Plan& plan, const State& state) {
  std::vector<base::StepId> missing;
  const auto collect = [&](const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      const auto* action = std::get_if<ApprovalAction>(&step.action);
      const bool itself = action != nullptr && action->decision == ApprovalKind::AcceptCompleteness;
      if (!itself && state.status_of(step.id) != StepStatus::Passed) missing.push_back(step.id);
    }
  };
  // What a release did not come to has no entries, and needs none.
  if (state.rollback)
    collect(plan.rollback);
  else if (state.stage == Stage::Completed)
    collect(plan.steps);
  else if (sign_off_outstanding(plan, state))
    missing.emplace_back("post-check/sign-off");
  return missing;
}

}  // namespace stellwerk::core
