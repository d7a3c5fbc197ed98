#include "adapters/sqlite/sqlite_journal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "adapters/sqlite/testing/journal_folder.h"

namespace stellwerk::adapters {
namespace {

namespace fs = std::filesystem;
using testing::ample_time;
using testing::batch;
using testing::JournalFolder;

/// While it lives, no file of this process grows beyond `size_bytes`: a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t size_bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = size_bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(SqliteJournal, KeepsItsFilesToItsOwner) {
  JournalFolder folder;
  folder.open().value()->append({batch("rel-1", 0)}, ample_time()).value();
  for (const auto& file : fs::directory_iterator(folder.path())) {
    EXPECT_EQ(file.status().permissions(), fs::perms(0600)) << file.path();
  }
}

TEST(SqliteJournal, IsRefusedToASecondWriter) {
  JournalFolder folder;
  folder.open().value();
  const auto second = DataFolderLock::acquire(folder.path(), {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().id, "JRN-0005");
}

TEST(SqliteJournal, IsReadBesideItsWriter) {
  JournalFolder folder;
  auto* writer = folder.open().value();
  writer->append({batch("rel-1", 0, 3)}, ample_time()).value();
  const auto reader = SqliteJournal::open_reader(folder.path());
  ASSERT_TRUE(reader) << reader.error().one_line();
  EXPECT_EQ((*reader)->read(0, 10)->size(), 3U);
  writer->append({batch("rel-1", 3, 2)}, ample_time()).value();
  EXPECT_EQ((*reader)->read(0, 10)->size(), 5U);
  EXPECT_EQ((*reader)->head().value(), writer->head().value());
  EXPECT_EQ((*reader)->verify(std::nullopt).value(), writer->head().value());
  EXPECT_EQ((*reader)->streams(true)->size(), 1U);
}

TEST(SqliteJournal, IsReadWhenNobodyWrites) {
  JournalFolder folder;
  folder.fill(5);
  const auto reader = SqliteJournal::open_reader(folder.path());
  ASSERT_TRUE(reader) << reader.error().one_line();
  EXPECT_EQ((*reader)->verify(std::nullopt)->size, 5U);
}

TEST(SqliteJournal, IsNeverTakenForDamagedByAReaderWhileItGrows) {
  JournalFolder folder;
  auto* writer = folder.open().value();
  std::jthread growing([&](const std::stop_token& stop) {
    for (std::uint64_t version = 0; !stop.stop_requested(); ++version) {
      writer->append({batch("rel-1", version)}, ample_time()).value();
    }
  });
  for (int i = 0; i < 50; ++i) {
    const auto reader = SqliteJournal::open_reader(folder.path());
    ASSERT_TRUE(reader) << reader.error().one_line();
    const auto verified = (*reader)->verify(std::nullopt);
    ASSERT_TRUE(verified) << verified.error().one_line();
  }
}

TEST(SqliteJournal, OpenedForReadingRefusesToWrite) {
  JournalFolder folder;
  folder.fill(1);
  const auto reader = SqliteJournal::open_reader(folder.path());
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->append({batch("rel-1", 1)}, ample_time()).error().id, "JRN-0005");
  EXPECT_EQ((*reader)->put_note("a", "b").error().id, "JRN-0005");
}

TEST(SqliteJournal, IsNotMadeByAReader) {
  JournalFolder folder;
  EXPECT_EQ(SqliteJournal::open_reader(folder.path()).error().id, "JRN-0007");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

/// Another user than root, who may do everything, while it lives.
class AsNobody {
 public:
  AsNobody() : was_(::geteuid()) {
    if (was_ == 0 && ::seteuid(65534) != 0) std::abort();
  }
  ~AsNobody() {
    if (::seteuid(was_) != 0) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  uid_t was_;
};

TEST(SqliteJournal, ThatMayNotBeReadIsNotTakenForNone) {
  JournalFolder folder;
  folder.fill(1);
  fs::permissions(folder.path(), fs::perms::none);
  std::string id;
  {
    const AsNobody nobody;
    id = SqliteJournal::open_reader(folder.path()).error().id;
  }
  fs::permissions(folder.path(), fs::perms::owner_all);
  EXPECT_EQ(id, "JRN-0008");
}

TEST(SqliteJournal, OfANewerVersionIsRefusedAsSuch) {
  JournalFolder folder;
  folder.fill(1);
  folder.run_sql("PRAGMA user_version = 3");
  EXPECT_EQ(folder.open_error().id, "AUD-0004");
  EXPECT_EQ(SqliteJournal::open_reader(folder.path()).error().id, "AUD-0004");
}

TEST(SqliteJournal, OfTheFirstVersionHasNoChecksAndGoesOn) {
  JournalFolder folder;
  auto* journal = folder.open().value();
  journal->append({batch("rel-1", 0, 3), batch("rel-2", 0)}, ample_time()).value();
  ASSERT_TRUE(journal->put_note("cursor", "3"));
  folder.close();
  folder.run_sql("UPDATE streams SET last_type = substr(last_type, 1, length(last_type) - 17)");
  folder.run_sql("UPDATE notes SET value = '3'");
  folder.run_sql("PRAGMA user_version = 1");
  EXPECT_EQ(SqliteJournal::open_reader(folder.path()).value()->streams(true)->size(), 2U);
  journal = folder.open().value();
  EXPECT_EQ(journal->streams(true)->front().last_type, "stellwerk.entry.made");
  EXPECT_EQ(journal->get_note("cursor").value(), "3");
  EXPECT_TRUE(journal->append({batch("rel-1", 3)}, ample_time()));
  EXPECT_EQ(journal->verify(std::nullopt)->size, 5U);
}

TEST(SqliteJournal, RefusesTheDatabaseOfAnotherProgram) {
  JournalFolder folder;
  folder.run_sql("CREATE TABLE t(x)");
  EXPECT_EQ(folder.open_error().id, "JRN-0003");
}

TEST(SqliteJournal, WritesNothingAfterTheDeadlineOrAStop) {
  JournalFolder folder;
  auto* journal = folder.open().value();
  EXPECT_EQ(journal->append({batch("rel-1", 0)}, {.deadline = {1}, .stop = {}}).error().id,
            "JRN-0002");
  const auto call = ample_time();
  call.stop.stop();
  const auto stopped = journal->append({batch("rel-1", 0)}, call);
  EXPECT_EQ(stopped.error().id, "JRN-0002");
  EXPECT_EQ(stopped.error().code, base::Code::Unavailable);
  EXPECT_EQ(journal->head()->size, 0U);
}

TEST(SqliteJournal, GivesUpAtTheDeadlineWhenAnotherProgramLocksIt) {
  JournalFolder folder;
  auto* journal = folder.open().value();
  auto other = sqlite::Database::open(folder.database(), sqlite::Database::Access::ReadWrite);
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
  const ports::Call call{.deadline = sqlite::boot_time() + base::milliseconds(30), .stop = {}};
  const auto refused = journal->append({batch("rel-1", 0)}, call);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "JRN-0002");
  ASSERT_TRUE(other->run("ROLLBACK"));
  EXPECT_TRUE(journal->append({batch("rel-1", 0)}, ample_time()));
}

TEST(SqliteJournal, WritesNothingOnAFullDiskAndGoesOnWhenThereIsSpaceAgain) {
  JournalFolder folder;
  auto* journal = folder.open().value();
  journal->append({batch("rel-1", 0, 10)}, ample_time()).value();
  const auto before = journal->head().value();
  {
    const FullDisk full(fs::file_size(folder.log()));
    for (int i = 0; i < 3; ++i) {
      const auto refused = journal->append({batch("rel-1", 10, 200)}, ample_time());
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().id, "JRN-0002");
      EXPECT_EQ(refused.error().code, base::Code::Unavailable) << refused.error().one_line();
    }
    EXPECT_EQ(journal->head().value(), before);
    EXPECT_EQ(journal->read(0, 100)->size(), 10U);
  }
  EXPECT_TRUE(journal->append({batch("rel-1", 10, 200)}, ample_time()));
  EXPECT_EQ(journal->verify(std::nullopt)->size, 210U);
  folder.kill();
  EXPECT_EQ(folder.open_error().id, "");
}

TEST(SqliteJournal, ReadsBackWhenItIsNotKnownWhatWasWritten) {
  // The head file cannot be written while the database can: the commit is there, the record is not.
  JournalFolder folder;
  auto* journal = folder.open().value();
  journal->append({batch("rel-1", 0, 10)}, ample_time()).value();
  folder.spoil_open_head();
  const auto unknown = journal->append({batch("rel-1", 10)}, ample_time());
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, base::Code::OutcomeUnknown) << unknown.error().one_line();
  EXPECT_EQ(journal->head()->size, 11U);
  EXPECT_EQ(journal->append({batch("rel-1", 10)}, ample_time()).error().id, "JRN-0001");
  EXPECT_TRUE(journal->append({batch("rel-1", 11)}, ample_time()));
}

/// Whether some process holds a lock on the file; asked by another one, for whoever closes a file
/// drops the locks of its own process.
bool is_locked(const fs::path& file) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int opened = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    struct flock wanted{
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0};
    const bool asked = opened >= 0 && ::fcntl(opened, F_GETLK, &wanted) == 0;
    ::_exit(asked && wanted.l_type != F_UNLCK ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Goal: to read back a journal that is still new takes no lock from the readers of this process:
// another one could take the log away under them.
TEST(SqliteJournal, LeavesItsReadersTheirLocksWhenItReadsBack) {
  JournalFolder folder;
  auto* journal = folder.open().value();
  const auto reader = SqliteJournal::open_reader(folder.path()).value();
  EXPECT_EQ(reader->head()->size, 0U);
  ASSERT_TRUE(is_locked(folder.database()));
  folder.spoil_open_head();
  EXPECT_EQ(journal->append({batch("rel-1", 0)}, ample_time()).error().code,
            base::Code::OutcomeUnknown);
  EXPECT_EQ(journal->head()->size, 1U);
  EXPECT_TRUE(is_locked(folder.database()));
  EXPECT_EQ(reader->read(0, 10)->size(), 1U);
}

/// Appends for ever and reports each acknowledged tree size through the pipe.
[[noreturn]] void append_until_killed(const fs::path& folder, int report) {
  const auto lock = DataFolderLock::acquire(folder, {}).value();
  const auto journal = SqliteJournal::open(lock).value();
  for (;;) {
    const auto version = journal->head()->size;
    const auto appended = journal->append({batch("rel-1", version, 3)}, ample_time()).value();
    if (::write(report, &appended[0].tree_size, sizeof appended[0].tree_size) < 0) ::_exit(1);
  }
}

TEST(SqliteJournal, LosesNothingItAcknowledgedWhenItIsKilled) {
  JournalFolder folder;
  for (int round = 1; round <= 5; ++round) {
    int report[2];
    ASSERT_EQ(::pipe(report), 0);
    const pid_t writer = ::fork();
    if (writer == 0) append_until_killed(folder.path(), report[1]);
    ::close(report[1]);
    std::uint64_t acknowledged = 0;
    for (int i = 0; i < round * 3; ++i) {
      ASSERT_EQ(::read(report[0], &acknowledged, sizeof acknowledged), 8);
    }
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    while (::read(report[0], &acknowledged, sizeof acknowledged) == 8) continue;
    ::close(report[0]);

    auto journal = folder.open();
    ASSERT_TRUE(journal) << journal.error().one_line();
    EXPECT_GE((*journal)->head()->size, acknowledged);
    EXPECT_EQ((*journal)->head()->size % 3, 0U);  // whole batches only
    EXPECT_TRUE((*journal)->verify(std::nullopt));
    folder.close();
  }
}

TEST(SqliteJournal, VerifiesOnlyWhatIsNewSinceATrustedHead) {
  JournalFolder folder;
  auto* journal = folder.open().value();
  journal->append({batch("rel-1", 0, 10)}, ample_time()).value();
  const auto trusted = journal->verify(std::nullopt).value();
  journal->append({batch("rel-1", 10, 10)}, ample_time()).value();
  folder.run_sql("UPDATE entries SET type = 'a.b' WHERE idx = 3");
  EXPECT_TRUE(journal->verify(trusted));
  EXPECT_EQ(journal->verify(std::nullopt).error().id, "JRN-0003");
  folder.run_sql("UPDATE entries SET type = 'a.b' WHERE idx = 13");
  EXPECT_EQ(journal->verify(trusted).error().id, "JRN-0003");
}

}  // namespace
}  // namespace stellwerk::adapters
