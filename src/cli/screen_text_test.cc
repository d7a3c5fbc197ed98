// Widths and cuts of texts on a terminal.
#include "cli/screen_text.h"

#include <gtest/gtest.h>

namespace stellwerk::cli {
namespace {

constexpr Charset kAll{};
constexpr Charset kPlainAscii{false, false};
constexpr Charset kConsole{true, false};

TEST(ScreenText, CountsWideAndCombiningCharacters) {
  EXPECT_EQ(columns_of("Mandant"), 7U);
  EXPECT_EQ(columns_of("Müller"), 6U);
  EXPECT_EQ(columns_of("Mu\u0308ller"), 6U);  // u and a mark
  EXPECT_EQ(columns_of("東京"), 4U);
  EXPECT_EQ(columns_of("\u200b"), 0U);
  EXPECT_EQ(columns_of("🚀"), 2U);
  EXPECT_EQ(columns_of("\xff\xc3"), 2U);  // bytes that are no UTF-8
  EXPECT_TRUE(width_is_uncertain("Mu\u0308ller"));
  EXPECT_FALSE(width_is_uncertain("Müller → 2"));
}

TEST(ScreenText, CutsBetweenCharactersAndFillsUp) {
  EXPECT_EQ(fitted("東京都", 6, kAll), "東京都");
  EXPECT_EQ(fitted("東京都", 5, kAll), "東京…");
  EXPECT_EQ(fitted("東京都", 4, kAll), "東…");  // half a character is none
  EXPECT_EQ(filled("東京都", 4, kAll), "東… ");
  EXPECT_EQ(fitted("e\u0301e\u0301e\u0301", 2, kAll), "e\u0301…");
  EXPECT_EQ(fitted("abc", 0, kAll), "");
  EXPECT_EQ(fitted("abcd", 3, kPlainAscii), "ab~");
  EXPECT_EQ(tail_of("a東京", 3), "京");
  EXPECT_EQ(tail_of("abc", 5), "abc");
  EXPECT_EQ(without_last("abe\u0301"), "ab");
  EXPECT_EQ(without_last(""), "");
}

TEST(ScreenText, BreaksAtBlanksAndWithinLongWords) {
  const std::vector<std::string> lines{"one", "twoth", "ree", "four"};
  EXPECT_EQ(broken("one twothree four", 5), lines);
  EXPECT_TRUE(broken("  ", 5).empty());
  EXPECT_EQ(widest_word("one 東京都 four"), 6U);
  EXPECT_EQ(widest_word(""), 0U);
}

TEST(ScreenText, WritesOutWhatATerminalCannotShow) {
  EXPECT_EQ(shown("Größe · 50 % → 2 ✔ …", kPlainAscii), "Groesse - 50 % -> 2 + ~");
  EXPECT_EQ(shown("東é\u0301", kPlainAscii), "???");
  EXPECT_EQ(shown("Größe ✔ →", kConsole), "Größe + ->");
  EXPECT_EQ(shown("Größe ✔", kAll), "Größe ✔");
}

}  // namespace
}  // namespace stellwerk::cli
