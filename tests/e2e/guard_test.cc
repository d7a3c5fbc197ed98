// What pauses a release, what ends a pause by itself, and what the guard says about silence.
#include <gtest/gtest.h>

#include <algorithm>

#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

ReleaseFile watched_for_long() {
  ReleaseFile release;
  release.waves = kLongWaves;
  return release;
}

/// Paused by the guard with this cause, traffic still where it was; then ended by a person.
void expect_guard_pause(Site& site, const std::string& cause) {
  ASSERT_TRUE(site.wait_event("scheduler.release.paused"));
  const json paused = site.data_of("scheduler.release.paused");
  EXPECT_EQ(paused.at("cause"), "guard");
  // The first few bad ones may have paused it on little evidence already.
  EXPECT_TRUE(paused.at("detail") == cause || paused.at("detail") == "too-few-bad") << paused;
  ASSERT_TRUE(site.wait_for("the guard to say " + cause,
                            [&] { return site.show().at("verdict").at("cause") == cause; }));
  EXPECT_EQ(site.served("pilot-1"), "1.3.0");
  EXPECT_EQ(site.show().at("paused").at("cause"), "guard");
  EXPECT_FALSE(site.was_told("notification.rollback.initiated"));
}

TEST(Guard, PausesOnASlowNewVersion) {
  Site site;
  ReleaseFile release = watched_for_long();
  release.faults = {"slow:300"};
  release.slo = {{"p95_pause", "250ms"}};
  site.plan(release);
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(60);
  expect_guard_pause(site, "latency");
}

TEST(Guard, PausesOnAGrowingQueue) {
  Site site;
  ReleaseFile release = watched_for_long();
  release.faults = {"queue"};
  release.slo = {{"consumer_lag_pause", "10"}};
  site.plan(release);
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(60, "create=100");
  expect_guard_pause(site, "consumer-lag");
}

class BrokenGauge : public ::testing::TestWithParam<const char*> {};

TEST_P(BrokenGauge, PausesBecauseNoValueIsNoSuccess) {
  Site site;
  ReleaseFile release = watched_for_long();
  release.faults = {std::string("gauge:") + GetParam()};
  release.guard = {{"no_data_pause", "3s"}};
  site.plan(release);
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(50);
  expect_guard_pause(site, "gauge-missing");
}

INSTANTIATE_TEST_SUITE_P(Fault, BrokenGauge, ::testing::Values("hang", "gone", "nan"),
                         [](const auto& each) { return std::string(each.param); });

// Goal: a service that is no component may only pause, and a pause of the guard may
// end by itself; both only when the release says so.
TEST(Guard, ResumesByItselfWhenTheReleaseSaysSo) {
  Site site;
  ReleaseFile release;
  release.waves = kLongWaves;
  release.guard = {{"other_services", "pause"}, {"resume_on_recovery", "true"}};
  site.plan(release);
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(50);
  site.stop_neighbour();
  expect_guard_pause(site, "health");
  site.restart_neighbour();
  ASSERT_TRUE(site.wait_event("scheduler.release.resumed"));
  EXPECT_EQ(site.data_of("scheduler.release.resumed").at("by_guard"), true);
}

TEST(Guard, RollsBackForAnyServiceUnlessTheReleaseSaysOtherwise) {
  Site site;
  site.plan(watched_for_long());
  ASSERT_TRUE(site.reach_first_wave());
  site.stop_neighbour();
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_EQ(site.data_of("notification.rollback.initiated").at("detail"), "health");
  EXPECT_TRUE(site.all_served_by("1.2.0"));
}

// Goal: without requests a hold is extended, never passed and never rolled back.
TEST(Guard, ExtendsAHoldWithoutRequests) {
  Site site;
  site.plan({});
  ASSERT_TRUE(site.reach_first_wave());
  ASSERT_TRUE(site.wait_for("more guarded time than the hold asks for", [&] {
    const json hold = site.show().value("hold", json::object());
    return hold.value("guarded_us", 0LL) > hold.value("wanted_us", 1LL << 60);
  }));
  EXPECT_FALSE(site.was_told("scheduler.release.wave2"));
  EXPECT_FALSE(site.was_told("scheduler.release.paused"));
  site.start_load(200);
  EXPECT_EQ(site.exit_code(), 0);
}

}  // namespace
}  // namespace stellwerk::e2e
