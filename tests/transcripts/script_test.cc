// The format itself: what is kept, what is told of a file that is wrong.
#include "transcripts/script.h"

#include <gtest/gtest.h>

#include "transcripts/commands.h"

namespace stellwerk::transcripts {
namespace {

/// What is said of this transcript; empty: it ran.
std::string problem_of(const std::string& text) {
  try {
    run_script(parse_script("a.txt", text));
    return {};
  } catch (const Problem& problem) {
    return problem.what();
  }
}

TEST(Script, IsWrittenAsItWasRead) {
  const std::string text =
      "# a comment\n\n# row: type/minor\nrelease\nrun\n----\none\ntwo\n\nshow\n----\n\n# the end\n";
  const Script script = parse_script("a.txt", text);
  EXPECT_EQ(to_text(script), text);
  ASSERT_EQ(script.blocks.size(), 2U);
  EXPECT_EQ(script.blocks[0].first_command, 4U);
  EXPECT_EQ(script.blocks[0].first_output, 7U);
  EXPECT_EQ(script.blocks[1].output, std::vector<std::string>{});
  EXPECT_EQ(rows_shown(script), std::vector<std::string>{"type/minor"});
}

TEST(Script, WithoutItsOutputIsOneThatWasNotRunYet) {
  const Script script = run_script(parse_script("a.txt", "release\nrun\n"));
  EXPECT_NE(to_text(script).find("\n----\n"), std::string::npos);
  EXPECT_FALSE(script.blocks[0].output.empty());
}

TEST(Script, SaysWhereItIsWrong) {
  EXPECT_EQ(problem_of("\n----\n"), "a.txt:2: `----` has no command before it");
  EXPECT_EQ(problem_of("release\n# late\n"),
            "a.txt:2: a comment stands before the commands of its block");
  EXPECT_EQ(
      problem_of("release\n----\n\nrun\nanswre all\n----\n").find("a.txt:5: there is no command"),
      0U);
  EXPECT_NE(problem_of("release\nanswre all\n").find("answer is meant?"), std::string::npos);
  EXPECT_EQ(problem_of("run\n"), "a.txt:1: run: a transcript begins with `release`");
  EXPECT_EQ(problem_of("release\nrun bye=qa-1\n"),
            "a.txt:2: run: bye= is not one of by, speed; by is meant?");
  EXPECT_EQ(problem_of("release\nstop now\n"), "a.txt:2: stop: now is not understood");
  EXPECT_EQ(problem_of("release\npass\n"), "a.txt:2: pass: how long is missing");
  EXPECT_EQ(problem_of("release\nrollback\n"), "a.txt:2: rollback: reason= is missing");
  EXPECT_EQ(problem_of("release\nrestart\n"), "a.txt:2: restart: lease= is missing");
  EXPECT_EQ(problem_of("release\nrollback reason=\"no\n"),
            "a.txt:2: a quotation mark is not closed");
  EXPECT_EQ(problem_of("release\nrun speed=fast\n"), "a.txt:2: speed is a whole number, not fast");
  EXPECT_EQ(problem_of("release\nrun\nreach rolled-back\n"),
            "a.txt:3: reach: rolled-back is not reached from completed");
}

TEST(Difference, ShowsFileAndLineOfWhatGoesAndComes) {
  const std::vector<std::string> expected{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
  std::vector<std::string> got = expected;
  got[1] = "B";
  got.push_back("l");
  EXPECT_EQ(difference("x.txt", expected, got),
            "x.txt:1:   a\nx.txt:2: - b\nx.txt:3: + B\nx.txt:3:   c\nx.txt:4:   d\nx.txt:5:   e\n"
            "…\nx.txt:9:   i\nx.txt:10:   j\nx.txt:11:   k\nx.txt:12: + l\n");
  EXPECT_EQ(difference("x.txt", expected, expected), "");
}

}  // namespace
}  // namespace stellwerk::transcripts
