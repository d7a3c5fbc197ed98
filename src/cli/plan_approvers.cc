// Who may approve a plan, as plain data for the pure check of the record; declared in
// log_verifier.h.
#include <set>
#include <span>
#include <string>
#include <variant>

#include "cli/log_verifier.h"
#include "core/permissions.h"
#include "core/plan.h"
#include "engine/signed_word.h"

namespace stellwerk::cli {
namespace {

std::set<std::string> words_of(std::span<const core::Role> roles) {
  std::set<std::string> words;
  for (const core::Role role : roles) words.emplace(core::to_string(role));
  return words;
}

/// The roles by which anybody has this permission.
std::set<std::string> roles_with(core::Permission permission) {
  std::set<std::string> words;
  for (const core::Role role : core::kRoles)
    if (core::may({.id = {}, .os_user = {}, .roles = {role}}, permission))
      words.emplace(core::to_string(role));
  return words;
}

void add_approval_steps(const std::vector<core::Step>& steps, audit::PlanApprovers& approvers) {
  for (const core::Step& step : steps) {
    const auto* action = std::get_if<core::ApprovalAction>(&step.action);
    if (action == nullptr) continue;
    // After a rollback, and after the end, it is decided on what has been done.
    const bool is_after = step.follow_up || step.phase == core::Phase::Rollback;
    approvers.steps.push_back({step.id.str(), std::string(core::to_string(action->decision)),
                               words_of(step.roles), action->count, action->signature_required,
                               is_after});
    if (action->decision == core::ApprovalKind::SignOff)
      approvers.emergency_roles = roles_with(core::Permission::EmergencyApprove);
  }
}

}  // namespace

base::Result<audit::PlanApprovers> approvers_of(std::string_view bytes,
                                                const base::Digest& digest) {
  const auto plan = core::decode_plan(bytes);
  if (!plan) return base::fail(plan.error());
  audit::PlanApprovers approvers;
  approvers.expected = {plan->installation, plan->release, digest, engine::artifacts_of(*plan), {}};
  approvers.signers = engine::signers_of(*plan, std::nullopt, {});
  for (const core::Person& person : plan->people)
    approvers.roles_of[person.id.str()] = words_of(person.roles);
  add_approval_steps(plan->steps, approvers);
  add_approval_steps(plan->rollback, approvers);
  if (plan->type != core::ReleaseType::Hotfix) approvers.emergency_roles.clear();
  approvers.reject_roles = roles_with(core::Permission::Reject);
  approvers.requested_by = plan->requested_by;
  approvers.separation_of_duties = plan->separation_of_duties;
  approvers.two_persons = plan->two_persons;
  approvers.signed_commands = plan->signed_commands;
  approvers.command_roles = {{"pause", roles_with(core::Permission::Pause)},
                             {"resume", roles_with(core::Permission::Resume)},
                             {"promote", roles_with(core::Permission::Promote)},
                             {"rollback", roles_with(core::Permission::RollBack)}};
  for (const auto* steps : {&plan->steps, &plan->rollback})
    for (const core::Step& step : *steps)
      approvers.step_roles[step.id.str()] = words_of(step.roles);
  return approvers;
}

}  // namespace stellwerk::cli
