// route_map.h — a routing table as the rows of HAProxy's one map, and back.
//
// Role: pure translation; HaproxyRouter writes rows and reads them back.   Start here: rows_of()
// Thread-safety: pure functions.                                             Spec: docs/routing.md
// Invariants: table_of(rows_of(t, known), known) == t.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "core/routing.h"

namespace stellwerk::adapters::haproxy {

/// Key → value, each without white space: `document-domain/t:pilot-1` → `document-domain-v1.3.0`.
using RouteRows = std::map<std::string, std::string>;
using KnownTenants = std::set<base::TenantId>;

/// @param known  a known tenant that is not on the candidate gets a row of its own as soon as
///               buckets move: without it, its bucket would take it along
/// @errors Rejected HAP-0001: a name that cannot stand in a map
base::Result<RouteRows> rows_of(const core::RoutingTable& table, const KnownTenants& known);
/// @errors Conflict HAP-0005: rows that no table of ours has: somebody else changed them
base::Result<core::RoutingTable> table_of(const RouteRows& rows, const KnownTenants& known);

/// The map file's text, one row a line.
std::string map_text(const RouteRows& rows);
/// Reads a map file. @errors Corruption HAP-0005: a line that is no row
base::Result<RouteRows> parse_map(std::string_view text);
/// Reads the answer to `show map`: each row behind its address.
base::Result<RouteRows> parse_shown_map(std::string_view text);

}  // namespace stellwerk::adapters::haproxy
