// The decision core as stories: what a release does with good answers, bad ones, people and
// crashes.
#include "core/decide.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/names.h"
#include "support/story.h"

namespace stellwerk::core {
namespace {

using testing::Story;

const base::PersonId kManager{"release-manager-123"};

std::vector<std::string> only_runbook(const std::vector<std::string>& types) {
  static const std::vector<std::string> kRunbook{"audit.release.planned",
                                                 "scheduler.release.planned",
                                                 "notification.maintenance.scheduled",
                                                 "audit.precheck.completed",
                                                 "scheduler.release.started",
                                                 "notification.release.started",
                                                 "scheduler.release.deployed",
                                                 "scheduler.release.wave1",
                                                 "notification.release.progress",
                                                 "scheduler.release.wave2",
                                                 "scheduler.release.wave3",
                                                 "scheduler.release.completed",
                                                 "analytics.release.metrics",
                                                 "audit.release.completed",
                                                 "notification.release.successful",
                                                 "audit.release.logged",
                                                 "scheduler.release.paused",
                                                 "notification.rollback.initiated",
                                                 "notification.rollback.executed",
                                                 "scheduler.release.rolledback",
                                                 "notification.rollback.completed",
                                                 "audit.release.rolledback",
                                                 "audit.rollback.logged"};
  std::vector<std::string> kept;
  for (const std::string& type : types)
    if (std::find(kRunbook.begin(), kRunbook.end(), type) != kRunbook.end()) kept.push_back(type);
  return kept;
}

Verdict verdict(Action action, Cause cause) {
  Verdict v;
  v.action = action;
  v.cause = cause;
  return v;
}

// Goal: a good release tells the runbook's events in the runbook's order (runbook "Event-Sequenz").
TEST(GoodStory, TellsTheRunbooksEventsInOrder) {
  Story story;
  story.run_to_end();
  EXPECT_EQ(story.state.stage, Stage::Completed);
  EXPECT_EQ(
      only_runbook(story.types),
      (std::vector<std::string>{"audit.release.planned", "scheduler.release.planned",
                                "notification.maintenance.scheduled", "audit.precheck.completed",
                                "scheduler.release.started", "notification.release.started",
                                "scheduler.release.deployed", "scheduler.release.wave1",
                                "notification.release.progress", "scheduler.release.wave2",
                                "notification.release.progress", "scheduler.release.wave3",
                                "notification.release.progress", "scheduler.release.completed",
                                "analytics.release.metrics", "audit.release.completed",
                                "notification.release.successful", "audit.release.logged"}));
}

// Goal: waves begin at the example's times: T+0, T+15m, T+30m; done at T+90m.
TEST(GoodStory, KeepsTheExamplesTimes) {
  Story story;
  story.run_to_end();
  EXPECT_EQ(story.offset_of("scheduler.release.wave1"), base::minutes(0));
  EXPECT_EQ(story.offset_of("scheduler.release.wave2"), base::minutes(15));
  EXPECT_EQ(story.offset_of("scheduler.release.wave3"), base::minutes(30));
  EXPECT_EQ(story.offset_of("scheduler.release.completed"), base::minutes(60));
  EXPECT_EQ(story.offset_of("audit.release.completed"), base::minutes(90));
}

// Goal: a verdict beyond the rollback limit goes back without a person, in the runbook's order.
TEST(BadStory, IsRolledBackInTheRunbooksOrder) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(VerdictReached{verdict(Action::Rollback, Cause::ErrorRate), {}});
  story.settle();
  EXPECT_EQ(story.state.stage, Stage::RolledBack);
  const auto told = only_runbook(story.types);
  const std::vector<std::string> wanted{"scheduler.release.paused",
                                        "notification.rollback.initiated",
                                        "notification.rollback.executed",
                                        "scheduler.release.rolledback",
                                        "notification.rollback.completed",
                                        "audit.release.rolledback",
                                        "audit.rollback.logged"};
  EXPECT_EQ(std::vector<std::string>(told.end() - 7, told.end()), wanted);
}

// Goal: how quickly it went back can be read from the two entries; entries without it stay
// readable.
TEST(BadStory, SaysWhenTheEvidenceCameAndWhenTrafficWasReadBack) {
  Story story;
  story.run_until(Stage::Holding);
  const auto decided = story.send(
      VerdictReached{verdict(Action::Rollback, Cause::ErrorRate), {}, base::MonoTime{1234567}});
  EXPECT_EQ(encode_event(decided.entries.front().event).at("received_us"), 1234567);

  const auto returning =
      std::find_if(story.state.open.begin(), story.state.open.end(),
                   [](const auto& open) { return open.second.kind == EffectKind::ReturnTraffic; });
  ASSERT_NE(returning, story.state.open.end());
  const auto returned = story.send(
      EffectReturned{returning->first, Outcome::Done, "", {}, {{"read_back_us", 1244567}}});
  const auto executed = std::find_if(
      returned.entries.begin(), returned.entries.end(),
      [](const NewEvent& entry) { return std::holds_alternative<TrafficReturned>(entry.event); });
  ASSERT_NE(executed, returned.entries.end());
  EXPECT_EQ(encode_event(executed->event).at("read_back_us"), 1244567);
  EXPECT_TRUE(decode_event("notification.rollback.executed", base::Json::object()));
}

TEST(BadStory, DoesNotTellPausedTwiceWhenItWasPausedAlready) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(VerdictReached{verdict(Action::Pause, Cause::ErrorRate), {}});
  story.send(VerdictReached{verdict(Action::Rollback, Cause::ErrorRate), {}});
  story.settle();
  EXPECT_EQ(std::count(story.types.begin(), story.types.end(), "scheduler.release.paused"), 1);
  EXPECT_EQ(story.state.stage, Stage::RolledBack);
}

// Goal: the first effect of a rollback is the traffic, and it is tried for ever.
TEST(RollbackStory, ReturnsTrafficFirstAndNeverGivesUp) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(VerdictReached{verdict(Action::StopAndRollback, Cause::Health), {}});
  ASSERT_EQ(story.open_kinds(), std::vector<EffectKind>{EffectKind::ReturnTraffic});
  int restored = 0;
  for (int i = 0; i < 20; ++i) {
    story.answer(EffectKind::ReturnTraffic, Outcome::Failed);
    if (story.open_kinds().size() == 1) continue;
    // It may have failed for want of the old version.
    story.answer(EffectKind::RestoreCapacity, Outcome::Failed);
    ++restored;
  }
  EXPECT_EQ(restored, 3);
  EXPECT_EQ(story.open_kinds(), std::vector<EffectKind>{EffectKind::ReturnTraffic});
  EXPECT_LE(story.state.open.begin()->second.delay, base::seconds(30));
  story.settle();
  EXPECT_EQ(story.state.stage, Stage::RolledBack);
}

TEST(RollbackStory, RestoresLostCapacityBeforeTraffic) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(OldCapacityChanged{base::ComponentName("document-domain"), true});
  story.send(VerdictReached{verdict(Action::Rollback, Cause::ErrorRate), {}});
  ASSERT_EQ(story.open_kinds(), std::vector<EffectKind>{EffectKind::RestoreCapacity});
  story.answer(EffectKind::RestoreCapacity, Outcome::Failed);
  EXPECT_EQ(story.open_kinds(), std::vector<EffectKind>{EffectKind::ReturnTraffic});
}

// Goal: instances that start and fall over, again and again, do not put it off for ever.
TEST(RollbackStory, WaitsOnceForAnOldVersionThatComesAndGoes) {
  Story story;
  story.run_until(Stage::Holding);
  const base::ComponentName name = story.plan.components.front().name;
  story.send(OldCapacityChanged{name, true});
  story.send(RollbackRequested{base::sha256("now")}, kManager);
  for (int i = 0; i < 3; ++i) {
    story.send(OldCapacityChanged{name, false});
    story.send(OldCapacityChanged{name, true});
  }
  ASSERT_EQ(story.open_kinds(), std::vector<EffectKind>{EffectKind::RestoreCapacity});
  story.answer(EffectKind::RestoreCapacity, Outcome::Failed);
  EXPECT_EQ(story.open_kinds(), std::vector<EffectKind>{EffectKind::ReturnTraffic});
  // From here on it is brought up beside the change of traffic.
  story.send(OldCapacityChanged{name, false});
  story.send(OldCapacityChanged{name, true});
  EXPECT_EQ(story.open_kinds(),
            (std::vector<EffectKind>{EffectKind::ReturnTraffic, EffectKind::RestoreCapacity}));
  EXPECT_EQ(story.folded_from_json(), story.state);
}

TEST(RollbackStory, ByAPersonNeedsTheRoleAndNamesThem) {
  Story story;
  story.run_until(Stage::Holding);
  const base::Digest reason = base::sha256("because");
  EXPECT_EQ(story.send(RollbackRequested{reason}, base::PersonId("auditor-1")).refusal->id,
            "ENG-0011");
  EXPECT_EQ(story.send(RollbackRequested{reason}, base::PersonId("nobody")).refusal->id,
            "ENG-0010");
  story.send(RollbackRequested{reason}, kManager);
  story.settle();
  EXPECT_EQ(story.state.stage, Stage::RolledBack);
  EXPECT_EQ(story.state.rollback->by, kManager);
}

// Goal: a person can do what the guard could, up to the end of its watch.
TEST(RollbackStory, IsTakenFromAPersonUntilTheNewVersionIsTheStableOne) {
  Story story;
  story.run_until(Stage::Concluding);
  ASSERT_FALSE(story.state.settled);
  EXPECT_FALSE(story.send(RollbackRequested{base::sha256("late")}, kManager).refusal);
  story.settle();
  EXPECT_EQ(story.state.stage, Stage::RolledBack);
}

TEST(RollbackStory, IsRefusedOnceTheNewVersionIsTheStableOne) {
  Story story;
  story.run_until(Stage::Concluding);
  while (!story.state.settled)
    story.answer_one(State(story.state).open.begin()->second, Outcome::Done);
  EXPECT_EQ(story.send(RollbackRequested{base::sha256("late")}, kManager).refusal->id, "ENG-0016");
  story.run_to_end();
  EXPECT_EQ(story.send(RollbackRequested{base::sha256("late")}, kManager).refusal->id, "ENG-0016");
}

TEST(RollbackStory, InAskModeWaitsForAPersonUntilTheDeadline) {
  Story story;
  story.plan.guard.rollback = RollbackMode::Ask;
  story.run_until(Stage::Holding);
  story.send(VerdictReached{verdict(Action::Rollback, Cause::ErrorRate), {}});
  ASSERT_TRUE(story.state.paused);
  EXPECT_EQ(story.state.paused->cause, PauseCause::AskRollback);
  story.pass(story.plan.guard.ask_deadline - base::seconds(1));
  EXPECT_EQ(story.state.stage, Stage::Holding);
  story.pass(base::seconds(1));
  EXPECT_EQ(story.state.stage, Stage::RollingBack);
}

// Goal: a rollback is decided once, whatever comes due or is asked for while it is under way.
TEST(RollbackStory, IsDecidedOnceWhenTheDeadlineToAskIsOver) {
  for (const bool by_person : {false, true}) {
    Story story;
    story.plan.guard.rollback = RollbackMode::Ask;
    story.run_until(Stage::Holding);
    story.send(VerdictReached{verdict(Action::Rollback, Cause::ErrorRate), {}});
    if (by_person) story.send(RollbackRequested{base::sha256("now")}, kManager);
    story.pass(story.plan.guard.ask_deadline);
    EXPECT_EQ(next_due(story.plan, story.state), std::nullopt);
    for (int i = 0; i < 3; ++i) story.pass(base::minutes(1));
    story.send(VerdictReached{verdict(Action::StopAndRollback, Cause::Health), {}});
    story.settle();
    EXPECT_EQ(story.state.stage, Stage::RolledBack);
    EXPECT_EQ(std::count(story.types.begin(), story.types.end(), "notification.rollback.initiated"),
              1);
  }
}

TEST(RollbackStory, InAskModeIsStillAutomaticForHealth) {
  Story story;
  story.plan.guard.rollback = RollbackMode::Ask;
  story.run_until(Stage::Holding);
  story.send(VerdictReached{verdict(Action::StopAndRollback, Cause::Health), {}});
  EXPECT_EQ(story.state.stage, Stage::RollingBack);
}

// Goal: before traffic nothing is rolled back, it is cancelled, and no rollback event is told.
TEST(CancelStory, EndsAReleaseBeforeTrafficWithoutRollbackEvents) {
  Story story;
  story.run_until(Stage::Ready);
  story.send(RollbackRequested{base::sha256("changed our mind")}, kManager);
  story.settle();
  EXPECT_EQ(story.state.stage, Stage::Cancelled);
  for (const std::string& type : story.types)
    EXPECT_EQ(type.find("rollback"), std::string::npos) << type;
}

TEST(CancelStory, FailsAReleaseWhoseNewVersionNeverGetsHealthy) {
  Story story;
  story.run_until(Stage::Deploying);
  story.answer(EffectKind::DeployVersion, Outcome::Failed);
  EXPECT_EQ(story.open_kinds(), std::vector<EffectKind>{EffectKind::RetireNew});
  story.settle();
  EXPECT_EQ(story.state.stage, Stage::Failed);
}

TEST(CancelStory, FollowsARejection) {
  Story story;
  story.start();
  story.send(Rejected{story.state.plan, base::sha256("no")}, kManager);
  story.settle();
  EXPECT_EQ(story.state.stage, Stage::Cancelled);
}

TEST(ApprovalStory, ForAnotherPlanIsRefused) {
  Story story;
  story.start();
  EXPECT_EQ(story.send(Approved{base::sha256("another"), false}, kManager).refusal->id, "ENG-0013");
}

TEST(ApprovalStory, IsTakenOnceForEachRoleOfAPerson) {
  Story story;
  story.start();
  // The manager is product owner too: each decision once, as the plan asks, and not again.
  for (const ApprovalKind kind :
       {ApprovalKind::AcceptChangelog, ApprovalKind::AcceptFeatures, ApprovalKind::Approve}) {
    EXPECT_FALSE(story.send(Approved{story.state.plan, false}, kManager).refusal);
    EXPECT_EQ(story.state.approvals.back().decision, kind);
  }
  EXPECT_EQ(story.send(Approved{story.state.plan, false}, kManager).refusal->id, "ENG-0015");
  EXPECT_EQ(story.state.approvals.size(), 3U);
}

TEST(GateStory, StaysClosedWhileAStepIsOpen) {
  Story story;
  story.start();
  story.answer_all();
  EXPECT_EQ(story.state.stage, Stage::Preparing);
  EXPECT_FALSE(waiting_for_people(story.plan, story.state).empty());
}

TEST(GateStory, PausesOnAFailedCheckAndRunsItAgainAfterResume) {
  Story story;
  story.run_until(Stage::PreChecking);
  story.answer(EffectKind::RunStep, Outcome::Failed);
  ASSERT_TRUE(story.state.paused);
  EXPECT_EQ(story.state.paused->cause, PauseCause::StepFailed);
  story.send(ResumeRequested{}, kManager);
  EXPECT_FALSE(story.state.paused);
  const auto kinds = story.open_kinds();
  EXPECT_NE(std::find(kinds.begin(), kinds.end(), EffectKind::RunStep), kinds.end());
}

TEST(PauseStory, StopsNoGuardAndCanBecomeARollback) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(PauseRequested{}, kManager);
  EXPECT_TRUE(guard_armed(story.state));
  story.send(VerdictReached{verdict(Action::StopAndRollback, Cause::Health), {}});
  EXPECT_EQ(story.state.stage, Stage::RollingBack);
}

TEST(PauseStory, HoldsTheWaveWhateverTheTime) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(PauseRequested{}, kManager);
  story.hold_fully();
  story.pass(base::hours(2));
  EXPECT_EQ(story.state.wave, 1U);
}

TEST(ResumeStory, IsRefusedWhileTheGuardObjects) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(VerdictReached{verdict(Action::Pause, Cause::Latency), {}});
  EXPECT_EQ(story.send(ResumeRequested{}, kManager).refusal->id, "ENG-0012");
  story.send(VerdictReached{verdict(Action::Continue, Cause::AllGood), {}});
  EXPECT_FALSE(story.send(ResumeRequested{}, kManager).refusal);
}

TEST(ResumeStory, HappensByItselfWhenTheReleaseSaysSo) {
  Story story;
  story.plan.guard.resume_on_recovery = true;
  story.run_until(Stage::Holding);
  story.send(VerdictReached{verdict(Action::Pause, Cause::Latency), {}});
  story.send(VerdictReached{verdict(Action::Continue, Cause::AllGood), {}});
  EXPECT_FALSE(story.state.paused);
}

HoldProgressed minimum_of(const Story& story) {
  const GuardPolicy& guard = story.plan.guard;
  return {story.state.wave,
          guard.hold_real_min,
          guard.hold_real_min,
          guard.hold_requests_min,
          {},
          {},
          false,
          {}};
}

TEST(PromoteStory, SkipsTheRestOfAHoldOnceTheGuardHasItsMinimum) {
  Story story;
  story.run_until(Stage::Holding);
  EXPECT_FALSE(story.send(PromoteRequested{}, kManager).refusal);
  EXPECT_EQ(story.state.stage, Stage::Holding);
  story.send(minimum_of(story));
  EXPECT_EQ(story.state.wave, 2U);
  EXPECT_EQ(story.state.stage, Stage::Moving);
  EXPECT_FALSE(story.state.promoted);  // the next wave has its whole hold again
}

// Goal: a hold never ends before the guard has had its minimum, promoted or not.
TEST(PromoteStory, NeverEndsAHoldBeforeTheGuardHasItsMinimum) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(PromoteRequested{}, kManager);
  HoldProgressed few = minimum_of(story);
  few.requests -= 1;
  HoldProgressed early = minimum_of(story);
  early.real = early.real - base::microseconds(1);
  for (const HoldProgressed& short_of : {few, early}) story.send(short_of);
  story.pass(base::hours(2));
  EXPECT_EQ(story.state.stage, Stage::Holding);
  EXPECT_EQ(story.state.wave, 1U);

  story.send(VerdictReached{verdict(Action::Pause, Cause::Latency), {}});
  story.send(minimum_of(story));
  EXPECT_EQ(story.state.wave, 1U);
}

TEST(PromoteStory, OfAHoldThatIsOverBringsTheNextWaveForward) {
  Story story;
  story.run_until(Stage::Holding);
  story.hold_fully();
  ASSERT_TRUE(story.state.hold_done);
  ASSERT_EQ(story.state.stage, Stage::Holding);
  story.send(PromoteRequested{}, kManager);
  EXPECT_EQ(story.state.stage, Stage::Moving);
}

// Goal: a gate asks whether the journal is still what was written, and does not pass without it.
TEST(GateStory, WaitsForItsCheckOfTheJournal) {
  Story story;
  const auto asked = [&] {
    const auto kinds = story.open_kinds();
    return std::find(kinds.begin(), kinds.end(), EffectKind::CheckIntegrity) != kinds.end();
  };
  story.start();
  for (int i = 0; i < 1000 && !asked(); ++i) story.once();
  ASSERT_TRUE(asked());
  story.answer(EffectKind::CheckIntegrity, Outcome::Unknown);
  EXPECT_TRUE(asked());  // again
  EXPECT_EQ(story.state.stage, Stage::Preparing);
  story.answer(EffectKind::CheckIntegrity, Outcome::Failed);
  EXPECT_EQ(story.state.stage, Stage::Cancelling);
  story.run_to_end();
  EXPECT_EQ(story.state.stage, Stage::Failed);
}

TEST(LeaseStory, ThatRanOutWhileAwayPausesAndStartsTheWaveAnew) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(Restarted{false, true});
  ASSERT_TRUE(story.state.paused);
  EXPECT_EQ(story.state.paused->cause, PauseCause::LeaseExpired);
  EXPECT_FALSE(wants_lease(story.plan, story.state));
  story.send(ResumeRequested{}, kManager);
  EXPECT_EQ(story.state.stage, Stage::Moving);
  EXPECT_EQ(story.open_kinds(), std::vector<EffectKind>{EffectKind::MoveTraffic});
}

TEST(LeaseStory, AliveAfterARestartLetsTheWaveGoOn) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(Restarted{true, true});
  EXPECT_FALSE(story.state.paused);
}

TEST(LeaseStory, ThatRanOutInThePostCheckIsWatchedAgainFromTheStart) {
  Story story;
  story.run_until(Stage::PostChecking);
  story.send(LeaseLost{story.state.lease_since});
  story.send(ResumeRequested{}, kManager);
  story.run_to_end();
  EXPECT_EQ(story.state.stage, Stage::Completed);
  EXPECT_EQ(std::count(story.types.begin(), story.types.end(), "scheduler.release.completed"), 1);
}

TEST(LeaseStory, IsHeldFromItsWavesReadBackOn) {
  Story story;
  story.run_until(Stage::Moving);
  EXPECT_FALSE(wants_lease(story.plan, story.state));
  story.run_until(Stage::Holding);
  EXPECT_TRUE(wants_lease(story.plan, story.state));
  story.run_to_end();
  EXPECT_EQ(story.state.stage, Stage::Completed);
  EXPECT_EQ(story.state.lease_since, 0U);
}

TEST(LeaseStory, ThatRanOutWhileTheNextWaveMovesPausesThere) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(PromoteRequested{}, kManager);
  story.hold_fully();
  ASSERT_EQ(story.state.stage, Stage::Moving);
  const Decision lost = story.send(LeaseLost{story.state.lease_since});
  EXPECT_EQ(lost.cancel.size(), 1U);
  ASSERT_TRUE(story.state.paused);
  EXPECT_EQ(story.state.paused->cause, PauseCause::LeaseExpired);
  EXPECT_EQ(story.state.lease_since, 0U);
  story.send(ResumeRequested{}, kManager);
  EXPECT_EQ(story.state.stage, Stage::Moving);
  EXPECT_EQ(story.state.wave, 2U);
}

TEST(LeaseStory, ThatTheWavesOwnChangeFindsExpiredPauses) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(PromoteRequested{}, kManager);
  story.hold_fully();
  const auto move =
      std::find_if(story.state.open.begin(), story.state.open.end(),
                   [](const auto& each) { return each.second.kind == EffectKind::MoveTraffic; });
  ASSERT_NE(move, story.state.open.end());
  story.send(EffectReturned{move->first, Outcome::Failed, "", {}, {{kLeaseExpired, true}}});
  ASSERT_TRUE(story.state.paused);
  EXPECT_EQ(story.state.paused->cause, PauseCause::LeaseExpired);
  EXPECT_EQ(story.open_kinds(), std::vector<EffectKind>{});
}

TEST(LeaseStory, OfAnEarlierGrantSaysNothingAboutALaterOne) {
  Story story;
  story.run_until(Stage::Holding);
  const LeaseLost earlier{story.state.lease_since};
  story.send(earlier);
  story.send(ResumeRequested{}, kManager);
  EXPECT_FALSE(story.send(earlier).ignored_because.empty());
  story.run_until(Stage::Holding);
  EXPECT_FALSE(story.send(earlier).ignored_because.empty());
  EXPECT_FALSE(story.state.paused);
}

// Goal: what was measured before the lease ran out and comes late completes nothing of the wave
// that was begun anew.
TEST(LeaseStory, ThatRanOutLeavesTheWaveItsWholeHold) {
  Story story;
  story.run_until(Stage::Holding);
  HoldProgressed held = minimum_of(story);
  held.guarded = hold_wanted(story.plan, story.state);
  held.run = story.state.wave_run;
  story.send(LeaseLost{story.state.lease_since});
  story.send(ResumeRequested{}, kManager);
  story.run_until(Stage::Holding);
  EXPECT_FALSE(story.send(held).ignored_because.empty());
  EXPECT_FALSE(story.state.hold_done);
  EXPECT_EQ(story.state.guarded, base::Duration{});
  held.run = story.state.wave_run;
  EXPECT_TRUE(story.send(held).ignored_because.empty());
  EXPECT_TRUE(story.state.hold_done || story.state.wave == 2);
}

TEST(LeaseStory, ThatRunsOutOnceVerifiedIsRecordedAndHindersNothing) {
  Story story;
  story.run_until(Stage::Concluding);
  story.send(LeaseLost{story.state.lease_since});
  EXPECT_FALSE(story.state.paused);
  EXPECT_EQ(std::count(story.types.begin(), story.types.end(), "scheduler.lease.expired"), 1);
  story.run_to_end();
  EXPECT_EQ(story.state.stage, Stage::Completed);
}

TEST(RouterStory, BroughtUpAgainHasLostTheLease) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(RouterBroughtUp{});
  EXPECT_EQ(story.types[story.types.size() - 3], "scheduler.routes.reasserted");
  EXPECT_EQ(story.types[story.types.size() - 2], "scheduler.lease.expired");
  ASSERT_TRUE(story.state.paused);
  EXPECT_EQ(story.state.paused->cause, PauseCause::LeaseExpired);
  EXPECT_EQ(story.folded_from_json().lease_expired, true);
}

TEST(RouterStory, BroughtUpAgainServesAsBeforeWhereNoLeaseIsWanted) {
  Story story;
  story.plan.guard.guard_lost = GuardLost::Hold;
  story.run_until(Stage::Holding);
  story.send(RouterBroughtUp{});
  EXPECT_EQ(story.types.back(), "scheduler.routes.reasserted");
  EXPECT_FALSE(story.state.paused);
  EXPECT_EQ(story.state.stage, Stage::Holding);
}

TEST(RouterStory, BroughtUpAgainBeforeTrafficIsRecorded) {
  Story story;
  story.run_until(Stage::Deployed);
  story.send(RouterBroughtUp{});
  EXPECT_EQ(story.types.back(), "scheduler.routes.reasserted");
  EXPECT_FALSE(story.state.paused);
}

TEST(RestartStory, LeavesOnceEffectsToAPerson) {
  Story story;
  story.plan = testing::plan_with_once_command();
  story.start();
  story.send(Restarted{false, false});
  ASSERT_TRUE(story.state.paused);
  EXPECT_EQ(story.state.status_of(testing::once_step()), StepStatus::OutcomeUnknown);
}

TEST(LateAnswer, OfAnAbandonedEffectChangesNothing) {
  Story story;
  story.run_until(Stage::Holding);
  const State before = story.state;
  const Decision decision = story.send(
      EffectReturned{base::EffectKey("x/1/0"), Outcome::Done, "", {}, base::Json::object()});
  EXPECT_TRUE(decision.entries.empty());
  EXPECT_FALSE(decision.ignored_because.empty());
}

// Goal: the journal alone gives the state.
TEST(Evolve, FoldsTheEntriesIntoTheSameState) {
  Story story;
  story.run_until(Stage::Holding);
  story.send(VerdictReached{verdict(Action::Rollback, Cause::ErrorRate), {}});
  story.settle();
  const State folded = story.folded_from_json();
  EXPECT_EQ(folded.version, story.state.version);
  EXPECT_EQ(folded.stage, story.state.stage);
  EXPECT_EQ(folded.wave, story.state.wave);
  EXPECT_EQ(folded.last_seen, story.state.last_seen);
  EXPECT_EQ(folded.steps.size(), story.state.steps.size());
  EXPECT_EQ(folded.open, story.state.open);
}

// Goal: T+0 on the wall clock follows the anchor that holds for it: a faster clock brings it
// nearer, and a speed that changes after it changes nothing.
TEST(State, KnowsWhenT0IsOnTheWallClock) {
  const Plan plan = stellwerk::testing::sample_plan();
  const base::WallTime wall{1'760'558'400'000'000};
  const base::RunbookTime runbook{wall.us};
  const base::Now at{wall, {}, runbook};
  State state = evolve(plan, {}, ClockAnchored{wall, runbook, 60}, at, {});
  state = evolve(plan, state, MaintenanceScheduled{runbook + base::hours(1)}, at, {});
  EXPECT_EQ(state.t0_wall, wall + base::minutes(1));
  state = evolve(plan, state,
                 ClockAnchored{wall + base::seconds(30), runbook + base::minutes(30), 1}, at, {});
  EXPECT_EQ(state.t0_wall, wall + base::seconds(30) + base::minutes(30));
  const base::RunbookTime later = runbook + base::hours(2);
  state = evolve(plan, state, ClockAnchored{wall + base::hours(9), later, 1}, at, {});
  EXPECT_EQ(state.t0_wall, wall + base::seconds(30) + base::minutes(30));
}

}  // namespace
}  // namespace stellwerk::core
