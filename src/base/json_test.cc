#include "base/json.h"

#include <gtest/gtest.h>

namespace stellwerk::base {
namespace {

struct Refusal {
  int line = 0;
  int column = 0;
  std::string why;
};

Refusal refusal(std::string_view text, const JsonLimits& limits = {}) {
  const auto parsed = parse_json(text, limits);
  EXPECT_FALSE(parsed.has_value()) << text;
  if (parsed) return {};
  EXPECT_EQ(parsed.error().id, "BAS-0006");
  EXPECT_EQ(parsed.error().code, Code::InvalidArgument);
  return {parsed.error().where.line, parsed.error().where.column, parsed.error().why};
}

void expect_refused_at(std::string_view text, int line, int column) {
  const auto got = refusal(text);
  EXPECT_EQ(got.line, line) << text << ": " << got.why;
  EXPECT_EQ(got.column, column) << text << ": " << got.why;
  EXPECT_FALSE(got.why.empty());
}

TEST(ParseJson, ReadsEveryKindOfValue) {
  const auto parsed = parse_json(R"( {"a":[1,-2,1.5,true,false,null,"x\u00e9\ud83d\ude00"],)"
                                 R"("b":{},"c":18446744073709551615} )");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->at("a"), Json::array({1, -2, 1.5, true, false, nullptr, "xé😀"}));
  EXPECT_EQ(parsed->at("b"), Json::object());
  EXPECT_EQ(parsed->at("c").get<std::uint64_t>(), 18446744073709551615ULL);
  EXPECT_EQ(parse_json("7").value(), 7);
  EXPECT_EQ(parse_json("[]").value(), Json::array());
}

TEST(ParseJson, KeepsNestedValuesInTheirPlaces) {
  constexpr std::string_view kText = R"({"a":{"b":[{"c":1},{"d":[[2],[]]}],"e":3},"f":[4]})";
  EXPECT_EQ(parse_json(kText).value().dump(), kText);
}

TEST(ParseJson, RefusesAKeyThatStandsTwiceInOneObject) {
  const auto got = refusal("{\"a\": 1,\n \"b\": {\"a\": 2},\n  \"a\": 3}");
  EXPECT_EQ(got.why, "the key \"a\" stands twice in one object");
  EXPECT_EQ(got.line, 3);
  EXPECT_EQ(got.column, 5);
  EXPECT_EQ(refusal(R"({"a":1,"\u0061":2})").why, "the key \"a\" stands twice in one object");
}

TEST(ParseJson, RefusesNestingBeyondItsLimit) {
  const JsonLimits limits{.depth_max = 2};
  EXPECT_TRUE(parse_json("[[1],{}]", limits).has_value());
  const auto got = refusal("[[1],{\"a\":[]}]", limits);
  EXPECT_EQ(got.why, "it is nested deeper than 2 levels");
  EXPECT_EQ(got.column, 11);
  EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']')).has_value());
  EXPECT_EQ(refusal(std::string(1000000, '[')).column, 65);
}

TEST(ParseJson, RefusesTextBeyondItsSizeUnread) {
  EXPECT_EQ(refusal("[1,2,3]", {.size_bytes_max = 6}).why, "it has 7 bytes, at most 6 are read");
}

TEST(ParseJson, RefusesAnythingAfterTheValue) {
  expect_refused_at("{} x", 1, 4);
  expect_refused_at("1 2", 1, 3);
  expect_refused_at("{}\n{}", 2, 1);
  expect_refused_at(std::string_view("1\0", 2), 1, 2);
  expect_refused_at(std::string_view("{}\0{}", 5), 1, 3);
}

TEST(ParseJson, SaysWhereTheTextIsNoJson) {
  expect_refused_at("", 1, 1);
  expect_refused_at("{", 1, 2);
  expect_refused_at("[1,]", 1, 4);
  expect_refused_at("{\"a\":1,}", 1, 8);
  expect_refused_at("{\"a\" 1}", 1, 6);
  expect_refused_at("{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3);
  expect_refused_at("[1, // no comments\n2]", 1, 5);
  expect_refused_at("['a']", 1, 2);
  expect_refused_at("[\"ü\", x]", 1, 7);  // columns count characters
  expect_refused_at("01", 1, 2);
  expect_refused_at("[1 \"text\"]", 1, 4);
  expect_refused_at("[1 25]", 1, 4);
  expect_refused_at("{\"a\":1, true:2}", 1, 9);
  expect_refused_at("[1 false]", 1, 4);
  expect_refused_at("[tru]", 1, 5);
  expect_refused_at("[NaN]", 1, 2);
  expect_refused_at("[\"a\nb\"]", 1, 4);
}

TEST(ParseJson, RefusesTextThatIsNotUtf8) {
  expect_refused_at("[\"a\xff\"]", 1, 4);
  expect_refused_at("[\n\"\xed\xa0\x80\"]", 2, 2);
  EXPECT_FALSE(parse_json("\"\\ud800\"").has_value());
  EXPECT_FALSE(parse_json("\"\\ud800\\u0041\"").has_value());
  EXPECT_FALSE(parse_json("\"\\udc00\"").has_value());
}

TEST(ParseJson, ShowsNoRawBytesOfTheTextInItsReason) {
  const auto got = refusal("[\"\x1b\"]");
  EXPECT_EQ(got.why.find('\x1b'), std::string::npos);
  EXPECT_EQ(refusal("[\"\xff\"]").why.find('\xff'), std::string::npos);
}

TEST(ParseJson, RefusesNumbersThatNoDoubleHolds) {
  EXPECT_FALSE(parse_json("[1e999]").has_value());
}

TEST(Pointer, FindsWhatItNames) {
  // The document of RFC 6901 §5.
  const auto document = parse_json(R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,)"
                                   R"("i\\j":5,"k\"l":6," ":7,"m~n":8})")
                            .value();
  const auto at = [&](std::string_view pointer) {
    const auto* const found = at_pointer(document, pointer);
    return found == nullptr ? std::string("nothing") : found->dump();
  };
  EXPECT_EQ(at_pointer(document, ""), &document);
  EXPECT_EQ(at("/foo"), R"(["bar","baz"])");
  EXPECT_EQ(at("/foo/0"), R"("bar")");
  EXPECT_EQ(at("/"), "0");
  EXPECT_EQ(at("/a~1b"), "1");
  EXPECT_EQ(at("/i\\j"), "5");
  EXPECT_EQ(at("/k\"l"), "6");
  EXPECT_EQ(at("/ "), "7");
  EXPECT_EQ(at("/m~0n"), "8");
}

TEST(Pointer, FindsNothingWhereNothingIs) {
  const auto document = parse_json(R"({"a":[1,2],"b":"x"})").value();
  for (const auto* pointer : {"/c", "/a/2", "/a/-", "/a/01", "/a/+1", "/a/", "/b/0", "/a/0/x", "a",
                              "/~2", "/~", "/a/99999999999999999999999"}) {
    EXPECT_EQ(at_pointer(document, pointer), nullptr) << pointer;
  }
}

TEST(Pointer, IsValidWhenItsTokensAreEscaped) {
  for (const auto* pointer : {"", "/", "/a/b", "/~0~1", "/ü"})
    EXPECT_TRUE(valid_pointer(pointer)) << pointer;
  for (const auto* pointer : {"a", " /a", "/~", "/~2", "/a~"})
    EXPECT_FALSE(valid_pointer(pointer)) << pointer;
}

}  // namespace
}  // namespace stellwerk::base
