#include "common/flags.h"

#include <gtest/gtest.h>

namespace examples {
namespace {

using std::chrono::milliseconds;

constexpr FlagSpec kKnown[] = {
    {"--port", "N", "port"}, {"--fault", "KIND", "fault", true}, {"--verbose", "", "a switch"}};

Parsed<Flags> parse(const std::vector<std::string>& arguments) {
  return Flags::parse(arguments, kKnown);
}

TEST(Flags, ReadsBothSpellingsOfAValue) {
  const auto flags = parse({"--port=80", "--fault", "a", "--fault", "b", "--verbose"});
  ASSERT_TRUE(flags);
  EXPECT_EQ(flags->value("--port"), "80");
  EXPECT_EQ(flags->all("--fault"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(flags->has("--verbose"));
  EXPECT_FALSE(flags->value("--nothing"));
}

TEST(Flags, RefusesWhatItDoesNotKnowOrCannotUse) {
  const std::vector<std::vector<std::string>> bad = {
      {"--prot", "80"}, {"80"}, {"--port"}, {"--port", "1", "--port", "2"}, {"--verbose=yes"}};
  for (const auto& arguments : bad) {
    const auto flags = parse(arguments);
    ASSERT_FALSE(flags) << arguments.front();
    EXPECT_FALSE(flags.error().what.empty() || flags.error().why.empty() ||
                 flags.error().next.empty());
  }
}

TEST(Flags, RendersWhatWhyAndNext) {
  const auto flags = parse({"--prot"});
  ASSERT_FALSE(flags);
  EXPECT_EQ(render(flags.error()),
            "error: unknown argument \"--prot\"\n  why   no such flag exists\n"
            "  next  use one of --port, --fault, --verbose\n");
}

TEST(WholeNumber, RefusesAnythingButANumberInRange) {
  EXPECT_EQ(whole_number({"--n", "10"}, {1, 10}), 10);
  for (const char* text : {"", "0", "11", "1.5", " 5", "5 ", "0x5", "99999999999999999999", "+5"})
    EXPECT_FALSE(whole_number({"--n", text}, {1, 10})) << text;
}

TEST(Duration, NeedsAUnit) {
  EXPECT_EQ(duration({"--d", "250ms"}), milliseconds(250));
  EXPECT_EQ(duration({"--d", "60s"}), milliseconds(60'000));
  EXPECT_EQ(duration({"--d", "2m"}), milliseconds(120'000));
  EXPECT_EQ(duration({"--d", "1h"}), milliseconds(3'600'000));
  for (const char* text : {"", "60", "s", "0s", "-1s", "1.5s", "9999999999h", "1 s", "31d"})
    EXPECT_FALSE(duration({"--d", text})) << text;
}

TEST(SplitList, KeepsEmptyItems) {
  EXPECT_EQ(split_list("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split_list("", ','), (std::vector<std::string>{""}));
}

TEST(ValidTenant, AcceptsOnlyNamesThatAreSafeInAPathAndAHeader) {
  EXPECT_TRUE(valid_tenant("pilot-1"));
  EXPECT_TRUE(valid_tenant("DE_by.2"));
  for (const char* tenant : {"", ".", "..", ".x", "a/b", "a,b", "a b", "a\r\nb", "ä"})
    EXPECT_FALSE(valid_tenant(tenant)) << tenant;
  EXPECT_FALSE(valid_tenant(std::string(65, 'a')));
}

}  // namespace
}  // namespace examples
