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
#include <string_view>
#include <vector>

#include "adapters/audit_domain/erp_api.h"
#include "audit/erp_row.h"
#include "base/result.h"

namespace stellwerk::adapters::audit_domain {

/// From the newest row back in time. GET /events gives the newest 1000 of a span of time; the next
/// page is the span that ends with the oldest row of the page before.
class RowWalk {
 public:
  struct Span {
    std::string from;    ///< `2025-10-15T20:00:00.000Z`: the oldest time of interest; empty: all
    std::string action;  ///< rows of this action only; empty: all
    /// A row larger than an answer is passed over, with others of its millisecond.
    bool may_pass_over = false;
  };
  explicit RowWalk(Span span) : span_(std::move(span)) {}

  /// The next rows, newest first; none when done(). After an error it can be asked again.
  /// @errors Unavailable ERP-0002; InvalidArgument ERP-0001: rows that are none;
  ///         Rejected ERP-0003: one millisecond has more than a page
  base::Result<std::vector<audit::ErpRow>> next(ErpApi& api, const ports::Call& call);
  [[nodiscard]] bool done() const { return done_; }

 private:
  [[nodiscard]] std::string query() const;
  /// An answer had nothing new that was whole: goes on before this time.
  base::Result<void> pass_over(std::string_view time);

  Span span_;
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
