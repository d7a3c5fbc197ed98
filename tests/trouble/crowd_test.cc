// Two hundred commands at once against an engine that guards a wave, and fifty where none runs.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>

#include "e2e/journal_check.h"
#include "e2e/site.h"

namespace stellwerk::trouble {
namespace {

namespace fs = std::filesystem;
using e2e::contains;
using e2e::json;
using e2e::Site;
using namespace std::chrono_literals;

constexpr int kCrowd = 200;
constexpr int kOfTheirWork = 32;  ///< descriptors beside the one of each: files that are read
constexpr int kNotHeard = 12;     ///< who has just become the engine listens soon

/// What people ask for; the same for each third or fourth of them.
const std::vector<std::vector<std::string>> kAsked = {{"release", "show", "rel-1"},
                                                      {"release", "list"},
                                                      {"release", "show", "rel-1", "--json"},
                                                      {"release", "pause", "rel-1"},
                                                      {"release", "resume", "rel-1"}};

/// Nobody is left without an answer: done, or an error with a code and what to do.
void expect_answered(std::vector<e2e::Program*>& crowd, const std::set<int>& codes) {
  for (e2e::Program* each : crowd) {
    const auto code = each->exit_code(120s);
    ASSERT_TRUE(code) << "no answer";
    const std::string said = each->err();
    EXPECT_TRUE(codes.contains(*code)) << *code << said;
    if (*code == 2) {
      EXPECT_TRUE(contains(said, "error[")) << said;
    }
    if (*code == kNotHeard) {
      EXPECT_TRUE(contains(said, "error[CLI-0007]")) << said;
    }
  }
}

/// Nobody answers what it waits for from here on.
bool reach_long_wave(Site& site) {
  e2e::ReleaseFile release;
  release.waves = e2e::kLongWaves;
  site.plan(release);
  const bool reached = site.reach_first_wave();
  site.leave();
  return reached;
}

std::size_t descriptors(pid_t pid) {
  std::error_code problem;
  std::size_t count = 0;
  for (fs::directory_iterator at(fs::path("/proc") / std::to_string(pid) / "fd", problem), end;
       !problem && at != end; at.increment(problem))
    ++count;
  return count;
}

// Goal: the guard's round and the lease are not delayed beyond their bounds: the journal has no
// lease that ran out, no silence, no rollback; descriptors stay bounded, and the release goes on.
TEST(Crowd, OfTwoHundredCommandsAtOnceIsAnsweredByTheEngine) {
  Site site;
  ASSERT_TRUE(reach_long_wave(site));
  site.start_load(50);
  const std::size_t before = descriptors(site.running().pid());
  std::vector<e2e::Program*> crowd;
  std::size_t most = 0;
  for (int i = 0; i < kCrowd; ++i) {
    crowd.push_back(&site.start(kAsked[static_cast<std::size_t>(i) % kAsked.size()]));
    most = std::max(most, descriptors(site.running().pid()));
  }
  expect_answered(crowd, {0, 2});
  EXPECT_LE(most, before + kCrowd + kOfTheirWork);
  ASSERT_TRUE(site.wait_for(
      "the descriptors to be given back",
      [&] { return descriptors(site.running().pid()) <= before + 8; }, 60s));

  for (const char* never :
       {"scheduler.lease.expired", "notification.rollback.initiated", "audit.journal.gap"})
    EXPECT_FALSE(site.was_told(never)) << never;
  EXPECT_EQ(site.served("pilot-1"), "1.3.0");
  const auto back = site.stellwerk({"release", "rollback", "rel-1", "--reason", "enough seen"});
  EXPECT_EQ(back.exit_code, 0) << back.err;
  EXPECT_EQ(site.exit_code(), 10);
  e2e::expect_journal_verifies(site);
  e2e::expect_replays(site);
}

// Goal: where no engine runs, readers read beside each other, of those who would be one each but
// one is told who it is, and the release is carried by exactly that one.
TEST(Crowd, WhereNoEngineRunsFindsOne) {
  Site site;
  ASSERT_TRUE(reach_long_wave(site));
  site.kill_stellwerk();
  std::vector<e2e::Program*> readers;
  std::vector<e2e::Program*> others;
  for (int i = 0; i < kCrowd / 4; ++i) {
    const bool reads = i % 2 == 0;
    const auto words =
        reads ? kAsked[static_cast<std::size_t>(i / 2) % 3]
              : std::vector<std::string>{"release", "rollback", "rel-1", "--reason", "it must go"};
    (reads ? readers : others).push_back(&site.start(words));
  }
  expect_answered(readers, {0, kNotHeard});
  expect_answered(others, {0, 2, 10, kNotHeard});
  EXPECT_TRUE(site.all_served_by("1.2.0"));
  EXPECT_TRUE(site.instances("1.3.0").empty());
  const auto names = site.names();
  EXPECT_EQ(std::count(names.begin(), names.end(), "notification.rollback.initiated"), 1);
  EXPECT_EQ(std::count(names.begin(), names.end(), "audit.rollback.logged"), 1);
  e2e::expect_journal_verifies(site);
  e2e::expect_replays(site);
}

}  // namespace
}  // namespace stellwerk::trouble
