// journal_folder.h — for tests: a data folder of their own, and hands that damage what is in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "adapters/sqlite/data_folder_lock.h"
#include "adapters/sqlite/sqlite_journal.h"

namespace stellwerk::adapters::testing {

ports::Call ample_time();
/// A batch of real entries for one stream.
ports::AppendRequest batch(const std::string& release, std::uint64_t expected_version,
                           int count = 1);

class JournalFolder {
 public:
  JournalFolder();
  JournalFolder(const JournalFolder&) = delete;
  JournalFolder& operator=(const JournalFolder&) = delete;
  ~JournalFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path database() const { return path_ / "journal.db"; }
  [[nodiscard]] std::filesystem::path log() const { return path_ / "journal.db-wal"; }
  [[nodiscard]] std::filesystem::path head() const { return path_ / "journal.head"; }

  /// Opens the journal; it holds the lock until it is closed by close() or kill().
  base::Result<SqliteJournal*> open();
  void close();
  /// Leaves the files as kill -9 would: nothing is copied from the WAL into the database.
  void kill();
  /// Opens an empty journal, appends `commits` batches of one entry to rel-1, and kills it.
  void fill(int commits);
  /// The error that open() answers with; empty if it opens.
  base::Error open_error();

  void flip_byte(const std::filesystem::path& file, std::uintmax_t offset) const;
  /// The open journal's head file refuses writes from now on; opened anew it takes them.
  void spoil_open_head() const;
  /// Runs SQL as another program would.
  void run_sql(const std::string& sql) const;

 private:
  std::filesystem::path path_;
  std::unique_ptr<DataFolderLock> lock_;
  std::unique_ptr<SqliteJournal> journal_;
};

}  // namespace stellwerk::adapters::testing
