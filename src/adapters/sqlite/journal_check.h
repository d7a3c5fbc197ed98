// journal_check.h — is the journal what was acknowledged?
//
// Role: SqliteJournal asks when it opens and when it verifies.       Start here: check_head,
// verify_from Thread-safety: one call at a time per Database.                          Spec:
// docs/journal.md
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/sqlite/database.h"
#include "audit/merkle.h"
#include "base/result.h"
#include "ports/journal_store.h"

namespace stellwerk::adapters::sqlite {

/// Compares the database with the head file and re-reads entries that came after its record (a
/// crash came between commit and head file: legal). Cheap: no other entry is read.
/// @param recorded  the head file's; nothing if there is none, which only an empty journal may lack
/// @return the tree of the database.
/// @errors Corruption JRN-0003: shorter, different, or with holes; `state` says what is still good.
base::Result<audit::TreeFrontier> check_head(Database& database,
                                             const std::optional<ports::Head>& recorded);

/// Recomputes leaves and tree from the end of `start` on, decodes each entry and compares it with
/// its columns, and compares with the head file's record; when it comes to the end of the journal,
/// with its head and the rows of its streams, too.
/// @return the tree it arrived at. @errors Corruption JRN-0003: `why` names the first wrong index.
base::Result<audit::TreeFrontier> verify_from(Database& database, const audit::TreeFrontier& start,
                                              const std::optional<ports::Head>& recorded,
                                              std::uint64_t entries_max = ports::kAllEntries);

/// Looks at what the entries do not show: the pages of the database, its index, and every row that
/// has a check of its own. Reads the whole database.
/// @errors Corruption JRN-0003; Unavailable JRN-0002: a page cannot be read
base::Result<void> check_database(Database& database);

/// The tree of the first `size` entries, from their stored leaves.
/// @errors Corruption JRN-0003: one of them is missing.
base::Result<audit::TreeFrontier> frontier_at(Database& database, std::uint64_t size);

/// What SQLite found damaged does not say what is still good; this adds it. Other errors stay.
base::Failure with_good_prefix(Database& database, base::Error error);

/// Says how many entries from the first are present and unchanged in themselves.
std::string good_prefix(Database& database);

}  // namespace stellwerk::adapters::sqlite
