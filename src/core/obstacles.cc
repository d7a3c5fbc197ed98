// What stands between a plan and its execution: what this version cannot do yet, and approvals or
// attestations that nobody here can give.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "core/compile.h"
#include "core/permissions.h"

namespace stellwerk::core {
namespace {

base::Error cannot_run(std::string what, std::string why) {
  return base::error(base::Code::Rejected, "PLN-0010", std::move(what))
      .because(std::move(why))
      .now("nothing was started");
}

void check_strategy(const Plan& plan, std::vector<base::Error>& found) {
  if (plan.strategy != Strategy::Stepwise) return;
  found.push_back(cannot_run("the strategy stepwise cannot be carried out by this version",
                             "data migrations are planned only"));
}

/// As far as keys can be told from the plan: one that was not revoked.
bool can_sign(const Person& person) {
  return std::any_of(person.keys.begin(), person.keys.end(),
                     [](const PersonKey& key) { return !key.revoked; });
}

void check_approval(const Plan& plan, const Step& step, const ApprovalAction& approval,
                    std::vector<base::Error>& found) {
  const auto count = [&](auto wanted) {
    return static_cast<std::size_t>(std::count_if(
        plan.people.begin(), plan.people.end(),
        [&](const Person& person) { return has_any_role(person, step.roles) && wanted(person); }));
  };
  const auto anybody = count([](const Person&) { return true; });
  const auto signers = count(can_sign);
  const std::size_t possible = approval.signature_required ? signers : anybody;
  if (possible >= approval.count) return;
  const std::string_view role = to_string(approval.role);
  const bool only_keys = anybody >= approval.count;
  base::Error error =
      base::error(
          base::Code::Rejected, "PLN-0011",
          fmt::format("{} {}approval(s) of the role {} cannot be given ({})", approval.count,
                      approval.signature_required ? "signed " : "", role, step.id.str()))
          .because(
              only_keys
                  ? fmt::format("{} person(s) of that role in stellwerk.yaml have a key", signers)
                  : fmt::format("{} person(s) in stellwerk.yaml have that role", anybody))
          .now("nothing was started");
  if (only_keys)
    error = std::move(error).then("add their OpenSSH public keys under `keys` of the person",
                                  "with which they sign: stellwerk approve ID --key FILE");
  else
    error = std::move(error).then(
        fmt::format("add the role {} to a person in stellwerk.yaml", role), "who may approve");
  found.push_back(std::move(error));
}

/// Where it is known already that nobody but the requester could approve.
void check_separation(const Plan& plan, std::vector<base::Error>& found) {
  std::set<std::string> people;
  for (const Step& step : plan.steps) {
    if (step.follow_up || !std::holds_alternative<ApprovalAction>(step.action)) continue;
    for (const Person& person : plan.people)
      if (has_any_role(person, step.roles)) people.insert(person.id.str());
  }
  if (people.empty()) return;
  const bool alone = people.size() == 1 && *people.begin() == plan.requested_by;
  if (plan.separation_of_duties && alone)
    found.push_back(
        base::error(base::Code::Rejected, "PLN-0011", "nobody but the requester could approve")
            .because(
                fmt::format("{} requested the release, and the requester never approves it alone",
                            plan.requested_by))
            .now("nothing was started")
            .then("add another person with a role that approves to stellwerk.yaml",
                  "so that two people decide")
            .then("write self_approval: true in stellwerk.yaml",
                  "if your rules allow that; the plan then notes it"));
  if (plan.two_persons && people.size() < 2)
    found.push_back(
        base::error(base::Code::Rejected, "PLN-0011", "two different people cannot approve")
            .because("one person in stellwerk.yaml has the roles that approve this release")
            .now("nothing was started")
            .then("add another person with a role that approves to stellwerk.yaml",
                  "so that two people decide"));
}

void check_attestation(const Plan& plan, const Step& step, std::vector<base::Error>& found) {
  const auto holds_role = [&](const Person& person) { return has_any_role(person, step.roles); };
  const auto& people = plan.people;
  const bool anybody = std::any_of(people.begin(), people.end(), holds_role);
  const bool possible = std::any_of(people.begin(), people.end(), [&](const Person& person) {
    return holds_role(person) && (!plan.signed_commands || can_sign(person));
  });
  if (possible) return;
  std::vector<std::string_view> roles;
  for (const Role role : step.roles) roles.push_back(to_string(role));
  found.push_back(
      base::error(base::Code::Rejected, "PLN-0011",
                  fmt::format("nobody can attest the step {}", step.id.str()))
          .because(fmt::format("no person in stellwerk.yaml has one of the roles {}{}",
                               fmt::join(roles, ", "),
                               anybody ? ", and a key: signed_commands wants it signed" : ""))
          .now("nothing was started")
          .then(anybody ? "add an OpenSSH public key under `keys` of such a person"
                        : "add one of these roles to a person in stellwerk.yaml",
                "who may attest it"));
}

}  // namespace

std::vector<base::Error> obstacles(const Plan& plan) {
  std::vector<base::Error> found;
  check_strategy(plan, found);
  check_separation(plan, found);
  for (const auto* steps : {&plan.steps, &plan.rollback})
    for (const Step& step : *steps) {
      if (const auto* approval = std::get_if<ApprovalAction>(&step.action))
        check_approval(plan, step, *approval, found);
      if (std::holds_alternative<Attestation>(step.action)) check_attestation(plan, step, found);
    }
  return found;
}

}  // namespace stellwerk::core
