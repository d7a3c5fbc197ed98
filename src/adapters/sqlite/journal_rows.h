// journal_rows.h — the journal's tables: their schema, and rows as the port's structs.
//
// Role: shared by sqlite_journal.cc (appending, reading) and journal_check.cc (integrity).
// Thread-safety: one call at a time per Database.                        Spec: docs/journal.md
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sqlite/database.h"
#include "audit/merkle.h"
#include "base/result.h"
#include "ports/journal_store.h"

namespace stellwerk::adapters::sqlite {

inline std::filesystem::path database_path(const std::filesystem::path& folder) {
  return folder / "journal.db";
}
inline std::filesystem::path log_path(const std::filesystem::path& folder) {
  return folder / "journal.db-wal";
}
inline std::filesystem::path head_path(const std::filesystem::path& folder) {
  return folder / "journal.head";
}

/// Makes the tables in an empty database, checks the version of another.
/// @errors Rejected AUD-0004: of a newer Stellwerk; Corruption JRN-0003: not a journal.
base::Result<void> prepare_schema(Database& database, Database::Access access);

/// The tree's frontier as of the last commit. @errors Corruption JRN-0003
base::Result<audit::TreeFrontier> read_frontier(Database& database);
base::Result<void> write_frontier(Database& database, const audit::TreeFrontier& tree);

struct StreamRow {
  std::uint64_t row = 0;  ///< 0: the stream has no entry yet
  ports::StreamInfo info;
};
base::Result<StreamRow> find_stream(Database& database, const base::ReleaseId& release);

/// Columns: idx, release, stream_version, type, leaf, bytes. Checks nothing.
ports::StoredEntry stored_entry(const StatementUse& row);
/// Columns: release, version, first_idx, last_idx, last_type, ended. @errors Corruption JRN-0003
base::Result<ports::StreamInfo> stream_info(const StatementUse& row, int first_column);
/// What is stored in the column last_type: the type, and a check of the whole row.
std::string checked_type(const ports::StreamInfo& stream);

/// Rows that no hash covers end with `#` and 16 digits of a check, so that a changed one is
/// noticed.
std::string checked_note(std::string_view key, std::string_view value);
/// @return the value as it was given; rows of version 1 have no check.
/// @errors Corruption JRN-0003
base::Result<std::string> note_value(std::string_view key, std::string_view stored);

std::optional<base::Digest> digest_from(std::string_view bytes);
std::string_view blob_of(const base::Digest& digest);

/// Corruption JRN-0003 with `why`, and `state` saying how many entries are good.
base::Failure damaged(std::string why, std::string state);

}  // namespace stellwerk::adapters::sqlite
