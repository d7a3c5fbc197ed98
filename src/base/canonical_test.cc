// Goal: RFC 8785 for integers, strings and booleans; its test data
// (cyberphone/json-canonicalization) where it has no fraction and no null.
#include "base/canonical.h"

#include <gtest/gtest.h>

namespace stellwerk::base {
namespace {

std::string canonical_of(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed) return parsed.error().one_line();
  const auto written = canonical(*parsed);
  return written ? *written : written.error().one_line();
}

std::string canonical_problem(const Json& value) {
  const auto written = canonical(value);
  if (written) return *written;
  EXPECT_EQ(written.error().id, "BAS-0007");
  return written.error().why;
}

TEST(Canonical, WritesArraysAndSimpleValuesWithoutSpace) {
  EXPECT_EQ(canonical_of("[ 56 , { \"d\" : true , \"10\" : false , \"1\" : [ ] } ]"),
            R"([56,{"1":[],"10":false,"d":true}])");
  EXPECT_EQ(canonical_of(" { } "), "{}");
  EXPECT_EQ(canonical_of("\"\""), "\"\"");
  EXPECT_EQ(canonical_of("-0"), "0");
}

// "structures.json" without its null.
TEST(Canonical, SortsKeysAtEveryLevel) {
  EXPECT_EQ(canonical_of(R"({"1":{"f":{"f":"hi","F":5},"\n":56},"10":{},"":"empty",)"
                         R"("a":{},"111":[{"e":"yes","E":"no"}],"A":{}})"),
            R"({"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},)"
            R"("111":[{"E":"no","e":"yes"}],"A":{},"a":{}})");
}

// "french.json": no locale takes part in sorting.
TEST(Canonical, SortsByCodeUnitsWithoutALocale) {
  EXPECT_EQ(canonical_of(R"({"sin":"ignore locale","pêche":"but canonicalization MUST",)"
                         R"("péché":"is wrong according to French",)"
                         R"("peach":"This sorting order"})"),
            R"({"peach":"This sorting order","péché":"is wrong according to French",)"
            R"("pêche":"but canonicalization MUST","sin":"ignore locale"})");
}

// RFC 8785 §3.2.3 ("weird.json"): U+1F600 is before U+FB33 in UTF-16, behind it in UTF-8.
TEST(Canonical, SortsByUtf16UnitsWhereUtf8DiffersFromIt) {
  EXPECT_EQ(
      canonical_of(R"({"\u20ac":"Euro Sign","\r":"Carriage Return",)"
                   R"("\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",)"
                   R"("\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",)"
                   R"("\u00f6":"Latin Small Letter O With Diaeresis"})"),
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
      "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
      "\"😀\":\"Emoji: Grinning Face\",\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
  EXPECT_EQ(canonical_of(
                R"({"\ue000":1,"\ud800\udc00":2,"\ud7ff":3,"a\uffff":4,"a\udbff\udfff":5,"a":6})"),
            "{\"a\":6,\"a\xf4\x8f\xbf\xbf\":5,\"a\xef\xbf\xbf\":4,\"\xed\x9f\xbf\":3,"
            "\"\xf0\x90\x80\x80\":2,"
            "\"\xee\x80\x80\":1}");
}

// RFC 8785 §3.2.2.2, its example string.
TEST(Canonical, EscapesNoMoreThanItMust) {
  EXPECT_EQ(canonical_of(R"("\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/")"),
            R"("€$\u000f\nA'B\"\\\\\"/")");
  EXPECT_EQ(canonical_of(R"("\b\t\n\f\r\u0000\u001f\u007f\u2028")"),
            "\"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f\xe2\x80\xa8\"");
}

TEST(Canonical, WritesIntegersThatEveryReaderKeeps) {
  EXPECT_EQ(canonical_of("[9007199254740991,-9007199254740991,0]"),
            "[9007199254740991,-9007199254740991,0]");
  EXPECT_EQ(canonical_problem(Json{{"a", 9007199254740992}}),
            "at /a: the integer is beyond ±(2^53-1)");
  EXPECT_EQ(canonical_problem(Json{{"a", -9007199254740992}}),
            "at /a: the integer is beyond ±(2^53-1)");
  EXPECT_EQ(canonical_problem(18446744073709551615ULL),
            "at the top: the integer is beyond ±(2^53-1)");
}

TEST(Canonical, RefusesWithThePathWhatHasNoCanonicalForm) {
  EXPECT_EQ(canonical_problem(nullptr), "at the top: null is not allowed: leave the key out");
  EXPECT_EQ(canonical_problem(Json{{"a", {1, {{"b", nullptr}}}}}),
            "at /a/1/b: null is not allowed: leave the key out");
  EXPECT_EQ(canonical_problem(Json{{"rate", 0.5}}),
            "at /rate: a fraction is not allowed: use an integer of a smaller unit");
  EXPECT_EQ(canonical_problem(Json{{"rate", 1.0}}),
            "at /rate: a fraction is not allowed: use an integer of a smaller unit");
  EXPECT_EQ(canonical_problem(Json{{"a", "\xff"}}), "at /a: the text is not UTF-8");
  EXPECT_EQ(canonical_problem(Json{{"\xff", 1}}), "at /\\xff: the text is not UTF-8");
  EXPECT_EQ(canonical_problem(Json::binary({1})), "at the top: it is no JSON value");
}

TEST(Canonical, RefusesNestingThatWouldExhaustTheStack) {
  Json nested = 1;
  for (int i = 0; i < 513; ++i) nested = Json::array({std::move(nested)});
  EXPECT_TRUE(canonical(nested[0]).has_value());
  const auto refused = canonical(nested);
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().why.ends_with("it is nested deeper than 512 levels"));
}

// What read_canonical() must give: the definition, in the two steps that it takes the place of.
std::optional<Json> read_in_two_steps(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed) return std::nullopt;
  const auto again = canonical(*parsed);
  return again && *again == text ? std::optional(*parsed) : std::nullopt;
}

TEST(ReadCanonical, GivesTheValueThatWasWritten) {
  for (const std::string text :
       {R"({"a":[true,false,{"":[]},{}],"b":"x"})", "0", "-1", "9007199254740991",
        "-9007199254740991", R"("\b\t\n\f\r\"\\/\u0000\u001f")", "\"\x7f é 😀\"",
        "{\"😀\":1,\"\xef\xac\xb3\":2}"}) {
    const auto read = read_canonical(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read, read_in_two_steps(text)) << text;
    EXPECT_EQ(canonical(*read), text);
  }
  EXPECT_TRUE(read_canonical("7")->is_number_unsigned());  // as parse_json() has them
  EXPECT_TRUE(read_canonical("-7")->is_number_integer());
}

// Another spelling of the same value is another entry: its hash is another one.
TEST(ReadCanonical, TakesNoOtherSpelling) {
  for (const std::string text : {"",
                                 " 1",
                                 "1 ",
                                 "1,",
                                 "-0",
                                 "00",
                                 "01",
                                 "-",
                                 "--1",
                                 "+1",
                                 "1.0",
                                 "1e2",
                                 "null",
                                 "nul",
                                 "tru",
                                 "truex",
                                 "9007199254740992",
                                 "-9007199254740992",
                                 "99999999999999999999",
                                 "\"",
                                 "\"\\\"",
                                 R"("\/")",
                                 R"("\u0061")",
                                 R"("\u000a")",
                                 R"("\u001F")",
                                 R"("\u00")",
                                 R"("\x")",
                                 "\"\n\"",
                                 "\"\xff\"",
                                 "\"\xed\xa0\x80\"",
                                 "\xef\xbb\xbf"
                                 "1",
                                 "[",
                                 "[1",
                                 "[1,",
                                 "[1,]",
                                 "[,1]",
                                 "[1 ]",
                                 "[1}",
                                 "{",
                                 "{\"a\"",
                                 "{\"a\":",
                                 "{\"a\":1",
                                 "{\"a\":1,",
                                 "{\"a\":1,}",
                                 "{a:1}",
                                 "{1:1}",
                                 "{\"a\" :1}",
                                 R"({"b":1,"a":2})",
                                 R"({"a":1,"a":2})",
                                 "{\"\xef\xac\xb3\":1,\"😀\":2}"}) {
    EXPECT_FALSE(read_canonical(text)) << text;
    EXPECT_FALSE(read_in_two_steps(text)) << text;
  }
}

TEST(ReadCanonical, BoundsTheDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(read_canonical(nested(64)));
  EXPECT_FALSE(read_canonical(nested(65)));
  EXPECT_FALSE(read_canonical(nested(100'000)));
  EXPECT_FALSE(read_canonical(nested(2), 1));
}

}  // namespace
}  // namespace stellwerk::base
