#include "documents/retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stellwerk::documents {
namespace {

constexpr std::array kRows{
    RetentionRow{"retention.organisation", 10, "retention.basis-ten"},
    RetentionRow{"retention.vouchers", 8, "retention.basis-eight"},
    RetentionRow{"retention.letters", 6, "retention.basis-six"},
};
static_assert(std::is_sorted(kRows.begin(), kRows.end(),
                             [](const auto& a, const auto& b) { return a.years > b.years; }));

/// Germany's clocks at the turn of a year.
constexpr base::Duration kWinterTime = base::hours(1);

}  // namespace

std::span<const RetentionRow> retention() { return kRows; }

std::string keep_until(base::WallTime last) {
  constexpr std::size_t kYearDigits = 4;
  const int year = std::stoi(base::rfc3339(last + kWinterTime).substr(0, kYearDigits));
  return fmt::format("{:04}-12-31", year + kRows.front().years);
}

}  // namespace stellwerk::documents
