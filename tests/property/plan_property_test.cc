// Goal: a plan of any type is whole: whatever the release and the environment, each of its steps
// can be reached and passed, whatever acts has what undoes it, and its bytes say all of it.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "property/random_release.h"
#include "support/story.h"

namespace stellwerk::core {
namespace {

using stellwerk::testing::any_environment;
using stellwerk::testing::any_plan;
using stellwerk::testing::any_release;

template <class Action>
bool is(const Step& step) {
  return std::holds_alternative<Action>(step.action);
}

bool needs_undoing(const Step& step) { return is<DeployAction>(step) || is<WaveAction>(step); }

const Step* rollback_step(const Plan& plan, const std::string& id) {
  const auto found = std::find_if(plan.rollback.begin(), plan.rollback.end(),
                                  [&](const Step& step) { return step.id.str() == id; });
  return found == plan.rollback.end() ? nullptr : &*found;
}

testing::Story story_of(Plan plan) {
  testing::Story story;
  story.plan = std::move(plan);
  return story;
}

/// Everybody approves who may, signed where that is demanded.
void approve(testing::Story& story) {
  for (const base::StepId& id : waiting_for_people(story.plan, story.state)) {
    const auto* approval = std::get_if<ApprovalAction>(&story.plan.find_step(id)->action);
    if (approval == nullptr) continue;
    for (const Person& person : story.plan.people)
      if (person.roles.front() == approval->role)
        story.send(Approved{story.state.plan, approval->signature_required}, person.id);
  }
}

/// A hold shorter than the guard's minimum lasts that long all the same.
void hold_the_minimum(testing::Story& story) {
  const bool watching = story.state.stage == Stage::PostChecking;
  if (story.state.hold_done || (!watching && story.state.stage != Stage::Holding)) return;
  const base::Duration wanted = hold_wanted(story.plan, story.state);
  story.send(HoldProgressed{story.state.wave,
                            wanted,
                            std::max(wanted, story.plan.guard.hold_real_min),
                            1000,
                            {},
                            {},
                            watching,
                            story.state.wave_run});
}

/// One thing happens, people included. False: nothing will happen any more.
bool go_on(testing::Story& story) {
  approve(story);
  const bool happened = story.once();
  if (story.state.open.empty() && !story.state.paused) hold_the_minimum(story);
  return happened;
}

void carry_on(testing::Story& story) {
  for (int i = 0; i < 1000 && go_on(story); ++i) {
  }
}

RC_GTEST_PROP(PlanProperty, IsTheSameForTheSameFilesAndReadsBackFromItsBytes, ()) {
  const Environment environment = any_environment();
  const Release release = any_release(environment, false);
  const auto first = compile(release, environment);
  RC_ASSERT(first.problems.empty());
  const std::string bytes = encode_plan(*first.plan);
  RC_ASSERT(encode_plan(*compile(release, environment).plan) == bytes);
  RC_ASSERT(digest_of(*first.plan) == base::sha256(bytes));
  const auto read = decode_plan(bytes);
  RC_ASSERT(read.has_value());
  RC_ASSERT(encode_plan(*read) == bytes);
}

RC_GTEST_PROP(PlanProperty, HasUniqueStepsInTheOrderOfTheirPhases, ()) {
  const Plan plan = any_plan();
  std::set<base::StepId> ids;
  Phase phase = Phase::Preparation;
  for (const auto* steps : {&plan.steps, &plan.rollback})
    for (const Step& step : *steps) {
      RC_ASSERT(ids.insert(step.id).second);
      RC_ASSERT(step.phase >= phase);
      RC_ASSERT((step.phase == Phase::Rollback) == (steps == &plan.rollback));
      RC_ASSERT(!step.title.empty());
      RC_ASSERT(!step.roles.empty());
      phase = step.phase;
    }
}

// Goal: for every step that acts there is the step that undoes it, traffic first.
RC_GTEST_PROP(PlanProperty, HasACompensationForEverythingThatActs, ()) {
  const Plan plan = any_plan();
  std::set<base::ComponentName> deployed;
  std::set<std::uint32_t> moved;
  for (const Step& step : plan.steps) {
    RC_ASSERT(needs_undoing(step) == !step.undone_by.empty());
    if (!needs_undoing(step)) continue;
    const Step* undo = rollback_step(plan, step.undone_by);
    RC_ASSERT(undo != nullptr);
    if (const auto* wave = std::get_if<WaveAction>(&step.action)) {
      RC_ASSERT(is<ReturnTrafficAction>(*undo));
      moved.insert(wave->wave);
    }
    if (const auto* deploy = std::get_if<DeployAction>(&step.action)) {
      RC_ASSERT(std::get<RetireAction>(undo->action).component == deploy->component);
      deployed.insert(deploy->component);
    }
  }
  RC_ASSERT(deployed.size() == plan.components.size());
  RC_ASSERT(moved.size() == plan.waves.size());
  const auto first_act =
      std::find_if(plan.rollback.begin(), plan.rollback.end(),
                   [](const Step& s) { return is<ReturnTrafficAction>(s) || is<RetireAction>(s); });
  RC_ASSERT(first_act != plan.rollback.end() && is<ReturnTrafficAction>(*first_act));
}

// Goal: nothing in a plan waits for what never comes: answered well, it ends with every step
// passed.
RC_GTEST_PROP(PlanProperty, ReachesEveryStepOnTheWayToItsEnd, ()) {
  auto story = story_of(any_plan());
  carry_on(story);
  std::string missed;
  for (const Step& step : story.plan.steps)
    if (story.state.status_of(step.id) != StepStatus::Passed && !step.follow_up)
      missed += " " + step.id.str();
  if (story.state.stage != Stage::Completed || !missed.empty())
    RC_FAIL(std::string(to_string(story.state.stage)) + ", without" + missed);
}

// Goal: from any point of it a person's word leads back to the old version, or to its end.
RC_GTEST_PROP(PlanProperty, GoesBackFromAnyPoint, ()) {
  auto story = story_of(any_plan());
  for (int happened = *rc::gen::inRange(1, 80); happened > 0; --happened)
    if (!go_on(story)) break;
  const bool ended = is_terminal(story.state.stage);
  const bool moved = story.state.may_carry_traffic;
  story.send(RollbackRequested{base::sha256("why")}, base::PersonId("release-manager-1"));
  carry_on(story);
  RC_ASSERT(is_terminal(story.state.stage));
  if (!ended && moved) {
    RC_ASSERT(story.state.stage == Stage::RolledBack);
    RC_ASSERT(intended_routes(story.plan, story.state) == routes_of_wave(story.plan, 0));
  }
}

RC_GTEST_PROP(PlanProperty, HasATimetableThatRunsForwards, ()) {
  const Plan plan = any_plan();
  base::Duration earliest = plan.schedule.deploy;
  RC_ASSERT(-plan.schedule.announce_lead <= plan.schedule.pre_check);
  RC_ASSERT(plan.schedule.pre_check <= plan.schedule.deploy);
  for (const PlannedWave& wave : plan.waves) {
    RC_ASSERT(wave.at >= earliest);
    RC_ASSERT(wave.hold >= base::Duration{});
    earliest = wave.at + wave.hold;
  }
  RC_ASSERT(plan.schedule.completed == earliest);
  RC_ASSERT(plan.schedule.standby >= plan.schedule.post_check);
}

}  // namespace
}  // namespace stellwerk::core
