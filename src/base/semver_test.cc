// Goal: SemVer 2.0.0 in full. The two long lists are those that semver.org itself gives for
// checking parsers.
#include "base/semver.h"

#include <gtest/gtest.h>

namespace stellwerk::base {
namespace {

constexpr std::string_view kValid[] = {
    "0.0.4",
    "1.2.3",
    "10.20.30",
    "1.1.2-prerelease+meta",
    "1.1.2+meta",
    "1.1.2+meta-valid",
    "1.0.0-alpha",
    "1.0.0-beta",
    "1.0.0-alpha.beta",
    "1.0.0-alpha.beta.1",
    "1.0.0-alpha.1",
    "1.0.0-alpha0.valid",
    "1.0.0-alpha.0valid",
    "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay",
    "1.0.0-rc.1+build.1",
    "2.0.0-rc.1+build.123",
    "1.2.3-beta",
    "10.2.3-DEV-SNAPSHOT",
    "1.2.3-SNAPSHOT-123",
    "1.0.0",
    "2.0.0",
    "1.1.7",
    "2.0.0+build.1848",
    "2.0.1-alpha.1227",
    "1.0.0-alpha+beta",
    "1.2.3----RC-SNAPSHOT.12.9.1--.12+788",
    "1.2.3----R-S.12.9.1--.12+meta",
    "1.2.3----RC-SNAPSHOT.12.9.1--.12",
    "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
    "1.0.0-0A.is.legal",
    "1.0.0+001",
    "18446744073709551615.0.0",
    "1.0.0-99999999999999999999999",
};

constexpr std::string_view kInvalid[] = {
    "",
    "1",
    "1.2",
    "1.2.3-0123",
    "1.2.3-0123.0123",
    "1.1.2+.123",
    "+invalid",
    "-invalid",
    "-invalid+invalid",
    "-invalid.01",
    "alpha",
    "alpha.beta",
    "alpha.beta.1",
    "alpha.1",
    "alpha+beta",
    "alpha_beta",
    "alpha.",
    "alpha..",
    "beta",
    "1.0.0-alpha_beta",
    "-alpha.",
    "1.0.0-alpha..",
    "1.0.0-alpha..1",
    "1.0.0-alpha...1",
    "01.1.1",
    "1.01.1",
    "1.1.01",
    "1.2.3.DEV",
    "1.2-SNAPSHOT",
    "1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788",
    "1.2-RC-SNAPSHOT",
    "-1.0.3-gamma+b7718",
    "+justmeta",
    "9.8.7+meta+meta",
    "9.8.7-whatever+meta+meta",
    "99999999999999999999999.999999999999999999.99999999999999999----RC-SNAPSHOT.12.09.1----..12",
    "1.0.0-",
    "1.0.0+",
    " 1.0.0",
    "1.0.0 ",
    "1.0.0\n",
    "v1.0.0",
};

SemVer version(std::string_view text) {
  auto parsed = SemVer::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text << ": " << parsed.error().one_line();
  return parsed.value_or(SemVer{});
}

std::string why_not(std::string_view text) { return SemVer::parse(text).error().why; }

TEST(SemVerParse, AcceptsAndPrintsEveryValidVersion) {
  for (const auto text : kValid) EXPECT_EQ(version(text).to_string(), text);
}

TEST(SemVerParse, RefusesEveryInvalidVersion) {
  for (const auto text : kInvalid) {
    const auto parsed = SemVer::parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().id, "BAS-0002");
    EXPECT_FALSE(parsed.error().why.empty());
  }
}

TEST(SemVerParse, SplitsIntoItsParts) {
  const auto parsed = version("1.22.333-rc.1.x-y+build.007");
  EXPECT_EQ(parsed.major, 1U);
  EXPECT_EQ(parsed.minor, 22U);
  EXPECT_EQ(parsed.patch, 333U);
  EXPECT_EQ(parsed.pre_release, (std::vector<std::string>{"rc", "1", "x-y"}));
  EXPECT_EQ(parsed.build, (std::vector<std::string>{"build", "007"}));
  EXPECT_TRUE(parsed.is_pre_release());
  EXPECT_FALSE(version("1.0.0+a").is_pre_release());
}

TEST(SemVerParse, NamesTheFirstOffendingCharacter) {
  EXPECT_EQ(why_not("1.2"), "unexpected end: expected '.': a version has three numbers");
  EXPECT_EQ(why_not("1.x.3"), "unexpected 'x' at position 3: expected a digit");
  EXPECT_EQ(why_not("1.02.3"), "unexpected '0' at position 3: numbers have no leading zeros");
  EXPECT_EQ(why_not("1.2.3.4"), "unexpected '.' at position 6: expected '-', '+' or the end");
  EXPECT_EQ(why_not("1.2.3-rc.01"),
            "unexpected '0' at position 10: numeric identifiers have no leading zeros");
  EXPECT_EQ(why_not("1.2.3-a..b"),
            "unexpected '.' at position 9: expected an identifier of 0-9, A-Z, a-z and '-'");
  EXPECT_EQ(why_not("18446744073709551616.0.0"),
            "unexpected '1' at position 1: the number is larger than 2^64-1");
}

TEST(SemVerParse, SaysWhatToWriteWhenAVersionHasALeadingV) {
  const auto refused = SemVer::parse("v1.3.0").error();
  EXPECT_EQ(refused.why,
            "unexpected 'v' at position 1: a leading v belongs to the Git tag, not to the version");
  ASSERT_EQ(refused.next.size(), 1U);
  EXPECT_EQ(refused.next[0].command, "write 1.3.0");
  EXPECT_EQ(why_not("version"), "unexpected 'v' at position 1: expected a digit");
}

// §11: each of these has a lower precedence than the next.
TEST(SemVerPrecedence, FollowsTheChainsOfTheSpecification) {
  constexpr std::string_view kChain[] = {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                         "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
                                         "1.0.0-rc.1",  "1.0.0",         "2.0.0",
                                         "2.1.0",       "2.1.1"};
  for (std::size_t i = 0; i < std::size(kChain); ++i) {
    for (std::size_t j = 0; j < std::size(kChain); ++j) {
      EXPECT_TRUE(precedence(version(kChain[i]), version(kChain[j])) == (i <=> j))
          << kChain[i] << " and " << kChain[j];
    }
  }
}

TEST(SemVerPrecedence, ComparesNumericIdentifiersAsNumbersBeyond64Bits) {
  EXPECT_TRUE(precedence(version("1.0.0-99999999999999999999"),
                         version("1.0.0-100000000000000000000")) < 0);
  EXPECT_TRUE(precedence(version("1.0.0-9"), version("1.0.0-10")) < 0);
}

TEST(SemVerPrecedence, PutsNumericIdentifiersBeforeOthersAndUpperCaseBeforeLower) {
  EXPECT_TRUE(precedence(version("1.0.0-999"), version("1.0.0-a")) < 0);
  EXPECT_TRUE(precedence(version("1.0.0-999"), version("1.0.0--")) < 0);
  EXPECT_TRUE(precedence(version("1.0.0-RC"), version("1.0.0-rc")) < 0);
}

TEST(SemVerPrecedence, IgnoresBuildMetadataWhichEqualityDoesNot) {
  EXPECT_TRUE(precedence(version("1.0.0+a"), version("1.0.0+b")) == 0);
  EXPECT_FALSE(version("1.0.0+a") == version("1.0.0+b"));
}

}  // namespace
}  // namespace stellwerk::base
