// journal_rows.h — the journal's tables: their schema, and rows as the port's structs.
//
// Role: shared by sqlite_journal.cc (appending, reading) and journal_check.cc (integrity).
// Thread-safety: one call at a time per Database.                        Spec: docs/journal.md
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
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
/// Columns as in kStreamColumns.
ports::StreamInfo stream_info(const StatementUse& row, int first_column);

std::optional<base::Digest> digest_from(std::string_view bytes);
std::string_view blob_of(const base::Digest& digest);

/// Corruption JRN-0003 with `why`, and `state` saying how many entries are good.
base::Failure damaged(std::string why, std::string state);

}  // namespace stellwerk::adapters::sqlite
