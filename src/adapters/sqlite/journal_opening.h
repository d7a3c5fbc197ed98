// journal_opening.h — opens the journal's files together, checked against each other.
//
// Role: SqliteJournal, at start and when it must read back after a failure.  Start here:
// open_for_writing Thread-safety: one call at a time per folder, whose lock the caller holds. Spec:
// docs/journal.md
#pragma once

#include <cstdint>
#include <filesystem>

#include "adapters/sqlite/database.h"
#include "adapters/sqlite/head_file.h"
#include "audit/merkle.h"
#include "base/result.h"

namespace stellwerk::adapters::sqlite {

struct OpenedForWriting {
  Database database;
  HeadFile head_file;        ///< records the head of `tree`
  audit::TreeFrontier tree;  ///< of the database, all of it durable
};

enum class Trust : std::uint8_t {
  Files,            ///< what can be read is on the disk or on its way there
  LastWriteFailed,  ///< what can be read may be in memory only: everything is written again
};

/// Opens database and head file, makes them if both are missing, and brings them to one state.
/// @errors Corruption JRN-0003: they contradict each other, nothing was changed; Unavailable
/// JRN-0002; Rejected AUD-0004: of a newer Stellwerk.
base::Result<OpenedForWriting> open_for_writing(const std::filesystem::path& folder, Trust trust);

}  // namespace stellwerk::adapters::sqlite
