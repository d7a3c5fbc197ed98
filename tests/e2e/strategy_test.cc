// Strategies beside the canary: instances replaced one by one, a switch that is tested before and
// can be taken back after, a downtime, components that move together.
#include <gtest/gtest.h>

#include <algorithm>

#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

/// Where an event stands among those told; the end when it was not.
std::size_t place_of(const Site& site, const std::string& name) {
  const auto names = site.names();
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

ReleaseFile rolling_patch() {
  ReleaseFile release;
  release.type = "patch";
  release.strategy = "rolling";
  release.to = "1.2.1";
  release.waves = {};
  return release;
}

void expect_no_error_and_no_flip_beyond(const json& report, int flips) {
  ASSERT_TRUE(report.is_object());
  EXPECT_EQ(report.at("total").at("errors"), 0) << report.at("total");
  for (const std::string& tenant : tenants())
    EXPECT_LE(report.at("tenants").at(tenant).at("flips"), flips) << tenant;
}

// Goal: never more than one instance beyond the usual, no request lost, no tenant to and fro.
TEST(RollingRelease, ReplacesOneInstanceAfterTheOther) {
  Site site([](SiteFile& file) { file.instances = 2; });
  site.plan(rolling_patch());
  site.run();
  site.start_load(80);
  site.attend();
  std::size_t most = 0;
  std::size_t least = 99;
  ASSERT_TRUE(site.wait_for("the end of the waves", [&] {
    // One after the other, while the new ones become more and the old ones fewer: counted in this
    // order there are never more than there were, nor fewer.
    const std::size_t old_ones = site.instances("1.2.0").size();
    const std::size_t new_ones = site.instances("1.2.1").size();
    most = std::max(most, new_ones + site.instances("1.2.0").size());
    if (site.was_told("scheduler.release.wave1")) least = std::min(least, old_ones + new_ones);
    return site.was_told("scheduler.release.completed");
  }));
  EXPECT_EQ(site.instances("1.2.1").size(), 2U);
  EXPECT_EQ(site.instances("1.2.0").size(), 1U);  // stands by
  EXPECT_LE(most, 3U);
  EXPECT_GE(least, 2U);
  EXPECT_EQ(site.exit_code(), 0);
  EXPECT_TRUE(site.was_told("scheduler.release.wave2"));
  EXPECT_TRUE(site.instances("1.2.0").empty());
  expect_no_error_and_no_flip_beyond(site.stop_load(), 1);
}

// Goal: the way back brings up what has given way before all traffic rests on it.
TEST(RollingRelease, IsRolledBackToAllItsOldInstances) {
  Site site([](SiteFile& file) { file.instances = 2; });
  ReleaseFile release = rolling_patch();
  release.waves = {"{share: 50%, hold: 1h}", "{share: 100%, hold: 14d}"};
  site.plan(release);
  site.run();
  site.start_load(80);
  site.attend();
  ASSERT_TRUE(site.wait_event("scheduler.release.wave2"));
  ASSERT_EQ(site.instances("1.2.0").size(), 1U);
  EXPECT_EQ(site.stellwerk({"release", "rollback", "rel-1", "--reason", "a complaint"}).exit_code,
            0);
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_EQ(site.instances("1.2.0").size(), 2U);
  EXPECT_TRUE(site.instances("1.2.1").empty());
  EXPECT_TRUE(site.all_served_by("1.2.0"));
  expect_no_error_and_no_flip_beyond(site.stop_load(), 2);
}

ReleaseFile blue_green(const std::string& check, const std::string& standby) {
  ReleaseFile release;
  release.strategy = "blue-green";
  release.waves = {};
  release.more = "standby: " + standby + "\nchecks:\n  - " + check + "\n";
  return release;
}

// Goal: "Green: Deploy + Tests", the switch, and one command back although all is done.
TEST(BlueGreenRelease, IsTestedBeforeTheSwitchAndTakenBackByOneCommand) {
  Site site;
  site.plan(
      blue_green("{name: green, phase: rollout, kind: http, url: "
                 "\"new:document-domain/health\", expect: {json: {/version: 1.3.0}}}",
                 "14d"));
  site.run();
  site.start_load(80);
  site.attend();
  ASSERT_TRUE(site.wait_event("scheduler.traffic.settled"));
  EXPECT_LT(place_of(site, "scheduler.release.deployed"),
            place_of(site, "scheduler.release.wave1"));
  EXPECT_FALSE(site.was_told("scheduler.release.wave2"));
  EXPECT_TRUE(site.all_served_by("1.3.0"));
  EXPECT_EQ(site.instances("1.2.0").size(), 1U);
  EXPECT_EQ(
      site.stellwerk({"release", "rollback", "rel-1", "--reason", "the books differ"}).exit_code,
      0);
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_TRUE(site.all_served_by("1.2.0"));
  EXPECT_TRUE(site.instances("1.3.0").empty());
  EXPECT_EQ(site.stop_load().at("total").at("errors"), 0);
}

TEST(BlueGreenRelease, IsNotSwitchedWhenGreenFailsItsTests) {
  Site site;
  site.plan(
      blue_green("{name: green, phase: rollout, kind: command, run: [/bin/sh, -c, \"test -z "
                 "\\\"$STELLWERK_NEW_DOCUMENT_DOMAIN\\\"\"], critical: true}",
                 "15m"));
  site.attend();
  site.run();
  EXPECT_EQ(site.exit_code(), 12);
  EXPECT_FALSE(site.was_told("scheduler.release.wave1"));
  EXPECT_TRUE(site.was_told("scheduler.release.failed"));
  EXPECT_TRUE(site.instances("1.3.0").empty());
  EXPECT_TRUE(site.all_served_by("1.2.0"));
}

/// A major release with a page of maintenance for everybody, and somebody to accept green.
ReleaseFile with_downtime() {
  ReleaseFile release;
  release.type = "major";
  release.strategy = "blue-green";
  release.to = "2.0.0";
  release.waves = {"{share: 100%, hold: 1h}"};
  release.more =
      "downtime: {tenants: all}\nchecks:\n  - {name: accepted, phase: rollout, kind: manual, "
      "roles: [qa]}\n";
  return release;
}

void allow_majors(SiteFile& file) { file.more = "unsigned_approvals: true\n"; }

/// Green runs and waits for the person; the page is shown.
bool reach_green_in_downtime(Site& site) {
  site.plan(with_downtime());
  site.leave_alone("rollout/accepted");
  site.attend();
  site.run();
  return site.wait_event("scheduler.release.deployed");
}

TEST(Downtime, ShowsThePageUntilTheNewVersionServes) {
  Site site(allow_majors);
  ASSERT_TRUE(reach_green_in_downtime(site));
  EXPECT_TRUE(site.was_told("scheduler.downtime.started"));
  for (const char* tenant : {"pilot-1", "ehlers", "a-stranger", ""}) {
    const auto answer = site.answered(tenant);
    EXPECT_EQ(answer.status, 503) << tenant;
    EXPECT_NE(answer.body.find("Wartung"), std::string::npos) << answer.body;
  }
  site.leave_alone({});
  site.start_load(80);
  ASSERT_TRUE(site.wait_event("scheduler.downtime.ended"));
  EXPECT_TRUE(site.all_served_by("2.0.0"));
  EXPECT_EQ(site.exit_code(), 0);
}

// Goal: whoever calls it off does not leave people in front of the page.
TEST(Downtime, EndsWithTheReleaseThatIsCalledOff) {
  Site site(allow_majors);
  ASSERT_TRUE(reach_green_in_downtime(site));
  EXPECT_EQ(site.answered("pilot-1").status, 503);
  EXPECT_EQ(site.stellwerk({"release", "rollback", "rel-1", "--reason", "not today"}).exit_code, 0);
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_TRUE(site.was_told("scheduler.downtime.ended"));
  EXPECT_EQ(site.answered("pilot-1").status, 200);
  EXPECT_EQ(site.answered("").status, 200);
}

// Goal: one release: started in order, moved tenant by tenant together, taken back in reverse.
TEST(TwoComponents, MoveTogetherAndGoBackInReverse) {
  HeldPort port;
  Site site([&](SiteFile& file) { file.components = {{"contracts-domain", port.number()}}; });
  ReleaseFile release;
  release.components = {"contracts-domain"};
  release.waves = kLongWaves;
  site.plan(release);
  port.release();
  ASSERT_TRUE(site.reach_first_wave());
  EXPECT_EQ(site.served("pilot-1"), "1.3.0");
  EXPECT_EQ(site.served_at(port.number(), "pilot-1"), "1.3.0");
  EXPECT_EQ(site.served("ehlers"), "1.2.0");
  EXPECT_EQ(site.served_at(port.number(), "ehlers"), "1.2.0");
  EXPECT_EQ(site.stellwerk({"release", "rollback", "rel-1", "--reason", "enough"}).exit_code, 0);
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_EQ(site.served_at(port.number(), "pilot-1"), "1.2.0");
  std::vector<std::string> stopped;
  for (const Told& each : site.told())
    if (each.name == "scheduler.version.retired")
      stopped.push_back(each.entry.at("data").at("component"));
  EXPECT_EQ(stopped, (std::vector<std::string>{"contracts-domain", "document-domain"}));
}

}  // namespace
}  // namespace stellwerk::e2e
