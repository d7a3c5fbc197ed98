#include <gtest/gtest.h>

#include <limits>

#include "base/time.h"

namespace stellwerk::base {
namespace {

std::int64_t us_of(std::string_view text) {
  const auto parsed = parse_rfc3339(text);
  EXPECT_TRUE(parsed.has_value()) << text << ": " << (parsed ? "" : parsed.error().one_line());
  return parsed.value_or(WallTime{}).us;
}

std::string time_problem(std::string_view text) {
  const auto parsed = parse_rfc3339(text);
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().id, "BAS-0004");
  return parsed.error().why;
}

TEST(Rfc3339, PrintsUtcWithMillisecondsRoundedDown) {
  EXPECT_EQ(rfc3339(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(WallTime{1760558400000000}), "2025-10-15T20:00:00.000Z");
  EXPECT_EQ(rfc3339(WallTime{1760558400999999}), "2025-10-15T20:00:00.999Z");
  EXPECT_EQ(rfc3339(WallTime{-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(WallTime{951782400000000}), "2000-02-29T00:00:00.000Z");
}

TEST(Rfc3339, ShowsTheLastTimeWithinWhenAYearHasNoFourDigits) {
  EXPECT_EQ(rfc3339(WallTime{std::numeric_limits<std::int64_t>::max()}),
            "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(WallTime{std::numeric_limits<std::int64_t>::min()}),
            "0000-01-01T00:00:00.000Z");
}

// The examples of RFC 3339 §5.8.
TEST(Rfc3339, ReadsTheExamplesOfTheSpecification) {
  EXPECT_EQ(us_of("1985-04-12T23:20:50.52Z"), 482196050520000);
  EXPECT_EQ(us_of("1996-12-19T16:39:57-08:00"), us_of("1996-12-20T00:39:57Z"));
  EXPECT_EQ(us_of("1990-12-31T23:59:60Z"), us_of("1991-01-01T00:00:00Z"));
  EXPECT_EQ(us_of("1990-12-31T15:59:60-08:00"), us_of("1991-01-01T00:00:00Z"));
  EXPECT_EQ(us_of("1937-01-01T12:00:27.87+00:20"), us_of("1937-01-01T11:40:27.87Z"));
}

TEST(Rfc3339, ReadsUpToNineDigitsAndCutsBelowMicroseconds) {
  EXPECT_EQ(us_of("1970-01-01T00:00:00.123456789Z"), 123456);
  EXPECT_EQ(us_of("1970-01-01T00:00:00.1Z"), 100000);
  EXPECT_EQ(us_of("1970-01-01t00:00:01z"), 1000000);
  EXPECT_EQ(us_of("1970-01-01T00:00:00-00:00"), 0);
  EXPECT_EQ(us_of("1969-12-31T23:59:59.999999Z"), -1);
}

TEST(Rfc3339, RoundTripsAtTheEndsOfItsRange) {
  for (const auto* text : {"0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"}) {
    EXPECT_EQ(rfc3339(parse_rfc3339(text).value()), text);
  }
  EXPECT_EQ(time_problem("0000-01-01T00:00:00+00:01"),
            "in UTC it is outside the years 0000 to 9999");
  EXPECT_EQ(time_problem("9999-12-31T23:59:59-00:01"),
            "in UTC it is outside the years 0000 to 9999");
}

TEST(Rfc3339, RefusesDatesAndTimesThatDoNotExist) {
  EXPECT_EQ(time_problem("2025-02-29T00:00:00Z"), "there is no day 2025-02-29");
  EXPECT_EQ(time_problem("2100-02-29T00:00:00Z"), "there is no day 2100-02-29");
  EXPECT_EQ(time_problem("2025-13-01T00:00:00Z"), "there is no day 2025-13-01");
  EXPECT_EQ(time_problem("2025-01-01T24:00:00Z"), "there is no hour 24");
  EXPECT_EQ(time_problem("2025-01-01T00:60:00Z"), "there is no minute 60");
  EXPECT_EQ(time_problem("2025-01-01T00:00:61Z"), "there is no second 61");
  EXPECT_EQ(time_problem("2025-06-29T23:59:60Z"), "no leap second is possible at this time");
  EXPECT_EQ(time_problem("2025-06-30T12:00:60Z"), "no leap second is possible at this time");
  EXPECT_EQ(time_problem("2025-01-01T00:00:00+24:00"), "the offset is larger than 23:59");
}

TEST(Rfc3339, RefusesOtherFormatsAndSaysWhereTheyDiffer) {
  EXPECT_EQ(time_problem(""), "unexpected end: expected 4 digits");
  EXPECT_EQ(time_problem("2025-10-15"), "unexpected end: expected 'T'");
  EXPECT_EQ(time_problem("2025-10-15 20:00:00Z"), "unexpected ' ' at position 11: expected 'T'");
  EXPECT_EQ(time_problem("2025-10-15T20:00:00"),
            "unexpected end: expected Z or an offset such as +02:00");
  EXPECT_EQ(time_problem("2025-10-15T20:00:00.Z"),
            "unexpected 'Z' at position 21: expected a digit");
  EXPECT_EQ(time_problem("2025-10-15T20:00:00.1234567890Z"),
            "unexpected '0' at position 30: at most 9 fractional digits are allowed");
  EXPECT_EQ(time_problem("2025-10-15T20:00:00Zx"),
            "unexpected 'x' at position 21: expected the end");
  EXPECT_EQ(time_problem("15.10.2025 20:00"), "unexpected '.' at position 3: expected 4 digits");
  EXPECT_EQ(time_problem("2025-10-15T20:00:00+2:00"),
            "unexpected ':' at position 22: expected 2 digits");
}

}  // namespace
}  // namespace stellwerk::base
