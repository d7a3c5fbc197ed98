// Stellwerk is gone in the middle of a wave: by kill -9, by a signal; what becomes of traffic, and
// how the release goes on.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include "e2e/journal_check.h"
#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

std::size_t times_told(const Site& site, const std::string& name) {
  const auto names = site.names();
  return static_cast<std::size_t>(std::count(names.begin(), names.end(), name));
}

/// Skips the rest of the long wave; the release then ends by itself.
void promote_and_complete(Site& site) {
  // Without an engine the command would be one itself, and `run` could not go on.
  ASSERT_TRUE(site.wait_for("the engine", [&] { return site.show().contains("verdict"); }));
  // Until the guard has judged the wave (again) it may not be skipped.
  ASSERT_TRUE(site.wait_for(
      "promotion", [&] { return site.stellwerk({"release", "promote", "rel-1"}).exit_code == 0; }));
  EXPECT_EQ(site.exit_code(), 0);
  EXPECT_TRUE(site.all_served_by("1.3.0"));
}

// Goal: resumed before the lease ran out, the wave goes on.
TEST(KillNine, LetsTheWaveGoOnWhenResumedBeforeTheLeaseRanOut) {
  Site site;
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(100);
  site.kill_stellwerk();
  EXPECT_EQ(site.served("pilot-1"), "1.3.0");
  const json alone = site.show();
  EXPECT_EQ(alone.at("stage"), "holding");

  site.run({"--resume"});
  promote_and_complete(site);
  EXPECT_EQ(times_told(site, "scheduler.release.wave1"), 1U);
  EXPECT_FALSE(site.was_told("scheduler.lease.expired"));
  const json report = site.stop_load();
  for (const std::string& tenant : tenants())
    EXPECT_LE(report.at("tenants").at(tenant).at("flips"), 1) << tenant;
  expect_journal_verifies(site);
  expect_covered_by_checkpoint(site, "audit.release.logged");
}

// Goal: after the lease ran out traffic is on the old version without anyone; a person starts the
// wave anew.
TEST(KillNine, ReturnsTrafficWhenTheLeaseRunsOutAndPausesTheRelease) {
  Site site;
  site.plan(in_a_long_wave({{"lease", "5s"}}));
  ASSERT_TRUE(site.reach_first_wave());
  site.kill_stellwerk();
  ASSERT_TRUE(site.wait_for(
      "the lease to run out", [&] { return site.served("pilot-1") == "1.2.0"; }, 15s));

  site.run({"--resume"});
  site.start_load(100);
  ASSERT_TRUE(site.wait_event("scheduler.lease.expired"));
  ASSERT_TRUE(site.wait_event("scheduler.release.paused"));
  EXPECT_EQ(site.data_of("scheduler.release.paused").at("cause"), "lease-expired");
  EXPECT_EQ(site.show().at("paused").at("cause"), "lease-expired");
  EXPECT_TRUE(site.all_served_by("1.2.0"));

  const Finished resumed = site.stellwerk({"release", "resume", "rel-1"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  ASSERT_TRUE(site.wait_for("the wave to start anew", [&] {
    return times_told(site, "scheduler.release.wave1") == 2 && site.served("pilot-1") == "1.3.0";
  }));
  promote_and_complete(site);
}

// Goal: Stellwerk stood still (a suspended machine, a debugger) for longer than the lease: the
// router went back by itself, and nothing but a person's word brings the new version back.
TEST(StoodStill, LongerThanTheLeaseTrafficStaysOldUntilAPersonResumes) {
  Site site;
  site.plan(in_a_long_wave({{"lease", "5s"}}));
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(100);
  ASSERT_EQ(site.served("pilot-1"), "1.3.0");
  site.leave();  // nobody asks an engine that cannot answer
  site.running().signal(SIGSTOP);
  ASSERT_TRUE(
      site.wait_for("the lease to run out", [&] { return site.served("pilot-1") == "1.2.0"; }));
  site.running().signal(SIGCONT);
  site.attend();

  ASSERT_TRUE(site.wait_event("scheduler.lease.expired"));
  ASSERT_TRUE(site.wait_event("scheduler.release.paused"));
  EXPECT_EQ(site.data_of("scheduler.release.paused").at("cause"), "lease-expired");
  EXPECT_TRUE(site.all_served_by("1.2.0"));

  const Finished resumed = site.stellwerk({"release", "resume", "rel-1"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  ASSERT_TRUE(site.wait_for("the wave to start anew", [&] {
    return times_told(site, "scheduler.release.wave1") == 2 && site.served("pilot-1") == "1.3.0";
  }));
  promote_and_complete(site);
  EXPECT_EQ(times_told(site, "scheduler.lease.expired"), 1U);
  const json report = site.stop_load();
  for (const std::string& tenant : tenants())  // forth and back with the lease, then for good
    EXPECT_LE(report.at("tenants").at(tenant).at("flips"), tenant == "pilot-1" ? 2 : 1) << tenant;
  expect_journal_verifies(site);
}

TEST(StoodStill, ForLessThanTheLeaseTheWaveGoesOn) {
  Site site;
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  site.leave();
  site.running().signal(SIGSTOP);
  EXPECT_EQ(site.served("pilot-1"), "1.3.0");
  site.running().signal(SIGCONT);
  site.attend();
  site.start_load(100);
  promote_and_complete(site);
  EXPECT_FALSE(site.was_told("scheduler.lease.expired"));
}

TEST(KillNine, InPreparationLosesNothing) {
  Site site;
  site.plan({});
  site.run();
  ASSERT_TRUE(site.wait_event("scheduler.release.planned"));
  site.kill_stellwerk();
  site.run({"--resume"});
  site.start_load(100);
  site.attend();
  EXPECT_EQ(site.exit_code(), 0);
  EXPECT_EQ(times_told(site, "audit.release.planned"), 1U);
  expect_journal_verifies(site);
}

// ---- a command that must not be done twice, killed while it ran

/// Notes each start in `sent`, then hangs unless `go` is there.
constexpr const char* kSendOnce = R"(checks:
  - name: send
    phase: preparation
    kind: command
    run: [sh, -c, "echo sent >> sent; test -e go || exec sleep 600"]
)";

class KilledWhileSending : public ::testing::Test {
 protected:
  void SetUp() override {
    ReleaseFile release;
    release.more = kSendOnce;
    site.plan(release);
    site.run();
    ASSERT_TRUE(site.wait_for("the command", [this] { return sent() == 1; }));
    site.kill_stellwerk();
    site.write("go", "");
    site.run({"--resume"});
    ASSERT_TRUE(site.wait_event("audit.step.failed"));
  }

  [[nodiscard]] std::ptrdiff_t sent() const {
    const std::string text = text_of(site.folder() / "sent");
    return std::count(text.begin(), text.end(), '\n');
  }

  Site site;
};

// Goal: a plain resume never starts a *once* effect a second time.
TEST_F(KilledWhileSending, WaitsForAPersonWhoSaysThatItHappened) {
  EXPECT_EQ(site.data_of("audit.step.failed").at("outcome_unknown"), true);
  const json waiting = site.show().at("waiting_for");
  EXPECT_NE(std::find(waiting.begin(), waiting.end(), "preparation/send"), waiting.end());
  const Finished plain = site.stellwerk({"release", "resume", "rel-1"});
  EXPECT_EQ(plain.exit_code, 2);
  for (const char* part : {"ENG-0017", "stellwerk attest rel-1 preparation/send",
                           "stellwerk release resume rel-1 --again preparation/send"})
    EXPECT_NE(plain.err.find(part), std::string::npos) << plain.err;

  EXPECT_NE(site.stellwerk({"completion", "steps:rel-1"}).out.find("preparation/send\n"),
            std::string::npos);
  EXPECT_EQ(site.stellwerk({"attest", "rel-1", "preparation/send"}).exit_code, 0);
  site.start_load(100);
  site.attend();
  EXPECT_EQ(site.exit_code(), 0);
  EXPECT_EQ(sent(), 1);
}

TEST_F(KilledWhileSending, RunsAgainWhenAPersonSaysSo) {
  const Finished again =
      site.stellwerk({"release", "resume", "rel-1", "--again", "preparation/send"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(site.wait_for("the command to run again", [&] { return sent() == 2; }));
  EXPECT_EQ(site.stellwerk({"reject", "rel-1", "--reason", "enough seen"}).exit_code, 0);
  EXPECT_EQ(site.exit_code(), 10);
}

// Goal: the plan under way is carried out, never a file edited meanwhile.
TEST(EditedFile, IsRefusedOnResume) {
  Site site;
  ReleaseFile release = in_a_long_wave();
  site.plan(release);
  ASSERT_TRUE(site.reach_first_wave());
  site.kill_stellwerk();

  ReleaseFile edited = release;
  edited.waves.back() = "{share: 100%, tenants: all, hold: 2h}";
  site.plan(edited);
  site.run({"--resume"});
  EXPECT_EQ(site.exit_code(), 2);
  const std::string said = site.running().err();
  EXPECT_NE(said.find("CLI-0003"), std::string::npos) << said;
  EXPECT_NE(said.find("restore"), std::string::npos) << said;
  EXPECT_EQ(site.served("pilot-1"), "1.3.0");

  site.plan(release);
  site.run({"--resume"});
  site.start_load(100);
  promote_and_complete(site);
}

// ---- signals

class Stop : public ::testing::TestWithParam<int> {};

// Goal: SIGTERM, a closed terminal, and Ctrl-C where nobody can be asked, roll back below 100 %.
TEST_P(Stop, RollsBackInAWave) {
  Site site;
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  site.running().signal(GetParam());
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_EQ(site.data_of("notification.rollback.initiated").at("cause"), "stopped");
  EXPECT_TRUE(site.was_told("audit.rollback.logged"));
  EXPECT_TRUE(site.all_served_by("1.2.0"));
  EXPECT_TRUE(site.instances("1.3.0").empty());
}

INSTANTIATE_TEST_SUITE_P(Signal, Stop, ::testing::Values(SIGTERM, SIGINT, SIGHUP),
                         [](const auto& each) {
                           return std::string(each.param == SIGTERM  ? "SIGTERM"
                                              : each.param == SIGINT ? "SIGINT"
                                                                     : "SIGHUP");
                         });

TEST(Stop, DetachesWhenTheReleaseSaysSo) {
  Site site;
  site.plan(in_a_long_wave({{"on_stop", "detach"}}));
  ASSERT_TRUE(site.reach_first_wave());
  site.running().signal(SIGTERM);
  EXPECT_EQ(site.exit_code(), 11);
  EXPECT_FALSE(site.was_told("notification.rollback.initiated"));
  EXPECT_EQ(site.served("pilot-1"), "1.3.0");
  EXPECT_NE(site.running().err().find("--resume"), std::string::npos) << site.running().err();
}

TEST(Stop, BeforeTrafficLeavesTheReleaseAsItIs) {
  Site site;
  site.plan({});
  site.run();
  ASSERT_TRUE(site.wait_event("scheduler.release.planned"));
  site.running().signal(SIGTERM);
  EXPECT_EQ(site.exit_code(), 11);
  EXPECT_EQ(site.show().at("stage"), "preparing");
}

}  // namespace
}  // namespace stellwerk::e2e
