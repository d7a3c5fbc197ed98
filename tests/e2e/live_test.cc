// The live view on real terminals, while a real release runs.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include "e2e/screen.h"
#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

class Live : public ::testing::Test {
 protected:
  /// Until the screen shows it.
  void sees(const std::string& part) {
    EXPECT_TRUE(site_.wait_for(
        part, [&] { return contains(screen_.text(), part); }, 20s))
        << screen_.text();
  }
  void plan_a_long_wave() {
    ReleaseFile release;
    release.waves = kLongWaves;
    site_.plan(release);
    site_.attend();
  }
  void expect_given_back() const {
    std::string modes = screen_.modes();
    std::ranges::replace(modes, '\n', ' ');
    for (const char* mode : {" icanon ", " echo ", " isig ", " intr = ^C;", " susp = ^Z;"})
      EXPECT_TRUE(contains(modes, mode)) << mode << "\n" << modes;
  }

  Site site_;
  Screen screen_{site_.folder(), 80, 24};
};

// Goal: whoever sits before `run` sees the release and steers it by keys, at any size; afterwards
// its lines and its end stand on the ordinary screen.
TEST_F(Live, RunIsWatchedAndSteeredByKeys) {
  plan_a_long_wave();
  site_.run({}, screen_.before());
  ASSERT_TRUE(site_.wait_event("scheduler.release.wave1"));
  site_.start_load(60);
  sees("wave 1/2");
  sees("10 % on 1.3.0, 90 % on 1.2.0");
  sees("/s");
  sees("pilot-1 (1 of 10)");
  sees("continue: ");

  screen_.type("p");
  sees("Pause rel-1. Why?");
  screen_.type("looking closerx");
  screen_.press("BSpace");
  sees("Reason: looking closer");
  screen_.press("Enter");
  sees("Pause rel-1 now?");
  screen_.type("y");
  ASSERT_TRUE(site_.wait_event("scheduler.release.paused"));
  sees("Paused: r goes on, b rolls back");
  EXPECT_EQ(site_.show().at("paused").value("reason", ""), "looking closer");

  screen_.resize(120, 40);
  sees("│");
  screen_.type("my");
  sees("error[ENG-0012]");  // refused, and why
  screen_.resize(40, 15);
  screen_.type("r");
  sees("Go on with rel-1?");
  screen_.type("y");
  ASSERT_TRUE(site_.wait_event("scheduler.release.resumed"));
  sees("10 % new, 90 % old");

  screen_.resize(80, 24);
  screen_.type("b");
  screen_.press("Escape");
  screen_.type("by");  // the reason begins with y: nothing is confirmed
  screen_.press("Enter");
  sees("Roll rel-1 back now?");
  EXPECT_FALSE(site_.show().contains("rollback"));
  screen_.type("y");
  EXPECT_EQ(site_.exit_code(), 10);

  const std::string left = screen_.scrollback();
  for (const char* line : {"scheduler.release.wave1", "scheduler.release.rolledback",
                           "Release rel-1: rolled back", "left with 10"})
    EXPECT_TRUE(contains(left, line)) << line << "\n" << left;
  EXPECT_FALSE(contains(screen_.text(), "? help")) << screen_.text();
  expect_given_back();
}

// Goal: the same from another terminal, through the engine's socket; leaving changes nothing.
TEST_F(Live, WatchSteersTheEngineAndIsLeft) {
  plan_a_long_wave();
  ASSERT_TRUE(site_.reach_first_wave());
  Program& watch = site_.start({"release", "watch", "rel-1"}, screen_.before());
  sees("wave 1/2");
  sees("release.wave1");  // what happened before is there, too
  screen_.type("p");
  screen_.press("Enter");
  screen_.type("y");
  ASSERT_TRUE(site_.wait_event("scheduler.release.paused"));
  sees("pause: recorded");

  site_.kill_stellwerk();
  site_.leave();
  sees("nobody: no engine runs");
  screen_.type("ry");
  sees("resume is not possible: no engine runs");
  screen_.type("q");
  EXPECT_EQ(watch.exit_code(), 11);
  EXPECT_TRUE(contains(screen_.scrollback(), "scheduler.release.paused"));
  expect_given_back();
}

// Goal: whatever ends the process, the terminal is given back; here Ctrl-\.
TEST_F(Live, GivesTheTerminalBackWhenASignalEndsTheProcess) {
  plan_a_long_wave();
  site_.run({}, screen_.before());
  sees("? help");
  screen_.press("C-\\");
  EXPECT_EQ(site_.running().exit_code(), 128 + SIGQUIT);
  expect_given_back();
  EXPECT_TRUE(contains(screen_.text(), "left with 131")) << screen_.text();
}

// Goal: a terminal that was stopped with Ctrl-S and is never read costs the release nothing: the
// engine is in the same thread.
TEST(LiveUnread, TerminalHoldsNothingUp) {
  Site site;
  site.plan({});
  site.attend();
  const UnreadTerminal terminal;
  site.run({}, terminal.before());
  std::string shown;
  ASSERT_TRUE(site.wait_for("the live view", [&] {
    shown += terminal.waiting();
    return contains(shown, "\x1b[?1049h");
  }));
  terminal.type("\x13");
  ASSERT_TRUE(site.wait_event("scheduler.release.wave1"));
  site.start_load(100);
  EXPECT_EQ(site.exit_code(), 0);
  EXPECT_FALSE(site.was_told("scheduler.lease.expired"));
}

}  // namespace
}  // namespace stellwerk::e2e
