// The disk is full, or can only be read, in every stage of a release: what goes on without it, what
// waits, and that nothing is lost when it can be written again.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/compile.h"
#include "engine/private_text.h"
#include "engine/testing/machine.h"
#include "trouble/where.h"

namespace stellwerk::trouble {
namespace {

using core::Stage;
using engine::testing::Machine;

constexpr const char* kReason = "Kunden melden falsche Summen";
constexpr int kLong = 60;  ///< turns: twelve seconds, half a day of the runbook
constexpr int kLongerThanALease = 400;

enum class Disk : std::uint8_t { Full, ReadOnly };

constexpr Where kEverywhere[] = {{Stage::Preparing},  {Stage::Announced},    {Stage::PreChecking},
                                 {Stage::Ready},      {Stage::Deploying},    {Stage::Deployed},
                                 {Stage::Moving, 1},  {Stage::Holding, 1},   {Stage::Moving, 2},
                                 {Stage::Holding, 3}, {Stage::PostChecking}, {Stage::Concluding}};
constexpr Where kToBeRestartedIn[] = {
    {Stage::Preparing}, {Stage::Deploying}, {Stage::Moving, 1}, {Stage::PostChecking}};
constexpr Where kToBeRolledBackIn[] = {{Stage::Preparing},
                                       {Stage::PreChecking},
                                       {Stage::Deploying},
                                       {Stage::Moving, 1},
                                       {Stage::Moving, 2}};
constexpr Where kWithTraffic[] = {{Stage::Holding, 1}, {Stage::PostChecking}};

class Trouble : public ::testing::TestWithParam<std::tuple<Where, Disk>> {
 protected:
  [[nodiscard]] static Where where() { return std::get<0>(GetParam()); }
  [[nodiscard]] static bool is_full() { return std::get<1>(GetParam()) == Disk::Full; }

  void SetUp() override {
    ASSERT_TRUE(machine.begin());
    for (int i = 0; i < 6000 && !is_there(); ++i) machine.turn(step());
    ASSERT_TRUE(is_there());
  }
  /// Short where the stages are: the first wave comes five minutes after T+0.
  [[nodiscard]] base::Duration step() const {
    const Stage stage = machine.state().stage;
    const bool is_short = stage == Stage::Ready || stage == Stage::Deploying;
    return base::milliseconds(is_short ? 20 : 100);
  }
  [[nodiscard]] bool is_there() const {
    const core::State& state = machine.state();
    return state.stage == where().stage && (where().wave == 0 || state.wave == where().wave);
  }
  void writes(bool it_does) {
    machine.disk.state.full = !it_does && is_full();
    machine.disk.state.read_only = !it_does && !is_full();
  }
  [[nodiscard]] std::ptrdiff_t times(const std::string& type) {
    const auto types = machine.types();
    return std::count(types.begin(), types.end(), type);
  }
  /// Nothing was done twice, and nothing that was asked for is unanswered.
  void expect_whole_record() {
    machine.until("quiet", [this] { return machine.engine->quiet(); });
    for (const char* type : {"audit.release.planned", "audit.precheck.completed",
                             "scheduler.release.started", "scheduler.release.deployed"})
      EXPECT_LE(times(type), 1) << type;
    EXPECT_TRUE(machine.state().open.empty());
    EXPECT_TRUE(machine.disk.emergency.lines.empty());
    ASSERT_TRUE(machine.disk.journal.verify({}));
  }

  static core::Plan quick() {
    core::Release release = testing::sample_release();
    release.schedule.announce_lead = base::hours(3);
    core::Plan plan = *core::compile(release, testing::sample_environment()).plan;
    plan.guard.hold_real_min = base::seconds(2);
    return plan;
  }
  Machine machine{quick()};
};

class EveryStage : public Trouble {};
class RestartedIn : public Trouble {};
class RolledBackIn : public Trouble {};
class WithTraffic : public Trouble {};

// Goal: whatever the release was doing, it waits, says what is wrong, and goes on by itself.
TEST_P(EveryStage, WaitsForTheDiskAndGoesOn) {
  const std::size_t entries = machine.disk.journal.stored.head()->size;
  writes(false);
  machine.turns(kLong);
  EXPECT_EQ(machine.disk.journal.stored.head()->size, entries);
  EXPECT_TRUE(machine.reported("JRN-0002") || machine.reported("CAS-0001"));
  EXPECT_FALSE(machine.state().rollback);
  writes(true);
  machine.reach(Stage::Completed);
  expect_whole_record();
  for (const char* wave :
       {"scheduler.release.wave1", "scheduler.release.wave2", "scheduler.release.wave3"})
    EXPECT_EQ(times(wave), 1) << wave;
  EXPECT_EQ(times("scheduler.lease.expired"), 0);
}

// Goal: a person's rollback is carried out before anything can be written, and stands in the record
// with its reason afterwards.
TEST_P(RolledBackIn, BlocksNoRollbackOfAPerson) {
  writes(false);
  machine.turns(3);
  ASSERT_TRUE(machine.roll_back(kReason));
  machine.turns(10);
  EXPECT_NE(machine.serves("pilot-1"), "1.3.0");
  machine.turns(kLong);
  EXPECT_NE(machine.serves("pilot-1"), "1.3.0");
  writes(true);
  machine.until("the end", [this] { return core::is_terminal(machine.state().stage); });
  EXPECT_TRUE(machine.state().stage == Stage::RolledBack ||
              machine.state().stage == Stage::Cancelled);
  expect_whole_record();
  EXPECT_NE(machine.serves("pilot-1"), "1.3.0");
}

// Goal: the guard needs no disk, nor does the lease: traffic stays where the wave has it.
TEST_P(WithTraffic, KeepsTheLeaseWithoutTheDisk) {
  writes(false);
  machine.turns(kLongerThanALease);
  EXPECT_EQ(machine.serves("pilot-1"), "1.3.0");
  writes(true);
  machine.reach(Stage::Completed);
  EXPECT_EQ(times("scheduler.lease.expired"), 0);
}

// Goal: its reason is kept in memory until it can be stored.
TEST_P(WithTraffic, LosesNoReasonOfARollback) {
  writes(false);
  ASSERT_TRUE(machine.roll_back(kReason));
  machine.turns(kLong);
  writes(true);
  machine.reach(Stage::RolledBack);
  expect_whole_record();
  const auto initiated = machine.last<core::RollbackInitiated>();
  ASSERT_TRUE(initiated && initiated->reason);
  EXPECT_EQ(*engine::read_text(*initiated->reason, machine.disk.content), kReason);
}

// Goal: nor one of the guard.
TEST_P(WithTraffic, BlocksNoRollbackOfTheGuard) {
  writes(false);
  machine.errors = 5;
  machine.turns(20);
  EXPECT_EQ(machine.serves("pilot-1"), "1.2.0");
  machine.turns(kLong);
  EXPECT_EQ(machine.serves("pilot-1"), "1.2.0");
  writes(true);
  machine.reach(Stage::RolledBack);
  expect_whole_record();
  EXPECT_EQ(machine.last<core::RollbackInitiated>()->detail, "error-rate");
}

// Goal: killed meanwhile and started again while the disk still takes nothing: as if it had lived.
TEST_P(RestartedIn, OutlivesTheProcess) {
  writes(false);
  machine.turns(5);
  machine.end();
  machine.start();
  machine.recover();
  machine.turns(kLong);
  EXPECT_FALSE(machine.state().rollback);
  writes(true);
  machine.reach(Stage::Completed);
  expect_whole_record();
}

// Goal: a rollback that the dead process began is taken up by the next one, on the same disk.
TEST_P(WithTraffic, LosesNoRollbackWithTheProcess) {
  writes(false);
  ASSERT_TRUE(machine.roll_back(kReason));
  machine.turns(10);
  ASSERT_EQ(machine.serves("pilot-1"), "1.2.0");
  const bool on_record = machine.has("notification.rollback.initiated");
  const bool in_file = !machine.disk.emergency.lines.empty();
  machine.end();
  machine.start();
  machine.recover();
  machine.turns(kLong);
  EXPECT_EQ(machine.serves("pilot-1"), "1.2.0");
  writes(true);
  // Where nothing at all could be written, nobody knows of it any more: the lease is gone, and the
  // release waits for a person.
  if (on_record || in_file)
    machine.reach(Stage::RolledBack);
  else
    machine.until("the pause", [this] { return machine.state().paused.has_value(); });
  EXPECT_EQ(machine.serves("pilot-1"), "1.2.0");
}

std::string name_of(const ::testing::TestParamInfo<std::tuple<Where, Disk>>& info) {
  return name_of(std::get<0>(info.param)) +
         (std::get<1>(info.param) == Disk::Full ? "Full" : "ReadOnly");
}

const auto kBoth = ::testing::Values(Disk::Full, Disk::ReadOnly);
INSTANTIATE_TEST_SUITE_P(Disk, EveryStage,
                         ::testing::Combine(::testing::ValuesIn(kEverywhere), kBoth), name_of);
INSTANTIATE_TEST_SUITE_P(Disk, RestartedIn,
                         ::testing::Combine(::testing::ValuesIn(kToBeRestartedIn), kBoth), name_of);
INSTANTIATE_TEST_SUITE_P(Disk, RolledBackIn,
                         ::testing::Combine(::testing::ValuesIn(kToBeRolledBackIn), kBoth),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Disk, WithTraffic,
                         ::testing::Combine(::testing::ValuesIn(kWithTraffic), kBoth), name_of);

}  // namespace
}  // namespace stellwerk::trouble
