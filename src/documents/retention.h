// retention.h — how long records must be kept, by their kind.
//
// Role: the documentation of the procedure and the exports say it; nothing in Stellwerk deletes a
// record sooner, or at all. Start here: retention(), keep_until()
// Thread-safety: immutable table, pure functions.
// Spec: § 147 AO, § 257 HGB (as of BEG IV, 2025); docs/audit.md "Retention"
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/time.h"

namespace stellwerk::documents {

struct RetentionRow {
  std::string_view what;   ///< key of the catalogue: the records
  int years = 0;           ///< from the end of the calendar year in which they were made
  std::string_view basis;  ///< key of the catalogue: the law
};

/// The longest first; it holds for what is kept together.
std::span<const RetentionRow> retention();

/// The last day, `2035-12-31`, on which records of the longest period must be there, when the last
/// of them was written at `last`. The calendar is Germany's.
std::string keep_until(base::WallTime last);

}  // namespace stellwerk::documents
