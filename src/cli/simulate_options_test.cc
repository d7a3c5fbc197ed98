#include "cli/simulate_options.h"

#include <gtest/gtest.h>

#include "support/sample_release.h"

namespace stellwerk::cli {
namespace {

SimulateWords words_of(const std::vector<std::string>& options) {
  std::vector<std::string> all = {"simulate", "release.yaml"};
  all.insert(all.end(), options.begin(), options.end());
  const auto line = parse_command_line(all, base::Locale::En);
  EXPECT_TRUE(line.has_value()) << (line ? "" : line.error().one_line());
  return line ? line->arguments.simulate : SimulateWords{};
}

Simulation read(const std::vector<std::string>& options) {
  auto simulation = read_simulation(words_of(options), stellwerk::testing::sample_plan());
  EXPECT_TRUE(simulation.has_value()) << (simulation ? "" : simulation.error().one_line());
  return simulation ? *simulation : Simulation{};
}

std::string refused(const std::vector<std::string>& options) {
  const auto simulation = read_simulation(words_of(options), stellwerk::testing::sample_plan());
  if (simulation) return "not refused";
  EXPECT_EQ(simulation.error().id, "CLI-0011");
  EXPECT_EQ(simulation.error().code, base::Code::InvalidArgument);
  return simulation.error().message + ": " + simulation.error().why;
}

TEST(SimulateOptions, HaveDefaults) {
  const Simulation simulation = read({});
  EXPECT_FALSE(simulation.one);
  EXPECT_TRUE(simulation.variations);
  EXPECT_EQ(simulation.forecast.seeds, 200U);
  EXPECT_EQ(simulation.forecast.first, 1U);
  EXPECT_EQ(simulation.forecast.threads, 0U);
  const sim::UserWorld& world = simulation.forecast.world;
  EXPECT_EQ(world.level, sim::FaultLevel::Few);
  EXPECT_TRUE(world.kinds.empty());
  EXPECT_EQ(world.speed, 1);
  EXPECT_EQ(world.traffic.requests_per_second, 20U);
  EXPECT_TRUE(world.traffic.scatters);
}

TEST(SimulateOptions, ReadWhatIsStatedOfTrafficAndVersion) {
  const Simulation simulation =
      read({"--seeds", "50", "--requests", "300", "--errors", "2", "--slow", "0.5 %", "--lag",
            "1200", "--bad-from", "wave-2", "--faults", "many, kill,router-gone", "--speed", "10",
            "--threads", "3", "--no-variations"});
  EXPECT_EQ(simulation.forecast.seeds, 50U);
  EXPECT_EQ(simulation.forecast.threads, 3U);
  EXPECT_FALSE(simulation.variations);
  const sim::UserWorld& world = simulation.forecast.world;
  EXPECT_EQ(world.level, sim::FaultLevel::Many);
  EXPECT_EQ(world.kinds, (std::set<sim::Fault>{sim::Fault::Kill, sim::Fault::RouterGone}));
  EXPECT_EQ(world.speed, 10);
  EXPECT_EQ(world.traffic.requests_per_second, 300U);
  EXPECT_EQ(world.traffic.bad_from_wave, 2U);
  EXPECT_EQ(world.traffic.new_version.errors, base::percent(2));
  EXPECT_EQ(world.traffic.new_version.slow, base::Ppm{5'000});
  EXPECT_EQ(world.traffic.new_version.consumer_lag, 1200);
}

TEST(SimulateOptions, OneSeedIsSimulatedAlone) {
  const Simulation simulation = read({"--seed", "17"});
  EXPECT_TRUE(simulation.one);
  EXPECT_EQ(simulation.forecast.first, 17U);
  EXPECT_EQ(simulation.forecast.seeds, 1U);
}

TEST(SimulateOptions, RefuseWhatTheyCannotDo) {
  EXPECT_EQ(refused({"--seeds", "0"}),
            R"("0" is no value of --seeds: it is a whole number from 1 to 10000)");
  EXPECT_EQ(refused({"--requests", "many"}),
            R"("many" is no value of --requests: it is a whole number from 1 to 1000000)");
  EXPECT_EQ(refused({"--errors", "101%"}),
            R"("101%" is no value of --errors: it is a percentage from 0 to 100, such as 0.5%)");
  EXPECT_EQ(refused({"--bad-from", "wave-4"}),
            R"("wave-4" is no value of --bad-from: the plan has wave-1 to wave-3)");
  EXPECT_EQ(refused({"--faults", "kil"}), R"("kil" is no value of --faults: did you mean kill?)");
  EXPECT_EQ(refused({"--faults", "none,kill"}),
            R"("none,kill" is no value of --faults: none goes with no kind of misfortune)");
  EXPECT_EQ(refused({"--seed", "3", "--seeds", "9"}),
            R"("3" is no value of --seed: --seeds was given too; one of them is enough)");
  EXPECT_NE(refused({"--faults", "the-end-of-the-world"}).find("store-hangs, read-fails"),
            std::string::npos);
}

TEST(SimulateOptions, AreRepeatedButForSeedsAndThreads) {
  EXPECT_EQ(options_text(words_of({"--seeds", "9", "--threads", "2"})), "");
  EXPECT_EQ(options_text(words_of({"--errors", "2%", "--faults", "many", "--bad-from", "2"})),
            " --errors 2% --bad-from 2 --faults many");
}

}  // namespace
}  // namespace stellwerk::cli
