// time.h — three kinds of time that never mix, and the durations that users write.
//
// WallTime is shown to people; MonoTime measures deadlines and windows; RunbookTime is the schedule
// (T-24h … T+90m), the only one that `--speed` scales.        Start here: Duration, Instant, Now
// Thread-safety: values; any thread.
// Invariants: integers only, so that replay gives the same bits.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stellwerk::base {

/// A span of time in whole microseconds; may be negative. About ±292,000 years.
struct Duration {
  std::int64_t us = 0;

  [[nodiscard]] constexpr std::int64_t ms() const { return us / 1000; }
  friend constexpr auto operator<=>(const Duration&, const Duration&) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.us + b.us}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.us - b.us}; }
  friend constexpr Duration operator-(Duration a) { return {-a.us}; }
  friend constexpr Duration operator*(Duration a, std::int64_t n) { return {a.us * n}; }
  friend constexpr Duration operator/(Duration a, std::int64_t n) { return {a.us / n}; }
};
constexpr Duration microseconds(std::int64_t n) { return {n}; }
constexpr Duration milliseconds(std::int64_t n) { return {n * 1000}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1000000}; }
constexpr Duration minutes(std::int64_t n) { return seconds(n * 60); }
constexpr Duration hours(std::int64_t n) { return minutes(n * 60); }
constexpr Duration kSpanMax = hours(24 * 3650);  ///< the longest that a text says: 10 years

/// `90s`, `15m`, `1h30m`, `24h`, `500ms`, `2d`: whole numbers with units d h m s ms us, largest
/// first, each once; from -10 to 10 years.
/// @errors InvalidArgument BAS-0003
Result<Duration> parse_duration(std::string_view text);
/// Largest units first, none that is zero; parses back to the same span: `1h30m`, `0s`, `-5m`.
std::string to_string(Duration span);

/// For people, who need no more: without what is less than a second.
constexpr Duration whole_seconds(Duration span) { return seconds(span.us / 1000000); }

/// `T-24h`, `T+0`, `T+15m` (also `T+15min`): an offset from T+0. @errors InvalidArgument BAS-0003
Result<Duration> parse_offset(std::string_view text);
/// `T-24h`, `T+0`, `T+15m`, `T+90m`, `T+2h`: as the runbook writes it (minutes up to two hours
/// after T+0, no days).
std::string offset_text(Duration offset);

/// A point on the clock that `Clock` names; instants of different clocks cannot be compared or
/// subtracted.
template <class Clock>
struct Instant {
  std::int64_t us = 0;  ///< since the clock's own zero

  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
  friend constexpr Instant operator+(Instant t, Duration d) { return {t.us + d.us}; }
  friend constexpr Instant operator-(Instant t, Duration d) { return {t.us - d.us}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return {a.us - b.us}; }
};
using WallTime = Instant<struct WallClock>;        ///< microseconds since 1970-01-01T00:00:00Z
using MonoTime = Instant<struct MonotonicClock>;   ///< since boot (CLOCK_BOOTTIME: goes on while
                                                   ///< suspended); dies with a reboot
using RunbookTime = Instant<struct RunbookClock>;  ///< since 1970 on the schedule's own scale,
                                                   ///< anchored by the journal

/// All three at one moment; every Input carries it, so that decisions never read a clock.
struct Now {
  WallTime wall;
  MonoTime mono;
  RunbookTime runbook;
  friend bool operator==(const Now&, const Now&) = default;
};

/// RFC 3339 in UTC with milliseconds, rounded down: `2025-10-15T20:00:00.000Z`. The format ends
/// with the years 0000 and 9999; a time beyond is shown as the last one within.
std::string rfc3339(WallTime t);
/// Accepts RFC 3339 with `Z` or a numeric offset and 0 to 9 fractional digits; what is
/// finer than a microsecond is cut. A leap second is read as the second after it.
/// @errors InvalidArgument BAS-0004
Result<WallTime> parse_rfc3339(std::string_view text);

}  // namespace stellwerk::base
