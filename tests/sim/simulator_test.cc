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
  EXPECT_GE(tally.endings.size(), 5U);
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

struct Planted {
  Mutation mutation;
  const char* name;
  std::uint64_t seeds;  ///< it is found within so many
  friend void PrintTo(const Planted& planted, std::ostream* out) { *out << planted.name; }
};

class PlantedMistake : public testing::TestWithParam<Planted> {
 protected:
  ~PlantedMistake() override { base::plant(Mutation::None); }
};

// Goal: an invariant that cannot fail is no check.
TEST_P(PlantedMistake, IsFound) {
  base::plant(GetParam().mutation);
  CampaignOptions options{.seeds = GetParam().seeds, .twice = false};
  const Tally tally = run_campaign(options, scenario_of);
  ASSERT_FALSE(tally.failures.empty()) << "not within " << GetParam().seeds << " seeds";
  const Failure& first = tally.failures.front();
  RecordProperty("seeds", std::to_string(tally.seeds));
  fmt::print("{}: after {} seeds, by {} ({})\n", GetParam().name, tally.seeds,
             first.violation.invariant, first.violation.detail);
}

INSTANTIATE_TEST_SUITE_P(
    Engine, PlantedMistake,
    testing::Values(Planted{Mutation::ActBeforeCommit, "ActBeforeCommit", 20},
                    Planted{Mutation::SkipReadBack, "SkipReadBack", 300},
                    Planted{Mutation::ForgetGuardInPause, "ForgetGuardInPause", 100},
                    Planted{Mutation::RepeatAfterRestart, "RepeatAfterRestart", 1500},
                    Planted{Mutation::IgnoreSilence, "IgnoreSilence", 1500},
                    Planted{Mutation::ReviveLease, "ReviveLease", 1500},
                    Planted{Mutation::ForgetHoldMinimum, "ForgetHoldMinimum", 100},
                    Planted{Mutation::OpenGateEarly, "OpenGateEarly", 20},
                    Planted{Mutation::AcceptAnyPlan, "AcceptAnyPlan", 300},
                    Planted{Mutation::GiveUpRollback, "GiveUpRollback", 1500},
                    Planted{Mutation::LoseDelivery, "LoseDelivery", 100},
                    Planted{Mutation::ForgetEmergencyLine, "ForgetEmergencyLine", 300}),
    [](const auto& each) { return std::string(each.param.name); });

#endif

}  // namespace
}  // namespace stellwerk::sim
