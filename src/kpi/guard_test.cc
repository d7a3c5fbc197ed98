#include "kpi/guard.h"

#include <gtest/gtest.h>

#include <limits>

#include "kpi/guard_world.h"

namespace stellwerk::kpi {
namespace {

using core::Action;
using core::Cause;
using core::GuardPolicy;
using testing::at;
using testing::batch;
using testing::gauge;
using testing::group;
using testing::guard_at_100;
using testing::other_probe;
using testing::probe;
using testing::seen;

TEST(Guard, RollsBackWhenErrorRateIsAboveTwoPercent) {
  Guard guard = guard_at_100();
  guard.observe(seen({101, 100, 2, 0}));
  EXPECT_EQ(guard.evaluate(at(101)).action, Action::Continue);
  guard.observe(seen({102, 100, 3, 0}));
  const core::Verdict verdict = guard.evaluate(at(102));
  EXPECT_EQ(verdict.action, Action::Rollback);
  EXPECT_EQ(verdict.findings[0].requests, 200U);
  EXPECT_EQ(verdict.findings[0].bad, 5U);
  EXPECT_EQ(verdict.findings[0].value, 25000);
  EXPECT_EQ(verdict.findings[0].window_from_us, at(100).us);
}

// Goal: recovery is shown by the guard itself; nobody has to reset it.
TEST(Guard, ContinuesByItselfWhenWindowIsGoodAgain) {
  Guard guard = guard_at_100();
  guard.observe(seen({101, 100, 50, 0}));
  for (std::int64_t s = 102; s <= 162; ++s) guard.observe(seen({s, 10, 0, 0}));
  EXPECT_EQ(guard.evaluate(at(160)).action, Action::Rollback);
  EXPECT_EQ(guard.evaluate(at(161)).action, Action::Continue);
  EXPECT_EQ(guard.evaluate(at(161)).cause, Cause::AllGood);
}

TEST(Guard, IgnoresRequestsWhenTheyAreNotTheNewVersionsOrHaveNoTenant) {
  Guard guard = guard_at_100();
  guard.observe(batch(101, {group({101, 100, 100, 100}, testing::kOld),
                            group({101, 100, 100, 100}, testing::kNew, "")}));
  EXPECT_EQ(guard.evaluate(at(101)).cause, Cause::NoRequests);
  EXPECT_EQ(guard.progress(at(101)).requests, 0U);
}

TEST(Guard, BeginsItsWindowAnewWhenAWaveBegins) {
  Guard guard = guard_at_100();
  guard.observe(seen({101, 100, 90, 0}));
  guard.begin_wave(at(105));
  EXPECT_EQ(guard.evaluate(at(105)).cause, Cause::NoRequests);
  guard.observe(seen({104, 100, 90, 0}));  // late, of the wave before
  EXPECT_EQ(guard.evaluate(at(105)).cause, Cause::NoRequests);
}

TEST(Guard, SaysNoRequestsWhenSourceLivesAndNobodyAsks) {
  Guard guard = guard_at_100();
  for (std::int64_t s = 101; s < 500; ++s) guard.observe(batch(s));
  const core::Verdict verdict = guard.evaluate(at(500));
  EXPECT_EQ(verdict.action, Action::Continue);
  EXPECT_EQ(verdict.cause, Cause::NoRequests);
  EXPECT_FALSE(guard.progress(at(500)).may_end);
  EXPECT_TRUE(guard.progress(at(500)).guarded);
}

// Goal: silence is not success: pause after 30 s, roll back after 5 min.
TEST(Guard, PausesThenRollsBackWhenTheSourceFallsSilent) {
  Guard guard = guard_at_100();
  guard.observe(seen({110, 100, 0, 0}));
  EXPECT_EQ(guard.evaluate(at(139)).action, Action::Continue);
  EXPECT_TRUE(guard.progress(at(139)).guarded);
  EXPECT_EQ(guard.evaluate(at(140)).cause, Cause::NoData);
  EXPECT_FALSE(guard.progress(at(140)).guarded);
  EXPECT_TRUE(guard.progress(at(409)).lease_good);
  EXPECT_EQ(guard.evaluate(at(410)).action, Action::Rollback);
  EXPECT_FALSE(guard.progress(at(410)).lease_good);
  guard.observe(batch(411));
  EXPECT_EQ(guard.evaluate(at(411)).cause, Cause::NoRequests);
}

TEST(Guard, CountsSilenceFromItsFirstWaveWhenNothingEverCame) {
  Guard guard(GuardPolicy{}, {testing::documents()});
  EXPECT_EQ(guard.evaluate(at(1000)).cause, Cause::AllGood) << "no wave yet: nothing to judge";
  guard.begin_wave(at(1000));
  EXPECT_EQ(guard.evaluate(at(1029)).cause, Cause::NoRequests);
  guard.begin_wave(at(1029));  // a new wave does not excuse the silence
  EXPECT_EQ(guard.evaluate(at(1030)).cause, Cause::NoData);
}

TEST(Guard, JudgesInFlightLevelOnlyWhileItIsFresh) {
  Guard guard = guard_at_100();
  MetricBatch b = batch(101);
  b.in_flight.push_back({testing::kDocuments, testing::kNew, 60, at(101)});
  b.in_flight.push_back({testing::kDocuments, testing::kOld, 90, at(101)});
  guard.observe(b);
  EXPECT_EQ(guard.evaluate(at(106)).cause, Cause::Latency);
  EXPECT_EQ(guard.evaluate(at(106)).findings[0].bad, 60U);
  EXPECT_EQ(guard.evaluate(at(107)).cause, Cause::NoRequests);
  b = batch(102);
  b.in_flight.push_back({testing::kDocuments, testing::kNew, 0, at(102)});
  guard.observe(b);
  EXPECT_EQ(guard.evaluate(at(102)).cause, Cause::NoRequests);
}

TEST(Guard, PausesWhenNewVersionsLagIsAboveItsLimit) {
  Guard guard = guard_at_100({}, {"consumer_lag"});
  MetricBatch b = batch(101, {group({101, 100, 0, 0})});
  b.gauges = {gauge(101, 1000), gauge(101, 99999, testing::kOld)};
  guard.observe(b);
  EXPECT_EQ(guard.evaluate(at(101)).cause, Cause::AllGood);
  b = batch(102);
  b.gauges = {gauge(102, 1001)};
  guard.observe(b);
  EXPECT_EQ(guard.evaluate(at(102)).cause, Cause::ConsumerLag);
  b.gauges = {gauge(103, 10)};
  guard.observe(b);
  EXPECT_EQ(guard.evaluate(at(103)).cause, Cause::AllGood);
}

// Goal: a gauge that hangs, disappears or returns NaN is no data, not a good value.
TEST(Guard, PausesThenRollsBackWhenAGaugeGivesNoNumber) {
  Guard guard = guard_at_100({}, {"consumer_lag"});
  for (std::int64_t s = 101; s <= 400; ++s) {
    MetricBatch b = batch(s, {group({s, 100, 0, 0})});
    b.gauges = {gauge(s, std::nullopt)};
    guard.observe(b);
    const Action expected = s < 130 ? Action::Continue : s < 400 ? Action::Pause : Action::Rollback;
    ASSERT_EQ(guard.evaluate(at(s)).action, expected) << s;
  }
  EXPECT_EQ(guard.evaluate(at(400)).cause, Cause::GaugeMissing);
}

TEST(Guard, StopsWhenATargetFailsTwiceWithinTheSpan) {
  Guard guard = guard_at_100();
  guard.observe(probe(101, false));
  guard.observe(probe(101, false, "document-domain-1.3.0-2"));
  guard.observe(probe(102, true));
  guard.observe(probe(103, false));
  EXPECT_NE(guard.evaluate(at(103)).action, Action::StopAndRollback);
  guard.observe(probe(106, false));
  const core::Verdict verdict = guard.evaluate(at(106));
  EXPECT_EQ(verdict.action, Action::StopAndRollback);
  EXPECT_EQ(verdict.findings[0].subject, "document-domain-1.3.0-1");
  EXPECT_EQ(verdict.findings[0].component, testing::kDocuments);
}

TEST(Guard, StopsAtTheThirdFailureWhenProbesComeSlowly) {
  Guard guard = guard_at_100();
  guard.observe(probe(110, false));
  guard.observe(probe(120, false));
  EXPECT_NE(guard.evaluate(at(120)).action, Action::StopAndRollback);
  guard.observe(probe(130, false));
  EXPECT_EQ(guard.evaluate(at(130)).action, Action::StopAndRollback);
}

TEST(Guard, JudgesEveryServiceButTheWaivedOnes) {
  Guard strict = guard_at_100();
  Guard waiving({}, {testing::documents()}, {base::ServiceName("audit-domain")});
  waiving.begin_wave(at(100));
  waiving.observe(batch(100));
  for (Guard* guard : {&strict, &waiving}) {
    guard->observe(other_probe(101, false));
    guard->observe(other_probe(102, false));
  }
  EXPECT_EQ(strict.evaluate(at(102)).action, Action::StopAndRollback);
  EXPECT_EQ(waiving.evaluate(at(102)).action, Action::Continue);
}

TEST(Guard, ForgetsTargetsWhenTheyAreNoLongerProbed) {
  Guard guard = guard_at_100();
  guard.observe(probe(101, false, "old-1"));
  guard.observe(probe(102, false, "old-1"));
  guard.expect_health({"new-1"}, at(102));
  EXPECT_NE(guard.evaluate(at(102)).action, Action::StopAndRollback);
  guard.observe(probe(103, false, "old-1"));  // an answer that was still under way
  guard.observe(probe(104, false, "old-1"));
  EXPECT_NE(guard.evaluate(at(104)).action, Action::StopAndRollback);
}

TEST(Guard, TakesSilenceOfAnExpectedTargetForNoData) {
  Guard guard = guard_at_100();
  guard.expect_health({"new-1"}, at(100));
  guard.observe(probe(105, true, "new-1"));
  for (std::int64_t s = 101; s <= 140; ++s) guard.observe(seen({s, 100, 0, 0}));
  EXPECT_EQ(guard.evaluate(at(134)).cause, Cause::AllGood);
  EXPECT_EQ(guard.evaluate(at(135)).cause, Cause::NoData);
  EXPECT_EQ(guard.evaluate(at(135)).findings[0].subject, "new-1");
}

TEST(Guard, NeverForgetsWhenIntegrityFailed) {
  Guard guard = guard_at_100();
  guard.observe_integrity(true, at(101));
  EXPECT_NE(guard.evaluate(at(101)).cause, Cause::Integrity);
  guard.observe_integrity(false, at(102));
  guard.observe_integrity(true, at(103));
  guard.begin_wave(at(104));
  EXPECT_EQ(guard.evaluate(at(104)).action, Action::StopAndRollback);
}

TEST(Guard, CountsLostLinesWhenTheyAreInTheWindow) {
  Guard guard = guard_at_100();
  MetricBatch b = seen({101, 100, 0, 0});
  b.lost_lines = 3;
  b.unreadable_lines = 1;
  guard.observe(b);
  guard.observe(batch(170));
  EXPECT_EQ(guard.evaluate(at(160)).lost_lines, 4U);
  EXPECT_EQ(guard.evaluate(at(161)).lost_lines, 0U);
}

// Goal: a clock that stepped must not park requests in the future, out of the verdict's sight.
TEST(Guard, CountsGroupsNowWhenTheyClaimToBeOfTheFuture) {
  Guard guard = guard_at_100();
  guard.observe(batch(101, {group({9999, 100, 50, 0})}));
  EXPECT_EQ(guard.evaluate(at(101)).action, Action::Rollback);
}

TEST(Guard, LetsAHoldEndWhenItSawEnough) {
  Guard guard = guard_at_100();
  for (std::int64_t s = 101; s <= 130; ++s) {
    guard.observe(seen({s, 2, 0, 0}));
    EXPECT_EQ(guard.progress(at(s)).may_end, s == 130) << s;
  }
  const HoldProgress progress = guard.progress(at(130));
  EXPECT_EQ(progress.requests, 60U);
  EXPECT_EQ(progress.real, base::seconds(30));
  EXPECT_TRUE(progress.may_end);
}

TEST(Guard, AsksTheComponentWithFewestRequestsWhenThereAreSeveral) {
  Guard guard({}, {testing::documents(),
                   {base::ComponentName("billing-domain"), testing::kOld, testing::kNew}});
  guard.begin_wave(at(100));
  guard.observe(seen({101, 500, 0, 0}));
  EXPECT_EQ(guard.progress(at(101)).requests, 0U);
  EXPECT_EQ(guard.evaluate(at(101)).cause, Cause::NoRequests);
  EXPECT_EQ(guard.evaluate(at(101)).findings[0].component.str(), "billing-domain");
}

// --- saved and restored ---

Guard used_guard() {
  Guard guard = guard_at_100({}, {"consumer_lag"});
  MetricBatch b = seen({101, 80, 1, 9});
  b.lost_lines = 2;
  b.in_flight.push_back({testing::kDocuments, testing::kNew, 4, at(101)});
  b.gauges = {gauge(101, 700)};
  guard.observe(b);
  guard.expect_health({"document-domain-1.3.0-1", "audit-domain"}, at(101));
  guard.observe(probe(102, false));
  guard.observe(other_probe(102, true));
  return guard;
}

TEST(GuardState, IsTheSameWhenSavedAndReplayed) {
  const Guard guard = used_guard();
  const auto again = Guard::replayed({}, guard.components(), guard.save());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->save(), guard.save());
  EXPECT_EQ(again->evidence(at(103)), guard.evidence(at(103)));
  EXPECT_TRUE(base::canonical(guard.save()).has_value());
}

// Goal: after a restart nobody is blamed for the time when nobody listened.
TEST(GuardState, CountsDeadlinesAnewWhenRestored) {
  const Guard guard = used_guard();
  auto again = Guard::restore({}, guard.components(), guard.save(), at(1000));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->evaluate(at(1029)).action, Action::Continue);
  EXPECT_EQ(again->evaluate(at(1030)).cause, Cause::NoData);
  EXPECT_EQ(again->progress(at(1000)).requests, 80U);
}

// Goal: however often a process is restarted, traffic without data ends with its lease.
TEST(GuardState, RenewsNoLeaseBeforeTheNewProcessHasHeardTheSource) {
  const Guard guard = used_guard();
  auto again = Guard::restore({}, guard.components(), guard.save(), at(1000));
  ASSERT_TRUE(again.has_value());
  EXPECT_FALSE(again->progress(at(1001)).lease_good);
  again->observe(batch(999));  // of before
  EXPECT_FALSE(again->progress(at(1001)).lease_good);
  again->observe(batch(1001));
  EXPECT_TRUE(again->progress(at(1002)).lease_good);
}

TEST(GuardState, BeginsItsWindowsAnewWhenTheClockIsAnotherOne) {
  const Guard guard = used_guard();
  auto again = Guard::restore({}, guard.components(), guard.save(), at(7));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->evaluate(at(36)).cause, Cause::NoRequests);
  EXPECT_EQ(again->evaluate(at(37)).cause, Cause::NoData);
  again->observe(seen({20, 100, 50, 0}));
  EXPECT_EQ(again->evaluate(at(20)).action, Action::Rollback);
}

// Goal: times that no entry can hold are refused; reckoning with them would overflow.
TEST(GuardState, IsRefusedWhenItsNumbersAreBeyondWhatAnEntryHolds) {
  const Guard guard = used_guard();
  for (const base::Json& never :
       {base::Json(std::numeric_limits<std::int64_t>::min()),
        base::Json(std::numeric_limits<std::uint64_t>::max()), base::Json(std::int64_t{1} << 53)}) {
    base::Json saved = guard.save();
    saved["alive_at_us"] = never;
    const auto result = Guard::restore({}, guard.components(), saved, at(1000));
    ASSERT_FALSE(result.has_value()) << never;
    EXPECT_EQ(result.error().why, "alive_at_us: out of range");
  }
}

TEST(GuardState, IsRefusedWhenItIsNotThisReleases) {
  const Guard guard = used_guard();
  const auto refused = [&](std::vector<GuardedComponent> components, const base::Json& saved) {
    const auto result = Guard::restore({}, std::move(components), saved, at(1000));
    return !result.has_value() && result.error().id == "KPI-0001";
  };
  const base::Json saved = guard.save();
  EXPECT_TRUE(refused({}, saved));
  EXPECT_TRUE(refused({testing::documents()}, saved)) << "its gauge is not limited here";
  auto other = guard.components();
  other[0].to.minor = 4;
  EXPECT_TRUE(refused(other, saved));
  base::Json broken = saved;
  broken["v"] = 2;
  EXPECT_TRUE(refused(guard.components(), broken));
  broken = saved;
  broken["lost"] = {1, 2};
  EXPECT_TRUE(refused(guard.components(), broken));
  broken = saved;
  broken["components"][0]["window"] = {1};
  EXPECT_TRUE(refused(guard.components(), broken));
  EXPECT_TRUE(refused(guard.components(), base::Json::array()));
}

}  // namespace
}  // namespace stellwerk::kpi
