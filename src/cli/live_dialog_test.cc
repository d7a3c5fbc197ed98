// Which keys ask what, and what is never done without an answer.
#include "cli/live_dialog.h"

#include <gtest/gtest.h>

namespace stellwerk::cli {
namespace {

using Kind = LiveAction::Kind;
using State = LiveDialog::State;

std::vector<Key> keys_of(std::string_view bytes) {
  KeyReader reader;
  auto keys = reader.feed(bytes);
  for (const Key& key : reader.feed("")) keys.push_back(key);
  return keys;
}

/// The last action that the bytes came to.
LiveAction type(LiveDialog& dialog, std::string_view bytes) {
  LiveAction last;
  for (const Key& key : keys_of(bytes)) last = dialog.press(key);
  return last;
}

/// All that they came to.
std::vector<LiveAction> press_all(LiveDialog& dialog, std::string_view bytes) {
  std::vector<LiveAction> actions;
  for (const Key& key : keys_of(bytes)) {
    LiveAction action = dialog.press(key);
    if (action.kind != Kind::None) actions.push_back(std::move(action));
  }
  return actions;
}

TEST(LiveDialog, AsksBeforeAnythingIsSent) {
  for (const auto& [letter, verb] : {std::pair{"r", "resume"}, std::pair{"m", "promote"}}) {
    LiveDialog dialog;
    EXPECT_EQ(type(dialog, letter), LiveAction{});
    EXPECT_EQ(dialog.state(), State::Confirm);
    EXPECT_EQ(type(dialog, "x\n "), LiveAction{});  // neither yes nor no
    EXPECT_EQ(dialog.state(), State::Confirm);
    EXPECT_EQ(type(dialog, "y"), (LiveAction{Kind::Steer, verb, ""}));
    EXPECT_EQ(dialog.state(), State::Watching);
  }
}

TEST(LiveDialog, GoesBackOnlyWithAReasonAndAnAnswer) {
  LiveDialog dialog;
  type(dialog, "b\n");
  EXPECT_EQ(dialog.state(), State::Reason);
  EXPECT_TRUE(dialog.reason_lacks());
  type(dialog, "zu langsam\x7f\x7fmm f\xc3\xbcx\x7f\x7f\x7f\x7f");
  EXPECT_EQ(dialog.reason(), "zu langsmm");
  EXPECT_FALSE(dialog.reason_lacks());
  type(dialog,
       "\x17"
       "träge\n");
  EXPECT_EQ(dialog.state(), State::Confirm);
  EXPECT_EQ(type(dialog, "j"), (LiveAction{Kind::Steer, "rollback", "zu träge"}));
}

TEST(LiveDialog, PausesWithOrWithoutAReason) {
  LiveDialog dialog;
  EXPECT_EQ(type(dialog, "p\ny"), (LiveAction{Kind::Steer, "pause", ""}));
  EXPECT_EQ(type(dialog, "pr\nj"), (LiveAction{Kind::Steer, "pause", "r"}));  // `r` is text here
}

TEST(LiveDialog, IsAbandonedByEscapeCtrlCAndNo) {
  for (const char* bytes :
       {"b\x1b", "b\x03", "bwhy\n\x1b", "bwhy\n\x03", "bwhy\nn", "m\x1b", "rn"}) {
    LiveDialog dialog;
    EXPECT_EQ(type(dialog, bytes), LiveAction{}) << bytes;
    EXPECT_EQ(dialog.state(), State::Watching) << bytes;
    EXPECT_EQ(type(dialog, "y"), LiveAction{}) << bytes;
  }
}

TEST(LiveDialog, TakesPastedTextForNoCommandAndNoAnswer) {
  LiveDialog dialog;
  EXPECT_EQ(type(dialog, "\x1b[200~bq\x1b[201~"), LiveAction{});
  EXPECT_EQ(dialog.state(), State::Watching);
  type(dialog, "b\x1b[200~two\nlines\ny\x1b[201~");
  EXPECT_EQ(dialog.state(), State::Reason);
  EXPECT_EQ(dialog.reason(), "two lines y");
}

// Goal: what was copied may have control characters in it; none of them is a key.
TEST(LiveDialog, TakesPastedControlCharactersForNoCommand) {
  const std::string pasted = "\x1b[200~a\x03\x15\x17\x1a\x0c\x1b\x1b\x7f\tb\x1b[201~";
  LiveDialog dialog;
  EXPECT_EQ(press_all(dialog, pasted), std::vector<LiveAction>{});
  EXPECT_EQ(dialog.state(), State::Watching);
  EXPECT_EQ(press_all(dialog, "b" + pasted), std::vector<LiveAction>{});
  EXPECT_EQ(dialog.state(), State::Reason);
  EXPECT_EQ(dialog.reason(), "ab");
  EXPECT_EQ(press_all(dialog, "\n" + pasted), std::vector<LiveAction>{});
  EXPECT_EQ(dialog.state(), State::Confirm);
  dialog.ask_to_leave({"really?"});
  EXPECT_EQ(press_all(dialog, pasted), std::vector<LiveAction>{});
  EXPECT_EQ(dialog.state(), State::Leave);
  type(dialog, "s?");
  EXPECT_EQ(press_all(dialog, pasted), std::vector<LiveAction>{});
  EXPECT_EQ(dialog.state(), State::Help);
}

TEST(LiveDialog, BoundsWhatIsTyped) {
  LiveDialog dialog;
  type(dialog, "b" + std::string(5000, 'x'));
  EXPECT_EQ(dialog.reason().size(), LiveDialog::kReasonBytesMax);
}

TEST(LiveDialog, LeavesByAQuestionOrByCtrlCTwice) {
  LiveDialog dialog;
  EXPECT_EQ(type(dialog, "q"), LiveAction{Kind::Leave});
  EXPECT_EQ(type(dialog, "\x03"), LiveAction{Kind::Leave});
  dialog.ask_to_leave({"really?"});
  EXPECT_EQ(type(dialog, "b"), LiveAction{});
  EXPECT_EQ(dialog.state(), State::Leave);
  EXPECT_EQ(type(dialog, "\x03"), LiveAction{Kind::LeaveNow});
  EXPECT_EQ(type(dialog, "d"), LiveAction{Kind::LeaveNow});
  EXPECT_EQ(type(dialog, "s"), LiveAction{});
  EXPECT_EQ(dialog.state(), State::Watching);
  dialog.ask_to_leave({"really?"});
  EXPECT_EQ(type(dialog, "q"), LiveAction{});
  EXPECT_EQ(dialog.state(), State::Leave);
}

// Goal: who goes back instead of leaving says why, as everywhere.
TEST(LiveDialog, AsksWhyWhenTheQuestionIsAnsweredWithGoingBack) {
  LiveDialog dialog;
  dialog.ask_to_leave({"really?"});
  EXPECT_EQ(type(dialog, "r\n"), LiveAction{});
  EXPECT_TRUE(dialog.reason_lacks());
  EXPECT_EQ(type(dialog, "slow\ny"), (LiveAction{Kind::Steer, "rollback", "slow"}));
}

TEST(LiveDialog, ShowsWhatCameOfItUntilTheNextKey) {
  LiveDialog dialog;
  dialog.tell({"refused"}, true);
  EXPECT_EQ(dialog.told().size(), 1U);
  EXPECT_TRUE(dialog.told_is_refusal());
  type(dialog, "?");
  EXPECT_TRUE(dialog.told().empty());
  EXPECT_EQ(dialog.state(), State::Help);
  EXPECT_EQ(type(dialog, "b"), LiveAction{});
  EXPECT_EQ(dialog.state(), State::Watching);
}

}  // namespace
}  // namespace stellwerk::cli
