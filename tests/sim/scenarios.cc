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

/// Two people of every role: some steps want two.
core::Environment environment() {
  core::Environment environment = stellwerk::testing::sample_environment();
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

}  // namespace

Scenario scenario_of(std::uint64_t seed, const std::set<Fault>& without) {
  Random dice = Random(seed).fork(77);
  Scenario scenario;
  scenario.seed = seed;
  scenario.swarm = swarm_of(seed, without);
  scenario.traffic.requests_per_second = scenario.swarm.requests_per_second;
  const auto compiled = core::compile(release_of(dice), environment());
  for (const auto& problem : compiled.problems) fmt::print(stderr, "{}\n", problem.one_line());
  STELLWERK_CHECK(compiled.plan.has_value());
  scenario.plans.push_back(*compiled.plan);
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
