// Effects of more than one step, and what becomes of them when they are called off.
#include "engine/effects.h"

#include <gtest/gtest.h>

#include "engine/testing/machine.h"

namespace stellwerk::engine {
namespace {

using core::Stage;
using testing::Machine;

// Goal: an effect that was cancelled while its first step ran does not take its second: the router
// would be told of a version that nobody asks for any more.
TEST(Effects, EndWithTheStepThatRanWhenTheyWereCancelled) {
  Machine machine;
  const core::PlannedComponent& component = machine.plan.components.front();
  machine.lanes.mute("workload:" + component.name.str());
  ASSERT_TRUE(machine.begin());
  machine.until("the old version", [&] {
    return !machine.workload.status({component.name, component.from})->instances.empty();
  });
  machine.tell(core::RollbackRequested{});
  machine.reach(Stage::Cancelled);
  machine.lanes.answer_late();
  machine.turns(5);
  const auto routes = machine.router.current({});
  ASSERT_TRUE(routes);
  EXPECT_TRUE(routes->table.components.empty());
}

}  // namespace
}  // namespace stellwerk::engine
