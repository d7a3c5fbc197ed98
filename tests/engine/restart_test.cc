// The engine is gone in the middle of something and starts again.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/world.h"
#include "support/story.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

// Goal: resumed before the lease ran out, the wave goes on.
TEST(Restart, LetsTheWaveGoOnWhileTheLeaseLives) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.kill();
  world.clock.advance(base::seconds(20));
  EXPECT_EQ(world.serves("pilot-1"), "1.3.0");
  world.start();
  world.turn();
  EXPECT_EQ(world.state().stage, Stage::Holding);
  EXPECT_FALSE(world.state().paused);
  ASSERT_TRUE(world.run_until(Stage::Completed));
  EXPECT_EQ(world.times("scheduler.release.wave1"), 1U);
  EXPECT_EQ(world.times("scheduler.lease.expired"), 0U);
}

TEST(Restart, DoesReadableEffectsAgainAndKeepsTheirOutcome) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.lanes().hold("router");
  ASSERT_TRUE(world.run_until(Stage::Moving, 2));
  EXPECT_EQ(world.serves("pilot-2"), "1.2.0");
  world.kill();
  world.start();
  ASSERT_TRUE(world.run_until(Stage::Holding, 2));
  EXPECT_EQ(world.times("stellwerk.traffic.intended"), 2U);
  EXPECT_EQ(world.serves("pilot-2"), "1.3.0");
}

/// Killed while a command that must not be done twice was running.
void kill_in_once_step(World& world) {
  world.lanes().hold("step:");
  world.begin();
  ASSERT_TRUE(world.run_until(
      [&] {
        const auto& open = world.state().open;
        return std::any_of(open.begin(), open.end(), [](const auto& each) {
          return each.second.subject == core::testing::once_step().str();
        });
      },
      20));
  world.kill();
  world.start();
  world.turn();
}

// Goal: a *once* effect that may have happened is left to a person, who attests it …
TEST(OnceStep, KilledWhileItRanIsNotRunAgainByAPlainResume) {
  World world(core::testing::plan_with_once_command());
  kill_in_once_step(world);
  const auto status = [&] { return world.state().status_of(core::testing::once_step()); };
  EXPECT_EQ(status(), core::StepStatus::OutcomeUnknown);
  const Answer refused = world.command(core::ResumeRequested{}, "devops-1");
  ASSERT_TRUE(refused.refusal);
  EXPECT_EQ(refused.refusal->id, "ENG-0017");
  EXPECT_TRUE(world.steps.ran.empty());
  EXPECT_FALSE(world.command(core::Attested{core::testing::once_step(), {}}, "devops-1").refusal);
  EXPECT_EQ(status(), core::StepStatus::Passed);
  ASSERT_TRUE(world.run_until(Stage::Completed));
  EXPECT_EQ(
      std::count(world.steps.ran.begin(), world.steps.ran.end(), core::testing::once_step().str()),
      0);
}

// … or says that it is to run again.
TEST(OnceStep, KilledWhileItRanRunsAgainWhenAPersonSaysSo) {
  World world(core::testing::plan_with_once_command());
  kill_in_once_step(world);
  EXPECT_FALSE(
      world.command(core::ResumeRequested{{}, {core::testing::once_step()}}, "devops-1").refusal);
  ASSERT_TRUE(world.run_until(Stage::Completed));
  EXPECT_EQ(
      std::count(world.steps.ran.begin(), world.steps.ran.end(), core::testing::once_step().str()),
      1);
}

}  // namespace
}  // namespace stellwerk::engine::testing
