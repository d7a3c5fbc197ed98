// Each file system call of the stores fails, one after the other: what is answered is true, nothing
// that was promised is lost, and the stores go on when the disk does.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "faults/fault_disk.h"
#include "faults/faulty_life.h"
#include "faults/memory_folder.h"
#include "faults/store_life.h"

namespace stellwerk::faults {
namespace {

const Recorded& recorded() {
  static const Recorded made = [] {
    const MemoryFolder folder;
    StoreLife life(folder.path());
    const FaultDisk without_syncing(folder.path());
    life.live(nullptr);
    return Recorded{Image::of(folder.path()), life.now()};
  }();
  return made;
}

void begin(FaultyLife& faulty) { faulty.life().begin(&faulty.disk()); }
void live_on(FaultyLife& faulty) { faulty.life().live_on(&faulty.disk()); }

bool takes_space(CallKind kind, const std::string&) {
  return kind == CallKind::Open || kind == CallKind::Write || kind == CallKind::Resize ||
         kind == CallKind::Name || kind == CallKind::Sync;
}

TEST(FailingCalls, AreAnsweredTrulyInANewFolder) {
  fail_each_call({}, begin, {.error = EIO}, every_call);
}

TEST(FailingCalls, AreAnsweredTruly) {
  fail_each_call(recorded(), live_on, {.error = EIO}, every_call);
}

TEST(FailingCalls, AreAnsweredTrulyWhenTheDiskIsFull) {
  fail_each_call(recorded(), live_on, {.error = ENOSPC}, takes_space);
}

TEST(FailingCalls, AreAnsweredTrulyWhenHalfOfAWriteIsDone) {
  fail_each_call(recorded(), live_on, {.error = ENOSPC, .partly = true}, is_write);
}

TEST(FailingCalls, AreAnsweredTrulyWhenAllThatFollowFailToo) {
  fail_each_call(recorded(), live_on, {.error = EIO, .lasting = true}, every_call, 3);
}

/// What is wrong with what a reader is told: it may not be able to read, and must say so.
std::string reader_problem(const std::string& folder, const Promise& promise) {
  const auto honest = [](const base::Error& error) {
    return error.code == base::Code::Unavailable ? "" : "a reader is told " + error.one_line();
  };
  const auto reader = adapters::SqliteJournal::open_reader(folder);
  if (!reader) return honest(reader.error());
  const auto verified = (*reader)->verify(std::nullopt);
  if (!verified) return honest(verified.error());
  const auto streams = (*reader)->streams(true);
  if (!streams) return honest(streams.error());
  const auto entries = (*reader)->read(0, SIZE_MAX);
  if (!entries) return honest(entries.error());
  return entries->size() == promise.entries ? "" : "a reader finds less than there is";
}

TEST(FailingCalls, AreNotTakenForDamageOrForNoJournalByAReader) {
  std::size_t calls = 1;
  for (std::size_t i = 0; i < calls; ++i) {
    const MemoryFolder folder;
    FaultDisk disk(folder.path(), recorded().image);
    if (i > 0) disk.plan({.call = i - 1, .error = EIO});
    EXPECT_EQ(reader_problem(folder.path(), recorded().promise), "") << i;
    if (i == 0) calls = disk.calls().size() + 1;
  }
  EXPECT_GT(calls, 20U);
}

TEST(FailingCalls, LeaveNothingBehindThatAPowerLossWouldTakeAway) {
  // After a failed sync the kernel takes for written what is not: nothing may rest on it.
  lose_power_after_failures(recorded(), live_on, is_sync, 60);
}

TEST(FailingCalls, LeaveNothingBehindInANewFolderThatAPowerLossWouldTakeAway) {
  lose_power_after_failures({}, begin, is_sync, 60);
}

TEST(FailingCalls, LeaveNothingBehindToTheNextProcessThatAPowerLossWouldTakeAway) {
  // The next process finds in memory what a failed sync has not brought to the disk.
  lose_power_after_failures(
      recorded(), [](FaultyLife& faulty) { faulty.life().live_on_in_two_processes(faulty.disk()); },
      is_sync, 120);
}

}  // namespace
}  // namespace stellwerk::faults
