// Nothing can block a rollback: the journal is read-only, full, or hangs.
#include <gtest/gtest.h>

#include "engine/world.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

void reach_first_wave(World& world) {
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  for (int i = 0; i < 10; ++i) world.turn();
  ASSERT_EQ(world.serves("pilot-1"), "1.3.0");
}

// Goal: a decided rollback waits at most 250 ms for its entry.
TEST(Emergency, ReturnsTrafficWhenTheStoreHangs) {
  World world;
  reach_first_wave(world);
  world.lanes().hold("store");
  world.engine().command(world.plan.release, core::RollbackRequested{base::sha256("now")},
                         base::PersonId("devops-1"), {});
  world.turn();
  EXPECT_EQ(world.serves("pilot-1"), "1.3.0");  // 100 ms: it may still answer
  world.turn();
  world.turn();
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
  EXPECT_EQ(world.times("notification.rollback.initiated"), 0U);
  EXPECT_EQ(world.emergency.lines().size(), 1U);
}

TEST(Emergency, ReturnsTrafficWhenTheStoreRefuses) {
  World world;
  reach_first_wave(world);
  world.journal.fail_appends(adapters::MemoryJournal::Fault::NothingWritten, 1'000'000);
  world.errors_of_new = world.requests;
  ASSERT_TRUE(world.run_until([&] { return world.serves("pilot-1") == "1.2.0"; }, 200));
  EXPECT_EQ(world.times("notification.rollback.initiated"), 0U);
  EXPECT_EQ(world.emergency.lines().size(), 1U);
}

TEST(Emergency, IsNotNeededWhileTheStoreAnswers) {
  World world;
  reach_first_wave(world);
  world.errors_of_new = world.requests;
  ASSERT_TRUE(world.run_until(Stage::RolledBack));
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
  EXPECT_TRUE(world.emergency.lines().empty());
}

// Goal: a router that is brought up meanwhile serves the old version.
TEST(Emergency, IsNotUndoneByTheWatchdog) {
  core::Plan plan = stellwerk::testing::sample_plan();
  plan.guard.guard_lost = core::GuardLost::Hold;  // no lease that would end it
  World world(plan);
  reach_first_wave(world);
  world.lanes().hold("store");
  world.engine().command(world.plan.release, core::RollbackRequested{base::sha256("now")},
                         base::PersonId("devops-1"), {});
  for (int i = 0; i < 5; ++i) world.turn();
  ASSERT_EQ(world.serves("pilot-1"), "1.2.0");
  world.router.crash();
  for (int i = 0; i < 60; ++i) world.turn();
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
  world.lanes().let_go("store");
  ASSERT_TRUE(world.run_until(Stage::RolledBack));
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
}

// Goal: what was decided ahead of its entry is recorded as of then, not as of when it could be.
TEST(Emergency, IsRecordedWithTheTimeInWhichItWasDecided) {
  World world;
  reach_first_wave(world);
  world.lanes().hold("store");
  world.engine().command(world.plan.release, core::PauseRequested{}, base::PersonId("devops-1"),
                         {});
  world.turn();
  world.engine().command(world.plan.release, core::RollbackRequested{base::sha256("now")},
                         base::PersonId("devops-1"), {});
  ASSERT_TRUE(world.run_until([&] { return world.serves("pilot-1") == "1.2.0"; }, 10));
  const base::RunbookTime back = world.engine().find(world.plan.release)->now().runbook;
  for (int i = 0; i < 60; ++i) world.turn();
  world.lanes().let_go("store");
  ASSERT_TRUE(world.run_until(Stage::RolledBack));
  const base::Json decided = world.data_of("notification.rollback.initiated");
  EXPECT_LE(decided.at("at_us").get<std::int64_t>(), back.us);
}

}  // namespace
}  // namespace stellwerk::engine::testing
