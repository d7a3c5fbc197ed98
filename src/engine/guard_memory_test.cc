// What the guard remembers over a restart, and what is said when it cannot.
#include <gtest/gtest.h>

#include "engine/testing/machine.h"

namespace stellwerk::engine {
namespace {

using core::Stage;
using testing::Machine;

/// In the first wave, with the guard's state saved at least once.
void reach_saved_state(Machine& machine) {
  machine.reach_wave(3);
  machine.errors = 0;
  machine.requests = 0;  // the hold is extended: nothing else happens
  machine.until("a saved guard", [&] { return machine.state().guard_state.has_value(); });
}

void restart(Machine& machine) {
  machine.end();
  machine.start();
  machine.recover();
  machine.turns(3);
}

TEST(GuardMemory, IsTakenUpSilentlyWhenItIsWhole) {
  Machine machine;
  reach_saved_state(machine);
  restart(machine);
  EXPECT_FALSE(machine.reported("ENG-0033"));
  EXPECT_FALSE(machine.last<core::EngineRestarted>()->guard_lost);
}

// Goal: a guard that begins anew is told and recorded, and still guards.
TEST(GuardMemory, ThatIsLostIsReportedAndRecordedAndTheGuardWatchesOn) {
  Machine machine;
  reach_saved_state(machine);
  machine.disk.content.stored.tamper(*machine.state().guard_state, "{}");
  restart(machine);
  EXPECT_TRUE(machine.reported("ENG-0033"));
  const auto restarted = machine.last<core::EngineRestarted>();
  ASSERT_TRUE(restarted->guard_lost);
  EXPECT_EQ(*restarted->guard_lost, "CAS-0003");

  machine.requests = 10;
  machine.errors = 5;
  machine.reach(Stage::RolledBack);
  EXPECT_EQ(machine.last<core::RollbackInitiated>()->detail, "error-rate");
}

class UnfitMemory : public ::testing::TestWithParam<const char*> {};

// Goal: whole bytes that another version may have written: both parts begin anew, with the wave.
TEST_P(UnfitMemory, BeginsAnewWithTheWave) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  core::State state;
  state.stage = Stage::Holding;
  state.wave = 1;
  state.may_carry_traffic = true;
  const auto saved = base::parse_json(GetParam());
  ASSERT_TRUE(saved);
  GuardWatch watch(plan, state, *saved, base::MonoTime{base::minutes(5).us});
  ASSERT_TRUE(watch.lost());
  EXPECT_EQ(watch.lost()->id, "KPI-0001");

  kpi::MetricBatch batch;
  kpi::RequestGroup group;
  group.component = plan.components.front().name;
  group.version = plan.components.front().to;
  group.tenant = base::TenantId("pilot-1");
  group.requests = 100;
  group.errors = 50;
  group.second = base::MonoTime{base::minutes(5).us + base::seconds(1).us};
  batch.alive_at = group.second;
  batch.groups.push_back(group);
  watch.observe(batch);
  const GuardRound round = watch.round(plan, state, group.second, 1);
  ASSERT_TRUE(round.verdict);
  EXPECT_EQ(round.verdict->verdict.action, core::Action::Rollback);
}

INSTANTIATE_TEST_SUITE_P(Saved, UnfitMemory,
                         ::testing::Values("{}", "[]", R"({"guard":{},"comparison":{}})",
                                           R"({"guard":{"v":2},"comparison":[]})"));

// Goal: a failed integrity check is never forgotten, whatever becomes of the saved state.
TEST(GuardMemory, KeepsAFailedIntegrityCheck) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  core::State state;
  state.stage = Stage::Holding;
  state.wave = 1;
  state.may_carry_traffic = true;
  core::VerdictChanged failed;
  failed.verdict.action = core::Action::StopAndRollback;
  failed.verdict.cause = core::Cause::Integrity;
  core::VerdictChanged later;
  for (const core::VerdictChanged& each : {failed, later})
    state = core::evolve(plan, std::move(state), each, {}, {});
  ASSERT_TRUE(state.integrity_failed);

  GuardWatch watch(plan, state, {}, base::MonoTime{1});
  const GuardRound round = watch.round(plan, state, base::MonoTime{2}, 1);
  ASSERT_TRUE(round.verdict);
  EXPECT_EQ(round.verdict->verdict.action, core::Action::StopAndRollback);
  EXPECT_EQ(round.verdict->verdict.cause, core::Cause::Integrity);
}

}  // namespace
}  // namespace stellwerk::engine
