// journal_opening.h — opens the journal's files together, checked against each other.
//
// Role: SqliteJournal, at start and when it must read back after a failure.  Start here:
// open_for_writing Thread-safety: one call at a time per folder, whose lock the caller holds. Spec:
// docs/journal.md
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "adapters/sqlite/database.h"
#include "adapters/sqlite/head_file.h"
#include "audit/merkle.h"
#include "base/result.h"
#include "ports/journal_store.h"

namespace stellwerk::adapters::sqlite {

struct OpenedForWriting {
  Database database;
  HeadFile head_file;        ///< records the head of `tree`
  audit::TreeFrontier tree;  ///< of the database, all of it durable
};

/// A database that is missing or empty where there must be one is not to be made anew.
/// @errors Corruption JRN-0003: the head file or the write-ahead log says that there was one;
/// Unavailable JRN-0002
base::Result<void> refuse_lost_database(const std::filesystem::path& folder,
                                        const std::optional<ports::Head>& recorded);

/// When the files are opened.
enum class Opening : std::uint8_t {
  First,  ///< no connection of this process is open
  Again,  ///< readers of this process may be: to close the file beside SQLite would drop their
          ///< locks
};

/// Opens database and head file, makes them if both are missing, and brings them to one state that
/// is on the disk, whatever syncs failed before in this process or an earlier one.
/// @errors Corruption JRN-0003: they contradict each other, nothing was changed; Unavailable
/// JRN-0002; Rejected AUD-0004: of a newer Stellwerk.
base::Result<OpenedForWriting> open_for_writing(const std::filesystem::path& folder,
                                                Opening opening);

}  // namespace stellwerk::adapters::sqlite
