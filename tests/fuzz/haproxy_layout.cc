// The router's own record on disk: the layout that HAProxy was given. What is read is what was
// written, or it is damaged; and a configuration is made of it, or it is refused.
#include "adapters/haproxy/layout_store.h"
#include "base/json.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {

void take(std::string_view bytes) {
  using namespace adapters::haproxy;
  const auto layout = parse_layout(bytes, "state.json");
  if (!layout) {
    FUZZ_REQUIRE(layout.error().id == "HAP-0008" && !layout.error().why.empty());
    return;
  }
  const std::string text = layout_text(*layout);
  // Nothing was read as something else (a port beyond 65535, a fraction).
  const auto read = base::parse_json(bytes);
  FUZZ_REQUIRE(read.has_value() && *read == base::parse_json(text));
  const auto again = parse_layout(text, "state.json");
  FUZZ_REQUIRE(again.has_value() && layout_text(*again) == text);
  const auto made = render(*layout, HaproxySettings{}, "x-tenant-id");
  FUZZ_REQUIRE(made || made.error().id == "HAP-0001");
}

}  // namespace stellwerk::fuzz
