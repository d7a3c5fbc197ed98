#include "sim/scenarios.h"

#include <fmt/format.h>

#include <array>

#include "base/check.h"
#include "core/compile.h"
#include "sim/random.h"
#include "support/sample_release.h"

namespace stellwerk::sim {
namespace {

core::CheckRequest command(std::string name, core::Phase phase, bool repeatable, bool critical) {
  core::CheckRequest check;
  check.name = std::move(name);
  check.title = check.name;
  check.phase = phase;
  core::CommandCheck action;
  action.command.arguments = {"/bin/true"};
  action.repeatable = repeatable;
  check.action = action;
  check.critical = critical;
  return check;
}

void add_checks(core::Release& release, Random& dice) {
  if (dice.chance(base::percent(60)))
    release.checks.push_back(command("extra-lint", core::Phase::Preparation, true, false));
  if (dice.chance(base::percent(60)))
    release.checks.push_back(command("extra-dry-run", core::Phase::PreCheck, false, false));
  if (dice.chance(base::percent(60)))
    release.checks.push_back(
        command("spot-check", core::Phase::PostCheck, false, dice.chance(base::percent(50))));
}

constexpr const char* kSecond = "crm-domain";

/// Two people of every role: some steps want two. And a second service that can be released.
core::Environment environment(std::uint32_t instances) {
  core::Environment environment = stellwerk::testing::sample_environment();
  environment.services.front().workload->instances = instances;
  core::Service second = environment.services.front();
  second.name = base::ServiceName(kSecond);
  environment.services.push_back(std::move(second));
  const auto people = environment.people;
  for (const core::Person& person : people)
    environment.people.push_back(
        {base::PersonId(person.id.str() + "-deputy"), person.os_user + "-deputy", person.roles});
  return environment;
}

/// Several types and strategies that compile with what the sample environment has.
core::Release release_of(Random& dice) {
  constexpr std::array kTypes = {core::ReleaseType::Patch, core::ReleaseType::Hotfix,
                                 core::ReleaseType::Minor, core::ReleaseType::Major};
  const bool sample = dice.chance(base::percent(50));
  core::Release release = sample ? stellwerk::testing::sample_release()
                                 : stellwerk::testing::bare_release(kTypes[dice.below(4)]);
  add_checks(release, dice);
  core::GuardPolicy& guard = release.guard;
  if (dice.chance(base::percent(25))) guard.rollback = core::RollbackMode::Ask;
  if (dice.chance(base::percent(20))) guard.guard_lost = core::GuardLost::Hold;
  if (dice.chance(base::percent(30))) guard.other_services = core::OtherServices::Pause;
  if (dice.chance(base::percent(30))) guard.resume_on_recovery = true;
  if (dice.chance(base::percent(20))) guard.window = base::seconds(15);
  if (dice.chance(base::percent(15))) guard.lease = base::seconds(20);
  return release;
}

core::Component second_of(const core::Release& release) {
  core::Component second = release.components.front();
  second.name = base::ComponentName(kSecond);
  return second;
}

/// One release, of one component or two; or two under way side by side.
std::vector<core::Release> releases_of(Random& dice) {
  core::Release first = release_of(dice);
  const std::uint64_t kind = dice.below(10);
  if (kind < 3) first.components.push_back(second_of(first));
  if (kind < 7) return {std::move(first)};
  core::Release other = release_of(dice);
  other.id = base::ReleaseId("rel-2025-10-002");
  other.components = {second_of(other)};
  return {std::move(first), std::move(other)};
}

/// What the strategy of its type leaves open: capacity, standby, downtime, checks of the new
/// version before any traffic, the order of its components.
void compose(core::Release& release, Random& dice) {
  const bool is_major = release.type == core::ReleaseType::Major;
  const bool is_fix =
      release.type == core::ReleaseType::Patch || release.type == core::ReleaseType::Hotfix;
  if (is_fix && dice.chance(base::percent(50))) release.strategy = core::Strategy::Rolling;
  const bool switches = release.type == core::ReleaseType::Minor && release.waves.empty();
  if (switches && dice.chance(base::percent(50))) release.strategy = core::Strategy::BlueGreen;
  const bool has_both = is_major || release.strategy == core::Strategy::BlueGreen;
  if (!has_both && dice.chance(base::percent(40))) release.capacity = core::Capacity::InPlace;
  if (dice.chance(base::percent(25))) release.standby = base::hours(2);
  if (is_major && dice.chance(base::percent(50))) {
    core::DowntimeRequest& downtime = release.downtime.emplace();
    downtime.all_tenants = dice.chance(base::percent(50));
    if (!downtime.all_tenants) downtime.tenants = {base::TenantId("pilot-1")};
  }
  if (dice.chance(base::percent(40)))
    release.checks.push_back(command("before-traffic", core::Phase::Rollout,
                                     dice.chance(base::percent(50)),
                                     dice.chance(base::percent(50))));
  if (release.components.size() > 1 && dice.chance(base::percent(60)))
    release.components.front().after = {release.components.back().name};
}

}  // namespace

Scenario scenario_of(std::uint64_t seed, const std::set<Fault>& without) {
  Random dice = Random(seed).fork(77);
  Scenario scenario;
  scenario.seed = seed;
  scenario.swarm = swarm_of(seed, without);
  scenario.traffic.requests_per_second = scenario.swarm.requests_per_second;
  Random composing = Random(seed).fork(78);
  Random limiting = Random(seed).fork(79);
  const auto instances = static_cast<std::uint32_t>(1 + composing.below(4));
  for (core::Release& release : releases_of(dice)) {
    compose(release, composing);
    if (release.downtime && limiting.chance(base::percent(50)))
      release.downtime->at_most = base::hours(12);
    const auto compiled = core::compile(release, environment(instances));
    for (const auto& problem : compiled.problems) fmt::print(stderr, "{}\n", problem.one_line());
    STELLWERK_CHECK(compiled.plan.has_value());
    scenario.plans.push_back(*compiled.plan);
  }
  return scenario;
}

Scenario calm_scenario(std::uint64_t seed) {
  Scenario scenario;
  scenario.seed = seed;
  scenario.swarm = calm_swarm();
  scenario.plans.push_back(stellwerk::testing::sample_plan());
  return scenario;
}

}  // namespace stellwerk::sim
