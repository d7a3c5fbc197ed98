// Bytes of a terminal as keys.
#include "cli/live_keys.h"

#include <gtest/gtest.h>

namespace stellwerk::cli {
namespace {

using Kind = Key::Kind;

Key text(std::string character, bool pasted = false) {
  return {Kind::Text, std::move(character), pasted};
}

TEST(LiveKeys, AreLettersAndControls) {
  KeyReader reader;
  const std::vector<Key> expected{text("p"),         text("ü"),         {Kind::Enter},
                                  {Kind::Enter},     {Kind::Backspace}, {Kind::Backspace},
                                  {Kind::Interrupt}, {Kind::Suspend},   {Kind::ClearLine},
                                  {Kind::ClearWord}, {Kind::Redraw},    {Kind::Other}};
  EXPECT_EQ(reader.feed("pü\r\n\x7f\b\x03\x1a\x15\x17\x0c\x01"), expected);
}

TEST(LiveKeys, ComeWholeWhenTheirBytesComeInParts) {
  KeyReader reader;
  EXPECT_TRUE(reader.feed("\xe6\x9d").empty());
  EXPECT_EQ(reader.feed("\xb1"), std::vector<Key>{text("東")});
  EXPECT_TRUE(reader.feed("\x1b").empty());
  EXPECT_TRUE(reader.feed("[1;5").empty());
  EXPECT_EQ(reader.feed("Cb"), (std::vector<Key>{{Kind::Other}, text("b")}));
  EXPECT_EQ(reader.feed("\x1bOPb"), (std::vector<Key>{{Kind::Other}, text("b")}));
}

TEST(LiveKeys, EscapeIsAKeyWhenNothingFollows) {
  KeyReader reader;
  EXPECT_TRUE(reader.feed("\x1b").empty());
  EXPECT_EQ(reader.feed(""), std::vector<Key>{{Kind::Escape}});
  EXPECT_TRUE(reader.feed("").empty());
  EXPECT_EQ(reader.feed("\x1b\x1b").size(), 1U);
  EXPECT_EQ(reader.feed(""), std::vector<Key>{{Kind::Escape}});
  EXPECT_EQ(reader.feed("\x1b"
                        "b"),
            std::vector<Key>{{Kind::Other}});  // Alt-B is no `b`
}

TEST(LiveKeys, AreMarkedWhenPasted) {
  KeyReader reader;
  const std::vector<Key> expected{text("b", true), {Kind::Enter, {}, true}, text("y")};
  EXPECT_EQ(reader.feed("\x1b[200~b\n\x1b[201~y"), expected);
}

TEST(LiveKeys, AreNothingWhenBytesMeanNothing) {
  KeyReader reader;
  for (const char* bytes : {"\xff", "\xc3(", "\xc2\x9b", "\xe2\x80\xae"})
    for (const Key& key : reader.feed(bytes))
      EXPECT_TRUE(key.kind == Kind::Other || key == text("("));
  EXPECT_EQ(reader.feed("\x1b[" + std::string(100, '1')).front().kind, Kind::Other);
  reader.feed("\xe6");
  EXPECT_EQ(reader.feed(""), std::vector<Key>{{Kind::Other}});
  EXPECT_EQ(reader.feed("p"), std::vector<Key>{text("p")});
}

}  // namespace
}  // namespace stellwerk::cli
