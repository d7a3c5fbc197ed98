#include "transitions/situations.h"

#include <map>

#include "core/compile.h"
#include "support/sample_release.h"
#include "transitions/said.h"

namespace stellwerk::transitions {
namespace {

using core::Action;
using core::Cause;
using core::EffectKind;
using core::Outcome;
using core::Stage;
using core::testing::Story;

/// Many begin alike, so each way is gone once.
Story at(Stage stage) {
  static std::map<Stage, Story> reached;
  auto [found, is_new] = reached.try_emplace(stage);
  if (is_new) found->second.run_until(stage);
  return found->second;
}

/// The second wave moves, the lease of the first is held.
Story moving_on() {
  Story story = at(Stage::Holding);
  story.hold_fully();
  story.pass(*core::next_due(story.plan, story.state) - story.now.runbook);
  return story;
}

Story at_wave(Stage stage, std::uint32_t wave) {
  Story story;
  for (int i = 0; i < 1000 && !(story.state.stage == stage && story.state.wave == wave); ++i) {
    if (!story.state.open.empty())
      story.answer_one(core::Intent(story.state.open.begin()->second), Outcome::Done);
    else
      story.once();
  }
  return story;
}

/// Whatever is only kept and signed is answered.
Story& settled_records(Story& story) {
  for (const auto& [key, intent] : core::State(story.state).open)
    if (intent.kind == EffectKind::SignCheckpoint || intent.kind == EffectKind::KeepWindows)
      story.answer_one(intent, Outcome::Done);
  return story;
}

Story paused(Story story) {
  story.send(core::PauseRequested{}, kManager);
  return story;
}

Story lease_lost(Story story) {
  story.send(core::LeaseLost{story.state.lease_since});
  return story;
}

Story rolling_back(Story story) {
  story.send(core::RollbackRequested{base::sha256("reason")}, kManager);
  return story;
}

void add_before_traffic(std::vector<Situation>& all) {
  all.push_back({"unborn", "nothing was written yet", {}});
  all.push_back({"preparing", "begun; steps and approvals are missing", at(Stage::Preparing)});
  Story undecided;
  undecided.plan = core::testing::plan_with_once_command();
  undecided.start();
  undecided.send(core::Restarted{});
  all.push_back({"preparing, a step undecided",
                 "a restart found a command that may or may not have run", undecided});
  all.push_back({"announced", "preparation done; waits for T-1h", at(Stage::Announced)});
  all.push_back({"pre-checking", "the health check runs", at(Stage::PreChecking)});
  Story failed = at(Stage::PreChecking);
  failed.answer(EffectKind::RunStep, Outcome::Failed);
  all.push_back({"pre-checking, paused", "the health check failed", failed});
  all.push_back({"ready", "pre-checks done; waits for the rollout", at(Stage::Ready)});
  all.push_back({"deploying", "the new version starts", at(Stage::Deploying)});
  Story waiting = at(Stage::Deploying);
  waiting.plan.waves[0].at = base::minutes(5);
  waiting.answer(EffectKind::DeployVersion, Outcome::Done);
  all.push_back({"deployed", "healthy; waits for wave 1", waiting});
  all.push_back({"deployed, paused", "… and a person paused", paused(waiting)});
}

void add_waves(std::vector<Situation>& all) {
  Story first = at(Stage::Holding);
  settled_records(first);
  all.push_back({"moving, wave 1", "the first change of traffic is under way", at(Stage::Moving)});
  all.push_back({"moving, wave 2", "the second change is under way, a lease is held", moving_on()});
  all.push_back(
      {"moving, lease out", "… and the lease ran out meanwhile", lease_lost(moving_on())});
  all.push_back({"holding", "wave 1 was read back", first});
  Story over = first;
  over.hold_fully();
  all.push_back({"holding, complete", "wave 1's hold is over; waits for wave 2's time", over});
  all.push_back({"holding, paused by a person", "somebody wants to look", paused(first)});
  Story guard = first;
  guard.send(verdict(Action::Pause, Cause::Latency));
  all.push_back({"holding, paused by the guard", "p95 above its limit", guard});
  Story itself = first;
  itself.plan.guard.resume_on_recovery = true;
  itself.send(verdict(Action::Pause, Cause::Latency));
  all.push_back({"holding, paused until recovery", "the same, with `resume_on_recovery`", itself});
  Story ask = first;
  ask.plan.guard.rollback = core::RollbackMode::Ask;
  ask.send(verdict(Action::Rollback, Cause::ErrorRate));
  all.push_back({"holding, asks for rollback", "error rate above 2 %, with `rollback: ask`", ask});
  all.push_back({"holding, lease out", "the router went back by itself", lease_lost(first)});
  all.push_back({"holding, everyone", "the last wave's hold", at_wave(Stage::Holding, 3)});
  Story asserting = first;
  asserting.send(core::RoutesChanged{});
  asserting.hold_fully();
  all.push_back({"holding, routes put right",
                 "complete, but somebody's change of the routes is still being undone", asserting});
}

void add_post_check(std::vector<Situation>& all) {
  Story watching = at(Stage::PostChecking);
  settled_records(watching);
  all.push_back({"post-checking", "100 %; the watch runs, people are waited for", watching});
  Story failed = watching;
  failed.hold_fully();
  failed.answer(EffectKind::CompareKpis, Outcome::Failed);
  all.push_back({"post-checking, paused", "the comparison is inconclusive", failed});
  all.push_back(
      {"post-checking, lease out", "the router went back by itself", lease_lost(watching)});
  Story verified = at(Stage::Concluding);
  all.push_back({"concluding", "verified; traffic is being settled", verified});
  Story standing_by = verified;
  standing_by.plan.schedule.standby = base::hours(24);
  standing_by.answer(EffectKind::SettleTraffic, Outcome::Done);
  all.push_back({"concluding, standing by", "settled; the old version waits", standing_by});
  Story retiring = verified;
  retiring.answer(EffectKind::SettleTraffic, Outcome::Done);
  all.push_back({"concluding, retiring", "the old version is being stopped", retiring});
}

void add_endings(std::vector<Situation>& all) {
  Story back = rolling_back(at(Stage::Holding));
  all.push_back({"rolling back", "a person decided; traffic is being returned", back});
  Story restoring = at(Stage::Holding);
  restoring.send(core::OldCapacityChanged{restoring.plan.components[0].name, true});
  all.push_back({"rolling back, restoring", "the old version has to be started first",
                 rolling_back(restoring)});
  Story returned = back;
  returned.answer(EffectKind::ReturnTraffic, Outcome::Done);
  all.push_back({"rolling back, returned", "0 % was read back; the new version stops", returned});
  all.push_back({"cancelling", "a person rolled back before any traffic",
                 rolling_back(at(Stage::Deploying))});
  Story completed;
  completed.run_to_end();
  all.push_back(
      {"completed", "settled, the old version stopped, the last checkpoint signed", completed});
  returned.settle();
  all.push_back({"rolled back", "the new version stopped, the last checkpoint signed", returned});
  Story cancelled = rolling_back(at(Stage::Ready));
  cancelled.settle();
  all.push_back({"cancelled", "a person rolled back before any traffic", cancelled});
  Story failed = at(Stage::Deploying);
  failed.answer(EffectKind::DeployVersion, Outcome::Failed);
  failed.settle();
  all.push_back({"failed", "the new version could not be started", failed});
}

core::Plan plan_of(const core::Release& release) {
  core::Environment environment = testing::sample_environment();
  environment.services.front().workload->instances = 4;
  environment.unsigned_approvals = true;
  return *core::compile(release, environment).plan;
}

/// In place, and the second wave's instances are being changed.
Story arranging() {
  core::Release release = testing::bare_release(core::ReleaseType::Patch);
  release.strategy = core::Strategy::Rolling;
  Story story;
  story.plan = plan_of(release);
  story.run_until(Stage::Holding);
  settled_records(story);
  story.hold_fully();
  story.pass(*core::next_due(story.plan, story.state) - story.now.runbook);
  return story;
}

/// The page of maintenance is to be shown, before the new version is started.
Story beginning_downtime() {
  core::Release release = testing::bare_release(core::ReleaseType::Major);
  release.downtime.emplace().all_tenants = true;
  Story story;
  story.plan = plan_of(release);
  story.run_until(Stage::Deploying);
  settled_records(story);
  return story;
}

void add_strategies(std::vector<Situation>& all) {
  all.push_back({"holding, capacity", "in place: the next wave's instances start", arranging()});
  Story moving = arranging();
  moving.answer(EffectKind::ArrangeCapacity, Outcome::Done);
  moving.answer(EffectKind::MoveTraffic, Outcome::Done);
  all.push_back(
      {"rolling back, in place",
       "some traffic is going back at once, the rest when the old version has its instances",
       rolling_back(moving)});
  all.push_back(
      {"deploying, downtime", "the page of maintenance is being put up", beginning_downtime()});
  Story shown = beginning_downtime();
  shown.answer(EffectKind::BeginDowntime, Outcome::Done);
  all.push_back(
      {"cancelling, downtime", "the page of maintenance is being taken down", rolling_back(shown)});
}

}  // namespace

std::vector<Situation> all_situations() {
  std::vector<Situation> all;
  add_before_traffic(all);
  add_waves(all);
  add_post_check(all);
  add_endings(all);
  add_strategies(all);
  return all;
}

}  // namespace stellwerk::transitions
