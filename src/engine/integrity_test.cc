// The journal is checked at gates and as long as a new version may take traffic.
#include "engine/integrity.h"

#include <gtest/gtest.h>

#include "engine/testing/machine.h"

namespace stellwerk::engine {
namespace {

using core::Stage;
using testing::Machine;

constexpr std::uint64_t kOldEntry = 2;

void alter(Machine& machine, std::uint64_t index) {
  auto entry = machine.disk.journal.stored.read(index, 1);
  machine.disk.journal.stored.tamper(index, entry->front().bytes + " ");
}

// Goal: the runbook's table: a failed integrity check stops and rolls back, at any time of a wave,
// and whichever entry was altered.
TEST(Integrity, StopsAndRollsBackWhenAnOldEntryWasAltered) {
  Machine machine;
  machine.reach_wave(2);
  const std::string before = machine.disk.journal.stored.read(kOldEntry, 1)->front().bytes;
  alter(machine, kOldEntry);
  machine.until("the old version", [&] { return machine.serves("pilot-1") == "1.2.0"; });
  EXPECT_TRUE(machine.reported("ENG-0035"));
  ASSERT_TRUE(machine.state().verdict);
  EXPECT_EQ(machine.state().verdict->action, core::Action::StopAndRollback);
  EXPECT_EQ(machine.state().verdict->cause, core::Cause::Integrity);

  machine.disk.journal.stored.tamper(kOldEntry, before);  // mended: nothing is taken back
  machine.reach(Stage::RolledBack);
  EXPECT_EQ(machine.last<core::RollbackInitiated>()->detail, "integrity");
}

TEST(Integrity, ChecksWhileTheGuardIsArmedAndNotBefore) {
  Machine machine;
  machine.attended = false;
  ASSERT_TRUE(machine.begin());
  machine.turns(100);
  EXPECT_EQ(machine.disk.journal.checks, 0);
  machine.attended = true;
  machine.reach_wave(1);
  const int before = machine.disk.journal.checks;
  EXPECT_GE(before, 2);  // two gates
  machine.turns(80);     // 16 s
  EXPECT_GE(machine.disk.journal.checks, before + 2);
}

/// Entries of a release that has ended long ago.
void fill(Machine& machine, std::uint64_t batches) {
  constexpr std::uint64_t kEach = ports::kAppendEntriesMax;
  for (std::uint64_t i = 0; i < batches; ++i) {
    ports::AppendRequest request{base::ReleaseId("rel-2019-01-001"), i * kEach, {}, true};
    for (std::uint64_t n = 0; n < kEach; ++n) request.entries.push_back({"x", "{\"n\":", "}"});
    ASSERT_TRUE(machine.disk.journal.stored.append({request}, {}));
  }
}

// Goal: between rollout steps a check costs what is new, however long the journal is; the first
// one of a process reads all of it, and lets the writer in between.
TEST(Integrity, CostsWhatIsNew) {
  Machine machine;
  fill(machine, 25);
  machine.reach_wave(1);
  auto& journal = machine.disk.journal;
  EXPECT_GE(journal.verified, 25'000U);
  EXPECT_LE(journal.verified_at_once, 10'000U);
  const std::uint64_t before = journal.verified;
  const int checks = journal.checks;
  const std::uint64_t size = journal.stored.head()->size;
  machine.reach_wave(2);
  const auto added = journal.stored.head()->size - size;
  const auto made = static_cast<std::uint64_t>(journal.checks - checks);
  EXPECT_GE(made, 4U);
  // Each check recomputes what is new, and a thousand old entries; the first one what had come
  // since the one before.
  constexpr std::uint64_t kSinceBefore = 100;
  EXPECT_LE(journal.verified - before, kSinceBefore + added + made / 2 * 1'000);
}

// Goal: an entry of a release that ended long ago is found while another is rolled out, too.
TEST(Integrity, FindsAnAlteredEntryOfAnEndedReleaseInTime) {
  Machine machine;
  fill(machine, 8);
  machine.reach_wave(1);
  alter(machine, 7'000);
  machine.replays = false;
  machine.until("the old version", [&] { return machine.serves("pilot-1") == "1.2.0"; });
  EXPECT_TRUE(machine.reported("ENG-0035"));
}

class Gate : public ::testing::TestWithParam<Stage> {};

// Goal: a gate whose check failed does not pass; without traffic the release ends there.
TEST_P(Gate, StaysClosedWhenItsCheckFails) {
  Machine machine;
  machine.attended = false;
  ASSERT_TRUE(machine.begin());
  machine.turns(3);
  if (GetParam() == Stage::PreChecking) {
    machine.attended = true;
    machine.reach(Stage::Announced);
  }
  alter(machine, kOldEntry);
  machine.replays = false;
  machine.attended = true;
  machine.reach(Stage::Failed);
  EXPECT_FALSE(machine.has("scheduler.release.started"));
  EXPECT_EQ(machine.has("notification.maintenance.scheduled"), GetParam() == Stage::PreChecking);
  EXPECT_EQ(machine.last<core::CancelStarted>()->detail, "integrity");
}

INSTANTIATE_TEST_SUITE_P(Of, Gate, ::testing::Values(Stage::Preparing, Stage::PreChecking),
                         [](const auto& each) {
                           return each.param == Stage::Preparing ? "preparation" : "precheck";
                         });

// Goal: what could not be checked is no failure, and no success either.
TEST(Integrity, ThatCannotBeCheckedClosesGatesButStopsNothing) {
  Machine machine;
  machine.disk.state.unreadable = true;
  ASSERT_TRUE(machine.begin());
  machine.turns(100);
  EXPECT_EQ(machine.state().stage, Stage::Preparing);
  EXPECT_FALSE(machine.has("notification.maintenance.scheduled"));
  machine.disk.state.unreadable = false;
  machine.reach_wave(1);

  machine.disk.state.unreadable = true;
  machine.turns(60);
  EXPECT_EQ(machine.state().stage, Stage::Holding);
  EXPECT_EQ(machine.state().verdict->action, core::Action::Continue);
  EXPECT_TRUE(machine.reported("JRN-0002"));
}

}  // namespace
}  // namespace stellwerk::engine
