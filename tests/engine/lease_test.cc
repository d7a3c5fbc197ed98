// A lease that ran out: traffic is old by the router's own doing, and nothing but a person brings
// the new version back.
#include <gtest/gtest.h>

#include "engine/world.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

// Goal: after the lease ran out traffic is old by itself, and a person starts the wave anew.
TEST(Lease, ThatRanOutWhileTheEngineWasGonePausesTheRelease) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.kill();
  world.clock.advance(base::seconds(61));
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
  world.start();
  world.turn();
  ASSERT_TRUE(world.state().paused);
  EXPECT_EQ(world.state().paused->cause, core::PauseCause::LeaseExpired);
  for (int i = 0; i < 100; ++i) world.turn();
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");

  EXPECT_FALSE(world.command(core::ResumeRequested{}).refusal);
  ASSERT_TRUE(world.run_until([&] { return world.serves("pilot-1") == "1.3.0"; }, 50));
  ASSERT_TRUE(world.run_until(Stage::Completed));
  EXPECT_EQ(world.times("scheduler.release.wave1"), 2U);
}

// Goal: "traffic stays old": nothing renews what ran out while the pause is being written.
TEST(Lease, ThatIsGoneWhileTheEngineLivesStaysGone) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  ASSERT_TRUE(world.router.revoke(world.plan.release, {}));
  ASSERT_TRUE(world.run_until([&] { return world.state().paused.has_value(); }, 100));
  EXPECT_EQ(world.state().paused->cause, core::PauseCause::LeaseExpired);
  for (int i = 0; i < 100; ++i) {
    world.turn();
    ASSERT_EQ(world.serves("pilot-1"), "1.2.0") << i;
  }
}

// Goal: also when it was given by an attempt whose answer was not written yet.
TEST(Lease, ThatRunsOutAfterARestartInAMoveDoesNotComeBack) {
  World world;
  world.speed = 300;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Deployed));
  world.lanes().hold("router");
  ASSERT_TRUE(world.run_until(Stage::Moving, 1));
  world.lanes().hold("store");
  world.lanes().let_go("router");
  world.turn();
  ASSERT_EQ(world.serves("pilot-1"), "1.3.0");
  world.kill();
  world.clock.advance(base::milliseconds(59'950));
  world.start();
  world.clock.advance(base::milliseconds(60));
  ASSERT_EQ(world.serves("pilot-1"), "1.2.0");
  for (int i = 0; i < 20; ++i) {
    world.turn();
    ASSERT_EQ(world.serves("pilot-1"), "1.2.0") << i;
  }
  EXPECT_EQ(world.times("scheduler.lease.expired"), 1U);
  ASSERT_TRUE(world.state().paused);
}

// Goal: what cannot be read is not taken for gone: no entry says that a lease ran out which holds.
TEST(Lease, OfARouterThatDoesNotAnswerAtTheStartHolds) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.kill();
  world.router.miss_readings(1);
  world.start();
  world.turn();
  EXPECT_FALSE(world.state().paused);
  EXPECT_EQ(world.times("scheduler.lease.expired"), 0U);
  ASSERT_TRUE(world.run_until(Stage::Completed));
}

TEST(Lease, ThatRanOutBehindARouterThatDoesNotAnswerIsFoundOutLater) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.kill();
  world.clock.advance(base::seconds(61));
  world.router.miss_readings(1);
  world.start();
  ASSERT_TRUE(world.run_until([&] { return world.state().paused.has_value(); }, 100));
  EXPECT_EQ(world.state().paused->cause, core::PauseCause::LeaseExpired);
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
}

}  // namespace
}  // namespace stellwerk::engine::testing
