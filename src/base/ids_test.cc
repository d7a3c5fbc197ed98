#include "base/ids.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

namespace stellwerk::base {
namespace {

static_assert(!std::is_convertible_v<TenantId, ComponentName>);
static_assert(!std::is_convertible_v<std::string, TenantId>);

std::string why_not(std::string_view text) { return parse_name(text).error().why; }

TEST(Id, IsOrderedAndHashedByItsText) {
  EXPECT_LT(TenantId("pilot-1"), TenantId("pilot-2"));
  EXPECT_TRUE(TenantId().empty());
  const std::unordered_set<TenantId> set{TenantId("a"), TenantId("a"), TenantId("b")};
  EXPECT_EQ(set.size(), 2U);
}

TEST(Name, IsAcceptedWhenLowerCaseLettersDigitsAndMarks) {
  for (const auto* name :
       {"a", "7", "document-domain", "rel-2025-10-001", "document-domain-v1.3.0", "a_b", "x--y"}) {
    EXPECT_EQ(parse_name(name).value_or("refused"), name);
  }
  EXPECT_TRUE(parse_name(std::string(63, 'a')).has_value());
}

TEST(Name, IsRefusedWithTheReasonWhenItIsNotSafe) {
  EXPECT_EQ(why_not(""), "it is empty");
  EXPECT_EQ(why_not(std::string(64, 'a')), "it has 64 characters, at most 63 are allowed");
  EXPECT_EQ(why_not("-a"), "it must begin with a letter or a digit");
  EXPECT_EQ(why_not("a."), "it must end with a letter or a digit");
  EXPECT_EQ(why_not("a/b"),
            "unexpected '/' at position 2: only a-z, 0-9, '.', '_' and '-' are allowed");
  EXPECT_EQ(why_not("a\nb").substr(0, 31), "unexpected '\\x0a' at position 2");
  EXPECT_EQ(why_not("mü").substr(0, 29), "unexpected 'ü' at position 2");
}

TEST(Name, IsSuggestedInLowerCaseWhenThatIsAllThatIsWrong) {
  const auto refused = parse_name("Document-Domain");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().id, "BAS-0001");
  EXPECT_EQ(refused.error().message, "\"Document-Domain\" is not a valid name");
  ASSERT_EQ(refused.error().next.size(), 1U);
  EXPECT_EQ(refused.error().next[0].command, "write document-domain");
  EXPECT_TRUE(parse_name("A/B").error().next.empty());
}

}  // namespace
}  // namespace stellwerk::base
