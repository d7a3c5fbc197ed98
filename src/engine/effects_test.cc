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

class Artifacts : public ::testing::Test {
 protected:
  static core::Plan plan_of(const std::optional<base::Digest>& digest) {
    core::Plan plan = stellwerk::testing::sample_plan();
    plan.components.front().artifact = digest;
    return plan;
  }
  static ports::VersionRef old_of(const core::Plan& plan) {
    return {plan.components.front().name, plan.components.front().from};
  }
  static ports::VersionRef new_of(const core::Plan& plan) {
    return {plan.components.front().name, plan.components.front().to};
  }
  static std::string deployed(Machine& machine) {
    const auto& steps = machine.state().steps;
    const std::string name = machine.plan.components.front().name.str();
    const auto found = steps.find(base::StepId("rollout/deploy-" + name));
    return found == steps.end() ? "" : found->second.summary;
  }
};

// Goal: what is started is what was approved; a file that was exchanged after it was looked at
// stops the release before any traffic has moved, and the old version serves on.
TEST_F(Artifacts, StopTheReleaseWithoutHarmWhenOneWasExchanged) {
  Machine machine(plan_of(base::sha256("approved")));
  machine.workload.made_of(new_of(machine.plan), base::sha256("approved"));
  ASSERT_TRUE(machine.begin());
  machine.until("the pre-checks", [&] { return machine.state().stage >= Stage::PreChecking; });
  machine.workload.made_of(new_of(machine.plan), base::sha256("exchanged"));
  machine.reach(Stage::Failed);
  EXPECT_FALSE(machine.has("traffic.moved"));
  EXPECT_TRUE(machine.reported("PRC-0006"));
  EXPECT_TRUE(machine.workload.status(new_of(machine.plan))->instances.empty());
  EXPECT_FALSE(machine.workload.status(old_of(machine.plan))->instances.empty());
}

TEST_F(Artifacts, AreNamedByTheStepThatStartedThem) {
  const base::Digest digest = base::sha256("approved");
  {
    Machine machine(plan_of(digest));
    machine.workload.made_of(new_of(machine.plan), digest);
    machine.reach_wave(1);
    EXPECT_EQ(deployed(machine),
              "2 of 2 instances ready; artifact " + digest.to_string() + ", as planned");
  }
  {
    Machine machine(plan_of({}));
    machine.workload.made_of(new_of(machine.plan), digest);
    machine.reach_wave(1);
    EXPECT_EQ(deployed(machine),
              "2 of 2 instances ready; artifact " + digest.to_string() + ", none was planned");
  }
  Machine machine(plan_of(digest));  // whose workload cannot tell
  machine.reach_wave(1);
  EXPECT_EQ(deployed(machine),
            "2 of 2 instances ready; artifact " + digest.to_string() + " was not compared");
}

// Goal: no way back is closed, whatever the old version is started from now.
TEST_F(Artifacts, HinderNoRollback) {
  Machine machine(plan_of(base::sha256("approved")));
  machine.workload.made_of(new_of(machine.plan), base::sha256("approved"));
  machine.workload.made_of(old_of(machine.plan), base::sha256("old"));
  machine.reach_wave(1);
  machine.workload.made_of(new_of(machine.plan), base::sha256("exchanged"));
  machine.workload.made_of(old_of(machine.plan), base::sha256("exchanged, too"));
  auto rollback = machine.roll_back("it must go");
  ASSERT_TRUE(rollback);
  machine.tell(std::move(*rollback));
  machine.reach(Stage::RolledBack);
  EXPECT_FALSE(machine.reported("PRC-0006"));
  EXPECT_TRUE(machine.workload.status(new_of(machine.plan))->instances.empty());
  EXPECT_FALSE(machine.workload.status(old_of(machine.plan))->instances.empty());
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
