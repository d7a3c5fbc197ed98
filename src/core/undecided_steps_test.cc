// A step of which nobody knows whether it happened: a person says so, or runs it again.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/story.h"

namespace stellwerk::core {
namespace {

using testing::Story;

const base::PersonId kDevOps{"devops-1"};

Story with_undecided_step() {
  Story story;
  story.plan = testing::plan_with_once_command();
  story.start();
  story.send(Restarted{false, false});
  return story;
}

bool runs_once_step(const Story& story) {
  return std::any_of(story.state.open.begin(), story.state.open.end(), [](const auto& each) {
    return each.second.subject == testing::once_step().str();
  });
}

// Goal: what may have happened is never started twice without a person's word.
TEST(UndecidedStep, IsNotRunAgainByAPlainResume) {
  Story story = with_undecided_step();
  const auto waiting = waiting_for_people(story.plan, story.state);
  EXPECT_NE(std::find(waiting.begin(), waiting.end(), testing::once_step()), waiting.end());

  const Decision decision = story.send(ResumeRequested{}, kDevOps);
  ASSERT_TRUE(decision.refusal);
  EXPECT_EQ(decision.refusal->id, "ENG-0017");
  ASSERT_EQ(decision.refusal->next.size(), 2U);
  EXPECT_EQ(decision.refusal->next[0].command,
            "stellwerk attest rel-2025-10-001 preparation/publish");
  EXPECT_EQ(decision.refusal->next[1].command,
            "stellwerk release resume rel-2025-10-001 --again preparation/publish");
  EXPECT_TRUE(story.state.paused);
  EXPECT_FALSE(runs_once_step(story));
}

TEST(UndecidedStep, PassesWhenAPersonAttestsIt) {
  Story story = with_undecided_step();
  EXPECT_FALSE(story.send(Attested{testing::once_step(), {}}, kDevOps).refusal);
  EXPECT_EQ(story.state.status_of(testing::once_step()), StepStatus::Passed);
  EXPECT_FALSE(story.state.paused);
  EXPECT_FALSE(runs_once_step(story));
  story.run_to_end();
  EXPECT_EQ(story.state.stage, Stage::Completed);
}

TEST(UndecidedStep, RunsAgainWhenAPersonSaysSo) {
  Story story = with_undecided_step();
  EXPECT_FALSE(story.send(ResumeRequested{{}, {testing::once_step()}}, kDevOps).refusal);
  EXPECT_FALSE(story.state.paused);
  EXPECT_TRUE(runs_once_step(story));
  EXPECT_TRUE(undecided_steps(story.plan, story.state).empty());
}

TEST(UndecidedStep, IsTheOnlyKindThatAgainMayName) {
  Story story = with_undecided_step();
  const auto again = [&](const char* step) {
    return story.send(ResumeRequested{{}, {base::StepId(step)}}, kDevOps).refusal->id;
  };
  EXPECT_EQ(again("preparation/nothing"), "ENG-0014");
  EXPECT_EQ(again("rollout/wave-1"), "ENG-0012");
  EXPECT_TRUE(story.state.paused);
}

TEST(UndecidedStep, IsPassedOverByACancellation) {
  Story story = with_undecided_step();
  story.send(RollbackRequested{base::sha256("no")}, kDevOps);
  EXPECT_TRUE(undecided_steps(story.plan, story.state).empty());
  story.settle();
  EXPECT_EQ(story.state.stage, Stage::Cancelled);
}

}  // namespace
}  // namespace stellwerk::core
