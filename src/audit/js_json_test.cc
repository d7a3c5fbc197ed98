// Goal: the text is what JSON.stringify makes of what JSON.parse read (ECMA-262).
#include "audit/js_json.h"

#include <gtest/gtest.h>

#include <limits>

namespace stellwerk::audit {
namespace {

std::string again(std::string_view text) {
  const auto value = parse_js(text);
  return value ? stringify(*value) : value.error().id;
}

TEST(JsJson, KeepsTheOrderOfMembers) {
  EXPECT_EQ(again(R"( {"b": 1, "a": {"z":[], "y":{}}, "": null} )"),
            R"({"b":1,"a":{"z":[],"y":{}},"":null})");
  EXPECT_EQ(again(R"([true,false,null,"x",[[]]])"), R"([true,false,null,"x",[[]]])");
}

// OrdinaryOwnPropertyKeys: array indices come first, ascending.
TEST(JsJson, PutsArrayIndicesFirst) {
  EXPECT_EQ(again(R"({"b":1,"10":2,"9":3,"01":4,"4294967294":5,"4294967295":6,"-1":7,"1.5":8})"),
            R"({"9":3,"10":2,"4294967294":5,"b":1,"01":4,"4294967295":6,"-1":7,"1.5":8})");
}

TEST(JsJson, EscapesOnlyWhatItMust) {
  EXPECT_EQ(again(R"("\u00e4\u20ac\ud83d\ude00\/\u007f\u2028")"), "\"ä€😀/\x7f\u2028\"");
  EXPECT_EQ(again(R"("\u0000\u001f\b\f\n\r\t\"\\")"), R"("\u0000\u001f\b\f\n\r\t\"\\")");
}

// Well-formed JSON.stringify: half of a pair is escaped, in lower case.
TEST(JsJson, KeepsHalvesOfSurrogatePairs) {
  EXPECT_EQ(again(R"("\uD800")"), R"("\ud800")");
  EXPECT_EQ(again(R"({"\udfffx":"\uDBFF\uD83D\uDE00\udc00"})"),
            "{\"\\udfffx\":\"\\udbff😀\\udc00\"}");
  EXPECT_EQ(again(R"("\\ud800\\\ud800")"), R"("\\ud800\\\ud800")");
  // The character that marks them, raw and escaped, before what could be digits.
  EXPECT_EQ(again("\"\xF4\x8F\xBF\xBF"
                  "d800\\uDBFF\\uDFFFm\""),
            "\"\xF4\x8F\xBF\xBF"
            "d800\xF4\x8F\xBF\xBFm\"");
}

TEST(JsJson, WritesNumbersAsJavaScriptDoes) {
  EXPECT_EQ(again("[0,-0,-0.0,1.0,1.50,1e3,-12]"), "[0,0,0,1,1.5,1000,-12]");
  EXPECT_EQ(again("[123456789012345678901,1e21,1.5e21,1E+20]"),
            "[123456789012345680000,1e+21,1.5e+21,100000000000000000000]");
  EXPECT_EQ(again("[0.000001,0.0000001,1.25e-7,0.1,-0.00001]"),
            "[0.000001,1e-7,1.25e-7,0.1,-0.00001]");
  EXPECT_EQ(again("[9007199254740993,18446744073709551615,-9223372036854775808]"),
            "[9007199254740992,18446744073709552000,-9223372036854776000]");
  EXPECT_EQ(again("[5e-324,1.7976931348623157e308]"), "[5e-324,1.7976931348623157e+308]");
  EXPECT_EQ(js_number(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(js_number(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(JsJson, RefusesWhatIsNoJson) {
  for (const std::string_view text :
       {"", "{", "[1,]", R"({"a":1,"a":2})", "1 2", "\"\\ud80\"", "1e999"})
    EXPECT_EQ(again(text), "BAS-0006") << text;
  EXPECT_EQ(again(std::string(65, '[') + std::string(65, ']')), "BAS-0006");
}

TEST(JsJson, FindsMembers) {
  const auto value = parse_js(R"({"a":"x"})").value();
  ASSERT_NE(value.find("a"), nullptr);
  EXPECT_EQ(value.find("a")->text, "x");
  EXPECT_EQ(value.find("b"), nullptr);
  EXPECT_EQ(value.find("a")->find("a"), nullptr);
}

}  // namespace
}  // namespace stellwerk::audit
