#include "sim/breaches.h"

#include <gtest/gtest.h>

namespace stellwerk::sim {
namespace {

constexpr base::Duration kStep = base::seconds(1);

/// A world that is looked at every second, in its second wave.
struct Watched {
  void step(std::optional<BreachKind> beyond, bool serves, std::uint64_t bad = 0) {
    now = now + kStep;
    breaches.look({beyond, serves, 20, bad}, now, kStep, 2);
  }
  base::MonoTime now{base::seconds(100).us};
  Breaches breaches{base::seconds(3)};
};

TEST(Breaches, LastFromTheFirstBadAnswerUntilNobodyIsServed) {
  Watched world;
  world.step(BreachKind::Errors, true);  // beyond the limit, and nobody was answered badly yet
  world.step(BreachKind::Errors, true, 2);
  world.step(BreachKind::Errors, true, 0);
  world.step(BreachKind::Errors, true, 1);
  EXPECT_TRUE(world.breaches.lately(world.now, {}));
  world.step(BreachKind::Errors, false);
  ASSERT_EQ(world.breaches.all().size(), 1U);
  const Breach& breach = world.breaches.all().front();
  EXPECT_EQ(breach.kind, BreachKind::Errors);
  EXPECT_EQ(breach.end, BreachEnd::NobodyServed);
  EXPECT_EQ(breach.wave, 2U);
  EXPECT_EQ(breach.lasted, base::seconds(4));
  EXPECT_EQ(breach.bad, 3U);
  EXPECT_EQ(breach.requests, 60U);
}

TEST(Breaches, EndWhenTheNewVersionIsGoodAgain) {
  Watched world;
  world.step(BreachKind::Lag, true);
  world.step(std::nullopt, true, 1);
  ASSERT_EQ(world.breaches.all().size(), 1U);
  EXPECT_EQ(world.breaches.all().front().end, BreachEnd::GoodAgain);
  EXPECT_EQ(world.breaches.all().front().bad, 0U);
  EXPECT_TRUE(world.breaches.lately(world.now + base::seconds(5), base::seconds(5)));
  EXPECT_FALSE(world.breaches.lately(world.now + base::seconds(6), base::seconds(5)));
}

TEST(Breaches, DoNotCountAFailedProbeThatIsNoFailedCheck) {
  Watched world;
  world.step(BreachKind::Health, true);
  world.step(std::nullopt, true);
  EXPECT_TRUE(world.breaches.all().empty());
  world.step(BreachKind::Health, true);
  world.step(BreachKind::Health, false);
  ASSERT_EQ(world.breaches.all().size(), 1U);
}

TEST(Breaches, OfAVersionThatServesNobodyAreNone) {
  Watched world;
  world.step(BreachKind::Down, false, 0);
  world.breaches.end(world.now, false);
  EXPECT_TRUE(world.breaches.all().empty());
}

TEST(Breaches, MayOutlastTheRelease) {
  Watched world;
  world.step(BreachKind::Slow, true, 1);
  world.breaches.end(world.now, true);
  ASSERT_EQ(world.breaches.all().size(), 1U);
  EXPECT_EQ(world.breaches.all().front().end, BreachEnd::ReleaseEnded);
}

}  // namespace
}  // namespace stellwerk::sim
