// `stellwerk audit replay` on what the real program recorded: beside it, after kill -9, and after
// evidence was taken away. (Every test that checks its journal replays it, too.)
#include <gtest/gtest.h>

#include <filesystem>

#include "e2e/journal_check.h"
#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

json only_release(const json& said) { return said.at("releases").at(0); }

bool has_gap(const json& release, const std::string& kind) {
  for (const json& gap : release.at("not_derived"))
    if (gap.at("kind") == kind) return true;
  return false;
}

// Goal: replay works beside the engine, after kill -9 and resume, and offline; what the killed
// process had in memory is said to be lost, and nothing else is.
TEST(AuditReplay, IsTheSameBesideTheEngineAndAfterKillNineAndResume) {
  Site site;
  ReleaseFile release;
  release.waves = kLongWaves;
  site.plan(release);
  ASSERT_TRUE(site.reach_first_wave());
  site.start_load(100);
  ASSERT_TRUE(site.wait_event("analytics.verdict.changed"));
  const json beside = only_release(expect_replays(site));
  EXPECT_FALSE(beside.at("ended").get<bool>());
  EXPECT_TRUE(has_gap(beside, "windows-open")) << beside.dump(2);

  site.kill_stellwerk();
  const json killed = only_release(expect_replays(site));
  EXPECT_GE(killed.at("entries"), beside.at("entries"));

  site.run({"--resume"});
  ASSERT_TRUE(site.wait_for("the engine", [&] { return site.show().contains("verdict"); }));
  ASSERT_TRUE(site.wait_for(
      "promotion", [&] { return site.stellwerk({"release", "promote", "rel-1"}).exit_code == 0; }));
  EXPECT_EQ(site.exit_code(), 0);
  site.stop_load();
  const json whole = only_release(expect_replays(site));
  EXPECT_TRUE(whole.at("ended").get<bool>());
  EXPECT_TRUE(has_gap(whole, "windows-lost")) << whole.dump(2);
  EXPECT_FALSE(has_gap(whole, "windows-open")) << whole.dump(2);
  EXPECT_GT(whole.at("verdicts_derived").get<int>(), 0);
  EXPECT_GT(whole.at("comparisons").get<int>(), 0);

  // One file of evidence is taken away: that is no pass.
  const std::string kept = [&] {
    for (const auto& each : std::filesystem::recursive_directory_iterator(site.data() / "content"))
      if (each.is_regular_file() && text_of(each.path()).starts_with("{\"guard\":"))
        return each.path().string();
    return std::string();
  }();
  ASSERT_FALSE(kept.empty());
  std::filesystem::remove(kept);
  for (const auto& each : std::filesystem::recursive_directory_iterator(site.data() / "content"))
    if (each.is_regular_file() && text_of(each.path()).starts_with("{\"guard\":"))
      std::filesystem::remove(each.path());
  const Finished without = site.stellwerk({"audit", "replay", "rel-1"});
  EXPECT_EQ(without.exit_code, 3) << without.out;
  EXPECT_NE(without.err.find("error[AUD-0008]"), std::string::npos) << without.err;
}

}  // namespace
}  // namespace stellwerk::e2e
