// Files that say what cannot be: refused before anything is started, with what, why and where.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <iterator>
#include <ostream>
#include <regex>

#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

struct BadFile {
  const char* name;
  std::function<void(ReleaseFile&)> spoil;
  std::vector<std::string> said;  ///< in the error's text
};

std::ostream& operator<<(std::ostream& out, const BadFile& file) { return out << file.name; }

class BadRelease : public ::testing::TestWithParam<BadFile> {};

std::string one_line(const std::string& text) {
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

TEST_P(BadRelease, IsRefusedByPlanAndByRun) {
  Site site;
  ReleaseFile release;
  GetParam().spoil(release);
  site.plan(release);
  for (const char* command : {"plan", "run"}) {
    const Finished refused = site.stellwerk({command, site.release_file("rel-1")});
    EXPECT_EQ(refused.exit_code, 2) << command;
    EXPECT_EQ(refused.out, "");
    const std::string said = one_line(refused.err);
    for (const std::string& part : GetParam().said)
      EXPECT_NE(said.find(part), std::string::npos) << part << "\n" << refused.err;
    EXPECT_TRUE(std::regex_search(refused.err, std::regex("rel-1\\.yaml:[0-9]+:[0-9]+: error\\[")))
        << refused.err;
  }
  EXPECT_FALSE(std::filesystem::exists(site.data()));
}

std::function<void(ReleaseFile&)> waves(std::vector<std::string> waves) {
  return [waves](ReleaseFile& release) { release.waves = waves; };
}

INSTANTIATE_TEST_SUITE_P(
    File, BadRelease,
    ::testing::Values(
        BadFile{"UnknownKey", [](ReleaseFile& r) { r.more = "wafes: []\n"; }, {"wafes", "waves"}},
        BadFile{"NotYaml", [](ReleaseFile& r) { r.more = "a: [\n"; }, {"CFG-"}},
        BadFile{"UnknownTenant",
                waves({"{share: 10%, tenants: [pilot-7]}", "{share: 100%, tenants: all}"}),
                {"PLN-0004", "pilot-7"}},
        BadFile{"VersionNotNewer", [](ReleaseFile& r) { r.to = "1.2.0"; }, {"1.2.0", "why"}},
        BadFile{"VersionOfAnotherType", [](ReleaseFile& r) { r.to = "2.0.0"; }, {"major"}},
        BadFile{"WavesThatShrink",
                waves({"{share: 50%}", "{share: 10%}", "{share: 100%}"}),
                {"50 %", "10 %"}},
        BadFile{"WavesThatDoNotEndAtAll",
                waves({"{share: 10%}", "{share: 50%}"}),
                {"everybody", "share: 100%"}},
        BadFile{
            "WaveThatMovesNobody",
            waves({"{share: 10%, tenants: [pilot-1]}", "{tenants: [pilot-1]}", "{share: 100%}"}),
            {"nobody"}},
        BadFile{"WhatCannotBeCarriedOutYet",
                [](ReleaseFile& r) { r.more = "migrations: []\n"; },
                {"migrations", "remove"}}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(BadEnvironment, IsRefusedWithItsPlace) {
  Site site;
  site.plan({});
  site.write("stellwerk.yaml", site_yaml(site.file()) + "rooter: {}\n");
  const Finished refused = site.stellwerk({"run", site.release_file("rel-1")});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("stellwerk.yaml:"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("router"), std::string::npos) << refused.err;
}

// Goal: what adapters do not understand is refused by whoever reads the file, all of it at once and
// before anything is made.
TEST(BadEnvironment, IsRefusedWithEveryProblemOfItsAdapters) {
  Site site;
  site.plan({});
  std::string yaml = site_yaml(site.file());
  yaml = std::regex_replace(yaml, std::regex("router: .*"), "router: {adapter: haproxi}");
  yaml =
      std::regex_replace(yaml, std::regex("workload: .*"), "workload: {adapter: process, cpu: 2}");
  yaml =
      std::regex_replace(yaml, std::regex("notices: .*"),
                         "notices: [{adapter: file, folder: n}, {adapter: file, folder: x/../n}]");
  yaml = std::regex_replace(yaml, std::regex("events: .*"), "events: [{adapter: ndjson, fiel: e}]");
  site.write("stellwerk.yaml", yaml);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"plan", site.release_file("rel-1")},
        std::vector<std::string>{"run", site.release_file("rel-1")},
        std::vector<std::string>{"doctor"}}) {
    const Finished refused = site.stellwerk(command);
    EXPECT_EQ(refused.exit_code, 2) << refused.err;
    EXPECT_EQ(refused.out, "");
    const std::string said = one_line(refused.err);
    for (const char* part :
         {"error[CFG-0010]: router: there is no adapter \"haproxi\"", "did you mean haproxy?",
          "error[CFG-0003]: workload: unknown key \"cpu\"", "there are no keys here",
          "error[CFG-0007]: notices[1]: ", "notices[0] writes there already",
          "error[CFG-0003]: events[0]: unknown key \"fiel\"", "did you mean file?",
          "error[CFG-0005]: events[0]: the key \"file\" is missing"})
      EXPECT_NE(said.find(part), std::string::npos) << command[0] << ": " << part << "\n" << said;
  }
  EXPECT_FALSE(std::filesystem::exists(site.data()));
}

TEST(Schema, KnowsTheKeysOfEveryAdapter) {
  const Site site;
  const json schema = json::parse(site.stellwerk({"schema", "environment"}).out, nullptr, false);
  ASSERT_TRUE(schema.is_object());
  const json& router = schema["properties"]["router"]["oneOf"][0];
  EXPECT_EQ(router["properties"]["adapter"]["const"], "haproxy");
  EXPECT_TRUE(router["properties"].contains("connections_max"));
  const json& events = schema["properties"]["events"]["items"]["oneOf"][0];
  EXPECT_TRUE(events["properties"].contains("file"));
  EXPECT_EQ(events["additionalProperties"], false);
}

TEST(MissingFile, IsSaidByName) {
  const Site site;
  const Finished refused = site.stellwerk({"run", (site.folder() / "none.yaml").string()});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("none.yaml"), std::string::npos) << refused.err;
}

TEST(Resume, IsRefusedForAReleaseThatNeverBegan) {
  Site site;
  site.plan({});
  const Finished refused = site.stellwerk({"run", site.release_file("rel-1"), "--resume"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("CLI-0004"), std::string::npos) << refused.err;
}

TEST(Plan, HasTheSameBytesEachTime) {
  Site site;
  site.plan({});
  const Finished first = site.stellwerk({"plan", site.release_file("rel-1")});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(first.out, site.stellwerk({"plan", site.release_file("rel-1")}).out);
  const Finished data = site.stellwerk({"--json", "plan", site.release_file("rel-1")});
  EXPECT_EQ(data.out, site.stellwerk({"--json", "plan", site.release_file("rel-1")}).out);
  EXPECT_TRUE(json::parse(data.out, nullptr, false).contains("digest")) << data.out;
}

struct Unable {
  const char* type;
  const char* to;
  const char* strategy;
  const char* id;    ///< the error's
  const char* what;  ///< cannot be carried out
};
std::ostream& operator<<(std::ostream& out, const Unable& wanted) {
  return out << wanted.type << " " << wanted.strategy;
}
class NotYet : public ::testing::TestWithParam<Unable> {};

// Goal: what this version cannot carry out is planned, and refused at start with the reason.
TEST_P(NotYet, IsPlannedButNotStarted) {
  Site site;
  const Unable& wanted = GetParam();
  ReleaseFile release;
  release.type = wanted.type;
  release.to = wanted.to;
  site.plan(release);
  // The strategy's own waves.
  std::string text = release_yaml(release);
  text = std::regex_replace(text, std::regex("strategy: canary"),
                            std::string("strategy: ") + wanted.strategy);
  text = std::regex_replace(text, std::regex("waves:\n(  - .*\n)+"), "");
  site.write("rel-1.yaml", text);
  EXPECT_EQ(site.stellwerk({"plan", site.release_file("rel-1")}).exit_code, 0);
  const Finished refused = site.stellwerk({"run", site.release_file("rel-1")});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find(wanted.id), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find(wanted.what), std::string::npos) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(site.data()));
}

INSTANTIATE_TEST_SUITE_P(
    Release, NotYet,
    ::testing::Values(Unable{"major", "2.0.0", "blue-green", "PLN-0011", "signed approval"},
                      Unable{"migration", "2.0.0", "stepwise", "PLN-0010", "stepwise"}),
    [](const auto& each) { return std::string(each.param.type); });

// Goal: what only computes is ended by Ctrl-C like any other program.
TEST(Simulate, EndsAtASignal) {
  Site site;
  site.plan({});
  Program& simulate =
      site.start({"simulate", site.release_file("rel-1"), "--seeds", "10000", "--threads", "2"});
  const std::filesystem::path threads = "/proc/" + std::to_string(simulate.pid()) + "/task";
  ASSERT_TRUE(site.wait_for("its threads", [&] {
    return std::distance(std::filesystem::directory_iterator(threads), {}) > 1;
  }));
  simulate.signal(SIGINT);
  EXPECT_EQ(simulate.exit_code(), -SIGINT);
}

}  // namespace
}  // namespace stellwerk::e2e
