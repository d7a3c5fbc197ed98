// erp_chain.h — judges the hash chain of the ERP's audit-domain: what its own check finds, and what
// that misses.
//
// Role: the auditor's command gives it the rows (adapters/audit_domain fetches them) and what the
// journal says should be there.                                Start here: check_erp_chain
// Thread-safety: values; any thread.
// Invariants: each finding names a row or an entry; a chain without findings is linked from its
// first row to its last, and every row has the hash of what it says.
// Spec: docs/audit-domain.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/erp_mirror.h"
#include "audit/erp_row.h"
#include "base/digest.h"

namespace stellwerk::audit {

enum class ErpFindingKind : std::uint8_t {
  // The chain itself.
  AlteredRow,          ///< the row does not say what its hash is of
  HashedWithoutField,  ///< a field is null and was not hashed: audit-domain's mistake, no tampering
  BeginningMissing,    ///< the first row follows one that is not there
  PredecessorMissing,  ///< rows were deleted before this one, or the one before was made anew
  Forked,              ///< it follows a row that another one follows already
  Copied,              ///< a row with this hash stands further up already
  OutOfOrder,          ///< the row that it follows stands elsewhere: rows were exchanged
  // Compared with the journal.
  EntryMissing,  ///< an entry has no row, although later ones have
  EndMissing,    ///< the last entries have no row: deleted, or not delivered yet
  EntryAltered,  ///< the row states another digest than the journal's, or carries another entry
  EntryNotInJournal,  ///< a row of ours that the journal knows nothing of
  EntryOutOfOrder,    ///< the row stands behind that of a later entry
  MirroredTwice,      ///< the same event has a row already: delivered twice, no tampering
};
/// `predecessor_missing`: as in JSON.
std::string_view to_string(ErpFindingKind kind);
/// Known to happen without anybody's doing, and nothing is lost by it.
bool is_harmless(ErpFindingKind kind);

struct ErpFinding {
  ErpFindingKind kind;
  std::optional<std::size_t> position;  ///< of the row, from 0, oldest first; none: it has no row
  std::string row_id;                   ///< empty: it has no row
  std::optional<std::uint64_t> index;   ///< of the journal entry, where one is meant
  std::string meaning;                  ///< one sentence, printable
  friend bool operator==(const ErpFinding&, const ErpFinding&) = default;
};

/// An entry of the journal that should have a row.
struct ExpectedEntry {
  std::uint64_t index = 0;
  base::Digest digest;  ///< its leaf hash
};

struct ErpExpectation {
  std::string user_agent;  ///< MirrorSource::user_agent(); empty: no row is ours
  /// The public entries in the journal's order; nothing: rows are not compared with the journal.
  std::optional<std::span<const ExpectedEntry>> journal;
  bool from_beginning = true;  ///< false: the rows begin somewhere inside of the chain
};

/// More are counted, not listed.
constexpr std::size_t kErpFindingsMax = 1000;

struct ErpChainReport {
  std::size_t rows = 0;
  std::size_t ours = 0;              ///< rows that mirror an entry
  std::vector<ErpFinding> findings;  ///< of the chain by position, then of the journal by entry
  std::size_t not_listed = 0;        ///< findings beyond kErpFindingsMax
  bool sound = true;                 ///< no finding, listed or not, but harmless ones
  /// What audit-domain's own check says of these rows, and where it stops.
  bool upstream_valid = true;
  std::optional<std::size_t> upstream_stops_at;
};

/// @param rows  oldest first, as in_chain_order() gives them, of one tenant
ErpChainReport check_erp_chain(std::span<const ErpRow> rows, const ErpExpectation& expected);

}  // namespace stellwerk::audit
