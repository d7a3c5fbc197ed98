// Goal: `stellwerk witness` starts nothing that was not said clearly, and says what it does.
#include "cli/witness_command.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/testing/temporary_folder.h"
#include "cli/cli.h"
#include "cli/testing/outcome.h"
#include "cli/testing/quiet_world.h"

namespace stellwerk::cli {
namespace {

using testing::Outcome;

const std::string kLogKey =
    "erp.example/stellwerk+1acf8b0e+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";

class ScriptedWitness final : public WitnessHost {
 public:
  explicit ScriptedWitness(std::vector<api::WitnessEvent> events) : events_(std::move(events)) {}
  [[nodiscard]] std::string key() const override { return "w.example+00000000+BA=="; }
  [[nodiscard]] std::string address() const override { return "127.0.0.1:7380"; }
  std::optional<api::WitnessEvent> next() override {
    if (at_ == events_.size()) return std::nullopt;
    return events_[at_++];
  }

 private:
  std::vector<api::WitnessEvent> events_;
  std::size_t at_ = 0;
};

class WitnessWorld final : public testing::QuietWorld {
 public:
  base::Result<std::unique_ptr<WitnessHost>> open_witness(
      const WitnessSettings& settings) override {
    opened = settings;
    return std::unique_ptr<WitnessHost>(new ScriptedWitness(events));
  }
  base::Result<std::string> witness_key(const std::string& folder,
                                        const std::string& name) override {
    return folder + "|" + name;
  }
  std::optional<WitnessSettings> opened;
  std::vector<api::WitnessEvent> events;
};

Outcome run_witness(World& world, std::vector<std::string> words) {
  std::ostringstream out;
  std::ostringstream err;
  Console console{.out = out, .err = err, .locale = base::Locale::En};
  words.insert(words.begin(), "witness");
  const auto line = parse_command_line(words, base::Locale::En);
  EXPECT_TRUE(line.has_value()) << (line ? "" : line.error().one_line());
  if (!line) return {};
  const Exit exit = execute(world, console, line->arguments);
  return {exit, out.str(), err.str()};
}

TEST(WitnessCommand, OpensWhatItWasToldAndListensToThisMachineOnly) {
  WitnessWorld world;
  const Outcome outcome =
      run_witness(world, {"--data", "/w", "--name", "w.example/1", "--log", kLogKey});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  ASSERT_TRUE(world.opened);
  EXPECT_EQ(world.opened->folder, "/w");
  EXPECT_EQ(world.opened->name, "w.example/1");
  ASSERT_EQ(world.opened->logs.size(), 1U);
  EXPECT_EQ(world.opened->logs[0].to_string(), kLogKey);
  EXPECT_EQ(world.opened->listen.to_string(), "127.0.0.1:7380");
  EXPECT_EQ(outcome.out, "w.example+00000000+BA==\n");
  EXPECT_EQ(outcome.err,
            "witness ready at http://127.0.0.1:7380\n"
            "  witnesses erp.example/stellwerk\n"
            "witness ended\n");
}

TEST(WitnessCommand, SaysWhatBecameOfEachSubmission) {
  WitnessWorld world;
  world.events = {{200, "cosigned", "erp.example/stellwerk", 7, {}, {}},
                  {409, "other_size", "erp.example/stellwerk", 9, "7", {}},
                  {400, "malformed", {}, 0, "not a request", {}},
                  {422, "other_history", "erp.example/stellwerk", 9, "it forked", "the note\n"}};
  const std::vector<std::string> words{"--data", "/w", "--name", "w", "--log", kLogKey};
  const Outcome text = run_witness(world, words);
  EXPECT_NE(text.err.find("cosigned   erp.example/stellwerk  size 7\n"
                          "refused    erp.example/stellwerk  size 9: 409, 7\n"
                          "refused    400, not a request\n"
                          "ANOTHER HISTORY of erp.example/stellwerk, size 9: it forked. The log "
                          "signed this:\nthe note\n"),
            std::string::npos)
      << text.err;
  auto json_words = words;
  json_words.emplace_back("--json");
  const Outcome json = run_witness(world, json_words);
  EXPECT_EQ(json.err, "");
  EXPECT_NE(json.out.find("{\"origin\":\"erp.example/stellwerk\",\"size\":7,\"status\":200,"
                          "\"what\":\"cosigned\"}\n"),
            std::string::npos)
      << json.out;
  EXPECT_NE(json.out.find("\"checkpoint\":\"the note\\n\""), std::string::npos) << json.out;
}

TEST(WitnessCommand, ReadsLogsFromAPolicy) {
  const base::testing::TemporaryFolder folder;
  std::ofstream(folder / "policy") << "# logs\nlog " << kLogKey
                                   << " https://erp.example\n\n"
                                      "quorum none\n";
  WitnessWorld world;
  const Outcome outcome =
      run_witness(world, {"--data", "/w", "--name", "w", "--policy", folder / "policy", "--log",
                          kLogKey, "--listen", "[::1]:0"});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  ASSERT_TRUE(world.opened);
  ASSERT_EQ(world.opened->logs.size(), 1U);  // twice the same is once
  std::ofstream(folder / "policy") << "\nlog nonsense\n";
  const Outcome bad =
      run_witness(world, {"--data", "/w", "--name", "w", "--policy", folder / "policy"});
  EXPECT_EQ(bad.exit, Exit::Usage);
  EXPECT_NE(bad.err.find("policy:2:5: error[AUD-0014]"), std::string::npos) << bad.err;
}

TEST(WitnessCommand, ShowsItsKey) {
  WitnessWorld world;
  const Outcome outcome = run_witness(world, {"--show-key", "--data", "/w", "--name", "w"});
  EXPECT_EQ(outcome.exit, Exit::Done);
  EXPECT_EQ(outcome.out, "/w|w\n");
  EXPECT_FALSE(world.opened);
}

TEST(WitnessCommand, StartsNothingWithoutWhatItNeeds) {
  const std::string witness_key =
      "w.example/w1+5dfd1b9b+BIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
  const std::vector<std::vector<std::string>> wrong = {
      {"--name", "w", "--log", kLogKey},
      {"--data", "/w", "--log", kLogKey},
      {"--data", "/w", "--name", "a b", "--log", kLogKey},
      {"--data", "/w", "--name", "w"},
      {"--data", "/w", "--name", "w", "--log", "nonsense"},
      {"--data", "/w", "--name", "w", "--log", witness_key},
      {"--data", "/w", "--name", "w", "--log", kLogKey, "--tls-cert", "x"},
      {"--data", "/w", "--name", "w", "--log", kLogKey, "--tls-key", "x"},
  };
  for (const auto& words : wrong) {
    WitnessWorld world;
    const Outcome outcome = run_witness(world, words);
    EXPECT_EQ(outcome.exit, Exit::Usage);
    EXPECT_NE(outcome.err.find("error[WIT-0009]"), std::string::npos) << outcome.err;
    EXPECT_FALSE(world.opened);
  }
  WitnessWorld world;
  const Outcome listen = run_witness(
      world, {"--data", "/w", "--name", "w", "--log", kLogKey, "--listen", "example.org:80"});
  EXPECT_NE(listen.err.find("error[WIT-0008]"), std::string::npos) << listen.err;
}

}  // namespace
}  // namespace stellwerk::cli
