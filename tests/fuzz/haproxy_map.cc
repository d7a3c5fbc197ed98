// The routes in HAProxy: the map file and the answer to `show map`. What is understood is all there
// is: it gives the very rows it was read from.
#include "adapters/haproxy/route_map.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

using namespace adapters::haproxy;

void check_rows(const base::Result<RouteRows>& rows) {
  static const KnownTenants kKnown{base::TenantId("acme"), base::TenantId("pilot-1")};
  if (!rows) {
    FUZZ_REQUIRE(rows.error().id == "HAP-0005");
    return;
  }
  FUZZ_REQUIRE(parse_map(map_text(*rows)) == *rows);
  const auto table = table_of(*rows, kKnown);
  if (!table) {
    FUZZ_REQUIRE(table.error().id == "HAP-0005" && !table.error().why.empty());
    return;
  }
  FUZZ_REQUIRE(rows_of(*table, kKnown) == *rows);
  for (const auto& [component, routes] : table->components)
    if (routes.candidate)
      for (const std::uint32_t bucket : routes.candidate->buckets)
        FUZZ_REQUIRE(bucket < core::kBuckets);
}

}  // namespace

void take(std::string_view bytes) {
  check_rows(parse_map(bytes));
  check_rows(parse_shown_map(bytes));
}

}  // namespace stellwerk::fuzz
