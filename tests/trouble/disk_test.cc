// The disk below the whole installation is full or can only be read, with the real programs.
#include <gtest/gtest.h>
#include <signal.h>

#include "e2e/journal_check.h"
#include "e2e/site.h"

namespace stellwerk::trouble {
namespace {

using e2e::contains;
using e2e::Site;
using namespace std::chrono_literals;

/// A site whose disk a test can fill or lock. Commands of people are on it too.
class DiskSite : public ::testing::TestWithParam<const char*> {
 protected:
  DiskSite() {
    e2e::ReleaseFile release;
    release.waves = e2e::kLongWaves;
    site.plan(release);
  }
  void disk_is(const std::string& what) { site.write("disk.out", what); }
  [[nodiscard]] std::vector<std::string> preloaded() const {
    return {"/usr/bin/env", std::string("LD_PRELOAD=") + SPOILER_LIBRARY,
            // The spoiler comes before the sanitizer's library where there is one.
            "ASAN_OPTIONS=verify_asan_link_order=0",
            "STELLWERK_DISK_BELOW=" + site.folder().string(),
            "STELLWERK_DISK_IS=" + (site.folder() / "disk.out").string()};
  }
  bool reach_first_wave() {
    site.attend();
    site.run({}, preloaded());
    return site.wait_event("scheduler.release.wave1");
  }
  [[nodiscard]] static bool is_full() { return std::string(GetParam()) == "full"; }
  /// What the system says of it.
  [[nodiscard]] static std::string reason() {
    return is_full() ? "No space left on device" : "Read-only file system";
  }
  bool wait_said(const std::string& what) {
    return site.wait_for(what, [&] { return contains(site.running().err(), what); });
  }
  /// Traffic, processes and the record are as after a rollback on a good disk.
  void expect_rolled_back() {
    EXPECT_EQ(site.exit_code(), 10);
    EXPECT_TRUE(site.all_served_by("1.2.0"));
    EXPECT_TRUE(site.was_told("notification.rollback.executed"));
    EXPECT_TRUE(site.instances("1.3.0").empty());
    e2e::expect_journal_verifies(site);
    e2e::expect_replays(site);
    e2e::expect_covered_by_checkpoint(site, "audit.rollback.logged");
  }

  Site site;
};

// Goal: in a wave the disk takes nothing more; a person rolls back, and traffic is back while it
// still takes nothing. Once it does, everything is on record.
TEST_P(DiskSite, BlocksNoRollback) {
  ASSERT_TRUE(reach_first_wave());
  site.leave();
  disk_is(GetParam());
  site.start({"release", "rollback", "rel-1", "--reason", "it must go"});
  ASSERT_TRUE(
      site.wait_for("the old version", [&] { return site.served("pilot-1") == "1.2.0"; }, 10s));
  ASSERT_TRUE(wait_said("JRN-0009"));
  disk_is("well");
  site.attend();
  expect_rolled_back();
}

// Goal: what people ask for cannot be recorded: the wave stays, the trouble is said, and on a good
// disk the release goes on.
TEST_P(DiskSite, IsSaidAndWaitedFor) {
  ASSERT_TRUE(reach_first_wave());
  site.start_load(100);
  disk_is(GetParam());
  // What the files have already takes some entries more; whether the journal or the events meet
  // the end first is chance. SQLite says of a read-only disk that it is an I/O error.
  int asked = 0;
  ASSERT_TRUE(site.wait_for("a word about it", [&] {
    site.stellwerk({"release", asked++ % 2 == 0 ? "pause" : "resume", "rel-1"}, 2s);
    const std::string said = site.running().err();
    return contains(said, "JRN-0002") || contains(said, reason());
  }));
  EXPECT_EQ(site.served("pilot-1"), "1.3.0");
  EXPECT_EQ(site.show().at("stage"), "holding");
  disk_is("well");
  ASSERT_TRUE(site.wait_for("promotion", [&] {
    site.stellwerk({"release", "resume", "rel-1"});
    return site.stellwerk({"release", "promote", "rel-1"}).exit_code == 0;
  }));
  EXPECT_EQ(site.exit_code(), 0);
  EXPECT_TRUE(site.all_served_by("1.3.0"));
  e2e::expect_journal_verifies(site);
  e2e::expect_replays(site);
}

// Goal: nothing begins on such a disk, and the person reads why; on a good one the same command
// begins.
TEST_P(DiskSite, LetsNothingBegin) {
  disk_is(GetParam());
  site.run({}, preloaded());
  const int code = site.exit_code();
  EXPECT_TRUE(code == 2 || code == 12) << code;
  const std::string said = site.running().err();
  EXPECT_TRUE(contains(said, reason())) << said;
  EXPECT_TRUE(contains(said, "explain")) << said;
  EXPECT_TRUE(site.names().empty());
  disk_is("well");
  ASSERT_TRUE(reach_first_wave());
}

// Goal: killed on that disk and started again there. Full: what the journal has already is enough
// to go on and to roll back. Read-only: it says why it cannot, and on a good disk it goes on.
TEST_P(DiskSite, OutlivesTheProcess) {
  ASSERT_TRUE(reach_first_wave());
  site.leave();
  disk_is(GetParam());
  site.kill_stellwerk();
  site.run({"--resume"}, preloaded());
  if (!is_full()) {
    EXPECT_EQ(site.exit_code(), 12);
    EXPECT_TRUE(contains(site.running().err(), reason())) << site.running().err();
    EXPECT_EQ(site.served("pilot-1"), "1.3.0");
    disk_is("well");
    site.run({"--resume"}, preloaded());
  }
  ASSERT_TRUE(site.wait_for("the lock", [&] {
    const std::string holder = e2e::text_of(site.data() / "lock");
    return contains(holder, std::to_string(site.running().pid()));
  }));
  ASSERT_TRUE(site.wait_for("the old version", [&] {
    return site.stellwerk({"release", "rollback", "rel-1", "--reason", "it must go"}, 5s)
                   .exit_code != 12 &&
           site.served("pilot-1") == "1.2.0";
  }));
  disk_is("well");
  site.attend();
  expect_rolled_back();
}

INSTANTIATE_TEST_SUITE_P(Real, DiskSite, ::testing::Values("full", "read-only"),
                         [](const auto& each) {
                           return std::string(each.param) == "full" ? "Full" : "ReadOnly";
                         });

}  // namespace
}  // namespace stellwerk::trouble
