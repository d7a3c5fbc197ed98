// The journal without the stores beside it, whose syncs of the data folder would help it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "adapters/sqlite/data_folder_lock.h"
#include "adapters/sqlite/sqlite_journal.h"
#include "faults/expected.h"
#include "faults/fault_disk.h"
#include "faults/memory_folder.h"
#include "faults/power_loss.h"

namespace stellwerk::faults {
namespace {

/// A journal with one commit, closed.
Image begun_journal() {
  const MemoryFolder folder;
  const FaultDisk without_syncing(folder.path());
  {
    const auto lock = adapters::DataFolderLock::acquire(folder.path(), {}).value();
    const auto journal = adapters::SqliteJournal::open(lock).value();
    journal->append(requests_of(0), {.deadline = {INT64_MAX}, .stop = {}}).value();
  }
  return Image::of(folder.path());
}

/// What is left of a journal whose process ended without closing it, when the power fails.
Image left_by(const FaultDisk& disk) {
  PowerLoss power;
  PowerLoss::Chance chance;
  std::size_t appended = 0;  // closing begins by copying the log into the database
  const auto& recording = disk.recording();
  for (std::size_t i = 0; i < recording.size(); ++i) {
    if (recording[i].kind == Operation::Kind::Mark) appended = i;
  }
  for (std::size_t i = 0; i < appended; ++i) power.apply(recording[i], chance);
  return power.image(Survival::Nothing, chance);
}

TEST(JournalAlone, KeepsItsLogWhenTheFolderCouldNotBeSynced) {
  const MemoryFolder folder;
  const Image begun = begun_journal();
  const ports::Call call{.deadline = {INT64_MAX}, .stop = {}};
  for (std::size_t i = 0, calls = 1; i < calls; ++i) {
    Image left;
    std::uint64_t acknowledged = 0;
    {
      FaultDisk disk(folder.path(), begun);
      const auto lock = adapters::DataFolderLock::acquire(folder.path(), {}).value();
      const auto journal = adapters::SqliteJournal::open(lock).value();
      const auto opened = disk.calls().size();
      disk.plan({.call = opened + i, .error = EIO});
      const auto size = journal->head().value().size;
      const bool done = journal->append(requests_of(size), call).has_value();
      acknowledged = done ? end_of(size) : size;
      calls = std::max(calls, disk.calls().size() - opened);
      disk.mark(0);
      left = left_by(disk);
    }
    const FaultDisk disk(folder.path(), left);
    const auto lock = adapters::DataFolderLock::acquire(folder.path(), {}).value();
    const auto journal = adapters::SqliteJournal::open(lock);
    ASSERT_TRUE(journal) << i << ": " << journal.error().one_line();
    EXPECT_GE((*journal)->head()->size, acknowledged) << i;
  }
}

}  // namespace
}  // namespace stellwerk::faults
