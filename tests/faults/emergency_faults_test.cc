// The emergency log when clearing it fails: what is recorded afterwards must be found again.
#include <gtest/gtest.h>

#include <cerrno>

#include "adapters/sqlite/emergency_log.h"
#include "faults/fault_disk.h"
#include "faults/memory_folder.h"

namespace stellwerk::faults {
namespace {

using adapters::EmergencyLog;
using Lines = std::vector<std::string>;
constexpr std::size_t kBytes = std::size_t{4} << 10;

/// How many calls come before the clear() of a log with two lines, and after it.
struct Calls {
  std::size_t before = 0;
  std::size_t after = 0;
};

/// Records, clears (where `fault` may happen), and records again. @return the lines after that
Lines lines_after(const std::string& path, FaultDisk& disk, Calls& calls) {
  auto log = EmergencyLog::open(path, kBytes).value();
  EXPECT_TRUE(log.append("traffic at 0"));
  EXPECT_TRUE(log.append("lease revoked"));
  calls.before = disk.calls().size();
  static_cast<void>(log.clear());
  calls.after = disk.calls().size();
  disk.thaw();
  EXPECT_TRUE(log.append("the next rollback"));
  const auto lines = log.read()->lines;
  EXPECT_EQ(EmergencyLog::open(path, kBytes)->read()->lines, lines);
  return lines;
}

TEST(EmergencyLogFaults, ALineAfterAFailedClearIsFound) {
  Calls calls;
  {
    const MemoryFolder folder;
    FaultDisk disk(folder.path());
    EXPECT_EQ(lines_after(folder.path() + "/log", disk, calls), Lines{"the next rollback"});
  }
  ASSERT_GT(calls.after, calls.before);
  for (std::size_t i = calls.before; i < calls.after; ++i) {
    const MemoryFolder folder;
    FaultDisk disk(folder.path());
    disk.plan({.call = i, .error = EIO});
    Calls ignored;
    EXPECT_EQ(lines_after(folder.path() + "/log", disk, ignored), Lines{"the next rollback"})
        << disk.calls().at(i);
  }
}

TEST(EmergencyLogFaults, ALogThatWasNotMadeWholeIsMadeAnew) {
  // Each call of making it fails, and the process ends there: the next one has all its space.
  for (std::size_t i = 0;; ++i) {
    const MemoryFolder folder;
    FaultDisk disk(folder.path());
    disk.plan({.call = i, .error = ENOSPC});
    const std::string path = folder.path() + "/log";
    const bool made = EmergencyLog::open(path, kBytes).has_value();
    if (made && disk.calls().size() <= i) break;
    disk.thaw();
    auto log = EmergencyLog::open(path, kBytes);
    ASSERT_TRUE(log) << log.error().one_line();
    EXPECT_TRUE(log->append("traffic at 0"));
    EXPECT_EQ(Image::of(folder.path()).files.at("log").size(), kBytes);
  }
}

}  // namespace
}  // namespace stellwerk::faults
