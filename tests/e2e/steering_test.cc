// People at another terminal: looking, steering, and being refused; two of everything.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

Finished steer(const Site& site, const std::string& verb,
               const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"release", verb, "rel-1"};
  words.insert(words.end(), more.begin(), more.end());
  return site.stellwerk(words);
}

TEST(Steering, PausesResumesAndPromotesFromAnotherProcess) {
  Site site;
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(100);

  EXPECT_EQ(steer(site, "pause", {"--reason", "looking closer"}).exit_code, 0);
  EXPECT_EQ(site.show().at("paused").at("cause"), "person");
  EXPECT_EQ(site.show().at("paused").at("by"), "lena");
  const Finished refused = steer(site, "promote");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(contains(refused.err, "ENG-0012") && contains(refused.err, "resume")) << refused.err;
  EXPECT_EQ(site.served("pilot-1"), "1.3.0");

  EXPECT_EQ(steer(site, "resume").exit_code, 0);
  EXPECT_FALSE(site.show().contains("paused"));
  const Finished promoted = steer(site, "promote");
  EXPECT_EQ(promoted.exit_code, 0) << promoted.err;
  EXPECT_EQ(site.exit_code(), 0);
  EXPECT_TRUE(site.was_told("scheduler.release.promoted"));

  const Finished late = steer(site, "rollback", {"--reason", "too late"});
  EXPECT_EQ(late.exit_code, 2);
  EXPECT_TRUE(contains(late.err, "ENG-0016")) << late.err;
}

// Goal: promote shortens a hold, but the guard always has its minimum.
TEST(Steering, PromotedHoldWaitsUntilTheGuardHasItsMinimum) {
  Site site;
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  const Finished promoted = steer(site, "promote");
  EXPECT_EQ(promoted.exit_code, 0) << promoted.err;
  const json view = site.show();
  EXPECT_EQ(view.at("stage"), "holding");
  EXPECT_EQ(view.at("wave"), 1);
  EXPECT_EQ(view.at("hold").at("promoted"), true);
  EXPECT_EQ(view.at("hold").at("requests"), 0);
  EXPECT_FALSE(site.was_told("scheduler.release.wave2"));

  site.start_load(100);
  ASSERT_TRUE(site.wait_event("scheduler.release.wave2"));
  EXPECT_EQ(site.exit_code(), 0);
}

// Goal: what a command printed and what a person said is shown, but neither in the
// journal nor published.
TEST(Steering, ShowsWhatWasPrintedAndSaidButWritesOnlyItsDigest) {
  Site site;
  ReleaseFile release;
  release.more = R"(checks:
  - {name: print, phase: preparation, kind: command, run: [sh, -c, "echo Erika Mustermann; exit 3"]}
)";
  site.plan(release);
  site.run();
  ASSERT_TRUE(site.wait_event("scheduler.release.paused"));
  EXPECT_EQ(site.stellwerk({"reject", "rel-1", "--reason", "Max Mustermann said no"}).exit_code, 0);
  EXPECT_EQ(site.exit_code(), 10);

  const std::string summary = site.data_of("audit.step.failed").at("summary");
  EXPECT_TRUE(summary.starts_with("exit 3 after ")) << summary;
  EXPECT_TRUE(summary.ends_with(", expected 0")) << summary;
  for (const char* file : {"events.ndjson", "data/journal.db", "data/journal.db-wal"})
    EXPECT_FALSE(contains(text_of(site.folder() / file), "Mustermann")) << file;
  for (const char* part : {"last output: Erika Mustermann", "Max Mustermann said no"})
    EXPECT_TRUE(contains(site.running().out(), part)) << site.running().out();
  const Finished shown = site.stellwerk({"release", "show", "rel-1"});
  EXPECT_TRUE(contains(shown.out, "Erika Mustermann")) << shown.out;
}

// Goal: whoever waits for an answer of the version that is left gets it (`run.drain`).
TEST(Steering, LetsRequestsEndBeforeAVersionIsStopped) {
  Site site([](SiteFile& file) {
    file.drain = "20s";
    file.stop_timeout = "100ms";
  });
  ReleaseFile release = in_a_long_wave();
  release.faults = {"slow:2500"};
  site.plan(release);
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(100);  // at any moment some two dozen requests of pilot-1 are under way
  // More than the one that start_load asks itself, which is not slow.
  ASSERT_TRUE(site.wait_for("answers of the new version", [&] {
    return site.show().value("hold", json::object()).value("requests", 0) > 10;
  }));
  EXPECT_EQ(steer(site, "rollback", {"--reason", "while some wait"}).exit_code, 0);
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_TRUE(site.instances("1.3.0").empty());
  const json own = site.stop_load().at("tenants").at("pilot-1");
  EXPECT_GT(own.at("versions").at("1.3.0"), 0) << own;
  EXPECT_EQ(own.at("errors"), 0) << own;
  EXPECT_EQ(own.at("failed"), 0) << own;
}

TEST(Steering, RollsBackForAPersonWhoSaysWhy) {
  Site site;
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  Program& watch = site.start({"release", "watch", "rel-1"});
  const Finished mute = steer(site, "rollback");
  EXPECT_EQ(mute.exit_code, 2);
  EXPECT_TRUE(contains(mute.err, "--reason")) << mute.err;
  EXPECT_FALSE(site.was_told("notification.rollback.initiated"));

  EXPECT_EQ(steer(site, "rollback", {"--reason", "wrong totals"}).exit_code, 0);
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_EQ(site.data_of("audit.release.rolledback").at("responsible"), "lena");
  EXPECT_TRUE(site.all_served_by("1.2.0"));
  EXPECT_EQ(watch.exit_code(20s), 10);
  EXPECT_TRUE(contains(watch.out(), "scheduler.release.wave1")) << watch.out();
  EXPECT_TRUE(contains(watch.out(), "audit.rollback.logged")) << watch.out();
}

TEST(Steering, ListsAndShowsWhetherAnEngineRunsOrNot) {
  Site site;
  EXPECT_EQ(site.stellwerk({"release", "list"}).exit_code, 0);
  EXPECT_EQ(site.stellwerk({"release", "show", "rel-1"}).exit_code, 2);
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  for (const bool engine_runs : {true, false}) {
    if (!engine_runs) site.kill_stellwerk();
    const Finished list = site.stellwerk({"release", "list"});
    EXPECT_EQ(list.exit_code, 0);
    EXPECT_TRUE(contains(list.out, "rel-1")) << list.out;
    const Finished show = site.stellwerk({"release", "show", "rel-1"});
    EXPECT_EQ(show.exit_code, 0);
    EXPECT_TRUE(contains(show.out, "pilot-1")) << show.out;
    const json view = site.show();
    EXPECT_EQ(view.at("stage"), "holding");
    EXPECT_EQ(view.at("traffic").at("tenants"), json({"pilot-1"}));
  }
}

// Goal: without an engine `rollback` runs to its end in the foreground.
TEST(Steering, RollsBackInTheForegroundWhenNoEngineRuns) {
  Site site;
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  site.kill_stellwerk();
  const Finished back = steer(site, "rollback", {"--reason", "nobody is there"});
  EXPECT_EQ(back.exit_code, 10) << back.err;
  EXPECT_TRUE(contains(back.out, "audit.rollback.logged")) << back.out;
  EXPECT_TRUE(site.all_served_by("1.2.0"));
  EXPECT_TRUE(site.instances("1.3.0").empty());
}

TEST(Steering, StaysAndGuardsAfterPausingWhenNoEngineRan) {
  Site site;
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  site.kill_stellwerk();
  Program& guarding = site.start({"release", "pause", "rel-1", "--reason", "night"});
  ASSERT_TRUE(site.wait_event("scheduler.release.paused"));
  EXPECT_FALSE(guarding.ended());
  EXPECT_EQ(site.served("pilot-1"), "1.3.0");
  guarding.signal(SIGTERM);
  EXPECT_EQ(guarding.exit_code(), 10);
  EXPECT_TRUE(site.all_served_by("1.2.0"));
}

TEST(Steering, EndsWithoutRollbackEventsWhenRejectedBeforeTraffic) {
  Site site;
  site.plan({});
  site.run();
  ASSERT_TRUE(site.wait_event("scheduler.release.planned"));
  EXPECT_EQ(site.stellwerk({"reject", "rel-1", "--reason", "not this week"}).exit_code, 0);
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_TRUE(site.was_told("scheduler.release.cancelled"));
  EXPECT_FALSE(site.was_told("notification.rollback.initiated"));
}

// ---- two of everything

TEST(TwoRuns, OnOneDataFolderAreRefusedNamingTheOneThatRuns) {
  Site site;
  site.plan({});
  site.run();
  ASSERT_TRUE(site.wait_event("scheduler.release.planned"));
  const Finished second = site.stellwerk({"run", site.release_file("rel-1")});
  EXPECT_EQ(second.exit_code, 2);
  EXPECT_TRUE(contains(second.err, "JRN-0005")) << second.err;
  EXPECT_TRUE(contains(second.err, std::to_string(site.running().pid()))) << second.err;
  EXPECT_FALSE(site.running().ended());
}

TEST(TwoReleases, OfOneComponentAreRefusedNamingTheHolder) {
  Site site;
  site.plan({});
  site.run();
  ASSERT_TRUE(site.wait_event("scheduler.release.planned"));
  site.kill_stellwerk();
  ReleaseFile other;
  other.id = "rel-2";
  site.plan(other);
  site.run();
  EXPECT_EQ(site.exit_code(), 2);
  const std::string said = site.running().err();
  EXPECT_TRUE(contains(said, "ENG-0025") && contains(said, "rel-1")) << said;
}

TEST(TwoReleases, OfOneIdAreRefused) {
  Site site;
  site.plan({});
  site.run();
  ASSERT_TRUE(site.wait_event("scheduler.release.planned"));
  EXPECT_EQ(site.stellwerk({"reject", "rel-1", "--reason", "again"}).exit_code, 0);
  EXPECT_EQ(site.exit_code(), 10);
  site.run();
  EXPECT_EQ(site.exit_code(), 2);
  EXPECT_TRUE(contains(site.running().err(), "ENG-0024")) << site.running().err();
}

}  // namespace
}  // namespace stellwerk::e2e
