// row_walk.h — all rows of a tenant, page by page, although audit-domain has no pages.
//
// Role: the event bus looks for its own rows with it; fetch_rows() is for auditors.
// Start here: fetch_rows, RowWalk.                            Thread-safety: one call at a time.
// Invariants: each row is given once; rows that come after the first page are not.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/audit_domain/erp_api.h"
#include "audit/erp_row.h"
#include "base/result.h"

namespace stellwerk::adapters::audit_domain {

/// From the newest row back in time. GET /events gives the newest 1000 of a span of time; the next
/// page is the span that ends with the oldest row of the page before.
class RowWalk {
 public:
  /// @param from    `2025-10-15T20:00:00.000Z`: the oldest time of interest; empty: all
  /// @param action  rows of this action only; empty: all
  RowWalk(std::string from, std::string action)
      : from_(std::move(from)), action_(std::move(action)) {}

  /// The next rows, newest first; none when done(). After an error it can be asked again.
  /// @errors Unavailable ERP-0002; InvalidArgument ERP-0001: rows that are none;
  ///         Rejected ERP-0003: one millisecond has more rows than a page
  base::Result<std::vector<audit::ErpRow>> next(ErpApi& api, const ports::Call& call);
  [[nodiscard]] bool done() const { return done_; }

 private:
  [[nodiscard]] std::string query() const;

  std::string from_;
  std::string action_;
  std::string to_;              ///< the oldest time seen; empty: nothing yet
  std::set<std::string> seen_;  ///< ids of the rows of that time
  bool done_ = false;
};

/// All rows of the tenant, in the order of their chain: for audit::check_erp_chain().
/// @param rows_max  refuses to keep more
/// @errors as RowWalk::next; Rejected ERP-0003: there are more than rows_max
base::Result<std::vector<audit::ErpRow>> fetch_rows(ErpApi& api, std::size_t rows_max,
                                                    const ports::Call& call);

}  // namespace stellwerk::adapters::audit_domain
