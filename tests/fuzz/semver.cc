// Versions: accepted exactly by the grammar of SemVer 2.0.0, printed as they were written, ordered
// as §11 says. Input: one version a line; neighbours are compared.
#include "base/semver.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

using base::SemVer;
using Parts = std::vector<std::string_view>;

bool digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), digit); }
bool leads_with_zero(std::string_view text) { return text.size() > 1 && text[0] == '0'; }

/// The grammar read a second time, from the outside in. Numbers beyond 64 bits are not told here.
struct Oracle {
  Parts core, pre_release, build;

  static bool identifiers(const Parts& parts) {
    return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
      return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
        return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
      });
    });
  }
  static bool number(std::string_view part) {
    return !part.empty() && all_digits(part) && !leads_with_zero(part);
  }

  static std::optional<Oracle> read(std::string_view text) {
    Oracle found;
    const auto plus = text.find('+');
    if (plus != text.npos) found.build = base::split(text.substr(plus + 1), '.');
    text = text.substr(0, plus);
    const auto minus = text.find('-');
    if (minus != text.npos) found.pre_release = base::split(text.substr(minus + 1), '.');
    found.core = base::split(text.substr(0, minus), '.');
    const bool whole = found.core.size() == 3 &&
                       std::all_of(found.core.begin(), found.core.end(), number) &&
                       identifiers(found.pre_release) && identifiers(found.build);
    const bool plain = std::none_of(
        found.pre_release.begin(), found.pre_release.end(),
        [](std::string_view part) { return all_digits(part) && leads_with_zero(part); });
    return whole && plain ? std::optional(found) : std::nullopt;
  }
};

/// -1, 0, 1 of two texts of digits without leading zeros.
int by_number(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

int by_identifier(std::string_view a, std::string_view b) {
  if (all_digits(a) && all_digits(b)) return by_number(a, b);
  if (all_digits(a) != all_digits(b)) return all_digits(a) ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/// §11, from the text.
int by_rule(const Oracle& a, const Oracle& b) {
  for (std::size_t i = 0; i < 3; ++i)
    if (const int order = by_number(a.core[i], b.core[i]); order != 0) return order;
  const Parts& p = a.pre_release;
  const Parts& q = b.pre_release;
  if (p.empty() != q.empty()) return p.empty() ? 1 : -1;
  for (std::size_t i = 0; i < std::min(p.size(), q.size()); ++i)
    if (const int order = by_identifier(p[i], q[i]); order != 0) return order;
  return p.size() < q.size() ? -1 : p.size() > q.size() ? 1 : 0;
}

int sign(std::weak_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

void check_refusal(const base::Error& error) {
  FUZZ_REQUIRE(error.id == "BAS-0002" && !error.why.empty());
  FUZZ_REQUIRE(base::valid_utf8(error.message) && base::valid_utf8(error.why));
}

}  // namespace

void take(std::string_view bytes) {
  std::optional<SemVer> last;
  std::optional<Oracle> last_oracle;
  for (const auto line : base::split(bytes, '\n')) {
    const auto version = SemVer::parse(line);
    const auto oracle = Oracle::read(line);
    if (!version) {
      check_refusal(version.error());
      // The one thing the oracle does not know.
      FUZZ_REQUIRE(!oracle || std::any_of(oracle->core.begin(), oracle->core.end(),
                                          [](auto part) { return part.size() >= 20; }));
      continue;
    }
    FUZZ_REQUIRE(oracle.has_value());
    FUZZ_REQUIRE(version->to_string() == line);
    FUZZ_REQUIRE(precedence(*version, *version) == 0);
    if (last) {
      FUZZ_REQUIRE(sign(precedence(*last, *version)) == by_rule(*last_oracle, *oracle));
      FUZZ_REQUIRE(sign(precedence(*version, *last)) == -by_rule(*last_oracle, *oracle));
    }
    last = *version;
    last_oracle = oracle;
  }
}

}  // namespace stellwerk::fuzz
