// erp_row.h — rows of the ERP's audit-domain: how they are read, and the hash each should have.
//
// Role: adapters/audit_domain reads pages of them; erp_chain.h judges them.
// Start here: parse_erp_rows, erp_hash.                        Thread-safety: values; any thread.
// Invariants: nested values keep the order in which they came, because the hash is over their text.
// Spec: docs/audit-domain.md; audit-domain's audit-logger and integrity-checker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/js_json.h"
#include "base/result.h"

namespace stellwerk::audit {

/// The most rows one answer has; audit-domain gives no page after it.
constexpr std::size_t kErpPageRows = 1000;

struct ErpRow {
  std::string id;
  std::string tenant;
  std::string timestamp;   ///< `2025-10-15T20:00:00.000Z`: of the service's clock, and hashed
  std::string created_at;  ///< of its database's clock, and not hashed
  std::string action;
  JsValue actor;       ///< an object, unless somebody wrote to the table by hand
  JsValue target;      ///< so too
  JsValue payload;     ///< null: the event had none (or it was removed since)
  JsValue ip;          ///< a string or null
  JsValue user_agent;  ///< a string or null
  std::string prev_hash;
  std::string hash;
};

/// The rows of an answer to GET /events, as they stand in it (newest first), at most kErpPageRows.
/// @errors InvalidArgument ERP-0001: not such an answer; `why` says what, and of which row.
base::Result<std::vector<ErpRow>> parse_erp_rows(std::string_view answer);

/// What is whole of an answer that was cut off, closed so that parse_erp_rows reads it; may have no
/// rows. A text that is no such answer stays none.
std::string close_cut_answer(std::string_view cut);

/// The fields that audit-domain forgets to hash when an event comes without them.
enum class NullFields : std::uint8_t {
  LeftOut,  ///< as it hashes an event that comes in
  Written,  ///< as its check hashes the row it reads back
};

/// hex(SHA-256(JSON.stringify({tenantId, timestamp, actor, action, target, payload, ip, userAgent,
/// prevHash}) + prevHash)).
std::string erp_hash(const ErpRow& row, NullFields nulls);
/// `payload and ip`: the fields of a row that are null; empty when none is.
std::string null_fields_of(const ErpRow& row);

/// Oldest first, as they were chained: by time, and within one millisecond by their links. `rows`
/// in any order.
std::vector<ErpRow> in_chain_order(std::vector<ErpRow> rows);

}  // namespace stellwerk::audit
