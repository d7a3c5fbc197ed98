// JSON of others, and its canonical form (RFC 8785): strict, stable, with places in errors.
#include "base/canonical.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

constexpr std::size_t kDepth = 16;

void check_refusal(std::string_view bytes, const base::Error& error) {
  FUZZ_REQUIRE(error.id == "BAS-0006" && !error.why.empty());
  FUZZ_REQUIRE(base::valid_utf8(error.why) && base::valid_utf8(error.message));
  FUZZ_REQUIRE(error.where.line >= 1 && error.where.column >= 1);
  FUZZ_REQUIRE(inside(bytes, error.where.line, error.where.column));
}

/// The canonical text of what it says, and nothing else, has this form.
void check_canonical(const base::Json& value, const std::string& text) {
  const auto again = base::parse_json(text, {.depth_max = 512});
  FUZZ_REQUIRE(again.has_value());
  FUZZ_REQUIRE(*again == value);
  FUZZ_REQUIRE(base::canonical(*again) == text);
  FUZZ_REQUIRE(base::valid_utf8(text));
}

/// In one pass as in two.
void check_reader(std::string_view bytes, const base::Result<base::Json>& value) {
  const auto read = base::read_canonical(bytes, kDepth);
  FUZZ_REQUIRE(read.has_value() == (value && base::canonical(*value) == bytes));
  FUZZ_REQUIRE(!read || *read == *value);
}

std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0;
  std::size_t most = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') ++i;
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '{' || c == '[') most = std::max(most, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return most;
}

}  // namespace

void take(std::string_view bytes) {
  const auto value = base::parse_json(bytes, {.size_bytes_max = 1 << 16, .depth_max = kDepth});
  if (bytes.size() <= (1 << 16)) check_reader(bytes, value);
  if (!value) return check_refusal(bytes, value.error());
  FUZZ_REQUIRE(bytes.size() <= (1 << 16));
  FUZZ_REQUIRE(base::Json::accept(bytes));  // never laxer than the library
  FUZZ_REQUIRE(base::valid_utf8(bytes));
  FUZZ_REQUIRE(depth_of(bytes) <= kDepth);
  const auto text = base::canonical(*value);
  if (text) return check_canonical(*value, *text);
  FUZZ_REQUIRE(text.error().id == "BAS-0007");
  FUZZ_REQUIRE(base::valid_utf8(text.error().why));
}

}  // namespace stellwerk::fuzz
