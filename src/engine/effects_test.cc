// Effects of more than one step, and what becomes of them when they are called off.
#include "engine/effects.h"

#include <gtest/gtest.h>

#include "core/decide.h"
#include "engine/testing/machine.h"

namespace stellwerk::engine {
namespace {

using core::Stage;
using testing::Machine;

// Goal: an effect that was cancelled while its first step ran does not take its second: servers of
// a version that has been stopped meanwhile would come back into the router.
TEST(Effects, EndWithTheStepThatRanWhenTheyWereCancelled) {
  Machine machine;
  ASSERT_TRUE(machine.begin());
  machine.reach(Stage::Deploying);
  machine.lanes.mute("workload:" + machine.plan.components.front().name.str());
  machine.turns(2);
  machine.tell(core::RollbackRequested{});
  machine.turns(2);
  ASSERT_EQ(machine.state().stage, Stage::Cancelling);
  machine.lanes.answer_late();
  machine.reach(Stage::Cancelled);
  const auto taken = machine.router.apply(core::routes_of_wave(machine.plan, 1), {});
  ASSERT_FALSE(taken) << "the router still has servers of the new version";
  EXPECT_EQ(taken.error().code, base::Code::Rejected) << taken.error().one_line();
}

}  // namespace
}  // namespace stellwerk::engine
