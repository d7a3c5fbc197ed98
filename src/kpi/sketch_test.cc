#include "kpi/sketch.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace stellwerk::kpi {
namespace {

using base::Duration;
using base::microseconds;
using base::percent;
using base::Ppm;

/// |estimate - exact| ≤ 1 % of exact, in whole numbers.
bool within_one_percent(Duration estimate, Duration exact) {
  const std::int64_t off = estimate.us > exact.us ? estimate.us - exact.us : exact.us - estimate.us;
  return off * 100 <= exact.us;
}

/// The definition a sketch is held against: sort, take the ⌈q·n⌉-th.
Duration exact_quantile(std::vector<std::int64_t> values, Ppm q) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<std::int64_t>(values.size());
  const std::int64_t rank = std::max<std::int64_t>(1, (n * q.value + 999999) / 1000000);
  return microseconds(values[static_cast<std::size_t>(rank - 1)]);
}

rc::Gen<std::vector<std::int64_t>> latencies() {
  // Spread over all magnitudes: up to a minute, not clustered at the top.
  const auto one = rc::gen::map(
      rc::gen::pair(rc::gen::inRange(0, 26), rc::gen::inRange<std::int64_t>(0, 1 << 20)),
      [](const std::pair<int, std::int64_t>& p) { return (p.second << 6) >> p.first; });
  return rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(one));
}

Sketch sketch_of(const std::vector<std::int64_t>& values, std::size_t buckets_max = 1024) {
  Sketch sketch(buckets_max);
  for (const std::int64_t us : values) sketch.add(microseconds(us));
  return sketch;
}

// Goal: the promise of 1 % holds for every bucket, at both of its borders, over the whole range.
TEST(SketchBuckets, RepresentEveryLatencyWithinOnePercentWhenUpToAnHour) {
  std::int64_t us = 0;
  for (std::int32_t bucket = 0; bucket < kBucketCount; ++bucket) {
    ASSERT_EQ(bucket_of(microseconds(us)), bucket) << us;
    ASSERT_TRUE(within_one_percent(bucket_value(bucket), microseconds(us))) << us;
    std::int64_t low = us;
    std::int64_t high = base::hours(1).us + 1;
    while (low + 1 < high) {  // the last latency of this bucket
      const std::int64_t middle = (low + high) / 2;
      (bucket_of(microseconds(middle)) == bucket ? low : high) = middle;
    }
    ASSERT_TRUE(within_one_percent(bucket_value(bucket), microseconds(low))) << low;
    us = low + 1;
  }
  EXPECT_EQ(us, base::hours(1).us + 1);
}

// Goal: the fast look-up never skips a border. Exhaustive where buckets are narrowest.
TEST(SketchBuckets, NeverDecreaseWhenLatencyGrows) {
  for (std::int64_t us = 1; us < 200000; ++us) {
    const std::int32_t step = bucket_of(microseconds(us)) - bucket_of(microseconds(us - 1));
    ASSERT_TRUE(step == 0 || step == 1) << us;
  }
}

// Goal: recorded sketches must mean the same for ever. Figures worked out by hand: below 99 each
// microsecond has its bucket; 99 → value 99, last 100; 101 → value 102, last 103.
TEST(SketchBuckets, KeepTheirNumbersWhenReadYearsLater) {
  EXPECT_EQ(bucket_of(microseconds(0)), 0);
  EXPECT_EQ(bucket_of(microseconds(98)), 98);
  EXPECT_EQ(bucket_of(microseconds(99)), 99);
  EXPECT_EQ(bucket_of(microseconds(100)), 99);
  EXPECT_EQ(bucket_of(microseconds(101)), 100);
  EXPECT_EQ(bucket_value(100).us, 102);
  EXPECT_EQ(bucket_of(microseconds(103)), 100);
  EXPECT_EQ(bucket_of(microseconds(104)), 101);
  EXPECT_EQ(bucket_of(microseconds(-5)), 0);
  EXPECT_EQ(bucket_of(base::hours(30)), kBucketCount - 1);
  EXPECT_EQ(kBucketCount, 968);
  EXPECT_EQ(bucket_of(base::milliseconds(500)), 523);
}

// Goal: nearest rank, by hand: of 1 … 20 µs the p50 is the 10th, the p95 the 19th.
TEST(SketchQuantile, IsNearestRankWhenValuesAreExact) {
  Sketch sketch;
  EXPECT_FALSE(sketch.quantile(percent(50)).has_value());
  for (int us = 20; us >= 1; --us) sketch.add(microseconds(us));
  EXPECT_EQ(sketch.quantile(percent(0))->us, 1);
  EXPECT_EQ(sketch.quantile(percent(50))->us, 10);
  EXPECT_EQ(sketch.quantile(percent(95))->us, 19);
  EXPECT_EQ(sketch.quantile(Ppm{950001})->us, 20);
  EXPECT_EQ(sketch.quantile(percent(100))->us, 20);
  EXPECT_EQ(sketch.quantile(percent(900))->us, 20);
}

TEST(SketchMerge, KeepsHighQuantilesWhenLowBucketsCollapse) {
  Sketch sketch(3);
  for (int us = 1; us <= 10; ++us) sketch.add(microseconds(us));
  EXPECT_EQ(sketch.count(), 10U);
  EXPECT_EQ(sketch.buckets(), (LatencyBuckets{{8, 8}, {9, 1}, {10, 1}}));
  EXPECT_EQ(sketch.quantile(percent(95))->us, 10);
}

RC_GTEST_PROP(SketchProperty, QuantileIsWithinOnePercentWhenNothingCollapsed, ()) {
  const auto values = *latencies();
  const Ppm q{*rc::gen::inRange(0, 1000001)};
  const auto estimate = sketch_of(values).quantile(q);
  RC_ASSERT(estimate.has_value());
  RC_ASSERT(within_one_percent(*estimate, exact_quantile(values, q)));
}

RC_GTEST_PROP(SketchProperty, IsTheSameWhenMergedInAnyOrder, ()) {
  const auto values = *latencies();
  const auto buckets_max = *rc::gen::element<std::size_t>(1, 2, 5, 1024);
  std::vector<Sketch> parts(3, Sketch(buckets_max));
  for (const std::int64_t us : values)
    parts[*rc::gen::inRange<std::size_t>(0, 3)].add(microseconds(us));
  Sketch forwards(buckets_max);
  for (const Sketch& part : parts) forwards.merge(part);
  Sketch backwards(buckets_max);
  backwards.merge(parts[2]);
  Sketch inner = parts[1];
  inner.merge(parts[0]);
  backwards.merge(inner);
  RC_ASSERT(forwards == backwards);
  RC_ASSERT(forwards == sketch_of(values, buckets_max));
  RC_ASSERT(forwards.count() == values.size());
  RC_ASSERT(forwards.buckets().size() <= buckets_max);
}

RC_GTEST_PROP(SketchProperty, MergesInAnyGroupingToTheSame, ()) {
  const auto a = sketch_of(*latencies());
  const auto b = sketch_of(*latencies());
  const auto c = sketch_of(*latencies());
  const auto merged = [](Sketch first, const Sketch& second) {
    first.merge(second);
    return first;
  };
  RC_ASSERT(merged(a, b) == merged(b, a));
  RC_ASSERT(merged(merged(a, b), c) == merged(a, merged(b, c)));
  RC_ASSERT(merged(a, Sketch()) == a);
  const Ppm q{*rc::gen::inRange(0, 1000001)};
  const auto all = merged(merged(a, b), c);
  RC_ASSERT((all.quantile(q) >= std::min({a.quantile(q), b.quantile(q), c.quantile(q)})));
  RC_ASSERT((all.quantile(q) <= std::max({a.quantile(q), b.quantile(q), c.quantile(q)})));
}

// Goal: "p95 > L" and "more than 5 % took longer than L" are the same statement (design: limits are
// judged by exact counts); nearest rank is what makes it so.
RC_GTEST_PROP(SketchProperty, NearestRankAgreesWithExactCountsWhenJudged, ()) {
  const auto values = *latencies();
  const std::int64_t limit = *rc::gen::elementOf(values);
  const auto slow = static_cast<std::uint64_t>(
      std::count_if(values.begin(), values.end(), [&](std::int64_t v) { return v > limit; }));
  RC_ASSERT((exact_quantile(values, percent(95)).us > limit) ==
            base::exceeds(slow, values.size(), percent(5)));
}

}  // namespace
}  // namespace stellwerk::kpi
