// A rollback that the store does not take: traffic first, and afterwards everything in the journal.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/private_text.h"
#include "engine/testing/machine.h"

namespace stellwerk::engine {
namespace {

using core::Stage;
using testing::Machine;

constexpr const char* kReason = "Kunden melden falsche Summen";

std::size_t position(const std::vector<std::string>& types, const std::string& type) {
  return static_cast<std::size_t>(std::find(types.begin(), types.end(), type) - types.begin());
}

/// The gap stands before the terminal entry, whose checkpoint covers it.
void expect_gap_covered(Machine& machine) {
  const auto entries = machine.entries();
  const auto types = machine.types();
  const std::size_t gap = position(types, "audit.journal.gap");
  ASSERT_LT(gap, types.size());
  EXPECT_LT(gap, position(types, "notification.rollback.executed"));
  EXPECT_LT(gap, position(types, "audit.rollback.logged"));
  const auto logged = machine.last<core::RollbackLogged>();
  ASSERT_TRUE(logged);
  EXPECT_GT(logged->tree_size, entries[gap].index);
  // The text that the gap names says who, why and what.
  const auto lines = read_text(machine.last<core::JournalGap>()->lines, machine.disk.content);
  ASSERT_TRUE(lines);
  EXPECT_NE(lines->find("return-traffic"), std::string::npos) << *lines;
  EXPECT_TRUE(machine.disk.emergency.lines.empty());
}

// Goal: docs/engine.md "The emergency path": a store that hangs delays traffic by 250 ms at most;
// when it works again the line is taken in, and only then cleared.
TEST(Emergency, IsTakenIntoTheJournalWhenTheStoreWorksAgain) {
  Machine machine;
  machine.reach_wave(1);
  ASSERT_EQ(machine.serves("pilot-1"), "1.3.0");

  machine.lanes.hold("store");
  ASSERT_TRUE(machine.roll_back(kReason));
  machine.turns(5);
  EXPECT_EQ(machine.serves("pilot-1"), "1.2.0");
  ASSERT_EQ(machine.disk.emergency.lines.size(), 1U);
  EXPECT_NE(machine.disk.emergency.lines.front().find("release-manager-123"), std::string::npos);
  EXPECT_FALSE(machine.has("notification.rollback.initiated"));
  EXPECT_TRUE(machine.reported("ENG-0026"));

  machine.lanes.let_go("store");
  machine.reach(Stage::RolledBack);
  machine.turns(2);
  expect_gap_covered(machine);
}

// Goal: nothing of a rollback waits for a disk: without the old version's capacity traffic is
// returned as soon as that is restored, however long journal, content and emergency file hang.
TEST(Emergency, ReturnsTrafficAfterRestoringCapacityWhileTheStoreHangs) {
  Machine machine;
  machine.reach_wave(1);
  machine.tell(core::OldCapacityChanged{machine.plan.components.front().name, true}, "");
  machine.turn(base::milliseconds(1));  // before the next probe finds it well again
  for (const char* lane : {"store", "content", "emergency"}) machine.lanes.hold(lane);
  ASSERT_TRUE(machine.roll_back(kReason));
  machine.turns(10);
  EXPECT_EQ(machine.serves("pilot-1"), "1.2.0");
  for (const char* lane : {"content", "emergency"}) machine.lanes.let_go(lane);
  machine.turns(2);
  ASSERT_EQ(machine.disk.emergency.lines.size(), 2U);
  EXPECT_NE(machine.disk.emergency.lines.front().find(kReason), std::string::npos);

  machine.lanes.let_go("store");
  machine.reach(Stage::RolledBack);
  machine.turns(2);
  const auto types = machine.types();
  EXPECT_EQ(std::count(types.begin(), types.end(), "audit.journal.gap"), 2);
  expect_gap_covered(machine);
}

// Goal: what follows of a rollback waits no longer than its first decision, by the engine's own
// wakes: it has no guard to keep it awake any more.
TEST(Emergency, ReturnsTrafficInTimeWhenTheStoreHangsInTheMiddleOfARollback) {
  Machine machine;
  machine.reach_wave(1);
  const base::ComponentName component = machine.plan.components.front().name;
  machine.tell(core::OldCapacityChanged{component, true}, "");
  machine.turn(base::milliseconds(1));
  machine.lanes.hold("workload:" + component.str());
  ASSERT_TRUE(machine.roll_back(kReason));
  machine.until("the rollback's entry", [&] { return machine.state().rollback.has_value(); });
  machine.turn();
  ASSERT_EQ(machine.serves("pilot-1"), "1.3.0");
  machine.lanes.hold("store");
  machine.lanes.let_go("workload:" + component.str());
  const base::MonoTime began = machine.clock.mono();
  while (machine.serves("pilot-1") != "1.2.0" && machine.clock.mono() - began < base::minutes(1)) {
    const base::MonoTime wake = machine.engine->step();
    const base::Duration sleeps =
        machine.lanes.ready() ? base::Duration{} : wake - machine.clock.mono();
    machine.clock.advance(std::max(sleeps, base::milliseconds(1)));
  }
  EXPECT_LT(machine.clock.mono() - began, base::milliseconds(600));
  machine.lanes.let_go("store");
  machine.reach(Stage::RolledBack);
  machine.turns(2);
}

TEST(Emergency, SaysSoWhenItsFileCannotBeWrittenAndGoesOn) {
  Machine machine;
  machine.reach_wave(1);
  machine.disk.emergency.broken = true;
  machine.lanes.hold("store");
  ASSERT_TRUE(machine.roll_back(kReason));
  machine.turns(5);
  EXPECT_EQ(machine.serves("pilot-1"), "1.2.0");
  EXPECT_TRUE(machine.reported("JRN-0006"));
  machine.lanes.let_go("store");
  machine.reach(Stage::RolledBack);
  machine.turns(2);
  expect_gap_covered(machine);
}

TEST(Emergency, IsTakenInAfterARestartAndRollsBack) {
  Machine machine;
  machine.reach_wave(1);
  machine.lanes.hold("store");
  ASSERT_TRUE(machine.roll_back(kReason));
  machine.turns(5);
  machine.end();
  ASSERT_EQ(machine.disk.emergency.lines.size(), 1U);
  // What the person gave as reason was not in the content store yet when the process ended.
  EXPECT_NE(machine.disk.emergency.lines.front().find("reason"), std::string::npos);

  machine.lanes.let_go("store");
  machine.start();
  machine.recover();
  machine.reach(Stage::RolledBack);
  machine.turns(2);
  EXPECT_EQ(machine.last<core::RollbackInitiated>()->detail, "journal-gap");
  expect_gap_covered(machine);
}

// Goal: lines are lost to nobody: those of a release that has ended go into its stream, those of
// no release into the installation's own; all are cleared, once all are durable.
TEST(Emergency, TakesInLinesOfEndedAndOfUnknownReleases) {
  Machine machine;
  machine.reach_wave(1);
  ASSERT_TRUE(machine.roll_back(kReason));
  machine.reach(Stage::RolledBack);
  machine.turns(2);
  machine.end();
  const std::string own =
      R"({"kind":"return-traffic","release":")" + machine.plan.release.str() + R"("})";
  machine.disk.emergency.lines = {own, "[1]", R"({"release":7})", R"({"release":"never-begun"})"};

  machine.start();
  machine.recover();
  machine.turns(10);
  const auto types = machine.types();
  EXPECT_GT(position(types, "audit.journal.gap"), position(types, "audit.rollback.logged"));
  ASSERT_LT(position(types, "audit.journal.gap"), types.size());
  EXPECT_EQ(types.back(), "audit.checkpoint.signed");
  EXPECT_EQ(*read_text(machine.last<core::JournalGap>()->lines, machine.disk.content), own + "\n");
  EXPECT_EQ(machine.state().stage, Stage::RolledBack);

  const auto others = *machine.disk.journal.read_stream({}, 0, 10);
  ASSERT_EQ(others.size(), 1U);
  const auto gap = decode(others.front(), machine.disk.content);
  ASSERT_TRUE(gap);
  EXPECT_EQ(std::get<core::JournalGap>(gap->event).count, 3U);
  EXPECT_TRUE(machine.disk.emergency.lines.empty());
}

TEST(Emergency, KeepsTheLinesUntilTheirTextIsStored) {
  Machine machine;
  machine.reach_wave(1);
  ASSERT_TRUE(machine.roll_back(kReason));
  machine.reach(Stage::RolledBack);
  machine.turns(2);
  machine.end();
  machine.disk.emergency.lines = {"a line"};
  machine.lanes.hold("content");
  machine.start();
  machine.recover();
  machine.turns(10);
  EXPECT_EQ(machine.disk.emergency.lines.size(), 1U);
  machine.lanes.let_go("content");
  machine.turns(3);
  EXPECT_TRUE(machine.disk.emergency.lines.empty());
}

// ---- a full disk

// Goal: a person's rollback is never refused for want of space; the reserve makes
// room, and the record is whole in the end.
TEST(FullDisk, StopsNoRollbackOfAPerson) {
  Machine machine;
  machine.reach_wave(1);
  ASSERT_TRUE(machine.disk.state.reserved);
  machine.disk.state.full = true;
  const auto asked = machine.roll_back(kReason);
  ASSERT_TRUE(asked) << asked.error().one_line();
  machine.turns(3);
  EXPECT_EQ(machine.serves("pilot-1"), "1.2.0");
  EXPECT_FALSE(machine.disk.state.reserved);
  EXPECT_TRUE(machine.reported("JRN-0009"));

  machine.reach(Stage::RolledBack);
  machine.until("the reason", [&] { return machine.engine->quiet(); });
  const auto initiated = machine.last<core::RollbackInitiated>();
  ASSERT_TRUE(initiated && initiated->reason);
  EXPECT_EQ(*read_text(*initiated->reason, machine.disk.content), kReason);
  expect_gap_covered(machine);
}

TEST(FullDisk, StopsNoRollbackOfTheGuard) {
  Machine machine;
  machine.reach_wave(1);
  machine.disk.state.full = true;
  machine.errors = 5;
  machine.until("the old version", [&] { return machine.serves("pilot-1") == "1.2.0"; });
  machine.reach(Stage::RolledBack);
  machine.turns(2);
  EXPECT_EQ(machine.last<core::RollbackInitiated>()->detail, "error-rate");
  expect_gap_covered(machine);
}

TEST(FullDisk, LetsNoReleaseBeginWithoutItsReserve) {
  Machine machine;
  machine.disk.state.full = true;
  const auto begun = machine.begin();
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().id, "JRN-0009");
  EXPECT_TRUE(machine.entries().empty());
}

TEST(FullDisk, SetsTheReserveAsideAnewAfterTheEnd) {
  Machine machine;
  machine.reach_wave(1);
  machine.disk.state.full = true;
  ASSERT_TRUE(machine.roll_back(kReason));
  machine.until("room", [&] { return !machine.disk.state.reserved; });
  machine.disk.state.full = false;
  machine.reach(Stage::RolledBack);
  machine.turns(2);
  EXPECT_TRUE(machine.disk.state.reserved);
}

}  // namespace
}  // namespace stellwerk::engine
