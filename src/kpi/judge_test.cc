#include "kpi/judge.h"

#include <gtest/gtest.h>

#include "kpi/guard_world.h"

namespace stellwerk::kpi {
namespace {

using core::Action;
using core::Cause;
using core::GuardPolicy;
using core::Verdict;

/// Evidence of one component, with everything else in order.
GuardEvidence evidence(std::uint64_t requests, std::uint64_t errors, std::uint64_t slow = 0) {
  GuardEvidence e;
  e.window_from = testing::at(41);
  e.window_to = testing::at(100);
  RequestEvidence r;
  r.component = testing::kDocuments;
  r.version = testing::kNew;
  r.requests = r.requests_wave = requests;
  r.errors = errors;
  r.slow = slow;
  e.requests.push_back(r);
  return e;
}

struct Case {
  std::uint64_t requests;
  std::uint64_t bad;
  Action action;
  Cause cause;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.bad << " of " << c.requests; }

// The runbook's table with the default minima, row by row, worked out by hand: limits 1 %
// (pause) and 2 % (rollback), both strictly greater; 50 requests; 3 bad to pause, 5 to roll back.
class ErrorRateRule : public ::testing::TestWithParam<Case> {};

TEST_P(ErrorRateRule, GivesItsVerdictWhenJudged) {
  const Case& c = GetParam();
  const Verdict verdict = judge(GuardPolicy{}, evidence(c.requests, c.bad));
  EXPECT_EQ(core::to_string(verdict.action), core::to_string(c.action));
  EXPECT_EQ(core::to_string(verdict.cause), core::to_string(c.cause));
}

INSTANTIATE_TEST_SUITE_P(
    Enough, ErrorRateRule,
    ::testing::Values(Case{1000, 0, Action::Continue, Cause::AllGood},
                      Case{1000, 10, Action::Continue, Cause::AllGood},  // 1 % is not above 1 %
                      Case{1000, 11, Action::Pause, Cause::ErrorRate},
                      Case{1000, 20, Action::Pause, Cause::ErrorRate},  // 2 % is not above 2 %
                      Case{1000, 21, Action::Rollback, Cause::ErrorRate},
                      Case{50, 5, Action::Rollback, Cause::ErrorRate},
                      Case{1000000, 10001, Action::Pause, Cause::ErrorRate}));

INSTANTIATE_TEST_SUITE_P(
    TooFew, ErrorRateRule,
    ::testing::Values(Case{0, 0, Action::Continue, Cause::NoRequests},
                      Case{49, 0, Action::Continue, Cause::TooFewToJudge},
                      Case{1, 1, Action::Continue, Cause::TooFewToJudge},
                      Case{49, 2, Action::Continue, Cause::TooFewToJudge},
                      Case{49, 3, Action::Pause, Cause::TooFewBad},
                      Case{49, 49, Action::Pause, Cause::TooFewBad},
                      Case{50, 1, Action::Continue, Cause::TooFewBad},  // 2 %, but one request
                      Case{99, 2, Action::Continue, Cause::TooFewBad},
                      Case{100, 3, Action::Pause, Cause::TooFewBad},  // 3 % wants five bad
                      Case{199, 4, Action::Pause, Cause::TooFewBad},  // 2.01 %
                      Case{200, 4, Action::Pause, Cause::ErrorRate},  // 2 %: only the 1 % limit
                      Case{299, 3, Action::Pause, Cause::ErrorRate},  // 1.003 %
                      Case{300, 3, Action::Continue, Cause::AllGood}));

// "p95 > 500 ms" is "more than 5 % slower than 500 ms", exactly.
class LatencyRule : public ::testing::TestWithParam<Case> {};

TEST_P(LatencyRule, GivesItsVerdictWhenJudged) {
  const Case& c = GetParam();
  const Verdict verdict = judge(GuardPolicy{}, evidence(c.requests, 0, c.bad));
  EXPECT_EQ(core::to_string(verdict.action), core::to_string(c.action));
  EXPECT_EQ(core::to_string(verdict.cause), core::to_string(c.cause));
}

INSTANTIATE_TEST_SUITE_P(All, LatencyRule,
                         ::testing::Values(Case{1000, 50, Action::Continue, Cause::AllGood},
                                           Case{1000, 51, Action::Pause, Cause::Latency},
                                           Case{1000, 1000, Action::Pause,
                                                Cause::Latency},  // slowness never rolls back
                                           Case{50, 3, Action::Pause, Cause::Latency},
                                           Case{49, 3, Action::Pause, Cause::TooFewBad},
                                           Case{39, 2, Action::Continue, Cause::TooFewToJudge}));

// Goal: a version that hangs completes nothing and is silent; what it keeps waiting speaks.
TEST(Judge, CountsRequestsInFlightAsSlowWhenTheyTakeTooLong) {
  GuardEvidence e = evidence(0, 0);
  e.requests[0].in_flight_too_long = 50;
  const Verdict hanging = judge(GuardPolicy{}, e);
  EXPECT_EQ(hanging.action, Action::Pause);
  EXPECT_EQ(hanging.cause, Cause::Latency);
  EXPECT_EQ(hanging.findings[0].requests, 50U);
  EXPECT_EQ(hanging.findings[0].bad, 50U);
  e = evidence(96, 0, 2);
  e.requests[0].in_flight_too_long = 4;  // 6 of 100
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::Latency);
  e.requests[0].in_flight_too_long = 3;  // 5 of 99 is 5.05 %
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::Latency);
  e.requests[0].in_flight_too_long = 2;  // 4 of 98
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::AllGood);
}

// Goal: a steady trickle below 50 requests a minute must not hold a release for ever.
TEST(Judge, IsAllGoodWhenWaveSawEnoughThoughWindowIsThin) {
  GuardEvidence e = evidence(20, 0);
  e.requests[0].requests_wave = 50;
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::AllGood);
  e.requests[0].requests_wave = 49;
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::TooFewToJudge);
  e.requests[0].requests_wave = 5000;
  e.requests[0].errors = 1;  // 5 %: crossed, so it stays open
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::TooFewToJudge);
}

TEST(Judge, PausesThenRollsBackWhenSourceIsSilent) {
  GuardEvidence e = evidence(0, 0);
  e.source_silent = base::milliseconds(29999);
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::NoRequests);
  e.source_silent = base::seconds(30);
  Verdict verdict = judge(GuardPolicy{}, e);
  EXPECT_EQ(verdict.action, Action::Pause);
  EXPECT_EQ(verdict.cause, Cause::NoData);
  EXPECT_EQ(verdict.findings.size(), 1U);
  e.source_silent = base::minutes(5);
  verdict = judge(GuardPolicy{}, e);
  EXPECT_EQ(verdict.action, Action::Rollback);
  EXPECT_EQ(verdict.findings[0].value, 300000000);
  EXPECT_EQ(verdict.findings[0].limit, 300000000);
}

TEST(Judge, HoldsGaugeAgainstItsLimitWhenItGivesNumbers) {
  GuardEvidence e = evidence(100, 0);
  e.gauges.push_back({testing::kDocuments, "consumer_lag", 1000, base::seconds(1)});
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::AllGood);
  e.gauges[0].value = 1001;
  Verdict verdict = judge(GuardPolicy{}, e);
  EXPECT_EQ(verdict.action, Action::Pause);
  EXPECT_EQ(verdict.cause, Cause::ConsumerLag);
  EXPECT_EQ(verdict.findings[0].subject, "consumer_lag");
  EXPECT_EQ(verdict.findings[0].value, 1001);
  EXPECT_EQ(verdict.findings[0].limit, 1000);
  e.gauges[0].silent = base::seconds(30);  // the number is too old to be one
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::GaugeMissing);
  EXPECT_EQ(judge(GuardPolicy{}, e).action, Action::Pause);
  e.gauges[0].silent = base::minutes(5);
  EXPECT_EQ(judge(GuardPolicy{}, e).action, Action::Rollback);
  e.gauges[0] = {testing::kDocuments, "consumer_lag", std::nullopt, base::seconds(29)};
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::AllGood);
}

HealthEvidence failing(std::uint64_t in_row, std::optional<base::Duration> tightest) {
  return {"document-domain-1.3.0-1",
          base::ServiceName("document-domain"),
          true,
          true,
          in_row,
          tightest,
          {}};
}

TEST(Judge, StopsAndRollsBackWhenHealthCheckFailed) {
  GuardEvidence e = evidence(100, 0);
  e.health.push_back(failing(1, std::nullopt));
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::AllGood);
  e.health[0] = failing(2, base::seconds(3));
  EXPECT_EQ(judge(GuardPolicy{}, e).action, Action::StopAndRollback);
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::Health);
  e.health[0] = failing(2, base::microseconds(3000001));
  EXPECT_EQ(judge(GuardPolicy{}, e).action, Action::Continue);
  e.health[0] = failing(3, base::seconds(20));  // slow probes do not hide a service that is down
  EXPECT_EQ(judge(GuardPolicy{}, e).action, Action::StopAndRollback);
}

TEST(Judge, OnlyPausesWhenAnotherServiceFailsAndPolicySaysSo) {
  GuardEvidence e = evidence(100, 0);
  e.health.push_back(failing(2, base::seconds(1)));
  e.health[0].is_component = e.health[0].is_new_version = false;
  EXPECT_EQ(judge(GuardPolicy{}, e).action, Action::StopAndRollback);
  GuardPolicy pausing;
  pausing.other_services = core::OtherServices::Pause;
  EXPECT_EQ(judge(pausing, e).action, Action::Pause);
  e.health[0].is_component = true;  // the old version of a component is no other service
  EXPECT_EQ(judge(pausing, e).action, Action::StopAndRollback);
}

TEST(Judge, StopsAndRollsBackWhenIntegrityFailed) {
  GuardEvidence e = evidence(100, 0);
  e.integrity_failed = true;
  EXPECT_EQ(judge(GuardPolicy{}, e).action, Action::StopAndRollback);
  EXPECT_EQ(judge(GuardPolicy{}, e).cause, Cause::Integrity);
}

TEST(Judge, PutsWorstFindingFirstWhenThereAreSeveral) {
  GuardEvidence e = evidence(1000, 30, 400);
  e.health.push_back(failing(2, base::seconds(1)));
  e.gauges.push_back({testing::kDocuments, "consumer_lag", 5000, {}});
  const Verdict verdict = judge(GuardPolicy{}, e);
  ASSERT_EQ(verdict.findings.size(), 4U);
  EXPECT_EQ(verdict.findings[0].cause, Cause::Health);
  EXPECT_EQ(verdict.findings[1].cause, Cause::ErrorRate);
  EXPECT_EQ(verdict.findings[1].value, 30000);
  EXPECT_EQ(verdict.findings[1].limit, 20000);
  EXPECT_EQ(verdict.findings[1].window_from_us, 41000000);
  EXPECT_EQ(verdict.findings[1].window_to_us, 100000000);
  EXPECT_EQ(verdict.findings[2].cause, Cause::Latency);
  EXPECT_EQ(verdict.findings[2].value, 400000);
  EXPECT_EQ(verdict.findings[2].limit, 50000);
  EXPECT_EQ(verdict.findings[3].cause, Cause::ConsumerLag);
}

TEST(Judge, KeepsWorstFindingsWhenThereAreTooMany) {
  GuardEvidence e = evidence(1000, 0);
  for (int i = 0; i < 40; ++i) e.requests.push_back(e.requests[0]);
  e.requests.back().errors = 900;
  e.lost_lines = 7;
  e.unreadable_lines = 2;
  const Verdict verdict = judge(GuardPolicy{}, e);
  EXPECT_EQ(verdict.findings.size(), kFindingsMax);
  EXPECT_EQ(verdict.action, Action::Rollback);
  EXPECT_EQ(verdict.lost_lines, 9U);
}

TEST(GuardEvidence, IsTheSameWhenWrittenAndRead) {
  GuardEvidence e = evidence(1000, 30, 400);
  e.health.push_back(failing(1, std::nullopt));
  e.health.push_back(failing(2, base::seconds(1)));
  e.gauges.push_back({testing::kDocuments, "consumer_lag", std::nullopt, base::seconds(3)});
  e.gauges.push_back({testing::kDocuments, "consumer_lag", -5, base::seconds(3)});
  const auto read = evidence_from_json(to_json(e));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, e);
  EXPECT_TRUE(base::canonical(to_json(e)).has_value());
}

TEST(GuardEvidence, IsRefusedWhenAFieldIsMissingOrWrong) {
  base::Json json = to_json(evidence(1, 0));
  json["requests"][0]["errors"] = -1;
  auto read = evidence_from_json(json);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().id, "KPI-0001");
  EXPECT_NE(read.error().why.find("errors"), std::string::npos);
  json.erase("requests");
  EXPECT_FALSE(evidence_from_json(json).has_value());
  EXPECT_FALSE(evidence_from_json("text").has_value());
}

}  // namespace
}  // namespace stellwerk::kpi
