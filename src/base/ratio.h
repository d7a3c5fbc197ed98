// ratio.h — shares and rates as whole parts per million.
//
// Role: no floating point where decisions are made or recorded.
// Thread-safety: values; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stellwerk::base {

/// Parts per million. 10 % is Ppm{100000}. May exceed 1,000,000 only where a caller says so.
struct Ppm {
  std::int64_t value = 0;
  friend constexpr auto operator<=>(const Ppm&, const Ppm&) = default;
};
constexpr Ppm percent(std::int64_t n) { return {n * 10000}; }
constexpr Ppm kWhole{1000000};

/// part/whole in ppm, rounded half up; whole 0 gives 0; a ratio beyond the range of Ppm gives
/// the largest one.
Ppm ratio_of(std::uint64_t part, std::uint64_t whole);
/// True exactly when part/whole > limit, without rounding (limits are judged by exact counts).
bool exceeds(std::uint64_t part, std::uint64_t whole, Ppm limit);

/// `10%`, `0.5 %`, `12.3456%`; at most four decimals; 0 to 100. @errors InvalidArgument BAS-0005
Result<Ppm> parse_percent(std::string_view text);
/// `10 %`, `0.05 %`: no more decimals than needed.
std::string percent_text(Ppm share);

}  // namespace stellwerk::base
