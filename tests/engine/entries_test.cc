// No list from outside is too large for an entry, and what no entry can say ends nothing.
#include "engine/entries.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/entry.h"
#include "core/compile.h"
#include "engine/loader.h"
#include "engine/world.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

core::Plan plan_with_tenants(std::size_t count) {
  core::Environment environment = stellwerk::testing::sample_environment();
  for (std::size_t i = 0; i < count; ++i)
    environment.tenants.push_back(
        {base::TenantId(fmt::format("{}-{:05}", std::string(50, 't'), i)), 1});
  auto compiled = core::compile(stellwerk::testing::sample_release(), environment);
  return std::move(compiled.plan).value();
}

base::Json large_evidence() {
  base::Json evidence = {{"requests", base::Json::array()}};
  for (int i = 0; i < 2000; ++i)
    evidence["requests"].push_back({{"component", fmt::format("component-{}", i)}, {"bad", i}});
  return evidence;
}

// Goal: an entry has at most 65,535 bytes. 4,000 tenants with long names, half of the
// traffic in one wave, and a restart in that wave.
TEST(LargeInstallation, IsCarriedThroughAWaveOfThousandsOfTenants) {
  World world(plan_with_tenants(4000));
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 2));
  const base::Json wave = world.data_of("scheduler.release.wave2");
  EXPECT_TRUE(wave.at("tenants").empty());
  EXPECT_EQ(wave.at("tenants_count"), world.plan.wave(2).adds.size());
  EXPECT_EQ(wave.at("listed_in"), core::digest_of(world.plan).to_string());

  world.kill();
  world.start();
  ASSERT_TRUE(world.run_until(Stage::Completed));
  for (const ports::StoredEntry& entry : world.entries())
    EXPECT_LE(entry.bytes.size(), audit::kEntryBytesMax) << entry.type;
  for (const ports::Notice& notice : world.notifier.sent()) EXPECT_LT(notice.body.size(), 10'000U);
}

TEST(LargeData, StandsInTheContentStoreAndComesBackOnReading) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Announced));
  const base::Json evidence = large_evidence();
  EXPECT_FALSE(world.command(core::VerdictReached{{}, evidence}, "").refusal);
  const base::Json data = world.data_of("analytics.verdict.changed");
  EXPECT_EQ(data.size(), 2U);
  ASSERT_TRUE(data.contains("content")) << data;

  const ports::StoredEntry stored = world.entries().back();
  const auto entry = decode(stored, world.content);
  ASSERT_TRUE(entry) << entry.error().one_line();
  EXPECT_EQ(std::get<core::VerdictChanged>(entry->event).evidence, evidence);
  const auto loaded = load_release(world.journal, world.content, world.plan.release);
  ASSERT_TRUE(loaded) << loaded.error().one_line();
  EXPECT_EQ(loaded->state.version, world.state().version);

  // Made again, too; only that no guard has judged such evidence is found.
  const auto replayed = replay_release(world.journal, world.content, world.plan.release);
  ASSERT_TRUE(replayed);
  ASSERT_EQ(replayed->differences.size(), 1U) << told(*replayed);
  EXPECT_EQ(replayed->differences.front().kind, DifferenceKind::Verdict);
  world.replays = false;

  world.content.erase(*base::Digest::parse(data.at("content").get<std::string>()));
  const auto lost = decode(stored, world.content);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().id, "CAS-0002");
}

// Goal: never a broken invariant over what the outside controls, and no crash loop.
TEST(UnwritableData, IsRefusedAndTheReleaseGoesOn) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Announced));
  const std::size_t before = world.entries().size();
  const Answer answer = world.command(core::VerdictReached{{}, {{"rate", 0.5}}}, "");
  ASSERT_TRUE(answer.refusal);
  EXPECT_EQ(answer.refusal->id, "ENG-0027");
  EXPECT_EQ(world.entries().size(), before);
  ASSERT_FALSE(world.reports.empty());
  EXPECT_EQ(world.reports.back().id, "ENG-0027");
  world.kill();
  world.start();
  EXPECT_TRUE(world.run_until(Stage::Completed));
}

// Goal: an effect whose answer cannot be written is answered all the same; nothing waits for ever.
TEST(UnwritableData, OfAnEffectLeavesItFailed) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Ready));
  world.lanes().hold("workload:document-domain");
  ASSERT_TRUE(world.run_until(Stage::Deploying));
  base::EffectKey deploying;
  for (const auto& [key, intent] : world.state().open)
    if (intent.kind == core::EffectKind::DeployVersion) deploying = key;
  core::EffectReturned returned{deploying, core::Outcome::Done, "1 of 1", {}, {{"load", 0.5}}};
  EXPECT_TRUE(world.command(std::move(returned), "").refusal);
  world.turn();
  base::Json finished;
  for (const ports::StoredEntry& entry : world.entries())
    if (const auto data = base::Json::parse(entry.bytes).at("data");
        entry.type == "stellwerk.effect.finished" && data.at("key") == deploying.str())
      finished = data;
  ASSERT_TRUE(finished.is_object());
  EXPECT_EQ(finished.at("detail"), "ENG-0027");
  EXPECT_EQ(finished.at("outcome"), "failed");
}

}  // namespace
}  // namespace stellwerk::engine::testing
