#include "core/misfit.h"

#include <gtest/gtest.h>

#include "support/story.h"

namespace stellwerk::core {
namespace {

using testing::Story;

std::string_view misfit_at(const Story& story, const Event& event) {
  return misfit(story.plan, story.state, event);
}

// Goal: what no release can have told is seen before it is folded: evolve() would divide by zero,
// or write to a rollback that there is not.
TEST(Misfit, IsWhatFoldingCouldNotBear) {
  Story story;
  story.run_until(Stage::Holding);
  EXPECT_EQ(misfit_at(story, TrafficReturned{}), "no rollback is under way");
  EXPECT_EQ(misfit_at(story, RollbackRecorded{}), "no rollback is under way");
  EXPECT_EQ(misfit_at(story, ClockAnchored{{}, {}, 0}), "its speed is below 1");
  EXPECT_EQ(misfit_at(story, ClockAnchored{{}, {}, -1}), "its speed is below 1");
  EXPECT_EQ(misfit_at(story, TrafficIntended{0}), "the plan has no such wave");
  EXPECT_EQ(misfit_at(story, WaveStarted{4, {}, {}}), "the plan has no such wave");
}

// Goal: nothing that decide() writes is one, in a release that ends well and in one that goes back.
TEST(Misfit, IsNothingThatWasDecided) {
  for (const bool goes_back : {false, true}) {
    Story story;
    if (goes_back) {
      story.run_until(Stage::Holding);
      story.send(RollbackRequested{base::sha256("why")}, base::PersonId("devops-1"));
    }
    story.run_to_end();
    State state;
    for (const Story::Told& told : story.told()) {
      EXPECT_EQ(misfit(story.plan, state, told.entry.event), "") << type_of(told.entry.event);
      state = evolve(story.plan, std::move(state), told.entry.event, told.at, told.entry.by);
    }
    EXPECT_EQ(state.stage, goes_back ? Stage::RolledBack : Stage::Completed);
  }
}

}  // namespace
}  // namespace stellwerk::core
