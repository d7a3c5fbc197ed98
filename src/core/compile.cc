#include "core/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "core/compilation.h"
#include "core/names.h"

namespace stellwerk::core {
namespace {

template <class Items, class Name>
std::vector<std::string> names_in(const Items& items, Name name) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(name(item));
  return names;
}

std::vector<std::string> strategies_allowed(const TypePolicy& policy) {
  std::vector<std::string> names;
  for (const Strategy strategy : kStrategies)
    if (policy.strategies.contains(strategy)) names.emplace_back(to_string(strategy));
  return names;
}

void compile_strategy(Compilation& c) {
  c.plan.strategy = c.release.strategy.value_or(c.policy.strategy);
  if (!c.policy.strategies.contains(c.plan.strategy)) {
    const auto allowed = strategies_allowed(c.policy);
    c.problem({"PLN-0007", "strategy",
               fmt::format("a {} release is not rolled out as {}", to_string(c.release.type),
                           to_string(c.plan.strategy)),
               fmt::format("the runbook allows {}", base::and_list(allowed))});
    c.suggest("", allowed);
    c.plan.strategy = c.policy.strategy;
  }
  c.origin("strategy", std::string(to_string(c.plan.strategy)), c.runbook());
}

void compile_downtime(Compilation& c) {
  c.plan.downtime = c.release.downtime;
  c.origin("downtime", c.release.downtime ? "true" : "false", c.runbook());
  if (!c.release.downtime || c.policy.downtime == Downtime::WithApproval) return;
  const bool with_database = c.policy.downtime == Downtime::WithDatabase;
  c.problem({"PLN-0007", "downtime",
             fmt::format("a {} release has no downtime", to_string(c.release.type)),
             with_database ? "only a database migration that needs a lock allows one, and this "
                             "release has no migration"
                           : "the runbook allows none"});
}

void compile_head(Compilation& c) {
  Plan& plan = c.plan;
  plan.release = c.release.id;
  plan.type = c.release.type;
  plan.title = c.release.title;
  plan.scope = c.release.scope;
  plan.installation = c.environment.installation;
  plan.locale = c.environment.locale;
  plan.tenant_header = c.environment.tenant_header;
  plan.release_file = c.release.source;
  plan.services = c.environment.services;
  plan.tenants = c.environment.tenants;
  plan.people = c.environment.people;
  plan.stakeholders = c.release.stakeholders;
  plan.requested_by = c.release.requested_by;
}

void check_people(Compilation& c) {
  const std::string& who = c.release.requested_by;
  if (who.empty() || c.environment.find_person(base::PersonId(who)) != nullptr) return;
  c.problem({"PLN-0004", "requested_by", fmt::format("{} is nobody we know", base::in_quotes(who)),
             "no person of that id stands under `people` in stellwerk.yaml"});
  c.suggest(who, names_in(c.environment.people, [](const Person& p) { return p.id.str(); }));
}

void check_sizes(Compilation& c) {
  const auto at_most = [&](std::string key, std::size_t count, std::size_t most) {
    if (count <= most) return;
    c.problem({"PLN-0012", key, fmt::format("there are {} {}", count, key),
               fmt::format("a release has at most {}", most)});
  };
  at_most("components", c.release.components.size(), kComponentsMax);
  at_most("checks", c.release.checks.size(), kChecksMax);
}

}  // namespace

CompileResult compile(const Release& release, const Environment& environment) {
  Compilation c(release, environment);
  compile_head(c);
  compile_components(c);
  compile_strategy(c);
  compile_downtime(c);
  compile_waves(c);
  compile_schedule(c);
  compile_guard(c);
  check_people(c);
  check_sizes(c);
  compile_steps(c);
  if (!c.problems.empty()) return {std::nullopt, std::move(c.problems)};
  return {std::move(c.plan), {}};
}

}  // namespace stellwerk::core
