// What was approved is what runs: the program's digest stands in the plan, and the program that is
// there when the new version starts is compared with it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/digest.h"
#include "e2e/journal_check.h"
#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

namespace fs = std::filesystem;

class Artifact : public ::testing::Test {
 protected:
  Artifact() {
    program_ = (site_.folder() / "document-domain").string();
    original_ = text_of(site_.file().document_domain);
    deliver(original_);
    site_.rewrite([&](SiteFile& file) { file.document_domain = program_; });
  }
  /// As packages do it: the name gets another file, what runs keeps its own.
  void deliver(const std::string& bytes) const {
    site_.write("delivered", bytes);
    fs::permissions(site_.folder() / "delivered", fs::perms::owner_all);
    fs::rename(site_.folder() / "delivered", program_);
  }
  [[nodiscard]] std::string digest() const { return base::sha256(original_).to_string(); }
  [[nodiscard]] std::string deploy_summary() const {
    for (const json& step : site_.show().value("steps", json::array()))
      if (step.at("id") == "rollout/deploy-document-domain") return step.value("summary", "");
    return {};
  }

  Site site_;
  std::string program_;
  std::string original_;
};

TEST_F(Artifact, ThatWasPlannedGoesLiveAndTheJournalNamesIt) {
  ReleaseFile release;
  release.digest = digest();
  site_.plan(release);
  ASSERT_TRUE(site_.reach_first_wave());
  site_.start_load(100);
  EXPECT_EQ(site_.exit_code(), 0);
  EXPECT_EQ(deploy_summary(), "1 of 1 instances ready; artifact " + digest() + ", as planned");
  EXPECT_TRUE(site_.all_served_by("1.3.0"));
  expect_journal_verifies(site_);
}

TEST_F(Artifact, ThatWasExchangedStopsTheReleaseBeforeAnyTrafficMoved) {
  ReleaseFile release;
  release.digest = digest();
  site_.plan(release);
  site_.attend();
  site_.run();
  ASSERT_TRUE(site_.wait_event("notification.maintenance.scheduled"));
  deliver(original_ + "more");  // runs as well as the other one
  EXPECT_EQ(site_.exit_code(), 12);
  EXPECT_TRUE(site_.was_told("scheduler.release.failed"));
  EXPECT_FALSE(site_.was_told("scheduler.release.wave1"));
  EXPECT_TRUE(contains(text_of(site_.folder() / "run-1.err"), "PRC-0006") ||
              contains(text_of(site_.folder() / "run-1.out"), "PRC-0006"));
  EXPECT_TRUE(site_.all_served_by("1.2.0"));
  EXPECT_TRUE(site_.instances("1.3.0").empty());
  expect_journal_verifies(site_);
}

// Goal: the way back is open although the file of both versions was exchanged meanwhile.
TEST_F(Artifact, HindersNoRollback) {
  ReleaseFile release = in_a_long_wave();
  release.digest = digest();
  site_.plan(release);
  ASSERT_TRUE(site_.reach_first_wave());
  deliver(original_ + "more");
  EXPECT_EQ(site_.stellwerk({"release", "rollback", "rel-1", "--reason", "it must go"}).exit_code,
            0);
  EXPECT_EQ(site_.exit_code(), 10);
  EXPECT_TRUE(site_.all_served_by("1.2.0"));
  EXPECT_TRUE(site_.instances("1.3.0").empty());
}

}  // namespace
}  // namespace stellwerk::e2e
