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

void compile_capacity(Compilation& c) {
  const StrategyTemplate& row = strategy_of(c.release.type, c.plan.strategy);
  c.plan.capacity = c.release.capacity.value_or(row.capacity);
  if (c.plan.capacity != row.capacity && !row.has_choice) {
    base::Error& error =
        c.problem({"PLN-0007", "capacity",
                   fmt::format("{} is not rolled out {}", to_string(c.plan.strategy),
                               to_string(c.plan.capacity)),
                   "it keeps both versions at their full capacity, so that one can take over from "
                   "the other at once"});
    error = std::move(error).then("remove the key", "the strategy's own capacity");
    c.plan.capacity = row.capacity;
  }
  c.origin("capacity", std::string(to_string(c.plan.capacity)), c.runbook());
  if (c.plan.capacity == Capacity::InPlace)
    c.note("plan.note.in-place", {}, c.written_at(c.release.capacity ? "capacity" : "strategy"));
}

void refuse_downtime(Compilation& c) {
  const bool with_database = c.policy.downtime == Downtime::WithDatabase;
  c.problem({"PLN-0007", "downtime",
             fmt::format("a {} release has no downtime", to_string(c.release.type)),
             with_database ? "only a database migration that needs a lock allows one, and this "
                             "release has no migration"
                           : "the runbook allows none"});
}

void compile_downtime(Compilation& c) {
  c.plan.downtime = c.release.downtime.has_value();
  c.origin("downtime", c.plan.downtime ? "true" : "false", c.runbook());
  if (!c.release.downtime) return;
  if (c.policy.downtime != Downtime::WithApproval) return refuse_downtime(c);
  const DowntimeRequest& asked = *c.release.downtime;
  for (std::size_t i = 0; i < asked.tenants.size(); ++i) {
    const base::TenantId& tenant = asked.tenants[i];
    if (c.environment.find_tenant(tenant) != nullptr) continue;
    c.problem({"PLN-0004", fmt::format("downtime.tenants[{}]", i),
               fmt::format("there is no tenant {}", base::in_quotes(tenant.str())),
               "no tenant of that id stands in stellwerk.yaml"});
    c.suggest(tenant.str(),
              names_in(c.environment.tenants, [](const Tenant& each) { return each.id.str(); }));
  }
  c.plan.downtime_window = {asked.all_tenants, asked.tenants, asked.at_most};
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
  plan.separation_of_duties = !c.environment.self_approval;
  plan.two_persons =
      c.environment.two_persons || (c.policy.two_persons && !c.environment.self_approval);
  plan.signed_commands = c.environment.signed_commands;
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
  compile_capacity(c);
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
