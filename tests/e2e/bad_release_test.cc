// Bad releases: what is wrong with the new version, and that it is gone again without anyone.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "e2e/journal_check.h"
#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

using Names = std::vector<std::string>;

ReleaseFile patch_with(std::vector<std::string> faults) {
  ReleaseFile release;
  release.type = "patch";
  release.from = "1.3.0";
  release.to = "1.3.1";
  release.faults = std::move(faults);
  release.waves = kLongWaves;
  return release;
}

/// From the pause on, without what stands between the runbook's events.
Names going_back(const Names& all) {
  Names kept;
  const auto from = std::find(all.begin(), all.end(), "scheduler.release.paused");
  for (auto each = from; each != all.end(); ++each)
    if (!each->starts_with("analytics.") && !each->starts_with("audit.checkpoint.") &&
        !each->starts_with("audit.step.") && *each != "scheduler.version.retired")
      kept.push_back(*each);
  return kept;
}

/// The verdict that asked for the rollback; later ones may follow while traffic is returned.
json rollback_verdict(const Site& site) {
  for (const Told& told : site.told())
    if (told.name == "analytics.verdict.changed" &&
        told.entry.at("data").at("verdict").at("action") == "rollback")
      return told.entry.at("data");
  return json::object();
}

const Names kRollback = {"scheduler.release.paused",
                         "notification.rollback.initiated",
                         "notification.rollback.executed",
                         "scheduler.release.rolledback",
                         "notification.rollback.completed",
                         "audit.release.rolledback",
                         "audit.rollback.logged"};

void expect_old_version_everywhere(const Site& site) {
  EXPECT_TRUE(site.all_served_by("1.3.0"));
  EXPECT_TRUE(site.instances("1.3.1").empty());
  EXPECT_FALSE(site.instances("1.3.0").empty());
}

// Goal: the order of events of a rollback, and nobody had to touch it.
TEST(BadRelease, IsRolledBackWithoutAnyone) {
  Site site;
  site.plan(patch_with({"errors:20%"}));
  site.run();
  site.start_load(200);
  site.attend();
  ASSERT_TRUE(site.wait_event("scheduler.release.wave1"));
  site.leave();
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_EQ(going_back(site.names()), kRollback);
  EXPECT_EQ(site.data_of("notification.rollback.initiated").at("detail"), "error-rate");
  expect_old_version_everywhere(site);
  EXPECT_LT(rollback_verdict(site).at("received_us"),
            site.data_of("notification.rollback.executed").at("read_back_us"));

  const json report = site.stop_load();
  for (const std::string& tenant : tenants()) {
    const json& own = report.at("tenants").at(tenant);
    EXPECT_LE(own.at("flips"), tenant == "pilot-1" ? 2 : 0) << tenant << own;
    EXPECT_EQ(own.at("changes").back().at("version"), "1.3.0");
  }
  expect_journal_verifies(site);
  expect_covered_by_checkpoint(site, "audit.rollback.logged");
}

// ---- never healthy: nothing moves

class NeverHealthy : public ::testing::TestWithParam<const char*> {};

TEST_P(NeverHealthy, FailsBeforeAnyTrafficMoved) {
  Site site([](SiteFile& file) { file.start_timeout = "1500ms"; });
  site.plan(patch_with({GetParam()}));
  site.attend();
  site.run();
  EXPECT_EQ(site.exit_code(), 12);
  EXPECT_TRUE(site.was_told("scheduler.release.failed"));
  EXPECT_FALSE(site.was_told("scheduler.release.wave1"));
  EXPECT_FALSE(site.was_told("notification.rollback.initiated"));
  expect_old_version_everywhere(site);
}

std::string fault_name(const ::testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == ':'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Fault, NeverHealthy,
                         ::testing::Values("unhealthy", "unhealthy-body", "crash-on-start",
                                           "garbage:json", "garbage:http"),
                         fault_name);

// ---- healthy first, then not

TEST(BadRelease, IsRolledBackWhenItsHealthFailsInAWave) {
  Site site;
  site.plan(patch_with({"unhealthy-after:20"}));
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(200);
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_EQ(site.data_of("notification.rollback.initiated").at("detail"), "health");
  expect_old_version_everywhere(site);
}

TEST(BadRelease, IsRolledBackWhenItDiesInAWave) {
  Site site;
  site.plan(patch_with({"crash-after:30"}));
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(200);
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_EQ(going_back(site.names()).back(), "audit.rollback.logged");
  expect_old_version_everywhere(site);
}

TEST(BadRelease, IsRolledBackWhenItHangs) {
  Site site([](SiteFile& file) { file.router = {{"server_timeout", "1s"}}; });
  site.plan(patch_with({"hang:20%"}));
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(200);
  // What hangs is slow first (a pause), and an error when HAProxy gives up.
  EXPECT_EQ(site.exit_code(), 10);
  expect_old_version_everywhere(site);
}

}  // namespace
}  // namespace stellwerk::e2e
