// The live view on a terminal that takes bytes when it likes.
#include "cli/live_screen.h"

#include <gtest/gtest.h>

#include "support/desk_terminal.h"
#include "support/live_release.h"

namespace stellwerk::cli {
namespace {

using stellwerk::testing::Desk;
using stellwerk::testing::DeskTerminal;
using stellwerk::testing::holding_release;

base::MonoTime at_ms(std::int64_t ms) { return {1'000'000 + ms * 1000}; }

class LiveScreenTest : public ::testing::Test {
 protected:
  void open(bool may_suspend = false) {
    screen_ = std::make_unique<LiveScreen>(
        std::make_unique<DeskTerminal>(desk_),
        LiveScreen::Options{
            {}, base::Locale::En, false, may_suspend, "stellwerk release watch rel-1"});
    screen_->show(holding_release(), {{1760558400000000}, at_ms(0), {}});
  }
  /// What was written by one look.
  std::string look(std::int64_t ms) {
    desk_.written.clear();
    actions_ = screen_->look(at_ms(ms));
    return desk_.written;
  }
  static bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }

  Desk desk_;
  std::unique_ptr<LiveScreen> screen_;
  std::vector<LiveAction> actions_;
};

TEST_F(LiveScreenTest, DrawsFourTimesASecondWhatChanged) {
  open();
  const std::string first = look(0);
  EXPECT_TRUE(first.starts_with(kEnterScreen)) << first;
  EXPECT_TRUE(contains(first, "wave 2/3"));
  EXPECT_EQ(look(100), "");
  base::Json view = holding_release();
  view["runbook_time"] = "T+17m";
  screen_->show(view, {{1760558400000000}, at_ms(200), {}});
  EXPECT_EQ(look(200), "");  // not yet
  const std::string second = look(260);
  EXPECT_TRUE(contains(second, "T+17m"));
  EXPECT_FALSE(contains(second, "wave 2/3"));  // that line did not change
  desk_.writes = 0;
  look(600);
  EXPECT_EQ(desk_.writes, 0U);  // nothing changed, nothing is written
  desk_.typed = "?";
  EXPECT_TRUE(contains(look(610), "Keys (any key closes this help)"));  // a key is answered at once
}

TEST_F(LiveScreenTest, LeavesEveryLineOnTheOrdinaryScreen) {
  open();
  look(0);
  screen_->event({"20:15:00Z", "T+15m", "scheduler.release.wave2", "+ pilot-2", Colour::Plain});
  screen_->note("error[X]: one\n  why two\n", "error[X]", Colour::Red);
  desk_.written.clear();
  screen_.reset();
  EXPECT_EQ(desk_.written, std::string(kLeaveScreen) +
                               "20:15:00Z  T+15m    scheduler.release.wave2             + pilot-2\n"
                               "error[X]: one\n  why two\n");
  EXPECT_FALSE(desk_.taken);
}

TEST_F(LiveScreenTest, KeepsTheLastOfVeryManyLines) {
  open();
  for (std::size_t i = 0; i < LiveScreen::kLinesMax + 7; ++i)
    screen_->note("line " + std::to_string(i), "", Colour::Plain);
  screen_.reset();
  EXPECT_FALSE(contains(desk_.written, "line 6\n"));
  EXPECT_TRUE(contains(desk_.written, "7 earlier lines: stellwerk release watch rel-1\nline 7\n"));
}

// Goal: a terminal that takes nothing (Ctrl-S, a slow line) costs frames, never time.
TEST_F(LiveScreenTest, DropsFramesWhileTheTerminalTakesNothing) {
  open();
  desk_.room = 100;  // the first frame is cut somewhere
  look(0);
  for (std::int64_t ms = 50; ms < 20000; ms += 50) {
    base::Json view = holding_release();
    view["runbook_time"] = "T+" + std::to_string(ms) + "m";
    screen_->show(view, {{1760558400000000}, at_ms(ms), {}});
    screen_->event({"20:15:00Z", "T+15m", "scheduler.release.wave2", "+ x", Colour::Plain});
    look(ms);
  }
  EXPECT_EQ(desk_.waits, 0);
  desk_.room = 1 << 20;
  const std::string rest = look(20000);
  EXPECT_LT(rest.size(), 20000U);           // not all of what was missed
  EXPECT_TRUE(contains(rest, "T+16m"));     // the frame that was cut, whole
  EXPECT_TRUE(contains(rest, "T+19950m"));  // and what is now
  EXPECT_FALSE(contains(rest, "T+10000m"));
}

TEST_F(LiveScreenTest, GivesUpATerminalThatTakesNothingAtTheEnd) {
  open();
  desk_.room = 10;
  look(0);
  screen_.reset();
  EXPECT_EQ(desk_.waits, 1);
  EXPECT_FALSE(desk_.taken);
}

TEST_F(LiveScreenTest, LeavesTheTerminalToTheShellWhenItIsStopped) {
  open(true);
  look(0);
  desk_.stop_asked = true;
  const std::string bytes = look(300);
  EXPECT_EQ(desk_.stops, 1);
  EXPECT_TRUE(bytes.starts_with(kLeaveScreen));
  EXPECT_TRUE(contains(bytes, kEnterScreen));  // it went on in the foreground
  desk_.typed = "\x1a";
  look(310);
  EXPECT_EQ(desk_.stops, 2);
}

TEST_F(LiveScreenTest, IsNotStoppedByAKeyWhereItCarriesTheReleaseOn) {
  open(false);
  look(0);
  desk_.typed = "\x1a";
  EXPECT_TRUE(contains(look(10), "Ctrl-Z does not suspend here"));
  EXPECT_EQ(desk_.stops, 0);
}

TEST_F(LiveScreenTest, NeitherReadsNorWritesInTheBackground) {
  open();
  look(0);
  desk_.ours = false;
  desk_.typed = "by";
  desk_.writes = 0;
  look(500);
  EXPECT_EQ(desk_.writes, 0U);
  EXPECT_EQ(desk_.typed, "by");
  desk_.typed.clear();
  desk_.ours = desk_.gone_on = true;
  EXPECT_TRUE(look(1000).starts_with(kEnterScreen));
}

TEST_F(LiveScreenTest, HandsOnWhatAPersonConfirmed) {
  open();
  desk_.typed = "bbad\ny";
  look(0);
  ASSERT_EQ(actions_.size(), 1U);
  EXPECT_EQ(actions_.front(), (LiveAction{LiveAction::Kind::Steer, "rollback", "bad"}));
  screen_->tell({"error[ENG-0013]: not allowed"}, true);
  EXPECT_TRUE(contains(look(10), "not allowed"));
}

// Goal: the owner opens the question; what was typed with the first key is for after that.
TEST_F(LiveScreenTest, KeepsWhatWasTypedBehindTheWishToLeave) {
  open();
  desk_.typed = "qqd";
  look(0);
  EXPECT_EQ(actions_, std::vector<LiveAction>{{LiveAction::Kind::Leave}});
  EXPECT_EQ(desk_.typed, "");
  screen_->ask_to_leave({"really?"});
  look(10);
  EXPECT_EQ(actions_, std::vector<LiveAction>{{LiveAction::Kind::LeaveNow}});
  look(20);
  EXPECT_TRUE(actions_.empty());
}

TEST_F(LiveScreenTest, DrawsAllWhenTheSizeChanged) {
  open();
  look(0);
  desk_.size = {40, 15};
  const std::string bytes = look(300);
  EXPECT_TRUE(contains(bytes, "\x1b[2J"));
  EXPECT_TRUE(contains(bytes, "\x1b[15;1H"));
  EXPECT_FALSE(contains(bytes, "\x1b[16;1H"));
  desk_.typed = "\x0c";
  EXPECT_TRUE(contains(look(310), "\x1b[2J"));
}

}  // namespace
}  // namespace stellwerk::cli
