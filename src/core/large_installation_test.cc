// Thousands of tenants: what decisions say of them stays small.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/compile.h"
#include "support/story.h"

namespace stellwerk::core {
namespace {

using testing::Story;

Plan plan_with_tenants(std::size_t count) {
  Environment environment = stellwerk::testing::sample_environment();
  for (std::size_t i = 0; i < count; ++i)
    environment.tenants.push_back(
        {base::TenantId(fmt::format("{}-{:05}", std::string(50, 't'), i)), 1});
  auto compiled = compile(stellwerk::testing::sample_release(), environment);
  return std::move(compiled.plan).value();
}

/// The answer that the wave's traffic has moved.
Decision moved(Story& story) {
  const auto move =
      std::find_if(story.state.open.begin(), story.state.open.end(),
                   [](const auto& each) { return each.second.kind == EffectKind::MoveTraffic; });
  EXPECT_NE(move, story.state.open.end());
  return story.send(
      EffectReturned{base::EffectKey(move->first), Outcome::Done, "", {}, base::Json::object()});
}

// Goal: an entry has at most 65,535 bytes, however many tenants an installation has.
TEST(LargeInstallation, NamesThePlanWhereAWaveAddsThousandsOfTenants) {
  Story story;
  story.plan = plan_with_tenants(4000);
  story.run_until(Stage::Holding);
  story.hold_fully();
  story.pass(base::minutes(15));
  const Decision decision = moved(story);
  const auto* wave = std::get_if<WaveStarted>(&decision.entries.at(1).event);
  ASSERT_NE(wave, nullptr);
  EXPECT_EQ(wave->wave, 2U);
  EXPECT_TRUE(wave->tenants.empty());
  EXPECT_EQ(wave->tenants_count, story.plan.wave(2).adds.size());
  EXPECT_GT(*wave->tenants_count, 1000U);
  EXPECT_EQ(wave->listed_in, digest_of(story.plan));
  EXPECT_LT(encode_event(*wave).dump().size(), 1000U);
}

TEST(LargeInstallation, ListsTheTenantsOfAWaveThatAddsFew) {
  Story story;
  story.run_until(Stage::Moving);
  const Decision decision = moved(story);
  const auto* wave = std::get_if<WaveStarted>(&decision.entries.at(1).event);
  ASSERT_NE(wave, nullptr);
  EXPECT_EQ(wave->tenants, std::vector<std::string>{"pilot-1"});
  EXPECT_EQ(wave->tenants_count, 1U);
  EXPECT_FALSE(wave->listed_in);
}

TEST(LargeInstallation, ReadsWavesThatOlderProgramsWrote) {
  const auto event = decode_event("scheduler.release.wave2",
                                  {{"wave", 2}, {"tenants", {"a", "b"}}, {"share_ppm", 500000}});
  ASSERT_TRUE(event) << event.error().one_line();
  EXPECT_EQ(std::get<WaveStarted>(*event).tenants.size(), 2U);
  EXPECT_FALSE(std::get<WaveStarted>(*event).tenants_count);
}

TEST(LargeRelease, IsRefusedWhereOneDecisionWouldNotFitOneAppend) {
  Release release = stellwerk::testing::sample_release();
  release.checks.resize(kChecksMax + 1);
  for (std::size_t i = 0; i < release.checks.size(); ++i) {
    CheckRequest& check = release.checks[i];
    check.name = fmt::format("check-{}", i);
    check.phase = Phase::PreCheck;
    check.action = Attestation{};
  }
  const auto refused = compile(release, stellwerk::testing::sample_environment());
  ASSERT_EQ(refused.problems.size(), 1U);
  EXPECT_EQ(refused.problems[0].id, "PLN-0012");
  release.checks.pop_back();
  EXPECT_TRUE(compile(release, stellwerk::testing::sample_environment()).plan);
}

}  // namespace
}  // namespace stellwerk::core
