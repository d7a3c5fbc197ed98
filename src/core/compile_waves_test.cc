#include <gtest/gtest.h>

#include <algorithm>

#include "core/compile.h"
#include "core/routing.h"
#include "support/sample_release.h"

namespace stellwerk::core {
namespace {

using base::percent;
using base::Ppm;
using base::TenantId;
using stellwerk::testing::bare_release;
using stellwerk::testing::sample_environment;

WaveRequest share(Ppm part) {
  WaveRequest wave;
  wave.share = part;
  wave.all_tenants = part == base::kWhole;
  return wave;
}
WaveRequest named(std::vector<std::string> names, std::optional<Ppm> part = {}) {
  WaveRequest wave;
  wave.share = part;
  for (std::string& name : names) wave.tenants.emplace_back(std::move(name));
  return wave;
}

Release with_waves(std::vector<WaveRequest> waves) {
  Release release = bare_release(ReleaseType::Minor);
  release.waves = std::move(waves);
  return release;
}

Environment tenants(std::vector<std::uint32_t> weights) {
  Environment environment = sample_environment();
  environment.tenants.clear();
  for (std::size_t i = 0; i < weights.size(); ++i)
    environment.tenants.push_back({TenantId("t-" + std::to_string(i)), weights[i]});
  return environment;
}

Plan plan_of(const Release& release, const Environment& environment = sample_environment()) {
  auto result = compile(release, environment);
  EXPECT_TRUE(result.problems.empty()) << result.problems.front().one_line();
  return std::move(*result.plan);
}

std::string ids_of(const Release& release, const Environment& environment = sample_environment()) {
  return stellwerk::testing::ids_of(compile(release, environment));
}

// Goal: a share is of traffic: the smallest part of the ranking that reaches it.
TEST(Waves, TakeTheSmallestPartOfTheRankingThatReachesTheShare) {
  const Environment environment = tenants({5, 20, 1, 30, 4, 10, 8, 2, 15, 5});
  const auto ranked = rank_tenants(environment.installation, environment.tenants);
  const Plan plan = plan_of(bare_release(ReleaseType::Minor), environment);
  std::uint64_t weight = 0;
  std::size_t count = 0;
  while (weight < 10) weight += environment.find_tenant(ranked[count++])->weight;
  EXPECT_EQ(plan.waves[0].adds,
            std::vector(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count)));
  EXPECT_EQ(plan.waves[0].share_real, percent(static_cast<std::int64_t>(weight)));
  EXPECT_EQ(plan.waves.back().serves, ranked);
}

// Goal: a share that grows only ever adds tenants; in the end everyone is served.
TEST(Waves, AreCumulativeForAnyWeights) {
  std::uint32_t seed = 1;
  const auto random = [&] { return seed = seed * 1664525 + 1013904223; };
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint32_t> weights(1 + random() % 40);
    for (auto& weight : weights) weight = 1 + random() % 1000;
    const Plan plan = plan_of(bare_release(ReleaseType::Minor), tenants(weights));
    std::vector<TenantId> served;
    Ppm before;
    for (const PlannedWave& wave : plan.waves) {
      served.insert(served.end(), wave.adds.begin(), wave.adds.end());
      EXPECT_EQ(wave.serves, served);
      EXPECT_GE(wave.share_real, wave.share_wanted);
      EXPECT_GE(wave.share_real, before);
      before = wave.share_real;
    }
    EXPECT_EQ(served.size(), weights.size());
    EXPECT_TRUE(plan.waves.back().everyone);
    EXPECT_EQ(plan.waves.back().share_real, base::kWhole);
  }
}

TEST(Waves, MoveNamedTenantsFirstAndFillUpWithTheRanking) {
  const Plan plan = plan_of(
      with_waves({named({"pilot-2"}, percent(30)), named({"pilot-1"}), share(base::kWhole)}));
  EXPECT_EQ(plan.waves[0].adds.front(), TenantId("pilot-2"));
  EXPECT_EQ(plan.waves[0].adds.size(), 3u);
  EXPECT_EQ(plan.waves[1].adds, std::vector{TenantId("pilot-1")});  // kept for its own wave
  EXPECT_EQ(plan.waves[1].share_wanted, percent(40));
}

TEST(Waves, SayWhenNamedTenantsCarryMoreThanTheShare) {
  const Plan plan =
      plan_of(with_waves({named({"pilot-1", "pilot-2"}, percent(10)), share(base::kWhole)}));
  EXPECT_EQ(plan.waves[0].share_real, percent(20));
  EXPECT_NE(plan.notes.front().text.find("20 %"), std::string::npos);
}

// Goal: unknown tenants move only in shares without names, and with everyone.
TEST(Waves, MoveBucketsOnlyInSharesWithoutNames) {
  const Plan plan = plan_of(with_waves({named({"pilot-1"}, percent(10)), share(percent(25)),
                                        named({"pilot-5"}, percent(60)), share(base::kWhole)}));
  EXPECT_EQ(plan.waves[0].buckets, 0u);
  EXPECT_EQ(plan.waves[1].buckets, 25u);
  EXPECT_EQ(plan.waves[2].buckets, 25u);
  EXPECT_EQ(plan.waves[3].buckets, kBuckets);
}

TEST(Waves, MoveBucketsAloneWhereNoTenantIsKnown) {
  const Plan plan = plan_of(bare_release(ReleaseType::Minor), tenants({}));
  ASSERT_EQ(plan.waves.size(), 3u);
  EXPECT_EQ(plan.waves[0].buckets, 10u);
  EXPECT_EQ(plan.waves[0].share_real, percent(10));
}

TEST(Waves, LeaveOutDefaultsThatWouldMoveNobodyAndSaySo) {
  const Plan plan = plan_of(bare_release(ReleaseType::Minor), tenants({1, 1}));
  ASSERT_EQ(plan.waves.size(), 2u);  // 10 % moves one of two; 50 % would add nobody
  EXPECT_EQ(plan.waves[1].number, 2u);
  EXPECT_NE(plan.notes.front().text.find("left out"), std::string::npos);
}

TEST(Waves, AreRefusedWhenTheyShrinkEndEarlyOrMoveNobody) {
  EXPECT_EQ(ids_of(with_waves({share(percent(50)), share(percent(10)), share(base::kWhole)})),
            "PLN-0005 PLN-0005");  // it shrinks, and so moves nobody
  EXPECT_EQ(ids_of(with_waves({share(percent(10)), share(percent(50))})), "PLN-0005");
  EXPECT_EQ(ids_of(with_waves({named({"pilot-1"}), named({"pilot-1"}), share(base::kWhole)})),
            "PLN-0005");
  EXPECT_EQ(ids_of(with_waves({share(percent(15)), share(percent(20)), share(base::kWhole)})),
            "PLN-0005");  // two of ten tenants are 20 %
  EXPECT_EQ(ids_of(with_waves({share(base::kWhole), share(base::kWhole)})), "PLN-0005");
  EXPECT_EQ(ids_of(with_waves({named({"pilot-77"}), share(base::kWhole)})), "PLN-0004");
}

TEST(Waves, MoveAllComponentsTogether) {
  auto environment = sample_environment();
  environment.services.push_back(environment.services[0]);
  environment.services.back().name = base::ServiceName("contract-domain");
  Release release = bare_release(ReleaseType::Minor);
  release.components.push_back(release.components[0]);
  release.components.back().name = base::ComponentName("contract-domain");
  const Plan plan = plan_of(release, environment);
  EXPECT_EQ(plan.components.size(), 2u);
  EXPECT_EQ(plan.waves.size(), 3u);
  EXPECT_NE(plan.find_step(base::StepId("rollout/deploy-contract-domain")), nullptr);
  EXPECT_NE(plan.find_step(base::StepId("rollback/retire-contract-domain")), nullptr);
}

}  // namespace
}  // namespace stellwerk::core
