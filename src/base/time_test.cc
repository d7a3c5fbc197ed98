#include "base/time.h"

#include <gtest/gtest.h>

#include <limits>

namespace stellwerk::base {
namespace {

std::string duration_problem(std::string_view text) {
  const auto parsed = parse_duration(text);
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().id, "BAS-0003");
  return parsed.error().why;
}

std::string offset_problem(std::string_view text) {
  const auto parsed = parse_offset(text);
  return parsed ? "accepted" : parsed.error().why;
}

TEST(Duration, IsReadFromNumbersWithUnits) {
  EXPECT_EQ(parse_duration("90s").value(), seconds(90));
  EXPECT_EQ(parse_duration("15m").value(), minutes(15));
  EXPECT_EQ(parse_duration("1h30m").value(), minutes(90));
  EXPECT_EQ(parse_duration("24h").value(), hours(24));
  EXPECT_EQ(parse_duration("500ms").value(), milliseconds(500));
  EXPECT_EQ(parse_duration("2d").value(), hours(48));
  EXPECT_EQ(parse_duration("0s").value(), Duration{});
  EXPECT_EQ(parse_duration("-5m").value(), -minutes(5));
  EXPECT_EQ(parse_duration("1d2h3m4s5ms6us").value(),
            hours(26) + minutes(3) + seconds(4) + milliseconds(5) + microseconds(6));
  EXPECT_EQ(parse_duration("3650d").value(), hours(24 * 3650));
}

TEST(Duration, IsRefusedWithTheReasonWhenItIsNotWellFormed) {
  EXPECT_EQ(duration_problem(""), "unexpected end: expected a number and a unit, as in 15m");
  EXPECT_EQ(duration_problem("90"), "unexpected end: the unit is missing: d, h, m, s, ms or us");
  EXPECT_EQ(duration_problem("m"),
            "unexpected 'm' at position 1: expected a whole number, as in 1h30m");
  EXPECT_EQ(duration_problem("1.5h"),
            "unexpected '.' at position 2: the units are d, h, m, s, ms and us");
  EXPECT_EQ(duration_problem("5min"),
            "unexpected 'm' at position 2: the units are d, h, m, s, ms and us");
  EXPECT_EQ(duration_problem("1m1h"),
            "unexpected 'h' at position 4: units stand largest first, each once");
  EXPECT_EQ(duration_problem("1m1m"),
            "unexpected 'm' at position 4: units stand largest first, each once");
  EXPECT_EQ(duration_problem("1h 30m").substr(0, 29), "unexpected ' ' at position 3:");
  EXPECT_EQ(duration_problem("--5m").substr(0, 29), "unexpected '-' at position 1:");
}

TEST(Duration, IsRefusedWhenLongerThanTenYears) {
  for (const auto* text : {"3651d", "3650d1us", "99999999999999999999s", "9223372036854775807us"}) {
    EXPECT_EQ(duration_problem(text), "it is longer than 10 years") << text;
  }
}

TEST(Duration, IsPrintedInTheLargestUnits) {
  EXPECT_EQ(to_string(minutes(90)), "1h30m");
  EXPECT_EQ(to_string(Duration{}), "0s");
  EXPECT_EQ(to_string(-minutes(5)), "-5m");
  EXPECT_EQ(to_string(hours(49)), "2d1h");
  EXPECT_EQ(to_string(milliseconds(1500)), "1s500ms");
  EXPECT_EQ(to_string(Duration{std::numeric_limits<std::int64_t>::min()}),
            "-106751991d4h54s775ms808us");
}

TEST(Duration, IsCutToWholeSecondsForPeople) {
  EXPECT_EQ(to_string(whole_seconds(minutes(15) + milliseconds(999))), "15m");
  EXPECT_EQ(to_string(whole_seconds(milliseconds(999))), "0s");
}

TEST(Offset, IsReadAsTheRunbookWritesIt) {
  EXPECT_EQ(parse_offset("T-24h").value(), -hours(24));
  EXPECT_EQ(parse_offset("T+0").value(), Duration{});
  EXPECT_EQ(parse_offset("T+15m").value(), minutes(15));
  EXPECT_EQ(parse_offset("T+15min").value(), minutes(15));
  EXPECT_EQ(parse_offset("T+1h30min").value(), minutes(90));
}

TEST(Offset, IsRefusedWithTheReasonWhenItIsNotWellFormed) {
  EXPECT_EQ(offset_problem("15m"), "it must begin with T+ or T-, as in T-24h or T+15m");
  EXPECT_EQ(offset_problem("T+15"),
            "after T+: unexpected end: the unit is missing: d, h, m, s, ms or us");
  EXPECT_EQ(offset_problem("T+-5m").substr(0, 26), "after T+: unexpected '-' a");
  EXPECT_EQ(offset_problem("T+4000d"), "after T+: it is longer than 10 years");
}

TEST(Offset, IsPrintedAsTheRunbookWritesIt) {
  for (const auto* text : {"T-24h", "T-1h", "T-1h30m", "T+0", "T+5m", "T+15m", "T+60m", "T+90m",
                           "T+119m59s", "T+2h", "T+48h", "T+15m3s217ms"}) {
    EXPECT_EQ(offset_text(parse_offset(text).value()), text);
  }
}

TEST(Instant, MovesByDurationsAndGivesThemAsDifference) {
  const WallTime start{1000};
  EXPECT_EQ(start + seconds(1) - start, seconds(1));
  EXPECT_LT(start - microseconds(1), start);
}

}  // namespace
}  // namespace stellwerk::base
