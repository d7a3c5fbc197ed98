// Goal: whatever bytes a file holds, parsing it ends quickly with places, never with a crash.
#include "config/document.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"
#include "config/testing/problems.h"

namespace stellwerk::config {
namespace {

std::string problems_of(const std::string& yaml) {
  Problems problems({.file = "f.yaml", .folder = "/", .schema = "release"});
  parse_document(yaml, problems);
  return testing::lines_of(std::move(problems).take());
}

Node parse(const std::string& yaml) {
  Problems problems({.file = "f.yaml", .folder = "/", .schema = "release"});
  return parse_document(yaml, problems);
}

TEST(Document, KnowsThePlaceOfEveryKeyAndValue) {
  const Node root = parse("a: 1\nb:\n  - x\n  - {ä: \"y\", c: z}\nd:\n");
  ASSERT_EQ(root.entries.size(), 3U);
  EXPECT_EQ(root.entries[0].place, (Place{1, 1}));
  EXPECT_EQ(root.entries[0].value.place, (Place{1, 4}));
  const Node& list = root.entries[1].value;
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0].place, (Place{3, 5}));
  ASSERT_EQ(list.items[1].entries.size(), 2U);
  EXPECT_EQ(list.items[1].entries[0].place, (Place{4, 6}));
  EXPECT_TRUE(list.items[1].entries[0].value.quoted);
  EXPECT_EQ(list.items[1].entries[1].place, (Place{4, 14})) << "columns count characters";
  EXPECT_EQ(root.entries[2].value.kind, Node::Kind::Null);
  EXPECT_EQ(root.entries[2].value.place, (Place{5, 1})) << "an empty value is where its key is";
}

TEST(Document, KeepsTextsAsTheyAreWritten) {
  const Node root = parse("a: 1.20\nb: \"it's\"\nc: 'x''y'\nd: |\n  two\n  lines\ne: no\nf: ~\n");
  ASSERT_EQ(root.entries.size(), 6U);
  EXPECT_EQ(root.entries[0].value.text, "1.20");
  EXPECT_EQ(root.entries[1].value.text, "it's");
  EXPECT_EQ(root.entries[2].value.text, "x'y");
  EXPECT_EQ(root.entries[3].value.text, "two\nlines\n");
  EXPECT_TRUE(root.entries[3].value.quoted);
  EXPECT_EQ(root.entries[4].value.text, "no");
  EXPECT_EQ(root.entries[5].value.kind, Node::Kind::Null);
}

TEST(Document, AcceptsByteOrderMarkAndCarriageReturns) {
  EXPECT_EQ(problems_of("\xEF\xBB\xBF"
                        "a: 1\r\nb: 2\r\n"),
            "");
  EXPECT_EQ(parse("\xEF\xBB\xBF"
                  "a: 1\r\nb: 2\r\n")
                .entries[1]
                .place,
            (Place{2, 1}));
}

TEST(Document, TakesScalarsForWhatYamlTakesThem) {
  const auto type = [](const std::string& text) {
    Node node = text_node(text, {});
    node.quoted = false;
    return scalar_type(node);
  };
  for (const char* text : {"0", "-1", "+7", "0o17", "0xfF"})
    EXPECT_EQ(type(text), ScalarType::Integer) << text;
  for (const char* text : {"1.5", ".5", "1.", "1e3", "-1.5E+3", ".inf", "-.INF", ".NaN"})
    EXPECT_EQ(type(text), ScalarType::Fraction) << text;
  for (const char* text : {"true", "False"}) EXPECT_EQ(type(text), ScalarType::Boolean) << text;
  for (const char* text : {"", "-", ".", "e3", "1.2.3", "0x", "yes", "10%", "T+0", "1e", "+"})
    EXPECT_EQ(type(text), ScalarType::Text) << text;
  EXPECT_EQ(scalar_type(text_node("1", {})), ScalarType::Text) << "in quotes it is text";
}

TEST(Document, RefusesKeysThatAreThereTwice) {
  EXPECT_EQ(problems_of("a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\n"),
            "2:17 CFG-0004 \"c\" is given twice | it stands at line 2, column 5 already\n"
            "3:1 CFG-0004 \"a\" is given twice | it stands at line 1, column 1 already\n");
}

TEST(Document, RefusesAnchorsAliasesTagsAndMergeKeys) {
  const std::string why = " | what a release does must be readable where it stands\n";
  EXPECT_EQ(problems_of("a: &x 1\nb: *x\n<<: {c: 1}\nd: !str e\nf: &y [1]\n\"<<\": 1\n"),
            "1:4 CFG-0009 an anchor (&) cannot be used here" + why +
                "2:4 CFG-0009 an alias (*) cannot be used here" + why +
                "3:1 CFG-0009 a merge key (<<) cannot be used here" + why +
                "4:4 CFG-0009 the tag !str cannot be used here | the type of every value follows "
                "from its key\n"
                "5:4 CFG-0009 an anchor (&) cannot be used here" +
                why);
}

TEST(Document, RefusesASecondDocument) {
  EXPECT_EQ(problems_of("a: 1\n---\nb: 2\n"),
            "2:1 CFG-0009 a second document begins here | a file holds exactly one document\n");
}

TEST(Document, RefusesKeysThatAreNoWords) {
  EXPECT_EQ(problems_of("? [a]\n: 1\n: 2\n" + std::string(201, 'k') + ": 3\n"),
            "1:3 CFG-0002 this cannot be a key | a key must be a single word\n"
            "3:1 CFG-0002 this cannot be a key | it is empty\n"
            "4:1 CFG-0002 this cannot be a key | it is longer than 200 bytes\n");
}

TEST(Document, SaysWhereYamlIsBroken) {
  const std::string broken = " CFG-0002 the file is not valid YAML | ";
  EXPECT_EQ(problems_of("a: [1, 2\n"), "2:1" + broken + "a [ is not closed\n");
  EXPECT_EQ(problems_of("a: 1\nb: \"x\n"),
            "2:4" + broken + "the quote that begins here is not closed\n");
  EXPECT_EQ(problems_of("a: 'it''s\n"),
            "1:4" + broken + "the quote that begins here is not closed\n");
  EXPECT_EQ(problems_of("a: 1\n\tb: 2\n"), "2:1" + broken + "a tab; indent with spaces\n");
  EXPECT_EQ(problems_of("a: @me\n"),
            "1:4" + broken + "a text cannot begin with @ unless it is in quotes\n");
  EXPECT_EQ(problems_of("a: b: c\n"),
            "1:5" + broken + "a second value on the line; put texts with a colon in quotes\n");
}

// Goal: a place is one of the file, also when the YAML library has read on behind its end.
TEST(Document, SaysWhereAnEscapeAtTheEndIsBroken) {
  EXPECT_TRUE(problems_of("a: \"\\u\r\n").starts_with("2:1 CFG-0002"))
      << problems_of("a: \"\\u\r\n");
  const std::string half = problems_of("a: \"\\\xEF\xBB\xBFi\"");
  EXPECT_TRUE(base::valid_utf8(half)) << half;
  EXPECT_NE(half.find("\\xef"), std::string::npos) << half;
  EXPECT_TRUE(problems_of("a: \"\\U00").starts_with("1:9 CFG-0002")) << problems_of("a: \"\\U00");
}

TEST(Document, RefusesBytesThatAreNoText) {
  EXPECT_EQ(problems_of(std::string("a: 1\nb\0: 2\n", 11)),
            "2:2 CFG-0002 the file is not text | control character 0x00\n");
  EXPECT_EQ(problems_of("a: \x1B[31m\n"),
            "1:4 CFG-0002 the file is not text | control character 0x1B\n");
  EXPECT_EQ(problems_of("a: 1\nbc: \xFF\n"),
            "2:5 CFG-0002 the file is not text | it is not valid UTF-8\n");
  EXPECT_EQ(problems_of("a: \xC2\x9B\n"),
            "1:4 CFG-0002 the file is not text | control character 0xC2\n");
  EXPECT_EQ(problems_of("a: \"x\\0\"\n"),
            "1:4 CFG-0002 the value has a character that no text may have | a control character, "
            "written as an escape\n");
  EXPECT_EQ(problems_of(std::string(DocumentLimits::kSizeBytesMax + 1, '#')),
            "0:0 CFG-0002 the file is too large | at most 1048576 bytes are allowed\n");
}

TEST(Document, RefusesEndlessDepthAndTooManyValues) {
  const std::string deep =
      "0:0 CFG-0009 the file is nested too deeply | at most 32 levels are allowed\n";
  const auto at = [&](std::string place) { return place + deep.substr(3); };
  EXPECT_EQ(problems_of(std::string(33, '[') + std::string(33, ']')), at("1:33"));
  EXPECT_EQ(problems_of(std::string(32, '[') + std::string(32, ']')), "");
  std::string flow = "[";
  for (std::size_t i = 0; i < DocumentLimits::kNodesMax; ++i) flow += "a,";
  EXPECT_EQ(problems_of(flow + "a]"),
            "1:200002 CFG-0009 the file has too many values | at most 100000 are allowed\n");
}

/// Much of one thing, of many things that have brought parsers down.
TEST(Document, SurvivesHostileText) {
  constexpr std::size_t kSize = std::size_t{1} << 17;
  const auto filled = [](std::string_view part) {
    std::string text;
    while (text.size() + part.size() <= kSize) text += part;
    return text;
  };
  for (const char* part : {"[",    "{",    "- ",  "? ",    ": ",           "[{",        "&a ",
                           "*a ",  "! ",   "|\n", "---\n", "%A\n",         "\"",        "'",
                           "\t",   "\n",   "a",   "a: ",   "? [a]\n: b\n", "{a: ",      "#",
                           "- - ", "'a' ", ",",   "\\",    ">\n ",         "k: &a *a\n"})
    EXPECT_NE(problems_of(filled(part)), "unlikely") << part;
}

TEST(Document, SurvivesCutsOfAGoodFile) {
  const std::string good =
      "id: rel-1\nlist: [a, {b: \"c\\x41\", 'd': e}]\ntext: |\n  ä\n  two\n? x\n: - 1\n  - 2\n";
  for (std::size_t size = 0; size <= good.size(); ++size) {
    parse(good.substr(0, size));
    parse(good.substr(size));
    std::string changed = good;
    for (const char c : {'\0', '[', '"', ':', '\t', '&', '\x80'}) {
      if (size == good.size()) continue;
      changed[size] = c;
      parse(changed);
    }
  }
  EXPECT_EQ(problems_of(good), "");
}

}  // namespace
}  // namespace stellwerk::config
