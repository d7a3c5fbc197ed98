// sqlite_journal.h — the journal of an embedded installation: SQLite, with a head file beside it.
//
// Role: ports::JournalStore in `<data folder>/journal.db`; the engine writes, commands read beside
// it. Start here: SqliteJournal::open, open_reader. Thread-safety: one call at a time per object;
// objects in other threads and processes may read meanwhile. Invariants: an append is acknowledged
// when its transaction and then the head file are synced; after a failure whose outcome is open,
// the next call reads everything back before it does anything. Spec: docs/journal.md. Contract:
// tests/contract/journal_store.h
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/sqlite/data_folder_lock.h"
#include "adapters/sqlite/database.h"
#include "adapters/sqlite/head_file.h"
#include "audit/merkle.h"
#include "ports/journal_store.h"

namespace stellwerk::adapters {

class SqliteJournal final : public ports::JournalStore {
 public:
  /// Opens the journal of the locked folder for writing; makes it if there is none.
  /// Checks it against the head file and re-reads what came after the head file's record.
  /// @param lock  must outlive the journal
  /// @errors Corruption JRN-0003: shorter than or different from what was acknowledged, `state`
  /// says what is still good, nothing was changed; Unavailable JRN-0002; Rejected AUD-0004: of a
  /// newer Stellwerk.
  static base::Result<std::unique_ptr<SqliteJournal>> open(const DataFolderLock& lock);
  /// Opens it for reading only, beside a writer or without one. append() and put_note() are refused
  /// with Conflict JRN-0005. @errors NotFound JRN-0007: there is none; Forbidden JRN-0008: this
  /// user may not look; otherwise as open().
  static base::Result<std::unique_ptr<SqliteJournal>> open_reader(
      const std::filesystem::path& folder);

  base::Result<std::vector<ports::Appended>> append(
      const std::vector<ports::AppendRequest>& batches, const ports::Call& call) override;
  base::Result<ports::Head> head() override;
  base::Result<std::vector<ports::StoredEntry>> read_stream(const base::ReleaseId& stream,
                                                            std::uint64_t after,
                                                            std::size_t limit) override;
  base::Result<std::vector<ports::StoredEntry>> read(std::uint64_t from,
                                                     std::size_t limit) override;
  base::Result<std::vector<ports::StreamInfo>> streams(bool only_live) override;
  base::Result<ports::Head> verify_some(const std::optional<ports::Head>& trusted,
                                        std::uint64_t entries_max) override;
  base::Result<std::optional<std::string>> get_note(const std::string& key) override;
  base::Result<void> put_note(const std::string& key, const std::string& value) override;

 private:
  SqliteJournal(std::filesystem::path folder, sqlite::Database database)
      : folder_(std::move(folder)), database_(std::move(database)) {}

  static constexpr std::size_t kArrivedMax = 4;

  base::Result<void> settle();
  base::Result<void> refuse_if_reader() const;
  /// After an error the connection may hold a lock that it could not give back, or pages that it
  /// could not read: the next call opens a new one.
  void distrust_connection(const base::Error& error);
  base::Result<std::vector<ports::Appended>> write_all(
      const std::vector<ports::AppendRequest>& batches, audit::TreeFrontier& tree);
  base::Result<ports::Appended> write_batch(const ports::AppendRequest& batch,
                                            audit::TreeFrontier& tree);
  base::Result<void> write_entries(const ports::AppendRequest& batch, ports::StreamInfo& stream,
                                   std::uint64_t stream_row, audit::TreeFrontier& tree);
  base::Result<void> commit(const audit::TreeFrontier& tree);
  base::Result<audit::TreeFrontier> frontier_of(const std::optional<ports::Head>& trusted);
  void arrived(std::uint64_t from, const audit::TreeFrontier& at);

  std::filesystem::path folder_;
  sqlite::Database database_;
  std::optional<sqlite::HeadFile> head_file_;  ///< none: opened for reading
  audit::TreeFrontier tree_;                   ///< the writer's; as of the last acknowledged append
  std::vector<audit::TreeFrontier> arrived_;   ///< where the last verifications arrived
  bool unsettled_ = false;  ///< what failed last leaves something open: read back before anything
};

}  // namespace stellwerk::adapters
