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

// Goal: no version is so low that nobody sees its capacity go.
TEST(HealthTargets, BelongToAComponentWhateverItsVersion) {
  core::Plan plan = stellwerk::testing::sample_plan();
  plan.components.front().from = base::SemVer{};
  const base::ServiceName component(plan.components.front().name.str());
  Machine machine(std::move(plan));
  machine.reach_wave(1);
  machine.turns(20);
  std::size_t failing = 0;
  for (const ports::HealthTarget& target : machine.health.watched()) {
    EXPECT_EQ(target.version.has_value(), target.service == component) << target.name;
    if (target.service != component || target.is_new_version) continue;
    machine.health.set_problem(target.name, "connection refused");
    ++failing;
  }
  ASSERT_GT(failing, 0U);
  machine.until("capacity that is gone", [&] { return !machine.state().old_gone.empty(); });
}

}  // namespace
}  // namespace stellwerk::engine
