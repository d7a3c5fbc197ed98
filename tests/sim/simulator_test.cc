// The engine through some hundred simulated worlds; and the proof that the invariants can fail:
// mistakes planted in the engine, each found. More seeds: build/bench/bin/sim --seeds 100000.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ostream>

#include "base/mutation.h"
#include "sim/campaign.h"
#include "sim/scenarios.h"

namespace stellwerk::sim {
namespace {

using base::Mutation;

/// STELLWERK_SIM_SEEDS: how many in each test; STELLWERK_SIM_FIRST: from which one on.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string texts_of(const Tally& tally) {
  std::string text;
  for (const Failure& failure : tally.failures)
    text += text_of(shorten(failure, scenario_of), "build/bench/bin/sim");
  return text;
}

/// Seeds of one test: several tests run side by side.
class Seeds : public testing::TestWithParam<std::uint64_t> {};

// Goal: whatever happens, every invariant holds, and the same seed writes the same journal.
TEST_P(Seeds, EveryInvariantHoldsWhateverHappens) {
  CampaignOptions options;
  options.seeds = number_from("STELLWERK_SIM_SEEDS", 30);
  options.first = number_from("STELLWERK_SIM_FIRST", 1) + GetParam() * options.seeds;
  const Tally tally = run_campaign(options, scenario_of);
  EXPECT_EQ(tally.seeds, options.seeds);
  EXPECT_TRUE(tally.failures.empty()) << texts_of(tally);
  // The worlds are worth something only if things do happen in them.
  EXPECT_GT(tally.misfortunes, tally.runs * 5);
  EXPECT_GT(tally.starts, tally.runs);
  EXPECT_GE(tally.endings.size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(Engine, Seeds, testing::Range<std::uint64_t>(0, 4));

TEST(Simulator, ARunWithoutMisfortunesCompletes) {
  const Scenario calm = calm_scenario(1);
  const sim::Run run = World(calm).run();
  EXPECT_FALSE(run.violation) << run.violation->invariant << ": " << run.violation->detail;
  ASSERT_EQ(run.releases.size(), 1U);
  EXPECT_EQ(run.releases.begin()->second.stage, core::Stage::Completed);
  EXPECT_EQ(run.starts, 1U);
}

TEST(Simulator, OtherSeedsWriteOtherJournals) {
  const Scenario one = scenario_of(1);
  const Scenario two = scenario_of(2);
  EXPECT_NE(World(one).run().journal, World(two).run().journal);
}

TEST(Simulator, TheTallyDoesNotDependOnTheNumberOfThreads) {
  CampaignOptions options{.seeds = 12, .twice = false};
  const Tally one = run_campaign(options, scenario_of);
  options.threads = 3;
  const Tally three = run_campaign(options, scenario_of);
  EXPECT_EQ(one.endings, three.endings);
  EXPECT_EQ(one.entries, three.entries);
  EXPECT_EQ(one.steps, three.steps);
}

#ifdef STELLWERK_MUTATIONS

constexpr std::uint64_t kFoundWithin = 60;  ///< seeds

struct Planted {
  Mutation mutation;
  const char* name;
  std::set<Fault> faults;  ///< in which it shows
  friend void PrintTo(const Planted& planted, std::ostream* out) { *out << planted.name; }
};

class PlantedMistake : public testing::TestWithParam<Planted> {
 protected:
  ~PlantedMistake() override { base::plant(Mutation::None); }

  /// Releases of every kind, slowly, among nothing but these faults, of which there are many.
  static Scenario among(std::uint64_t seed, const std::set<Fault>& faults) {
    Scenario scenario = scenario_of(seed);
    scenario.swarm.faults = faults;
    scenario.swarm.call_rate = base::percent(6);
    scenario.swarm.pause_mean = base::seconds(8);
    scenario.swarm.misfortunes = 80;
    scenario.swarm.speed_rollout = 15;
    scenario.swarm.odd = base::percent(50);
    if (faults.contains(Fault::MetricsVanish)) {  // long enough for its deadline
      scenario.swarm.speed_rollout = 5;
      scenario.swarm.pause_mean = base::minutes(1);
    }
    scenario.swarm.requests_per_second = 20;
    scenario.traffic.requests_per_second = 20;
    return scenario;
  }
};

// Goal: an invariant that cannot fail is no check.
TEST_P(PlantedMistake, IsFound) {
  const MakeScenario make = [](std::uint64_t seed, const std::set<Fault>&) {
    return among(seed, GetParam().faults);
  };
  CampaignOptions options{.seeds = kFoundWithin, .twice = false};
  base::plant(GetParam().mutation);
  const Tally tally = run_campaign(options, make);
  ASSERT_FALSE(tally.failures.empty()) << "not within " << kFoundWithin << " seeds";
  const Failure& first = tally.failures.front();
  fmt::print("after {} seeds: {} ({})\n", tally.seeds, first.violation.invariant,
             first.violation.detail);
  base::plant(Mutation::None);
  const sim::Run sound = [&] {
    const Scenario scenario = make(first.seed, {});
    return World(scenario).run();
  }();
  EXPECT_FALSE(sound.violation) << "it is no sign of the mistake: " << sound.violation->invariant;
}

using enum Fault;
INSTANTIATE_TEST_SUITE_P(
    Engine, PlantedMistake,
    testing::Values(
        Planted{Mutation::ActBeforeCommit, "ActBeforeCommit", {SlowLanes}},
        Planted{Mutation::SkipReadBack, "SkipReadBack", {RouterRequestLost}},
        Planted{Mutation::ForgetGuardInPause, "ForgetGuardInPause", {PeopleOdd}},
        Planted{Mutation::RepeatAfterRestart, "RepeatAfterRestart", {Kill}},
        Planted{Mutation::IgnoreSilence, "IgnoreSilence", {MetricsVanish}},
        Planted{Mutation::ReviveLease, "ReviveLease", {Freeze, RouterRequestLost, RouterHangs}},
        Planted{Mutation::ForgetHoldMinimum, "ForgetHoldMinimum", {}},
        Planted{Mutation::OpenGateEarly, "OpenGateEarly", {}},
        Planted{Mutation::AcceptAnyPlan, "AcceptAnyPlan", {PeopleOdd}},
        Planted{Mutation::GiveUpRollback,
                "GiveUpRollback",
                {RouterRefuses, RouterHangs, RouterRequestLost, VersionErrs}},
        Planted{Mutation::LoseDelivery, "LoseDelivery", {SubscriberFails}},
        Planted{Mutation::ForgetEmergencyLine,
                "ForgetEmergencyLine",
                {DiskFull, StoreRefuses, VersionErrs}},
        Planted{Mutation::IgnoreRollback, "IgnoreRollback", {VersionErrs}},
        Planted{Mutation::PauseForgivesAll, "PauseForgivesAll", {VersionErrs}},
        Planted{Mutation::IgnoreSchedule, "IgnoreSchedule", {}},
        Planted{Mutation::HurryHold, "HurryHold", {}},
        Planted{Mutation::ForgetRenewal, "ForgetRenewal", {}},
        Planted{Mutation::ForgetEvidence, "ForgetEvidence", {}},
        Planted{Mutation::DelayReturn, "DelayReturn", {PeopleOdd}},
        Planted{Mutation::ForgetPatience, "ForgetPatience", {PeopleOdd, SlowLanes}},
        Planted{Mutation::MoveBeforeCapacity, "MoveBeforeCapacity", {}}),
    [](const auto& each) { return std::string(each.param.name); });

#endif

}  // namespace
}  // namespace stellwerk::sim
