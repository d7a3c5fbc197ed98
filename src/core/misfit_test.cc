#include "core/misfit.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/story.h"

namespace stellwerk::core {
namespace {

using testing::Story;

std::string_view misfit_at(const Story& story, const Event& event) {
  return misfit(story.plan, story.state, event, {});
}

std::string_view misfit_of(const Story& story, EffectKind kind, const std::string& subject) {
  Intent intent;
  intent.kind = kind;
  intent.subject = subject;
  return misfit(story.plan, story.state, EffectRequested{"it"}, {intent});
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
  story.plan.waves.clear();
  EXPECT_EQ(misfit_at(story, VersionDeployed{}), "the plan has no wave");
  EXPECT_EQ(misfit_at(Story(), WaveStarted{1, {}, {}}), "no wave was intended");
}

// Goal: what the fold reads of an effect's answer is of the kind that effects give.
TEST(Misfit, IsAnAnswerThatNoEffectGives) {
  Story story;
  story.run_until(Stage::Moving);
  EffectFinished answer;
  for (const auto& [key, intent] : story.state.open)
    if (intent.kind == EffectKind::MoveTraffic) answer.key = key;
  answer.outcome = Outcome::Failed;
  for (const base::Json& good : {base::Json::object(), base::Json{{kLeaseGiven, true}}}) {
    answer.data = good;
    EXPECT_EQ(misfit_at(story, answer), "");
    const State next = evolve(story.plan, story.state, answer, story.now, {});
    EXPECT_EQ(next.lease_given, !good.empty());
  }
  for (const base::Json& wrong : {base::Json("perhaps"), base::Json(1), base::Json()}) {
    answer.data = {{kLeaseGiven, wrong}};
    EXPECT_EQ(misfit_at(story, answer), "its lease_given is no boolean") << wrong;
    answer.data = wrong;
    EXPECT_EQ(misfit_at(story, answer), "its data is no object") << wrong;
  }
}

// Goal: nothing is started again that the plan does not have: there the engine could only end.
TEST(Misfit, IsAnEffectOfWhatThePlanDoesNotHave) {
  const Story story;
  const std::string component = story.plan.components.front().name.str();
  for (const EffectKind kind : {EffectKind::DeployVersion, EffectKind::RestoreCapacity,
                                EffectKind::RetireNew, EffectKind::RetireOld}) {
    EXPECT_EQ(misfit_of(story, kind, component), "");
    EXPECT_EQ(misfit_of(story, kind, "billing"), "the plan has no such component");
  }
  EXPECT_EQ(misfit_of(story, EffectKind::MoveTraffic, "3"), "");
  for (const char* wave : {"0", "4", "-1", "", "one", "1x"})
    EXPECT_EQ(misfit_of(story, EffectKind::MoveTraffic, wave), "the plan has no such wave");
  EXPECT_EQ(misfit_of(story, EffectKind::RunStep, "preparation/magic"),
            "the plan has no such step");
  const auto manual = std::find_if(
      story.plan.steps.begin(), story.plan.steps.end(),
      [](const Step& step) { return std::holds_alternative<Attestation>(step.action); });
  ASSERT_NE(manual, story.plan.steps.end());
  EXPECT_EQ(misfit_of(story, EffectKind::RunStep, manual->id.str()), "the plan has no such step");
}

// Goal: a plan that was not compiled, only written, is seen before anything is looked up in it.
TEST(Contradiction, IsFoundInAPlanThatDoesNotFitTogether) {
  const Plan good = stellwerk::testing::sample_plan();
  EXPECT_EQ(contradiction(good), "");
  Plan plan = good;
  plan.components.clear();
  EXPECT_EQ(contradiction(plan), "it deploys a component that it does not have");
  plan = good;
  plan.waves.erase(plan.waves.begin());
  EXPECT_EQ(contradiction(plan), "its waves are not numbered in their order");
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
      EXPECT_EQ(misfit(story.plan, state, told.entry.event, told.entry.intents), "")
          << type_of(told.entry.event);
      state = evolve(story.plan, std::move(state), told.entry.event, told.at, told.entry.by);
    }
    EXPECT_EQ(state.stage, goes_back ? Stage::RolledBack : Stage::Completed);
  }
}

}  // namespace
}  // namespace stellwerk::core
