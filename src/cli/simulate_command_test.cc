// `stellwerk simulate` with the releases of examples/: what it prints, and with what it ends.
#include "cli/simulate_command.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/mutation.h"
#include "base/testing/temporary_folder.h"
#include "cli/cli.h"
#include "cli/simulate_view.h"
#include "cli/testing/outcome.h"
#include "cli/testing/quiet_world.h"
#include "support/sample_release.h"

namespace stellwerk::cli {
namespace {

using testing::Outcome;

const std::string kExamples = STELLWERK_EXAMPLES;
const std::string kRelease = kExamples + "/minor-release/release.yaml";

/// A machine on which nothing can be opened: a simulation needs nothing of it.
class BareWorld final : public testing::QuietWorld {
 public:
  base::Now now() override {
    mono_ = mono_ + base::seconds(2);
    return {{}, mono_, {}};
  }

 private:
  base::MonoTime mono_;
};

Outcome simulate(const std::vector<std::string>& options, const std::string& file = kRelease) {
  std::vector<std::string> words = {"simulate", file};
  words.insert(words.end(), options.begin(), options.end());
  BareWorld world;
  std::ostringstream out;
  std::ostringstream err;
  Console console{.out = out, .err = err, .locale = base::Locale::En, .columns = 100};
  const auto line = parse_command_line(words, base::Locale::En);
  EXPECT_TRUE(line.has_value()) << (line ? "" : line.error().one_line());
  if (!line) return {};
  const Exit exit = execute(world, console, line->arguments);
  return {exit, out.str(), err.str()};
}

base::Json parsed(const std::string& text) {
  const auto json = base::parse_json(text);
  EXPECT_TRUE(json.has_value()) << text;
  return json ? *json : base::Json::object();
}

// Goal: the whole output, of a version that nobody would let live.
TEST(Simulate, SaysHowOftenWhyWhereAndAtWhatCost) {
  const Outcome outcome = simulate(
      {"--seeds", "3", "--errors", "30%", "--faults", "none", "--no-variations", "--locale", "en"});
  EXPECT_EQ(outcome.exit, Exit::Done);
  EXPECT_EQ(outcome.out, R"(rel-2025-10-001: 3 simulated releases (seeds 1 to 3)
  traffic       20 requests/s for each component; old version: 0.02 % errors, 0.5 % too slow
  new version   30 % errors, 0.5 % too slow, lag 3
  misfortunes   none
  people        answer within 1 to 10 min; resume what is good again; roll back what is not at their
                third look, and at the fourth pause

How they ended
  completed                             0       0 %
  rolled back                           3     100 %
  paused at least once                  3     100 %  0 of them completed

Why, and where in the plan
     3     100 %  paused         guard: a limit is crossed, on too little evidence
                                 (guard.requests_min 50, guard.bad_min_pause 3,
                                 guard.bad_min_rollback 5)
                                 wave 1: 3 · example: --seed 1
     3     100 %  rolled back    guard: error rate (slo.error_rate_rollback 2 %)
                                 wave 1: 3 · example: --seed 1

Breaches: the new version beyond a limit while it serves somebody
  3 in 3 releases; 3 ended because it served nobody any more
  lasted              median 24s, 95 % up to 25s, at most 25s
  bad answers         median 13, 95 % up to 18, at most 18 for each breach; 2.87 % of all requests
                      in that time

Time on the runbook's clock, from the start of the rollout
  rolled back   median 5m25s, 95 % up to 5m27s, at most 5m27s

People
  had to decide because something went wrong: in 0 of 3 releases, at most 0 times
)");
  EXPECT_EQ(outcome.err, "3 releases simulated in 2s: 1.5 a second\n");
}

TEST(Simulate, SpeaksGermanWhereTheInstallationDoes) {
  const Outcome outcome =
      simulate({"--seeds", "3", "--errors", "30%", "--faults", "none", "--no-variations"});
  EXPECT_EQ(outcome.exit, Exit::Done);
  for (const char* wanted : {"rel-2025-10-001: 3 simulierte Releases (Seeds 1 bis 3)\n",
                             "  neue Version  30 % Fehler, 0.5 % zu langsam, Rückstand 3\n",
                             "  zurückgerollt                         3     100 %\n",
                             "zurückgerollt  Wächter: Fehlerrate (slo.error_rate_rollback 2 %)\n",
                             "3 endeten, weil sie niemanden mehr bediente"})
    EXPECT_NE(outcome.out.find(wanted), std::string::npos) << wanted << '\n' << outcome.out;
}

TEST(Simulate, PrintsTheSameWhateverTheNumberOfThreads) {
  const std::vector<std::string> options = {"--seeds",  "6",  "--faults", "many",
                                            "--speed",  "30", "--json",   "--no-variations",
                                            "--threads"};
  std::vector<std::string> one = options;
  one.emplace_back("1");
  std::vector<std::string> four = options;
  four.emplace_back("4");
  const Outcome outcome = simulate(one);
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_EQ(outcome.out, simulate(four).out);
  EXPECT_TRUE(outcome.err.empty()) << outcome.err;
}

TEST(Simulate, PrintsTheSameFactsAsJson) {
  const Outcome outcome = simulate({"--seeds", "2", "--errors", "30%", "--faults", "none",
                                    "--speed", "30", "--json", "--no-variations"});
  const base::Json json = parsed(outcome.out);
  EXPECT_EQ(json["release"], "rel-2025-10-001");
  EXPECT_EQ(json["seeds"], 2);
  EXPECT_EQ(json["ends"]["rolled-back"], 2);
  EXPECT_EQ(json["world"]["new_version"]["errors_ppm"], 300'000);
  EXPECT_EQ(json["breaches"]["ends"]["nobody-served"], 2);
  EXPECT_EQ(json["variations"].size(), 0U);
}

TEST(Simulate, ComparesWithOtherPlansInTheSameWorlds) {
  const Outcome outcome = simulate(
      {"--seeds", "1", "--errors", "0", "--faults", "none", "--speed", "3600", "--locale", "en"});
  EXPECT_EQ(outcome.exit, Exit::Done);
  EXPECT_NE(outcome.out.find("\nWhat another plan would have changed in the same worlds\n"
                             "  No change showed more than chance: waves[].hold 7m30s,"),
            std::string::npos)
      << outcome.out;
}

TEST(VariationsText, ShowsWhatIsMoreThanChanceWithItsSign) {
  sim::VariationResult half{"guard.window", "1m", "30s", 200, {}};
  sim::Pairs worse{
      .better = 4, .worse = 177, .same = 19, .before = 15, .after = 44, .chance = 1e-9};
  sim::Pairs better{
      .better = 9, .worse = 0, .same = 191, .before = 0.1, .after = 0.055, .chance = 0.0039};
  half.compared = {{sim::Measure::BadRequests, worse, true},
                   {sim::Measure::NotCompleted, better, true},
                   {sim::Measure::Took, better, false}};
  const sim::VariationResult lease{"guard.lease", "1m", "2m", 25, {}};
  EXPECT_EQ(
      variations_text({half, lease}, {.locale = base::Locale::En, .width = 120}),
      "\nWhat another plan would have changed in the same worlds\n"
      "  guard.window: 1m → 30s\n"
      "    − bad answers          15 → 44 a release · better in 4, worse in 177 of 200 releases, "
      "p<0.001\n"
      "    + not completed        10 % → 5.5 % · better in 9, worse in 0 of 200 releases, "
      "p=0.004\n"
      "  No other change showed more than chance: guard.lease 2m\n");
}

TEST(Simulate, TellsTheTimelineOfOneSeed) {
  const Outcome outcome = simulate({"--seed", "2", "--errors", "30%", "--bad-from", "wave-2",
                                    "--faults", "none", "--locale", "en"});
  EXPECT_EQ(outcome.exit, Exit::Done);
  for (const char* wanted :
       {"rel-2025-10-001: seed 2\n",
        "  T+0         scheduler.release.wave1            + pilot-1 · 10 % of traffic, read back\n",
        "  T+15m       scheduler.release.wave2            ", "guard: error rate\n",
        "breach (errors) from wave 2 on: ", "then it served nobody any more\n",
        "ended: rolled back, "})
    EXPECT_NE(outcome.out.find(wanted), std::string::npos) << wanted << '\n' << outcome.out;
  EXPECT_TRUE(outcome.err.empty()) << outcome.err;
}

TEST(Simulate, TellsWhatBefellTheWorldOfOneSeed) {
  const Outcome outcome =
      simulate({"--seed", "1", "--faults", "many,metrics-vanish", "--locale", "en"});
  EXPECT_NE(outcome.out.find("~ measurements fall silent\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("~ over: measurements fall silent\n"), std::string::npos);
  const base::Json json =
      parsed(simulate({"--seed", "1", "--faults", "many,metrics-vanish", "--json"}).out);
  bool told = false;
  for (const base::Json& row : json["timeline"])
    told = told || row.value("fault", "") == "metrics-vanish";
  EXPECT_TRUE(told);
}

TEST(Simulate, RefusesValuesItCannotUseBeforeItBegins) {
  const Outcome outcome = simulate({"--bad-from", "wave-9"});
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_TRUE(outcome.out.empty());
  EXPECT_NE(outcome.err.find("error[CLI-0011]: \"wave-9\" is no value of --bad-from"),
            std::string::npos)
      << outcome.err;
}

TEST(Simulate, ShowsTheProblemsOfTheFiles) {
  const base::testing::TemporaryFolder folder;
  const std::string file = folder / "release.yaml";
  std::ofstream(file) << "id: rel-1\ntype: minor\nwafes: []\n";
  const Outcome outcome = simulate(
      {"--environment", kExamples + "/minor-release/stellwerk.yaml", "--locale", "en"}, file);
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_NE(outcome.err.find("error[CFG-"), std::string::npos) << outcome.err;
}

TEST(Simulate, CarriesOutTheBadPatchOfTheExamples) {
  const Outcome outcome =
      simulate({"--environment", kExamples + "/minor-release/stellwerk.yaml", "--seeds", "3",
                "--errors", "20%", "--faults", "none", "--no-variations", "--locale", "en"},
               kExamples + "/bad-patch/release.yaml");
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_NE(outcome.out.find("rolled back                           3     100 %"),
            std::string::npos)
      << outcome.out;
}

TEST(RuleBroken, SaysWhichRuleAndWhatRepeatsIt) {
  const sim::Failure failure{17, {"a-rule", "what was seen"}, {}, {}, {}};
  Arguments arguments;
  arguments.file = "release.yaml";
  arguments.environment = "e.yaml";
  arguments.simulate.faults = "many";
  const base::Error error = rule_broken(failure, "", arguments);
  EXPECT_EQ(error.id, "SIM-0001");
  EXPECT_EQ(error.code, base::Code::Internal);
  ASSERT_EQ(error.next.size(), 1U);
  EXPECT_EQ(error.next.front().command,
            "stellwerk simulate release.yaml --seed 17 --faults many --environment e.yaml");
}

#ifdef STELLWERK_MUTATIONS
// Goal: a mistake of Stellwerk's own is told as one, with the seed, and is no forecast.
TEST(Simulate, EndsAsAfterAnInternalErrorWhenARuleIsBroken) {
  base::plant(base::Mutation::ForgetHoldMinimum);
  const Outcome outcome = simulate(
      {"--seeds", "2", "--speed", "3600", "--faults", "none", "--no-variations", "--locale", "en"});
  base::plant(base::Mutation::None);
  EXPECT_EQ(outcome.exit, Exit::Failed);
  EXPECT_TRUE(outcome.out.empty()) << outcome.out;
  EXPECT_NE(outcome.err.find("error[SIM-0001]: in the world of seed 1 "), std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.err.find(" --seed 1 --faults none --speed 3600"), std::string::npos)
      << outcome.err;
}
#endif

}  // namespace
}  // namespace stellwerk::cli
