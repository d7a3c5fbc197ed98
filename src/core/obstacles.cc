// What stands between a plan and its execution: what this version cannot do yet, and approvals or
// attestations that nobody here can give.
#include <fmt/format.h>

#include <algorithm>

#include "core/compile.h"

namespace stellwerk::core {
namespace {

base::Error cannot_run(std::string what, std::string why) {
  return base::error(base::Code::Rejected, "PLN-0010", std::move(what))
      .because(std::move(why))
      .now("nothing was started");
}

bool holds(const Person& person, Role role) {
  return std::find(person.roles.begin(), person.roles.end(), role) != person.roles.end();
}

std::size_t people_with(const Plan& plan, Role role) {
  return static_cast<std::size_t>(
      std::count_if(plan.people.begin(), plan.people.end(),
                    [&](const Person& person) { return holds(person, role); }));
}

void check_strategy(const Plan& plan, std::vector<base::Error>& found) {
  if (plan.strategy != Strategy::Stepwise) return;
  found.push_back(cannot_run("the strategy stepwise cannot be carried out by this version",
                             "data migrations are planned only"));
}

void check_approval(const Plan& plan, const ApprovalAction& approval,
                    std::vector<base::Error>& found) {
  const std::string_view role = to_string(approval.role);
  if (approval.signature_required)
    found.push_back(
        cannot_run(
            fmt::format("the signed approval of the {} cannot be given to this version", role),
            fmt::format("a {} release demands signatures, and approvals are not signed yet",
                        to_string(plan.type)))
            .then("write unsigned_approvals: true in stellwerk.yaml",
                  "if your rules allow that; the plan then notes the deviation"));
  const std::size_t people = people_with(plan, approval.role);
  if (people >= approval.count) return;
  found.push_back(base::error(base::Code::Rejected, "PLN-0011",
                              fmt::format("{} approval(s) of the role {} cannot be given",
                                          approval.count, role))
                      .because(fmt::format("{} person(s) in stellwerk.yaml have that role", people))
                      .now("nothing was started")
                      .then(fmt::format("add the role {} to a person in stellwerk.yaml", role),
                            "who may approve"));
}

void check_attestation(const Plan& plan, const Step& step, std::vector<base::Error>& found) {
  const bool possible = std::any_of(step.roles.begin(), step.roles.end(),
                                    [&](Role role) { return people_with(plan, role) > 0; });
  if (possible) return;
  std::vector<std::string_view> roles;
  for (const Role role : step.roles) roles.push_back(to_string(role));
  found.push_back(
      base::error(base::Code::Rejected, "PLN-0011",
                  fmt::format("nobody can attest the step {}", step.id.str()))
          .because(fmt::format("no person in stellwerk.yaml has one of the roles {}",
                               fmt::join(roles, ", ")))
          .now("nothing was started")
          .then("add one of these roles to a person in stellwerk.yaml", "who may attest it"));
}

}  // namespace

std::vector<base::Error> obstacles(const Plan& plan) {
  std::vector<base::Error> found;
  check_strategy(plan, found);
  for (const auto* steps : {&plan.steps, &plan.rollback})
    for (const Step& step : *steps) {
      if (const auto* approval = std::get_if<ApprovalAction>(&step.action))
        check_approval(plan, *approval, found);
      if (std::holds_alternative<Attestation>(step.action)) check_attestation(plan, step, found);
    }
  return found;
}

}  // namespace stellwerk::core
