#include "load/schedule.h"

#include <gtest/gtest.h>

#include <map>

namespace load {
namespace {

using std::chrono::nanoseconds;

Options options_with(std::int64_t rate, Arrivals arrivals = Arrivals::Fixed) {
  Options options;
  options.tenants = {"a", "b", "c", "d"};
  options.rate_per_second = rate;
  options.arrivals = arrivals;
  return options;
}

TEST(Schedule, SpacesFixedArrivalsWithoutDrift) {
  const Options options = options_with(3);
  Schedule schedule(options);
  Arrival arrival;
  for (int i = 0; i <= 3 * 86'400; ++i) arrival = schedule.next();
  EXPECT_EQ(arrival.offset, std::chrono::hours(24));
}

TEST(Schedule, KeepsTheRateOfPoissonArrivalsOnAverage) {
  const Options options = options_with(1000, Arrivals::Poisson);
  Schedule schedule(options);
  Arrival arrival;
  nanoseconds previous{0};
  std::map<bool, int> longer_than_mean;
  for (int i = 0; i < 100'000; ++i) {
    arrival = schedule.next();
    EXPECT_GE(arrival.offset, previous);
    ++longer_than_mean[arrival.offset - previous > std::chrono::milliseconds(1)];
    previous = arrival.offset;
  }
  // The sum's standard deviation is 0.32 s; gaps of an exponential exceed their mean with
  // probability 1/e = 36.8 %.
  EXPECT_NEAR(static_cast<double>(arrival.offset.count()) / 1e9, 100.0, 2.0);
  EXPECT_NEAR(longer_than_mean[true], 36'788, 1000);
}

TEST(Schedule, GivesEveryTenantTheSameShareInEveryRound) {
  const Options options = options_with(100);
  Schedule schedule(options);
  for (int round = 0; round < 50; ++round) {
    std::map<std::size_t, int> seen;
    for (int i = 0; i < 4; ++i) ++seen[schedule.next().tenant];
    EXPECT_EQ(seen.size(), 4U);
  }
}

TEST(Schedule, ChoosesOperationsByTheMix) {
  Options options = options_with(100);
  options.mix = {10, 0, 30, 60};
  Schedule schedule(options);
  std::map<Operation, int> seen;
  for (int i = 0; i < 10'000; ++i) ++seen[schedule.next().operation];
  EXPECT_EQ(seen.count(Operation::Get), 0U);
  EXPECT_NEAR(seen[Operation::Create], 1000, 150);
  EXPECT_NEAR(seen[Operation::File], 3000, 250);
  EXPECT_NEAR(seen[Operation::Batch], 6000, 250);
}

TEST(Schedule, IsTheSameForTheSameSeedAndAnotherForAnother) {
  Options options = options_with(100, Arrivals::Poisson);
  Schedule one(options);
  Schedule same(options);
  options.seed = 2;
  Schedule other(options);
  int different = 0;
  for (int i = 0; i < 1000; ++i) {
    const Arrival a = one.next();
    const Arrival b = same.next();
    EXPECT_TRUE(a.offset == b.offset && a.tenant == b.tenant && a.operation == b.operation);
    different += a.offset == other.next().offset ? 0 : 1;
  }
  EXPECT_GT(different, 900);
}

}  // namespace
}  // namespace load
