// Going back when the world does not help: old instances that stay down, a start that takes longer
// than the lease, a downtime that ends while nothing can be written.
#include <gtest/gtest.h>

#include "engine/view.h"
#include "engine/world.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

constexpr std::uint32_t kInstances = 4;

/// Four instances, of which the waves take over three.
core::Plan plan_in_place() {
  core::Plan plan = stellwerk::testing::sample_plan();
  plan.capacity = core::Capacity::InPlace;
  core::PlannedComponent& component = plan.components.front();
  component.old_workload.instances = component.new_workload.instances = kInstances;
  return plan;
}

core::Plan plan_with_downtime() {
  core::Plan plan = stellwerk::testing::sample_plan();
  plan.downtime_window.emplace().everyone = true;
  return plan;
}

ports::VersionRef old_version(const World& world) {
  const core::PlannedComponent& component = world.plan.components.front();
  return {component.name, component.from};
}

bool is_maintained(World& world) {
  const auto state = world.router.current({world.clock.mono() + base::seconds(1), {}});
  return state->table.components.at(world.plan.components.front().name).maintenance.has_value();
}

/// The last wave holds: the old version has given way, and everyone is on the new one.
void reach_last_wave(World& world) {
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 3));
  for (int i = 0; i < 10; ++i) world.turn();
  ASSERT_LT(world.router.servers(old_version(world)), kInstances);
  ASSERT_EQ(world.serves("pilot-1"), "1.3.0");
  ASSERT_EQ(world.serves("anybody"), "1.3.0");
}

/// The page is shown, and nothing of the new version serves anybody.
void reach_downtime(World& world) {
  world.begin();
  ASSERT_TRUE(world.run_until([&] { return world.state().stage == Stage::Ready; }, 40'000));
  for (int i = 0; i < 10'000 && !world.state().downtime; ++i)
    world.turn(base::seconds(6) / world.speed);
  ASSERT_TRUE(is_maintained(world));
  ASSERT_EQ(world.state().wave, 0U);
}

void roll_back(World& world) {
  world.engine().command(world.plan.release, core::RollbackRequested{base::sha256("now")},
                         base::PersonId("devops-1"), {});
}

// Goal: whatever comes up of the old version serves, and one that stays down holds nothing up.
TEST(GoingBackInPlace, ServesWhatCameUpAndTriesTheRestAgain) {
  World world(plan_in_place());
  reach_last_wave(world);
  world.workload.behave(old_version(world), adapters::MemoryBehaviour::LastStaysDown);
  roll_back(world);
  ASSERT_TRUE(world.run_until([&] { return world.serves("pilot-1") == "1.2.0"; }, 50));
  EXPECT_EQ(world.router.servers(old_version(world)), kInstances - 1);
  EXPECT_EQ(world.workload.status(old_version(world))->ready(), kInstances - 1);

  world.workload.behave(old_version(world), adapters::MemoryBehaviour::Healthy);
  ASSERT_TRUE(world.run_until(Stage::RolledBack));
  EXPECT_EQ(world.router.servers(old_version(world)), kInstances);
}

TEST(GoingBackInPlace, EndsAlthoughAnInstanceStaysDown) {
  World world(plan_in_place());
  reach_last_wave(world);
  world.workload.behave(old_version(world), adapters::MemoryBehaviour::LastStaysDown);
  roll_back(world);
  ASSERT_TRUE(world.run_until(Stage::RolledBack));
  // The router finds it as soon as its supervision has brought it up.
  EXPECT_EQ(world.router.servers(old_version(world)), kInstances);
  EXPECT_EQ(world.workload.status(old_version(world))->ready(), kInstances - 1);
}

// Goal: who is served by the new version stays there until the old one has instances for them,
// also when their start takes longer than the lease.
TEST(GoingBackInPlace, KeepsTheLeaseWhileTheOldInstancesStart) {
  core::Plan plan = plan_in_place();
  plan.guard.lease = base::seconds(5);
  World world(plan);
  reach_last_wave(world);
  const std::string lane = "workload:" + world.plan.components.front().name.str();
  world.lanes().hold(lane);
  roll_back(world);
  ASSERT_TRUE(world.run_until([&] { return world.serves("anybody") == "1.2.0"; }, 20));
  const base::Duration start = plan.components.front().old_workload.start_timeout;
  for (base::Duration passed; passed < start; passed = passed + base::milliseconds(100)) {
    world.turn();
    ASSERT_EQ(world.serves("pilot-1"), "1.3.0") << base::to_string(passed);
  }
  world.lanes().let_go(lane);
  ASSERT_TRUE(world.run_until(Stage::RolledBack));
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
}

// Goal: a start that hangs leaves nobody on a version that was found bad.
TEST(GoingBackInPlace, LetsTheLeaseRunOutWhenTheStartHangs) {
  core::Plan plan = plan_in_place();
  plan.guard.lease = base::seconds(5);
  World world(plan);
  reach_last_wave(world);
  world.lanes().hold("workload:" + world.plan.components.front().name.str());
  roll_back(world);
  ASSERT_TRUE(world.run_until([&] { return world.serves("pilot-1") == "1.2.0"; }, 600));
  EXPECT_FALSE(world.state().rollback->traffic_returned);
  ASSERT_TRUE(world.run_until([&] { return world.times("scheduler.lease.expired") == 1; }, 50));
  EXPECT_EQ(share_on_new_version(world.plan, world.state()), base::Ppm{});
}

// Goal: an instance that was only asked for judges nothing: the wave waits for a person.
TEST(InPlace, AnInstanceThatNeverServedIsNoReasonToRollBack) {
  core::Plan plan = plan_in_place();
  World world(plan);
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 2));
  const core::PlannedComponent& component = plan.components.front();
  const ports::VersionRef fresh{component.name, component.to};
  const std::size_t before = world.workload.status(fresh)->instances.size();
  world.workload.behave(fresh, adapters::MemoryBehaviour::LastStaysDown);
  world.attended = false;
  ASSERT_TRUE(world.run_until([&] { return world.state().paused.has_value(); }));
  EXPECT_EQ(world.state().paused->cause, core::PauseCause::StepFailed);
  const auto status = world.workload.status(fresh);
  ASSERT_GT(status->instances.size(), before);
  world.probe.set_problem(status->instances.back().id, "refused");
  for (int i = 0; i < 300; ++i) world.turn();
  EXPECT_EQ(world.state().stage, Stage::Holding);
  EXPECT_EQ(world.serves("pilot-1"), "1.3.0");
}

// Goal: nobody is left in front of the page because the journal cannot be written.
TEST(GoingBackFromADowntime, EndsThePageWhileTheStoreRefuses) {
  World world(plan_with_downtime());
  reach_downtime(world);
  world.journal.fail_appends(adapters::MemoryJournal::Fault::NothingWritten, 1'000'000);
  roll_back(world);
  for (int i = 0; i < 20; ++i) world.turn();
  EXPECT_FALSE(is_maintained(world));
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
  ASSERT_EQ(world.emergency.lines().size(), 1U);
  const std::string line = world.emergency.lines().front();
  EXPECT_NE(line.find("end-downtime"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("by":"devops-1")"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("reason":)"), std::string::npos) << line;

  world.journal.fail_appends(adapters::MemoryJournal::Fault::NothingWritten, 0);
  ASSERT_TRUE(world.run_until(Stage::Cancelled));
  EXPECT_FALSE(is_maintained(world));
  EXPECT_EQ(world.times("scheduler.downtime.ended"), 1U);
}

TEST(GoingBackFromADowntime, IsNotTakenBackByTheNextProcess) {
  World world(plan_with_downtime());
  reach_downtime(world);
  world.journal.fail_appends(adapters::MemoryJournal::Fault::NothingWritten, 1'000'000);
  roll_back(world);
  for (int i = 0; i < 20; ++i) world.turn();
  ASSERT_FALSE(is_maintained(world));
  world.kill();
  world.journal.fail_appends(adapters::MemoryJournal::Fault::NothingWritten, 0);
  world.start();
  ASSERT_TRUE(world.run_until([&] {
    EXPECT_FALSE(is_maintained(world));
    return core::is_terminal(world.state().stage);
  }));
  EXPECT_EQ(world.state().stage, Stage::Cancelled);
  EXPECT_EQ(world.times("audit.journal.gap"), 1U);
}

TEST(GoingBackFromADowntime, IsNotForgottenWhileThePageIsPutUp) {
  World world(plan_with_downtime());
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Ready));
  world.lanes().hold("router");
  ASSERT_TRUE(world.run_until(Stage::Deploying));
  ASSERT_FALSE(world.state().downtime);
  world.journal.fail_appends(adapters::MemoryJournal::Fault::NothingWritten, 1'000'000);
  roll_back(world);
  world.lanes().let_go("router");
  for (int i = 0; i < 20; ++i) world.turn();
  world.kill();
  world.journal.fail_appends(adapters::MemoryJournal::Fault::NothingWritten, 0);
  world.start();
  ASSERT_TRUE(world.run_until(Stage::Cancelled));
  EXPECT_FALSE(is_maintained(world));
}

// Goal: whatever holds the release up, users wait no longer than the downtime may last.
TEST(Downtime, EndsWithTheReleaseWhenItLastsTooLong) {
  core::Plan plan = plan_with_downtime();
  plan.downtime_window->at_most = base::hours(2);
  World world(plan);
  reach_downtime(world);
  const base::RunbookTime began = world.state().downtime_since;
  world.command(core::PauseRequested{});
  ASSERT_TRUE(world.state().paused);
  ASSERT_TRUE(world.run_until([&] { return !is_maintained(world); }, 200));
  EXPECT_GE(world.state().last_seen - began, base::hours(2));
  EXPECT_LT(world.state().last_seen - began, base::hours(3));
  ASSERT_TRUE(world.run_until(Stage::Failed));
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
  EXPECT_EQ(world.state().cancel_detail, "downtime");
}

// Goal: that a limit is over is noticed although nothing can be written.
TEST(Downtime, EndsInTimeWhileTheStoreHangs) {
  core::Plan plan = plan_with_downtime();
  plan.downtime_window->at_most = base::hours(2);
  World world(plan);
  reach_downtime(world);
  world.lanes().hold("store");
  world.engine().command(world.plan.release, core::PauseRequested{}, base::PersonId("devops-1"),
                         {});
  ASSERT_TRUE(world.run_until([&] { return !is_maintained(world); }, 50));
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
  world.lanes().let_go("store");
  ASSERT_TRUE(world.run_until(Stage::Failed));
}

// Goal: who is taken over by the next process has failed, as it would have without that.
TEST(Downtime, ThatIsOverIsAFailureAfterACrashToo) {
  core::Plan plan = plan_with_downtime();
  plan.downtime_window->at_most = base::hours(2);
  World world(plan);
  reach_downtime(world);
  world.command(core::PauseRequested{});
  world.journal.fail_appends(adapters::MemoryJournal::Fault::NothingWritten, 1'000'000);
  ASSERT_TRUE(world.run_until([&] { return !is_maintained(world); }, 200));
  world.kill();
  world.journal.fail_appends(adapters::MemoryJournal::Fault::NothingWritten, 0);
  world.start();
  ASSERT_TRUE(world.run_until([&] { return core::is_terminal(world.state().stage); }));
  EXPECT_EQ(world.state().stage, Stage::Failed);
  EXPECT_EQ(world.times("audit.journal.gap"), 1U);
}

// Goal: no wave moves while the page is being put right.
TEST(Downtime, HoldsTheNextWaveUntilThePageIsRight) {
  World world(plan_with_downtime());
  world.speed = 60;  // the router is looked at before the wave's time comes
  reach_downtime(world);
  auto table = world.router.current({world.clock.mono() + base::seconds(1), {}})->table;
  table.components.begin()->second.maintenance.reset();
  world.lanes().hold("router");
  world.router.tamper(table);
  ASSERT_TRUE(world.run_until([&] { return world.times("scheduler.routes.reasserted") > 0; }, 100));
  for (int i = 0; i < 600; ++i) world.turn();  // an hour
  EXPECT_EQ(world.state().wave, 0U);
  world.lanes().let_go("router");
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
}

}  // namespace
}  // namespace stellwerk::engine::testing
