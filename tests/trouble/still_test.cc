// The process stands still for an hour (SIGSTOP, a suspended machine) or a clock steps, wherever
// the release is.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/world.h"
#include "trouble/where.h"

namespace stellwerk::trouble {
namespace {

using core::Stage;
using engine::testing::World;

/// Those in which it can be found: lanes of memory take no time.
constexpr Where kStoodStillIn[] = {{Stage::Preparing},  {Stage::Announced},  {Stage::Ready},
                                   {Stage::Holding, 1}, {Stage::Holding, 2}, {Stage::PostChecking}};
constexpr Where kSome[] = {{Stage::Announced}, {Stage::Holding, 1}, {Stage::PostChecking}};

/// Its readers were stopped too, and tell what they have when it goes on.
void stand_still(World& world, base::Duration span) {
  world.clock.advance(span);
  world.turn();
}

class Still : public ::testing::TestWithParam<Where> {};

// Goal: an hour of which it knows nothing is no fault of the new version: nothing rolls back. Where
// traffic hung on the lease, that ran out, the router went back by itself, and a person resumes.
TEST_P(Still, ForAnHourLosesNothingAndRollsNothingBack) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(GetParam().stage, GetParam().wave));
  const bool had_lease = core::wants_lease(world.plan, world.state());
  stand_still(world, base::hours(1));
  world.attended = false;
  for (int i = 0; i < 50; ++i) world.turn();
  EXPECT_FALSE(world.state().rollback);
  EXPECT_EQ(world.times("notification.rollback.initiated"), 0U);
  if (had_lease) {
    EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
    ASSERT_TRUE(world.state().paused);
    EXPECT_EQ(world.state().paused->cause, core::PauseCause::LeaseExpired);
    EXPECT_EQ(world.times("scheduler.lease.expired"), 1U);
    ASSERT_FALSE(world.command(core::ResumeRequested{}).refusal);
  }
  world.attended = true;
  ASSERT_TRUE(world.run_until(Stage::Completed)) << core::to_string(world.state().stage);
  EXPECT_EQ(world.times("scheduler.clock.stepped"), 0U);
}

// Goal: nor when it goes on before anything measured has come: nobody had listened.
TEST_P(Still, ForAnHourIsNoSilenceOfTheSource) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(GetParam().stage, GetParam().wave));
  world.heard = false;
  stand_still(world, base::hours(1));
  for (int i = 0; i < 5; ++i) world.turn();
  world.heard = true;
  for (int i = 0; i < 50; ++i) world.turn();
  EXPECT_EQ(world.times("notification.rollback.initiated"), 0U);
}

// Goal: nor does it block one.
TEST_P(Still, ForAnHourBlocksNoRollback) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(GetParam().stage, GetParam().wave));
  stand_still(world, base::hours(1));
  ASSERT_FALSE(world.command(core::RollbackRequested{base::sha256("x")}).refusal);
  ASSERT_TRUE(world.run_until([&] { return core::is_terminal(world.state().stage); }));
  EXPECT_NE(world.state().stage, Stage::Completed);
  EXPECT_NE(world.serves("pilot-1"), "1.3.0");
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Still, ::testing::ValuesIn(kStoodStillIn),
                         [](const auto& each) { return name_of(each.param); });

TEST(StillInARollback, ForAnHourIsCarriedToItsEnd) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.lanes().hold("router");
  ASSERT_FALSE(world.command(core::RollbackRequested{base::sha256("x")}).refusal);
  ASSERT_EQ(world.state().stage, Stage::RollingBack);
  stand_still(world, base::hours(1));
  world.lanes().let_go("router");
  ASSERT_TRUE(world.run_until(Stage::RolledBack));
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
}

// ---- clocks

struct Step {
  const char* name;
  base::Duration by;
};
const Step kSteps[] = {{"Forward", base::hours(30)}, {"Back", -base::hours(30)}};

class ClockStep : public ::testing::TestWithParam<std::tuple<Where, std::size_t>> {
 protected:
  [[nodiscard]] static Where where() { return std::get<0>(GetParam()); }
  [[nodiscard]] static base::Duration by() { return kSteps[std::get<1>(GetParam())].by; }

  /// How long it takes from there to the end, in turns.
  static std::int64_t turns_to_the_end(base::Duration step, bool restarted) {
    World world;
    world.begin();
    EXPECT_TRUE(world.run_until(where().stage, where().wave));
    if (restarted) world.kill();
    world.clock.step_wall(step);
    if (restarted) world.start();
    std::int64_t turns = 0;
    EXPECT_TRUE(world.run_until([&] { return ++turns, world.state().stage == Stage::Completed; }))
        << core::to_string(world.state().stage);
    const bool seen = step != base::Duration{} && !restarted;
    EXPECT_EQ(world.times("scheduler.clock.stepped"), seen ? 1U : 0U);
    if (seen) {
      EXPECT_EQ(world.data_of("scheduler.clock.stepped").at("by_us"), step.us);
    }
    EXPECT_EQ(world.times("scheduler.lease.expired"), 0U);
    EXPECT_TRUE(world.journal.verify({}));
    return turns;
  }
};

// Goal: the record says it, and nothing comes sooner or later for it.
TEST_P(ClockStep, IsRecordedAndMovesNothing) {
  EXPECT_EQ(turns_to_the_end(by(), false), turns_to_the_end({}, false));
}

// Goal: while no process runs, only the wall clock tells how long; one that was set back stops the
// runbook's time, one that was set forward carries it on, and holds are measured all the same.
TEST_P(ClockStep, WhileNobodyRunsLosesNothing) { EXPECT_GT(turns_to_the_end(by(), true), 0); }

INSTANTIATE_TEST_SUITE_P(Everywhere, ClockStep,
                         ::testing::Combine(::testing::ValuesIn(kSome),
                                            ::testing::Range<std::size_t>(0, std::size(kSteps))),
                         [](const auto& each) {
                           return name_of(std::get<0>(each.param)) +
                                  kSteps[std::get<1>(each.param)].name;
                         });

}  // namespace
}  // namespace stellwerk::trouble
