// Routes that somebody else changed are put right, whenever the journal says what they must be.
#include <gtest/gtest.h>

#include "engine/world.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

/// A hand from outside: everyone to the new version, and no lease that would end it.
void send_everyone_to_the_new_version(World& world) {
  core::RoutingTable table = world.router.current({})->table;
  core::CandidateRoute candidate;
  candidate.version = world.plan.components.front().to;
  candidate.release = world.plan.release;
  candidate.everyone = true;
  candidate.leased = false;
  table.components.begin()->second.candidate = candidate;
  world.router.tamper(table);
}

TEST(RouterWatch, PutsRoutesRightWhileAWaveIsHeld) {
  World world;
  world.plan.guard.hold_real_min = base::seconds(20);  // the next wave would put them right, too
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.attended = false;
  send_everyone_to_the_new_version(world);
  ASSERT_EQ(world.serves("casino"), "1.3.0");
  ASSERT_TRUE(world.run_until([&] { return world.serves("casino") == "1.2.0"; }, 100));
  EXPECT_EQ(world.serves("pilot-1"), "1.3.0");
  EXPECT_TRUE(
      world.run_until([&] { return world.times("scheduler.routes.reasserted") == 1U; }, 10));
}

// Goal: a rollback is not over when 0 % was read back once.
TEST(RouterWatch, PutsRoutesRightAfterTrafficWentBack) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.lanes().hold("drain:");
  ASSERT_FALSE(
      world.command(core::RollbackRequested{base::sha256("x")}, "release-manager-123").refusal);
  ASSERT_TRUE(world.run_until(
      [&] { return world.state().rollback && world.state().rollback->traffic_returned; }, 200));
  send_everyone_to_the_new_version(world);
  ASSERT_TRUE(world.run_until([&] { return world.serves("casino") == "1.2.0"; }, 100));
  EXPECT_EQ(world.times("scheduler.routes.reasserted"), 1U);
  world.lanes().let_go("drain:");
  ASSERT_TRUE(world.run_until(Stage::RolledBack));
  EXPECT_EQ(world.serves("casino"), "1.2.0");
  EXPECT_EQ(world.times("notification.rollback.executed"), 1U);
}

// Goal: also while a wave waits for a person because its lease ran out in the middle of its change.
TEST(RouterWatch, PutsRoutesRightWhereALeaseRanOutInAMove) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.lanes().hold("router");
  ASSERT_TRUE(world.run_until(Stage::Moving, 2));
  world.kill();
  world.clock.advance(base::seconds(61));
  world.start();
  world.attended = false;
  for (int i = 0; i < 100; ++i) world.turn();
  ASSERT_EQ(world.state().stage, Stage::Moving);
  ASSERT_TRUE(world.state().paused);
  ASSERT_EQ(world.times("scheduler.routes.reasserted"), 0U)
      << "the table of the wave before will do";
  send_everyone_to_the_new_version(world);
  ASSERT_TRUE(world.run_until([&] { return world.serves("casino") == "1.2.0"; }, 100));
  for (int i = 0; i < 100; ++i) world.turn();
  EXPECT_EQ(world.times("scheduler.routes.reasserted"), 1U);
  EXPECT_EQ(world.state().stage, Stage::Moving) << "the wave has not begun by that";
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
  world.attended = true;
  ASSERT_FALSE(world.command(core::ResumeRequested{}).refusal);
  ASSERT_TRUE(world.run_until(Stage::Completed));
}

}  // namespace
}  // namespace stellwerk::engine::testing
