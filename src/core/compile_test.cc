#include "core/compile.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/sample_release.h"

namespace stellwerk::core {
namespace {

using base::minutes;
using stellwerk::testing::sample_environment;
using stellwerk::testing::sample_plan;
using stellwerk::testing::sample_release;

std::string text_of(const std::vector<base::Error>& errors) {
  std::string text;
  for (const base::Error& error : errors) text += error.one_line() + "\n";
  return text;
}

// Goal: the runbook's example to the letter ("Beispiel: Minor Release", audit trail).
TEST(CompiledExample, HasTheRunbooksWaves) {
  const Plan plan = sample_plan();
  ASSERT_EQ(plan.waves.size(), 3u);
  EXPECT_EQ(plan.waves[0].adds, std::vector{base::TenantId("pilot-1")});
  EXPECT_EQ(plan.waves[1].adds.size(), 4u);
  EXPECT_EQ(plan.waves[1].serves.size(), 5u);
  EXPECT_EQ(plan.waves[0].share_real, base::percent(10));
  EXPECT_EQ(plan.waves[1].share_real, base::percent(50));
  EXPECT_EQ(plan.waves[2].share_real, base::kWhole);
  EXPECT_TRUE(plan.waves[2].everyone);
  EXPECT_EQ(plan.waves[2].serves.size(), 10u);
}

TEST(CompiledExample, HasTheRunbooksTimes) {
  const Plan plan = sample_plan();
  EXPECT_EQ(plan.schedule.announce_lead, base::hours(24));
  EXPECT_EQ(plan.schedule.pre_check, -base::hours(1));
  EXPECT_EQ(plan.schedule.deploy, -minutes(5));
  EXPECT_EQ(plan.waves[0].at, base::Duration{});
  EXPECT_EQ(plan.waves[1].at, minutes(15));
  EXPECT_EQ(plan.waves[2].at, minutes(30));
  EXPECT_EQ(plan.schedule.completed, minutes(60));
  EXPECT_EQ(plan.schedule.post_check, minutes(30));
  EXPECT_EQ(plan.schedule.standby, minutes(30));
}

TEST(CompiledExample, CanBeCarriedOut) { EXPECT_EQ(text_of(obstacles(sample_plan())), ""); }

// Goal: decide() relies on these (decide.h).
TEST(CompiledExample, HasEachClosingStepOnceAndPhasesInOrder) {
  const Plan plan = sample_plan();
  const auto count = [&](std::string_view kind) {
    return std::count_if(plan.steps.begin(), plan.steps.end(),
                         [&](const Step& step) { return kind_of(step.action) == kind; });
  };
  for (const char* once : {"deploy", "watch", "comparison", "integrity", "summary", "health"})
    EXPECT_EQ(count(once), 1) << once;
  EXPECT_EQ(count("wave"), 3);
  EXPECT_TRUE(std::is_sorted(plan.steps.begin(), plan.steps.end(),
                             [](const Step& a, const Step& b) { return a.phase < b.phase; }));
}

}  // namespace
}  // namespace stellwerk::core
