// A plan's bytes: read only when they are exactly what this program would write.
#include "base/json.h"
#include "base/text.h"
#include "core/compile.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

void check(std::string_view bytes) {
  const auto plan = core::decode_plan(bytes);
  if (!plan) {
    FUZZ_REQUIRE(plan.error().id == "PLN-0002");
    FUZZ_REQUIRE(base::valid_utf8(plan.error().one_line()));
    return;
  }
  FUZZ_REQUIRE(core::encode_plan(*plan) == bytes);
  FUZZ_REQUIRE(core::digest_of(*plan) == base::sha256(bytes));
  for (const base::Error& obstacle : core::obstacles(*plan))
    FUZZ_REQUIRE(obstacle.id.starts_with("PLN-"));
}

}  // namespace

void take(std::string_view bytes) {
  check(bytes);
  // A changed plan is seldom canonical by itself; made so, it gets past the first hurdle.
  const auto json = base::parse_json(bytes);
  if (!json) return;
  if (const auto text = base::canonical(*json)) check(*text);
}

}  // namespace stellwerk::fuzz
