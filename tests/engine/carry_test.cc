// A release carried by the real engine: start to completion, commit before act, group commit,
// subscribers, the wall clock, and reservations.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/compile.h"
#include "engine/world.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

std::vector<std::uint64_t> public_indexes(World& world) {
  std::vector<std::uint64_t> indexes;
  for (const ports::StoredEntry& entry : world.entries())
    if (core::is_public(entry.type)) indexes.push_back(entry.index);
  return indexes;
}

std::vector<std::uint64_t> indexes_of(const std::vector<ports::PublicEvent>& events) {
  std::vector<std::uint64_t> indexes;
  for (const ports::PublicEvent& event : events) indexes.push_back(event.index);
  return indexes;
}

/// A release of another component, in the same installation.
core::Plan billing_plan(const char* id) {
  core::Environment environment = stellwerk::testing::sample_environment();
  core::Service billing = environment.services.front();
  billing.name = base::ServiceName(id);
  environment.services.push_back(billing);
  core::Release release = stellwerk::testing::sample_release();
  release.id = base::ReleaseId(id);
  release.components.front().name = base::ComponentName(id);
  auto compiled = core::compile(release, environment);
  return std::move(compiled.plan).value();
}

TEST(Engine, CarriesAReleaseFromItsStartToItsCompletion) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Completed));
  EXPECT_EQ(world.serves("acker"), "1.3.0");
  EXPECT_TRUE(world.state().open.empty());
  const auto types = world.types();
  auto next = types.begin();
  for (const char* type :
       {"audit.release.planned", "notification.maintenance.scheduled", "audit.precheck.completed",
        "scheduler.release.deployed", "scheduler.release.wave1", "scheduler.release.wave2",
        "scheduler.release.wave3", "scheduler.release.completed", "audit.release.completed",
        "audit.release.logged"}) {
    next = std::find(next, types.end(), type);
    ASSERT_NE(next, types.end()) << type;
  }
  ASSERT_TRUE(world.run_until([&] { return world.engine().quiet(); }));
  EXPECT_EQ(indexes_of(world.bus.events()), public_indexes(world));
  EXPECT_FALSE(world.notifier.sent().empty());
  EXPECT_TRUE(world.journal.verify(std::nullopt));
}

TEST(Engine, GivesTheSameJournalToTheByteEachTime) {
  World first;
  World second;
  for (World* world : {&first, &second}) {
    world->begin();
    ASSERT_TRUE(world->run_until(Stage::Holding, 2));
  }
  EXPECT_EQ(first.journal.head()->root, second.journal.head()->root);
}

// Goal: a release that goes from a version which is not installed starts nothing of it.
TEST(Engine, StartsNoOldVersionThatTheRouterDoesNotServe) {
  World world;
  const core::PlannedComponent& component = world.plan.components[0];
  const ports::VersionRef installed{component.name, *base::SemVer::parse("1.1.0")};
  const ports::Call call{world.clock.mono() + base::seconds(1), {}};
  const ports::Endpoints servers{
      installed,
      {{.id = "one", .host = "127.0.0.1", .port = 4000, .state = {}, .detail = {}, .restarts = 0}},
      {}};
  ASSERT_TRUE(world.router.endpoints({&servers, 1}, call));
  core::RoutingTable table;
  table.components[component.name].stable = installed.version;
  ASSERT_TRUE(world.router.apply(table, call));

  world.begin();
  for (int i = 0; i < 50; ++i) world.turn();
  EXPECT_TRUE(world.workload.status({component.name, component.from})->instances.empty());
  EXPECT_EQ(world.serves("pilot-1"), "1.1.0");
  EXPECT_TRUE(std::any_of(world.reports.begin(), world.reports.end(),
                          [](const base::Error& each) { return each.id == "ENG-0022"; }));
}

// Goal: commit, then act.
TEST(CommitThenAct, StartsNothingBeforeItsEntryIsDurable) {
  World world;
  const ports::VersionRef old{world.plan.components[0].name, world.plan.components[0].from};
  world.lanes().hold("store");
  world.begin();
  for (int i = 0; i < 20; ++i) world.turn();
  EXPECT_TRUE(world.entries().empty());
  EXPECT_TRUE(world.workload.status(old)->instances.empty());
  EXPECT_TRUE(world.steps.ran.empty());
  world.lanes().let_go("store");
  world.turn();
  EXPECT_FALSE(world.entries().empty());
  EXPECT_FALSE(world.workload.status(old)->instances.empty());
}

TEST(CommitThenAct, MovesNoTrafficBeforeTheWavesEntryIsDurable) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Announced));  // the old version is up
  world.lanes().hold("workload:document-domain");
  ASSERT_TRUE(world.run_until(Stage::Deploying));
  world.lanes().hold("store");
  world.lanes().let_go("workload:document-domain");
  for (int i = 0; i < 50; ++i) world.turn();
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
  EXPECT_EQ(world.times("stellwerk.traffic.intended"), 0U);
  world.lanes().let_go("store");
  ASSERT_TRUE(world.run_until([&] { return world.serves("pilot-1") == "1.3.0"; }, 5));
  EXPECT_EQ(world.times("stellwerk.traffic.intended"), 1U);
}

TEST(GroupCommit, WritesWhatWaitsBehindAnAppendInOneTransaction) {
  World world;
  world.lanes().hold("store");
  for (const char* id : {"billing", "ledger", "stock"}) world.begin(billing_plan(id));
  world.turn();
  EXPECT_TRUE(world.writer.groups.empty());
  world.lanes().let_go("store");
  world.turn();
  ASSERT_GE(world.writer.groups.size(), 2U);
  EXPECT_EQ(world.writer.groups[0], 1U);
  EXPECT_EQ(world.writer.groups[1], 2U);
  EXPECT_EQ(world.times("audit.release.planned"), 3U);
}

// Goal: at least once, in order, across a restart; a subscriber that fails delays only itself.
TEST(Outbox, DeliversEverythingInOrderAcrossARestartWithAFailingSubscriber) {
  World world;
  world.bus.fail_next(3);
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Announced));
  world.bus.fail_next(1000, true);  // taken, but the answer is lost
  ASSERT_TRUE(world.run_until(Stage::Holding));
  world.kill();
  world.bus.fail_next(2);
  world.start();
  ASSERT_TRUE(world.run_until(Stage::Completed));
  ASSERT_TRUE(world.run_until([&] { return world.engine().quiet(); }));
  EXPECT_EQ(indexes_of(world.bus.events()), public_indexes(world));
}

// ---- time

std::int64_t turns_to_wave_2(base::Duration wall_step) {
  World world;
  world.begin();
  EXPECT_TRUE(world.run_until(Stage::Holding, 1));
  world.turn();
  world.clock.step_wall(wall_step);
  std::int64_t turns = 0;
  EXPECT_TRUE(world.run_until([&] { return ++turns, world.state().wave == 2; }));
  const bool stepped = wall_step != base::Duration{};
  EXPECT_EQ(world.times("scheduler.clock.stepped"), stepped ? 1U : 0U);
  if (stepped) {
    EXPECT_EQ(world.data_of("scheduler.clock.stepped").at("by_us"), wall_step.us);
  }
  return turns;
}

// Goal: a wall clock that steps is recorded and moves nothing.
TEST(WallClock, ThatStepsInAHoldIsRecordedAndMovesNothing) {
  const std::int64_t undisturbed = turns_to_wave_2({});
  EXPECT_EQ(turns_to_wave_2(base::hours(1)), undisturbed);
  EXPECT_EQ(turns_to_wave_2(-base::hours(1)), undisturbed);
}

// Goal: a hold never ends before the guard has had its minimum, promoted or not.
TEST(Hold, ThatIsPromotedWaitsForTheGuardsMinimum) {
  World world;
  world.begin();
  world.requests = 0;
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  EXPECT_FALSE(world.command(core::PromoteRequested{}).refusal);
  for (int i = 0; i < 600; ++i) world.turn();
  EXPECT_EQ(world.state().stage, Stage::Holding);
  EXPECT_EQ(world.state().wave, 1U);
  EXPECT_FALSE(world.state().paused);
  world.requests = 20;
  EXPECT_TRUE(world.run_until(Stage::Holding, 2));
}

// Goal: that the wave still stands is answered in a turn in which nothing is measured; that is
// enough.
TEST(Hold, EndsWithTheRoutersAnswerAlone) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.lanes().hold("router-read");
  for (int i = 0; i < 100; ++i) world.turn();
  ASSERT_EQ(world.state().wave, 1U);
  ASSERT_FALSE(world.state().hold_done);
  world.lanes().let_go("router-read");
  world.heard = false;
  for (int i = 0; i < 20; ++i) world.turn(base::milliseconds(5));
  EXPECT_TRUE(world.state().hold_done || world.state().stage != Stage::Holding ||
              world.state().wave > 1);
}

// ---- reservations

TEST(Reservation, OfAComponentOrAnIdIsRefusedWithItsHolder) {
  World world;
  world.begin();
  core::Plan other = world.plan;
  other.release = base::ReleaseId("rel-other");
  const base::PersonId person("devops-1");
  const auto component = world.engine().begin(other, person, 1, {});
  ASSERT_FALSE(component);
  EXPECT_EQ(component.error().id, "ENG-0025");
  EXPECT_NE(component.error().message.find("rel-2025-10-001"), std::string::npos);

  ASSERT_TRUE(world.run_until(Stage::Completed));
  const auto id = world.engine().begin(world.plan, person, 1, {});
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().id, "ENG-0024");
}

}  // namespace
}  // namespace stellwerk::engine::testing
