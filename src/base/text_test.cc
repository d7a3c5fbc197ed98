#include "base/text.h"

#include <gtest/gtest.h>

namespace stellwerk::base {
namespace {

const std::vector<std::string> kNames{"canary", "rolling", "blue-green", "stepwise"};

TEST(Nearest, FindsTheNameThatWasMeant) {
  EXPECT_EQ(nearest("canaray", kNames), "canary");
  EXPECT_EQ(nearest("cnaary", kNames), "canary");
  EXPECT_EQ(nearest("Rolling", kNames), "rolling");
  EXPECT_EQ(nearest("bluegreen", kNames), "blue-green");
}

TEST(Nearest, FindsNothingWhenNoNameIsNear) {
  EXPECT_EQ(nearest("database", kNames), std::nullopt);
  EXPECT_EQ(nearest("", kNames), std::nullopt);
  EXPECT_EQ(nearest("x", std::vector<std::string>{"a"}), std::nullopt);
  EXPECT_EQ(nearest(std::string(100000, 'c'), kNames), std::nullopt);
}

TEST(AndList, JoinsAsInASentence) {
  EXPECT_EQ(and_list({}), "");
  EXPECT_EQ(and_list(std::vector<std::string>{"a"}), "a");
  EXPECT_EQ(and_list(std::vector<std::string>{"a", "b"}), "a and b");
  EXPECT_EQ(and_list(std::vector<std::string>{"a", "b", "c"}), "a, b and c");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Trim, RemovesBlanksAtBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(LowerAscii, LeavesOtherCharactersAlone) { EXPECT_EQ(lower_ascii("AbÄ1"), "abÄ1"); }

TEST(Printable, ReplacesWhatCouldSteerATerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(printable("a\nb\x7f"), "a\\x0ab\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");           // C1: CSI
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // right-to-left override
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("Prüfung → 😀"), "Prüfung → 😀");
}

TEST(Printable, CutsBetweenCharactersWhenTooLong) {
  EXPECT_EQ(printable("abcdef", 3), "abc…");
  EXPECT_EQ(printable("abc", 3), "abc");
  EXPECT_EQ(printable("abü", 3), "ab…");
  EXPECT_EQ(printable(std::string(500, 'x')).size(), 400 + std::string("…").size());
}

TEST(UnexpectedAt, ShowsWholeCharactersAndTheEnd) {
  EXPECT_EQ(unexpected_at("aü", 1), "unexpected 'ü' at position 2");
  EXPECT_EQ(unexpected_at("a\n", 1), "unexpected '\\x0a' at position 2");
  EXPECT_EQ(unexpected_at("a", 1), "unexpected end");
}

TEST(ValidUtf8, AcceptsEveryLengthAtItsLimits) {
  for (const auto* text :
       {"", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(valid_utf8(text)) << printable(text);
  }
}

TEST(ValidUtf8, RefusesOverlongTextsSurrogatesAndPieces) {
  for (const auto* text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "a\xff",
        "\xe2\x28\xa1", "\xf0\x9f\x28\x80"}) {
    EXPECT_FALSE(valid_utf8(text)) << printable(text);
  }
}

TEST(ShortList, NamesTheEndsAndTheCountOfALongOne) {
  const std::vector<std::string> tenants{"a", "b", "c"};
  EXPECT_EQ(short_list(tenants, 3), "a, b, c");
  EXPECT_EQ(short_list(tenants, 2), "a … c (3)");
  EXPECT_EQ(short_list({}, 2), "");
}

}  // namespace
}  // namespace stellwerk::base
