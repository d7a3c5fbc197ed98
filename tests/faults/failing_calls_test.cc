// Each file system call of the stores fails, one after the other: what is answered is true, nothing
// that was promised is lost, and the stores go on when the disk does.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "faults/fault_disk.h"
#include "faults/memory_folder.h"
#include "faults/store_life.h"
#include "faults/trials.h"

namespace stellwerk::faults {
namespace {

/// A folder in which the stores have recorded a while, and what they promised.
struct Recorded {
  Image image;
  Promise promise;
};

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

/// A life with one fault, where it happens in it.
class FaultyLife {
 public:
  FaultyLife(const Image& image, Promise promise)
      : disk_(folder_.path(), image), life_(folder_.path(), std::move(promise)) {}

  FaultDisk& disk() { return disk_; }
  StoreLife& life() { return life_; }
  [[nodiscard]] std::string name_of(std::size_t call) const { return disk_.calls().at(call); }
  /// What is wrong with the life, and with what it leaves behind.
  std::string problem() {
    disk_.thaw();
    if (!life_.complaint().empty()) return life_.complaint();
    return check_stores(folder_.path(), life_.now());
  }

 private:
  MemoryFolder folder_;
  FaultDisk disk_;
  StoreLife life_;
};

/// Lives once for each call that `concerns` the fault (or each `step`th of them), which fails.
template <class Live, class Concerns>
void fail_each_call(const Recorded& before, Live live, const Fault& fault, Concerns concerns,
                    std::size_t step = 1) {
  std::vector<CallKind> kinds;
  {
    FaultyLife calm(before.image, before.promise);
    live(calm);
    ASSERT_EQ(calm.life().errors(), 0U) << calm.life().complaint();
    kinds = calm.disk().kinds();
  }
  std::size_t failed = 0;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (!concerns(kinds[i]) || (i + Rounds::seed()) % step != 0) continue;
    FaultyLife faulty(before.image, before.promise);
    Fault here = fault;
    here.call = i;
    faulty.disk().plan(here);
    live(faulty);
    ++failed;
    EXPECT_EQ(faulty.problem(), "")
        << "call " << i << ", " << faulty.name_of(i) << ": " << std::strerror(fault.error);
  }
  std::printf("%zu calls, %zu of them failed in turn\n", kinds.size(), failed);
}

void begin(FaultyLife& faulty) { faulty.life().begin(&faulty.disk()); }
void live_on(FaultyLife& faulty) { faulty.life().live_on(&faulty.disk()); }

bool every(CallKind) { return true; }
bool takes_space(CallKind kind) {
  return kind == CallKind::Open || kind == CallKind::Write || kind == CallKind::Resize ||
         kind == CallKind::Name || kind == CallKind::Sync;
}
bool is_write(CallKind kind) { return kind == CallKind::Write; }

TEST(FailingCalls, AreAnsweredTrulyInANewFolder) {
  fail_each_call({}, begin, {.error = EIO}, every);
}

TEST(FailingCalls, AreAnsweredTruly) { fail_each_call(recorded(), live_on, {.error = EIO}, every); }

TEST(FailingCalls, AreAnsweredTrulyWhenTheDiskIsFull) {
  fail_each_call(recorded(), live_on, {.error = ENOSPC}, takes_space);
}

TEST(FailingCalls, AreAnsweredTrulyWhenHalfOfAWriteIsDone) {
  fail_each_call(recorded(), live_on, {.error = ENOSPC, .partly = true}, is_write);
}

TEST(FailingCalls, AreAnsweredTrulyWhenAllThatFollowFailToo) {
  fail_each_call(recorded(), live_on, {.error = EIO, .lasting = true}, every, 3);
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

/// Lives once for each sync, which fails, and lets the power fail at some points of each: every
/// `step`th, beginning elsewhere for each sync.
template <class Live>
void lose_power_after_failed_syncs(const Recorded& before, Live live, std::size_t step) {
  std::vector<CallKind> kinds;
  {
    FaultyLife calm(before.image, before.promise);
    live(calm);
    kinds = calm.disk().kinds();
  }
  std::size_t disks = 0;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] != CallKind::Sync) continue;
    auto faulty = std::make_unique<FaultyLife>(before.image, before.promise);
    faulty->disk().plan({.call = i, .error = EIO});
    live(*faulty);
    const std::string name = faulty->name_of(i);
    const auto recording = faulty->disk().recording();
    const std::size_t first = faulty->disk().first();
    Trials trials(faulty->life().promises());
    faulty.reset();  // there is one watched folder at a time
    trials.cut_everywhere(recording, first + (i + Rounds::seed()) % step, step);
    disks += trials.count();
    if (::testing::Test::HasFailure()) FAIL() << "after a failed " << name << ", call " << i;
  }
  std::printf("%zu disks, %s\n", disks, Rounds::text().c_str());
}

TEST(FailingCalls, LeaveNothingBehindThatAPowerLossWouldTakeAway) {
  // After a failed sync the kernel takes for written what is not: nothing may rest on it.
  lose_power_after_failed_syncs(recorded(), live_on, 60);
}

TEST(FailingCalls, LeaveNothingBehindInANewFolderThatAPowerLossWouldTakeAway) {
  lose_power_after_failed_syncs({}, begin, 60);
}

TEST(FailingCalls, LeaveNothingBehindToTheNextProcessThatAPowerLossWouldTakeAway) {
  // The next process finds in memory what a failed sync has not brought to the disk.
  lose_power_after_failed_syncs(
      recorded(), [](FaultyLife& faulty) { faulty.life().live_on_in_two_processes(faulty.disk()); },
      120);
}

}  // namespace
}  // namespace stellwerk::faults
