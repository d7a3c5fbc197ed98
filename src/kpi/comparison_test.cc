#include "kpi/comparison.h"

#include <gtest/gtest.h>

#include "kpi/guard_world.h"

namespace stellwerk::kpi {
namespace {

using base::milliseconds;
using testing::at;

struct Load {
  std::int64_t second;
  std::uint64_t requests;
  std::uint64_t errors;
  std::int64_t latency_ms;
};

MetricBatch load(const Load& l, const base::SemVer& version) {
  RequestGroup g = testing::group({l.second, l.requests, l.errors, 0}, version);
  if (l.requests > 0) g.latencies[bucket_of(milliseconds(l.latency_ms))] = l.requests;
  MetricBatch b;
  b.groups.push_back(std::move(g));
  return b;
}

/// Before: `before` until second 1000. After: `after` from second 2000.
ComponentComparison compared(const Load& before, const Load& after) {
  ComparisonRecorder recorder({testing::documents()});
  recorder.observe(load(before, testing::kOld));
  recorder.begin_rollout(at(1000));
  recorder.begin_post_check(at(2000));
  recorder.observe(load(after, testing::kNew));
  return recorder.compare().at(0);
}

// Goal: the runbook's own figures: 0.05 % and 180 ms before, 0.02 % and 135 ms after.
TEST(Comparison, GivesTheRunbooksFieldsWhenExported) {
  const auto c = compared({900, 20000, 10, 180}, {2000, 20000, 4, 135});
  EXPECT_EQ(c.before.error_rate.value, 500);
  EXPECT_EQ(c.error_rate.result, CriterionResult::Met);
  EXPECT_EQ(c.p95.result, CriterionResult::Met);
  const base::Json json = runbook_kpi_comparison(c);
  EXPECT_EQ(json.at("errorRateBefore").dump(), "0.05");
  EXPECT_EQ(json.at("errorRateAfter").dump(), "0.02");
  EXPECT_NEAR(json.at("p95LatencyBefore").get<double>(), 180, 1.8);
  EXPECT_NEAR(json.at("p95LatencyAfter").get<double>(), 135, 1.35);
}

TEST(Comparison, MeetsErrorCriterionWhenLiterallyNotHigher) {
  EXPECT_EQ(compared({900, 1000, 0, 10}, {2000, 1000, 0, 10}).error_rate,
            (Criterion{true, CriterionResult::Met, CriterionReason::NotHigher}));
  EXPECT_EQ(compared({900, 300, 1, 10}, {2000, 600, 2, 10}).error_rate.result,
            CriterionResult::Met);
  EXPECT_EQ(compared({900, 300, 1, 10}, {2000, 599, 2, 10}).error_rate,
            (Criterion{false, CriterionResult::Inconclusive, CriterionReason::Higher}));
}

TEST(Comparison, MeetsLatencyCriterionWhenBelowBaselinePlusTenPercent) {
  TrafficFigures before;
  TrafficFigures after;
  before.requests = after.requests = 1000;
  before.p95 = base::microseconds(100000);
  after.p95 = base::microseconds(109999);
  EXPECT_EQ(judge_p95({}, before, after),
            (Criterion{true, CriterionResult::Met, CriterionReason::WithinMargin}));
  after.p95 = base::microseconds(110000);
  EXPECT_EQ(judge_p95({}, before, after),
            (Criterion{false, CriterionResult::Inconclusive, CriterionReason::AboveMargin}));
}

// Goal: a service that answers within a millisecond is not slower because a clock ticked.
TEST(Comparison, TakesNoTickOfTheClockForSlowness) {
  TrafficFigures before;
  TrafficFigures after;
  before.requests = after.requests = 1000;
  before.p95 = base::microseconds(0);
  after.p95 = base::milliseconds(1);
  EXPECT_EQ(judge_p95({}, before, after),
            (Criterion{false, CriterionResult::Met, CriterionReason::WithinTick}));
  after.p95 = base::microseconds(1001);
  EXPECT_EQ(judge_p95({}, before, after).result, CriterionResult::Inconclusive);
}

TEST(Comparison, IsInconclusiveWhenRequestsAreTooFew) {
  auto c = compared({900, 199, 0, 10}, {2000, 1000, 0, 10});
  EXPECT_EQ(c.error_rate,
            (Criterion{true, CriterionResult::Inconclusive, CriterionReason::TooFewBefore}));
  c = compared({900, 200, 0, 10}, {2000, 49, 0, 10});
  EXPECT_EQ(c.p95, (Criterion{true, CriterionResult::Inconclusive, CriterionReason::TooFewAfter}));
  c = compared({900, 0, 0, 0}, {2000, 0, 0, 0});
  EXPECT_FALSE(c.error_rate.literally_met);
  EXPECT_EQ(c.p95.result, CriterionResult::Inconclusive);
  EXPECT_FALSE(runbook_kpi_comparison(c).contains("p95LatencyBefore"));
}

TEST(Comparison, LeavesOutWhatIsNeitherBaselineNorPostCheck) {
  ComparisonRecorder recorder({testing::documents()});
  recorder.observe(load({59, 1000, 1000, 10}, testing::kOld));  // over an hour before the last
  recorder.observe(load({3700, 300, 0, 10}, testing::kOld));
  recorder.observe(load({3700, 300, 300, 10}, testing::kNew));
  recorder.begin_rollout(at(3710));
  recorder.observe(load({3710, 500, 500, 10}, testing::kOld));
  recorder.observe(load({3720, 500, 500, 10}, testing::kNew));
  recorder.begin_post_check(at(4000));
  recorder.observe(load({4000, 70, 0, 10}, testing::kNew));
  const auto c = recorder.compare().at(0);
  EXPECT_EQ(c.before.requests, 300U);
  EXPECT_EQ(c.before.errors, 0U);
  EXPECT_EQ(c.after.requests, 70U);
}

TEST(Comparison, IsTheSameWhenSavedAndRestored) {
  ComparisonRecorder recorder({testing::documents()});
  recorder.observe(load({100, 250, 2, 80}, testing::kOld));
  recorder.observe(load({900, 250, 2, 120}, testing::kOld));
  recorder.begin_rollout(at(1000));
  recorder.begin_post_check(at(2000));
  recorder.observe(load({2001, 250, 2, 90}, testing::kNew));
  auto again = ComparisonRecorder::restore({testing::documents()}, recorder.save());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->compare(), recorder.compare());
  EXPECT_EQ(again->save(), recorder.save());
  again->observe(load({2002, 50, 0, 90}, testing::kNew));
  EXPECT_EQ(again->compare()[0].after.requests, 300U);
  EXPECT_TRUE(base::canonical(recorder.save()).has_value());
}

TEST(Comparison, IsRefusedWhenItCannotBeRead) {
  ComparisonRecorder recorder({testing::documents()});
  recorder.observe(load({100, 250, 2, 80}, testing::kOld));
  base::Json saved = recorder.save();
  EXPECT_FALSE(ComparisonRecorder::restore({}, saved).has_value());
  saved["components"][0]["before"][0]["latencies"] = {1};
  EXPECT_FALSE(ComparisonRecorder::restore({testing::documents()}, saved).has_value());
  saved["components"][0]["before"][0]["latencies"] = {99999, 1};
  EXPECT_FALSE(ComparisonRecorder::restore({testing::documents()}, saved).has_value());
  saved.erase("components");
  EXPECT_EQ(ComparisonRecorder::restore({testing::documents()}, saved).error().id, "KPI-0001");
}

TEST(Comparison, IsTheSameWhenWrittenAndRead) {
  const std::vector<ComponentComparison> all{compared({900, 20000, 10, 180}, {2000, 20000, 4, 135}),
                                             compared({900, 0, 0, 0}, {2000, 0, 0, 0})};
  const auto read = comparison_from_json(to_json(all));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, all);
  EXPECT_TRUE(base::canonical(to_json(all)).has_value());
}

}  // namespace
}  // namespace stellwerk::kpi
