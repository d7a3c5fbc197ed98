// Times: what is read prints as the same time to the millisecond, and reads again.
#include "base/text.h"
#include "base/time.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {

void take(std::string_view bytes) {
  const auto time = base::parse_rfc3339(bytes);
  if (!time) {
    FUZZ_REQUIRE(time.error().id == "BAS-0004" && !time.error().why.empty());
    FUZZ_REQUIRE(base::valid_utf8(time.error().why));
    return;
  }
  const std::string text = base::rfc3339(*time);
  FUZZ_REQUIRE(text.size() == std::string_view("2025-10-15T20:00:00.000Z").size());
  const auto again = base::parse_rfc3339(text);
  FUZZ_REQUIRE(again.has_value());
  const auto cut = time->us - again->us;  // below a millisecond
  FUZZ_REQUIRE(cut >= 0 && cut < 1000);
  FUZZ_REQUIRE(base::rfc3339(*again) == text);
}

}  // namespace stellwerk::fuzz
