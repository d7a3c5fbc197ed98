#include "sim/paired.h"

#include <gtest/gtest.h>

#include "sim/binomial.h"

namespace stellwerk::sim {
namespace {

TEST(Spread, NamesTheValueThatNinetyFivePercentDoNotExceed) {
  std::vector<std::int64_t> values;
  for (std::int64_t n = 100; n > 0; --n) values.push_back(n);
  EXPECT_EQ(spread_of(values), (Spread{100, 50, 95, 100}));
  EXPECT_EQ(spread_of({7}), (Spread{1, 7, 7, 7}));
  EXPECT_EQ(spread_of({1, 2}), (Spread{2, 1, 2, 2}));
  EXPECT_EQ(spread_of({}), Spread{});
}

// Goal: the figures of a table of the binomial distribution with one half.
TEST(SignTest, IsTheExactTwoSidedProbability) {
  EXPECT_DOUBLE_EQ(sign_test(0, 0), 1.0);
  EXPECT_NEAR(sign_test(0, 1), 1.0, 1e-12);
  EXPECT_NEAR(sign_test(0, 6), 2.0 / 64, 1e-12);
  EXPECT_NEAR(sign_test(1, 9), 2.0 * 11 / 1024, 1e-12);
  EXPECT_NEAR(sign_test(9, 1), sign_test(1, 9), 1e-15);
  EXPECT_NEAR(sign_test(5, 5), 1.0, 1e-12);
  EXPECT_LT(sign_test(0, 5000), 1e-300);
  EXPECT_NEAR(sign_test(5000, 5000), 1.0, 1e-9);
}

TEST(Pairs, CountWhatGotBetterAndWorseAndLeaveOutWhatIsTooSmall) {
  const Pairs pairs = compare_pairs({{10, 4}, {10, 9}, {10, 30}, {10, 10}}, 3);
  EXPECT_EQ(pairs.better, 1U);
  EXPECT_EQ(pairs.worse, 1U);
  EXPECT_EQ(pairs.same, 2U);
  EXPECT_DOUBLE_EQ(pairs.before, 10.0);
  EXPECT_DOUBLE_EQ(pairs.after, 13.25);
  EXPECT_DOUBLE_EQ(pairs.chance, 1.0);
}

TEST(Pairs, OfNothingAreNoDifference) {
  const Pairs pairs = compare_pairs({}, 1);
  EXPECT_EQ(pairs.count(), 0U);
  EXPECT_DOUBLE_EQ(pairs.chance, 1.0);
}

// Goal: a stated rate is met on average and scatters as the binomial distribution does.
TEST(Binomial, HasTheMeanAndTheVarianceOfItsShare) {
  struct Case {
    std::uint64_t trials;
    base::Ppm share;
  };
  for (const Case& each : {Case{20, base::percent(2)}, Case{20, base::percent(60)},
                           Case{100'000, base::Ppm{100}}, Case{5'000, base::percent(10)}}) {
    Random dice(7);
    constexpr int kDraws = 20'000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const auto drawn = static_cast<double>(binomial(dice, each.trials, each.share));
      sum += drawn;
      squares += drawn * drawn;
    }
    const double p = static_cast<double>(each.share.value) / 1e6;
    const double mean = static_cast<double>(each.trials) * p;
    const double variance = mean * (1 - p);
    EXPECT_NEAR(sum / kDraws, mean, 0.03 * mean) << each.trials;
    EXPECT_NEAR(squares / kDraws - sum / kDraws * sum / kDraws, variance, 0.05 * variance)
        << each.trials;
  }
}

TEST(Binomial, NeverLeavesItsRange) {
  Random dice(1);
  EXPECT_EQ(binomial(dice, 0, base::percent(50)), 0U);
  EXPECT_EQ(binomial(dice, 9, base::Ppm{}), 0U);
  EXPECT_EQ(binomial(dice, 9, base::kWhole), 9U);
  for (int i = 0; i < 1000; ++i) EXPECT_LE(binomial(dice, 3, base::Ppm{999'999}), 3U);
}

}  // namespace
}  // namespace stellwerk::sim
