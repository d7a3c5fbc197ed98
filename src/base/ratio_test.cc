#include "base/ratio.h"

#include <gtest/gtest.h>

#include <limits>

namespace stellwerk::base {
namespace {

constexpr auto kHuge = std::numeric_limits<std::uint64_t>::max();

std::string ratio_problem(std::string_view text) {
  const auto parsed = parse_percent(text);
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().id, "BAS-0005");
  return parsed.error().why;
}

TEST(RatioOf, RoundsHalfUp) {
  EXPECT_EQ(ratio_of(1, 10), percent(10));
  EXPECT_EQ(ratio_of(1, 3).value, 333333);
  EXPECT_EQ(ratio_of(2, 3).value, 666667);
  EXPECT_EQ(ratio_of(1, 2000000).value, 1);
  EXPECT_EQ(ratio_of(1, 2000001).value, 0);
  EXPECT_EQ(ratio_of(3, 2).value, 1500000);
}

TEST(RatioOf, IsDefinedForZeroAndForTheLargestCounts) {
  EXPECT_EQ(ratio_of(5, 0), Ppm{});
  EXPECT_EQ(ratio_of(kHuge, kHuge), kWhole);
  EXPECT_EQ(ratio_of(kHuge, 1).value, std::numeric_limits<std::int64_t>::max());
}

TEST(Exceeds, JudgesWithoutRounding) {
  EXPECT_FALSE(exceeds(1, 100, percent(1)));
  EXPECT_TRUE(exceeds(1000001, 100000000, percent(1)));  // rounds to exactly 1 %
  EXPECT_TRUE(exceeds(1, 99, percent(1)));
  EXPECT_FALSE(exceeds(0, 0, Ppm{}));
  EXPECT_FALSE(exceeds(5, 0, percent(1)));
  EXPECT_TRUE(exceeds(kHuge, kHuge - 1, kWhole));
  EXPECT_FALSE(exceeds(kHuge - 1, kHuge, kWhole));
}

TEST(Percent, IsReadExactly) {
  EXPECT_EQ(parse_percent("10%").value(), percent(10));
  EXPECT_EQ(parse_percent("0.5 %").value().value, 5000);
  EXPECT_EQ(parse_percent("12.3456%").value().value, 123456);
  EXPECT_EQ(parse_percent("0%").value(), Ppm{});
  EXPECT_EQ(parse_percent("100.0000%").value(), kWhole);
}

TEST(Percent, IsRefusedWithTheReasonWhenItIsNotWellFormed) {
  EXPECT_EQ(ratio_problem(""), "unexpected end: expected a number");
  EXPECT_EQ(ratio_problem("-1%"), "unexpected '-' at position 1: expected a number");
  EXPECT_EQ(ratio_problem("10"), "unexpected end: expected '%', as in 10% or 0.5 %");
  EXPECT_EQ(ratio_problem("0,5%"),
            "unexpected ',' at position 2: expected '%', as in 10% or 0.5 %");
  EXPECT_EQ(ratio_problem("1.%"), "unexpected '%' at position 3: expected a digit");
  EXPECT_EQ(ratio_problem("1.23456%"),
            "unexpected '6' at position 7: at most 4 decimals are allowed");
  EXPECT_EQ(ratio_problem("10  %").substr(0, 28), "unexpected ' ' at position 4");
  EXPECT_EQ(ratio_problem("10%%").substr(0, 28), "unexpected '%' at position 3");
}

TEST(Percent, IsRefusedWhenMoreThanTheWhole) {
  for (const auto* text : {"100.0001%", "101%", "1000%", "99999999999999999999999%"}) {
    EXPECT_EQ(ratio_problem(text), "it is not between 0 % and 100 %") << text;
  }
}

TEST(Percent, IsPrintedWithNoMoreDecimalsThanNeeded) {
  EXPECT_EQ(percent_text(percent(10)), "10 %");
  EXPECT_EQ(percent_text(Ppm{500}), "0.05 %");
  EXPECT_EQ(percent_text(Ppm{123456}), "12.3456 %");
  EXPECT_EQ(percent_text(Ppm{-5000}), "-0.5 %");
  EXPECT_EQ(percent_text(Ppm{}), "0 %");
}

}  // namespace
}  // namespace stellwerk::base
