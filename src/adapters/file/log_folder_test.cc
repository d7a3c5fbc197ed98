// The published log's folder: whole files, nothing outside it, errors that say which file.
#include "adapters/file/log_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/testing/temporary_folder.h"

namespace stellwerk::adapters {
namespace {

TEST(LogFolder, GivesBackWhatWasWritten) {
  const base::testing::TemporaryFolder folder;
  LogFolder log(folder / "log");
  ASSERT_TRUE(log.write("tile/0/x001/067.p/17", "hashes"));
  ASSERT_TRUE(log.write("checkpoint", "first"));
  ASSERT_TRUE(log.write("checkpoint", "second"));
  ASSERT_TRUE(log.sync());
  EXPECT_EQ(log.read("tile/0/x001/067.p/17").value(), "hashes");
  EXPECT_EQ(log.read("checkpoint").value(), "second");
  struct stat status{};
  ASSERT_EQ(::stat((folder / "log/checkpoint").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(LogFolder, SaysWhichFileIsNotThere) {
  const base::testing::TemporaryFolder folder;
  const auto missing = LogFolder(folder / "log").read("tile/0/000");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, base::Code::NotFound);
  EXPECT_EQ(missing.error().id, "AUD-0040");
}

TEST(LogFolder, RemovesAFolderOrNothing) {
  const base::testing::TemporaryFolder folder;
  LogFolder log(folder / "log");
  ASSERT_TRUE(log.write("tile/0/000.p/1", "a"));
  ASSERT_TRUE(log.write("tile/0/000.p/2", "ab"));
  ASSERT_TRUE(log.write("tile/0/000", "abc"));
  ASSERT_TRUE(log.remove_folder("tile/0/000.p"));
  ASSERT_TRUE(log.remove_folder("tile/0/000.p"));
  EXPECT_FALSE(log.read("tile/0/000.p/1"));
  EXPECT_TRUE(log.read("tile/0/000"));
}

// Goal: no path leads out of the folder, whoever gives it.
TEST(LogFolder, RefusesPathsThatLeadElsewhere) {
  const base::testing::TemporaryFolder folder;
  LogFolder log(folder / "log");
  for (const char* path : {"", "/etc/passwd", "../x", "tile/../../x", "tile//0", "tile/", ".hidden",
                           "tile/.x", "Tile/0", "a b", "tile/0\n"}) {
    EXPECT_EQ(log.write(path, "x").error().code, base::Code::InvalidArgument) << path;
    EXPECT_EQ(log.read(path).error().code, base::Code::InvalidArgument) << path;
  }
}

TEST(LogFolder, LeavesTheFileAsItWasWhenItCannotBeReplaced) {
  const base::testing::TemporaryFolder folder;
  LogFolder log(folder / "log");
  ASSERT_TRUE(log.write("tile/0/000", "whole"));
  const auto refused = log.write("tile/0/000/sub", "x");  // a file stands where a folder should be
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "AUD-0041");
  EXPECT_EQ(log.read("tile/0/000").value(), "whole");
}

}  // namespace
}  // namespace stellwerk::adapters
