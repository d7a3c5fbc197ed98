#include "adapters/sqlite/data_folder_lock.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/sqlite/testing/journal_folder.h"

namespace stellwerk::adapters {
namespace {

using testing::JournalFolder;

TEST(DataFolderLock, IsHeldByOneAtATimeAndNamesItsHolder) {
  const JournalFolder folder;
  const auto now = base::parse_rfc3339("2025-10-15T20:00:00Z").value();
  EXPECT_FALSE(DataFolderLock::holder(folder.path()).value());
  {
    const auto lock = DataFolderLock::acquire(folder.path(), now);
    ASSERT_TRUE(lock) << lock.error().one_line();
    const auto second = DataFolderLock::acquire(folder.path(), now);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().id, "JRN-0005");
    EXPECT_EQ(second.error().code, base::Code::Conflict);
    EXPECT_NE(second.error().why.find(std::to_string(::getpid())), std::string::npos);
    EXPECT_NE(second.error().why.find("2025-10-15T20:00:00.000Z"), std::string::npos);
    const auto holder = DataFolderLock::holder(folder.path()).value();
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->pid, ::getpid());
    EXPECT_EQ(holder->started, "2025-10-15T20:00:00.000Z");
  }
  EXPECT_FALSE(DataFolderLock::holder(folder.path()).value());
  EXPECT_TRUE(DataFolderLock::acquire(folder.path(), now));
}

TEST(DataFolderLock, EndsWithItsProcess) {
  const JournalFolder folder;
  int held[2];
  ASSERT_EQ(::pipe(held), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = DataFolderLock::acquire(folder.path(), {});
    const char answer = lock ? 'y' : 'n';
    if (::write(held[1], &answer, 1) == 1) ::pause();
    ::_exit(1);
  }
  char answer = 0;
  ASSERT_EQ(::read(held[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  EXPECT_EQ(DataFolderLock::holder(folder.path()).value()->pid, child);
  EXPECT_FALSE(DataFolderLock::acquire(folder.path(), {}));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(DataFolderLock::acquire(folder.path(), {}));
  ::close(held[0]);
  ::close(held[1]);
}

TEST(DataFolderLock, MakesTheFolderForItsOwnerOnly) {
  const JournalFolder folder;
  const auto data = folder.path() / "data";
  ASSERT_TRUE(DataFolderLock::acquire(data, {}));
  EXPECT_EQ(std::filesystem::status(data).permissions(), std::filesystem::perms(0700));
}

TEST(DataFolderLock, RefusesAFolderThatCannotBe) {
  const JournalFolder folder;
  EXPECT_EQ(DataFolderLock::acquire(folder.path() / "a" / "b", {}).error().id, "JRN-0002");
  EXPECT_EQ(DataFolderLock::acquire("/dev/null", {}).error().id, "JRN-0002");
}

TEST(DataFolderLock, RefusesAFolderThatOthersMayWriteTo) {
  const JournalFolder folder;
  for (const mode_t mode : {0777U, 0770U, 0702U}) {
    const auto data = folder.path() / std::to_string(mode);
    ASSERT_EQ(::mkdir(data.c_str(), mode), 0);
    ASSERT_EQ(::chmod(data.c_str(), mode), 0);
    EXPECT_EQ(DataFolderLock::acquire(data, {}).error().id, "JRN-0010") << mode;
    EXPECT_TRUE(std::filesystem::is_empty(data)) << "nothing is made in it";
  }
  const auto data = folder.path() / "good";
  ASSERT_EQ(::mkdir(data.c_str(), 0755), 0);
  EXPECT_TRUE(DataFolderLock::acquire(data, {}));
}

}  // namespace
}  // namespace stellwerk::adapters
