// The other short texts of base: durations, offsets, shares, names, digests, hex, base64, JSON
// pointers, words in another language, and what makes hostile text printable.
#include <algorithm>

#include "base/digest.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/ratio.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "base/translated.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

using base::Duration;

constexpr Duration kMost = base::hours(24 * 3650);

template <class T>
void check_refusal(const base::Result<T>& result, std::string_view id) {
  if (result) return;
  FUZZ_REQUIRE(result.error().id == id);
  FUZZ_REQUIRE(base::valid_utf8(result.error().message) && base::valid_utf8(result.error().why));
}

void spans(std::string_view text) {
  const auto within = [](Duration span) { return span <= kMost && -kMost <= span; };
  const auto span = base::parse_duration(text);
  check_refusal(span, "BAS-0003");
  if (span) {
    FUZZ_REQUIRE(within(*span));
    FUZZ_REQUIRE(base::parse_duration(base::to_string(*span)) == *span);
  }
  const auto offset = base::parse_offset(text);
  check_refusal(offset, "BAS-0003");
  if (offset) {
    FUZZ_REQUIRE(within(*offset));
    FUZZ_REQUIRE(base::parse_offset(base::offset_text(*offset)) == *offset);
  }
}

void shares(std::string_view text) {
  const auto share = base::parse_percent(text);
  check_refusal(share, "BAS-0005");
  if (!share) return;
  FUZZ_REQUIRE(*share >= base::Ppm{0} && *share <= base::kWhole);
  FUZZ_REQUIRE(base::parse_percent(base::percent_text(*share)) == *share);
}

void names(std::string_view text) {
  const auto name = base::parse_name(text);
  check_refusal(name, "BAS-0001");
  if (name) FUZZ_REQUIRE(*name == text && text.size() >= 1 && text.size() <= 63);
}

void bytes_as_text(std::string_view text) {
  const auto digest = base::Digest::parse(text);
  check_refusal(digest, "BAS-0008");
  if (digest) FUZZ_REQUIRE(digest->to_string() == text);
  const auto hex = base::from_hex(text);
  if (hex) FUZZ_REQUIRE(base::to_hex(base::as_bytes(*hex)) == base::lower_ascii(text));
  const auto base64 = base::from_base64(text);
  if (base64) FUZZ_REQUIRE(base::to_base64(base::as_bytes(*base64)) == text);
  FUZZ_REQUIRE(base::from_hex(base::to_hex(base::as_bytes(text))) == text);
  FUZZ_REQUIRE(base::from_base64(base::to_base64(base::as_bytes(text))) == text);
}

void pointers(std::string_view text) {
  static const base::Json kDocument =
      base::Json::parse(R"({"a":{"b/c":[1,{"~":2}],"":3},"0":[[],["x"]]})");
  const auto* found = base::at_pointer(kDocument, text);
  if (!base::valid_pointer(text)) FUZZ_REQUIRE(found == nullptr);
  if (found == nullptr || text.find('\0') != text.npos) return;
  // The library's own reading of RFC 6901.
  FUZZ_REQUIRE(kDocument.at(base::Json::json_pointer(std::string(text))) == *found);
}

/// Nothing may steer a terminal, whatever came.
void shown_texts(std::string_view text) {
  const auto steers = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; };
  for (const std::string& shown :
       {base::printable(text), base::in_quotes(text), base::unexpected_at(text, text.size() / 2)}) {
    FUZZ_REQUIRE(base::valid_utf8(shown));
    FUZZ_REQUIRE(std::none_of(shown.begin(), shown.end(), steers));
    FUZZ_REQUIRE(shown.find("\xe2\x80\xae") == shown.npos);  // right-to-left override
  }
  FUZZ_REQUIRE(base::printable(text, 40).size() <= 40 + 16);
  FUZZ_REQUIRE(base::trim(text).size() <= text.size());
  if (base::valid_utf8(text)) {
    FUZZ_REQUIRE(base::valid_utf8(base::translated(base::Locale::De, text)));
    FUZZ_REQUIRE(base::translated(base::Locale::En, text) == text);
  }
}

}  // namespace

void take(std::string_view bytes) {
  spans(bytes);
  shares(bytes);
  names(bytes);
  bytes_as_text(bytes);
  pointers(bytes);
  shown_texts(bytes);
}

}  // namespace stellwerk::fuzz
