#include "base/result.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/check.h"

namespace stellwerk::base {
namespace {

constexpr Code kAllCodes[] = {Code::InvalidArgument, Code::NotFound,   Code::Conflict,
                              Code::Rejected,        Code::Forbidden,  Code::Unauthenticated,
                              Code::Unavailable,     Code::Overloaded, Code::OutcomeUnknown,
                              Code::Corruption,      Code::Internal};

TEST(Error, CarriesEverythingThatWasAddedToIt) {
  const auto built = error(Code::Rejected, "HAP-0003", "the map was refused")
                         .because("no backend x")
                         .now("traffic is unchanged")
                         .then("stellwerk doctor", "check HAProxy")
                         .at({"stellwerk.yaml", 3, 7})
                         .during("committing the map")
                         .during("preparing wave 2");
  EXPECT_EQ(built.state, "traffic is unchanged");
  ASSERT_EQ(built.next.size(), 1U);
  EXPECT_EQ(built.next[0], (NextStep{"stellwerk doctor", "check HAProxy"}));
  EXPECT_EQ(built.where.to_string(), "stellwerk.yaml:3:7");
  EXPECT_EQ(built.one_line(),
            "HAP-0003: the map was refused (no backend x) [while committing the map, while "
            "preparing wave 2]");
}

TEST(Error, LeavesOutWhatIsUnknownWhenPrintedInOneLine) {
  EXPECT_EQ(error(Code::Internal, "X-1", "broken").one_line(), "X-1: broken");
}

TEST(Error, TakesItsRetryFromItsCode) {
  EXPECT_EQ(fail(Code::Unavailable, "X-1", "m").value().retry, Retry::Later);
  EXPECT_EQ(fail(Code::Overloaded, "X-1", "m").value().retry, Retry::Later);
  EXPECT_EQ(fail(Code::OutcomeUnknown, "X-1", "m").value().retry, Retry::AfterReadBack);
  EXPECT_EQ(fail(Code::Conflict, "X-1", "m").value().retry, Retry::Never);
}

TEST(Error, ConvertsToAResultOfAnyType) {
  const Result<int> number = fail(Code::NotFound, "X-1", "none");
  const Result<void> nothing = fail(number.error());
  ASSERT_FALSE(nothing.has_value());
  EXPECT_EQ(nothing.error().code, Code::NotFound);
}

TEST(Code, HasADifferentTextForEachEnumerator) {
  std::vector<std::string_view> texts;
  for (const auto code : kAllCodes) {
    for (const auto text : texts) EXPECT_NE(text, to_string(code));
    texts.push_back(to_string(code));
  }
  EXPECT_EQ(to_string(Code::OutcomeUnknown), "outcome_unknown");
}

TEST(SourcePosition, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ((SourcePosition{"a.yaml", 3, 0}.to_string()), "a.yaml:3");
  EXPECT_EQ((SourcePosition{"a.yaml", 0, 4}.to_string()), "a.yaml");
  EXPECT_EQ((SourcePosition{"", 2, 4}.to_string()), "2:4");
  EXPECT_EQ(SourcePosition{}.to_string(), "");
}

TEST(CheckDeathTest, NamesTheConditionAndThePlaceWhenAnInvariantIsBroken) {
  EXPECT_DEATH(STELLWERK_CHECK(1 + 1 == 3), "broken invariant: 1 \\+ 1 == 3 \\(.*result_test.cc:");
}

}  // namespace
}  // namespace stellwerk::base
