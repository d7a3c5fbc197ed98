// Good releases: carried to their end, in the runbook's order, without a tenant going back and
// forth.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "e2e/journal_check.h"
#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

using Names = std::vector<std::string>;

/// What a subscriber of the runbook's events acts on; checkpoints, steps and verdicts stand
/// between.
Names milestones(const Names& all) {
  Names kept;
  for (const std::string& name : all) {
    const bool in_between =
        name.starts_with("audit.step.") || name.starts_with("audit.approval.") ||
        name.starts_with("audit.checkpoint.") || name.starts_with("analytics.verdict.") ||
        // On a busy machine an old version that is slow on purpose may miss a probe.
        name.starts_with("scheduler.clock.") || name.starts_with("scheduler.capacity.");
    if (!in_between) kept.push_back(name);
  }
  return kept;
}

std::string detail_of_pause(const Site& site) {
  const json data = site.data_of("scheduler.release.paused");
  return data.is_object() ? data.value("detail", "") : std::string();
}

/// On a busy machine the new version may measure slower than the old one; the comparison is then
/// inconclusive and a person decides (design): that pause is no part of the order.
Names without_comparison_pause(const Site& site) {
  Names names = milestones(site.names());
  if (detail_of_pause(site) == "post-check/comparison")
    std::erase_if(names, [](const std::string& name) {
      return name == "scheduler.release.paused" || name == "scheduler.release.resumed";
    });
  return names;
}

ReleaseFile three_waves() {
  ReleaseFile release;
  release.waves = {"{share: 10%, tenants: [pilot-1], hold: 1h}",
                   "{share: 50%, tenants: [pilot-2, pilot-3, pilot-4, pilot-5], hold: 1h}",
                   "{share: 100%, tenants: all, hold: 1h}"};
  return release;
}

void expect_served(const Site& site, const Names& on_the_new_version) {
  for (const std::string& tenant : tenants()) {
    const bool moved = std::find(on_the_new_version.begin(), on_the_new_version.end(), tenant) !=
                       on_the_new_version.end();
    EXPECT_EQ(site.served(tenant), moved ? "1.3.0" : "1.2.0") << tenant;
  }
}

// Goal: the order of events of a good release, to the letter.
TEST(GoodRelease, TellsTheRunbooksEventsInOrder) {
  // The old version is slower by more than a busy machine's noise, so that the comparison is clear.
  Site site([](SiteFile& file) { file.faults = {"slow:300"}; });
  ReleaseFile release = three_waves();
  release.faults = {"slow:20"};
  release.guard = {{"hold_requests_min", "60"}};
  site.plan(release);
  site.run();
  site.start_load(100);
  site.send(300);  // a baseline to compare with
  site.attend();
  EXPECT_EQ(site.exit_code(), 0);
  EXPECT_EQ(without_comparison_pause(site), (Names{"audit.release.planned",
                                                   "scheduler.release.planned",
                                                   "notification.maintenance.scheduled",
                                                   "audit.precheck.completed",
                                                   "scheduler.release.started",
                                                   "notification.release.started",
                                                   "scheduler.release.deployed",
                                                   "scheduler.release.wave1",
                                                   "notification.release.progress",
                                                   "scheduler.release.wave2",
                                                   "notification.release.progress",
                                                   "scheduler.release.wave3",
                                                   "notification.release.progress",
                                                   "scheduler.release.completed",
                                                   "analytics.release.metrics",
                                                   "audit.release.completed",
                                                   "notification.release.successful",
                                                   "scheduler.traffic.settled",
                                                   "scheduler.version.retired",
                                                   "audit.release.logged"}));
  EXPECT_TRUE(site.instances("1.2.0").empty());
  EXPECT_TRUE(site.all_served_by("1.3.0"));
}

// Goal: what a release leaves behind: a journal that verifies, notices, a summary.
TEST(GoodRelease, LeavesAProvenRecordAndTellsPeople) {
  Site site;
  site.plan({});
  site.run();
  site.start_load(100);
  site.attend();
  EXPECT_EQ(site.exit_code(), 0);
  expect_journal_verifies(site);
  expect_covered_by_checkpoint(site, "audit.release.logged");
  const std::string summary = evidence_of(site, "post-check/summary");
  EXPECT_NE(summary.find("# Release rel-1: document-domain 1.3.0"), std::string::npos) << summary;

  std::size_t notices = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(site.folder() / "notices"))
    notices += entry.is_regular_file() ? 1U : 0U;
  EXPECT_GE(notices, 5U);  // scheduled, started, two waves, successful
  const json view = site.show();
  EXPECT_EQ(view.at("stage"), "completed");
  EXPECT_EQ(view.at("traffic").at("new_version_share_ppm"), 1'000'000);
}

// Goal: a wave moves exactly the tenants the plan names. Waves end when the new version has had
// enough requests, so each can be looked at as long as it takes.
TEST(GoodRelease, MovesExactlyTheTenantsOfEachWave) {
  Site site;
  ReleaseFile release = three_waves();
  release.guard = {{"hold_requests_min", "60"}};
  site.plan(release);
  ASSERT_TRUE(site.reach_first_wave());
  EXPECT_EQ(site.data_of("scheduler.release.wave1").at("tenants"), json({"pilot-1"}));
  expect_served(site, {"pilot-1"});
  site.send(80, {"pilot-1"});
  ASSERT_TRUE(site.wait_event("scheduler.release.wave2"));
  EXPECT_EQ(site.data_of("scheduler.release.wave2").at("tenants"),
            json({"pilot-2", "pilot-3", "pilot-4", "pilot-5"}));
  expect_served(site, {"pilot-1", "pilot-2", "pilot-3", "pilot-4", "pilot-5"});
  site.send(80, {"pilot-2", "pilot-3"});
  ASSERT_TRUE(site.wait_event("scheduler.release.wave3"));
  EXPECT_EQ(site.data_of("scheduler.release.wave3").at("tenants"), json({"all"}));
  EXPECT_TRUE(site.all_served_by("1.3.0"));
  site.send(80);
  ASSERT_TRUE(site.wait_event("scheduler.release.completed"));
  site.start_load(100);
  EXPECT_EQ(site.exit_code(), 0);
}

// Goal: a tenant never sees two versions in turn, and no request is lost.
TEST(GoodRelease, FlipsNoTenantMoreThanOnce) {
  Site site;
  site.plan(three_waves());
  site.run();
  site.start_load(60, "create=20,get=70,file=10");
  site.attend();
  EXPECT_EQ(site.exit_code(), 0);
  const json report = site.stop_load();
  ASSERT_TRUE(report.is_object());
  for (const std::string& tenant : tenants()) {
    const json& own = report.at("tenants").at(tenant);
    EXPECT_LE(own.at("flips"), 1) << own;
    EXPECT_EQ(own.at("changes").back().at("version"), "1.3.0");
  }
  EXPECT_EQ(report.at("total").at("errors"), 0) << report.at("total");
}

}  // namespace
}  // namespace stellwerk::e2e
