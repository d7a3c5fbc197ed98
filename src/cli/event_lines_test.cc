// What a run prints for each event, to the byte.
#include "cli/event_lines.h"

#include <gtest/gtest.h>

#include "adapters/memory/memory_content.h"
#include "cli/verdict_text.h"
#include "kpi/judge.h"
#include "support/sample_release.h"

namespace stellwerk::cli {
namespace {

constexpr base::RunbookTime kT0{1'760'558'400'000'000};  // 2025-10-15T20:00:00Z

std::string line_of(const core::Event& event, base::Locale locale = base::Locale::En) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  const base::Now at{{kT0.us + base::minutes(15).us}, {}, kT0 + base::minutes(15)};
  return event_line(plan, {event, at, base::PersonId("devops-1"), kT0}, {locale, false});
}

TEST(EventLine, SaysWhenWhatAndWho) {
  EXPECT_EQ(
      line_of(core::WaveStarted{2, {"pilot-2", "pilot-3", "pilot-4", "pilot-5"}, base::percent(50)},
              base::Locale::De),
      "20:15:00Z  T+15m    scheduler.release.wave2             "
      "+ pilot-2 … pilot-5 (4) · 50 % des Verkehrs, zurückgelesen");
  EXPECT_EQ(line_of(core::WaveStarted{3, {"all"}, base::kWhole}),
            "20:15:00Z  T+15m    scheduler.release.wave3             "
            "+ everyone · 100 % of traffic, read back");
  EXPECT_EQ(line_of(core::StartNotified{}), "20:15:00Z  T+15m    notification.release.started");
}

TEST(EventLine, NamesTenantsThatOnlyThePlanLists) {
  core::WaveStarted wave{2, {}, base::percent(50)};
  wave.tenants_count = 4;
  wave.listed_in = base::sha256("plan");
  EXPECT_EQ(line_of(wave),
            "20:15:00Z  T+15m    scheduler.release.wave2             "
            "+ pilot-2 … pilot-5 (4) · 50 % of traffic, read back");
}

TEST(EventLine, ShowsThePrivateTextOrThatItWasErased) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  adapters::MemoryContent content;
  const auto kept = content.put("exit 1; last output: 3 tests failed");
  core::StepFailed failed{base::StepId("preparation/tests"), "exit 1", false, {}, *kept};
  const auto line = [&](const core::Event& event) {
    const std::string said = private_text(event, content, base::Locale::En);
    return event_line(plan, {event, {}, base::PersonId("qa-1"), std::nullopt, {}, said},
                      {base::Locale::En, false});
  };
  EXPECT_EQ(line(failed),
            "00:00:00Z  -        audit.step.failed                   "
            "preparation/tests: exit 1; last output: 3 tests failed");
  const core::Event paused =
      core::ReleasePaused{core::PauseCause::Person, "qa-1", *content.put("looking closer")};
  EXPECT_EQ(line(paused),
            "00:00:00Z  -        scheduler.release.paused            "
            "by hand: qa-1 · looking closer");
  content.erase(*kept);
  EXPECT_EQ(line(failed),
            "00:00:00Z  -        audit.step.failed                   "
            "preparation/tests: exit 1 (text erased)");
}

TEST(EventLine, TellsARouterThatWasGoneFromAForeignChange) {
  EXPECT_EQ(line_of(core::RoutesReasserted{{}, {}}),
            "20:15:00Z  T+15m    scheduler.routes.reasserted         "
            "a foreign change of the router was found and undone");
  EXPECT_EQ(line_of(core::RoutesReasserted{{}, true}, base::Locale::De),
            "20:15:00Z  T+15m    scheduler.routes.reasserted         "
            "der Load Balancer war weg; er läuft wieder, mit denselben Routen");
}

TEST(EventLine, HasNoOffsetBeforeTheAnnouncement) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  const core::Event event = core::StepAttested{base::StepId("preparation/changelog"),
                                               base::PersonId("qa-1"), std::nullopt};
  EXPECT_EQ(event_line(plan, {event, {}, {}, std::nullopt}, {base::Locale::En, false}),
            "00:00:00Z  -        audit.step.attested                 "
            "preparation/changelog · attested by qa-1");
}

TEST(EventLine, TellsTheFiguresBesideAnAttestation) {
  const core::StepAttested event{base::StepId("post-check/logs"),
                                 base::PersonId("devops-1"),
                                 {},
                                 "doc 1.3.0: 3 ERROR, 12 WARN, 510 lines, 88 requests",
                                 {}};
  EXPECT_EQ(event_text(stellwerk::testing::sample_plan(), {event, {}, {}, kT0}, base::Locale::De),
            "post-check/logs · bestätigt von devops-1 · "
            "doc 1.3.0: 3 ERROR, 12 WARN, 510 Zeilen, 88 Anfragen");
}

// Goal: a note hides no figures, and stands there once.
TEST(EventLine, TellsTheFiguresAndTheNoteOfAnAttestation) {
  const core::StepAttested event{
      base::StepId("post-check/logs"), base::PersonId("devops-1"), {}, "doc 1.3.0: 3 ERROR", {}};
  EventAt told{event, {}, {}, kT0};
  told.said = "looked through";
  const std::string text = event_text(stellwerk::testing::sample_plan(), told, base::Locale::En);
  EXPECT_EQ(text.find("doc 1.3.0: 3 ERROR"), text.rfind("doc 1.3.0: 3 ERROR")) << text;
  EXPECT_NE(text.find("doc 1.3.0: 3 ERROR"), std::string::npos) << text;
  EXPECT_NE(text.find("looked through"), std::string::npos) << text;
  EXPECT_EQ(text.find("looked through"), text.rfind("looked through")) << text;
}

TEST(EventLine, TellsT0AsWallTime) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  const core::Event event = core::MaintenanceScheduled{kT0 + base::hours(24)};
  const base::WallTime t0{kT0.us + base::seconds(24).us};
  EXPECT_EQ(event_text(plan, {event, {}, {}, kT0, t0}, base::Locale::En),
            "T+0 is 2025-10-15T20:00:24.000Z");
}

core::Finding finding(core::Cause cause, core::Action action, std::string subject) {
  core::Finding f;
  f.cause = cause;
  f.action = action;
  f.subject = std::move(subject);
  return f;
}

TEST(EventLine, TellsAVerdictWithFiguresAndLimits) {
  core::Verdict verdict;
  verdict.action = core::Action::Rollback;
  verdict.cause = core::Cause::ErrorRate;
  core::Finding errors =
      finding(core::Cause::ErrorRate, core::Action::Rollback, std::string(kpi::kErrorRate));
  errors.requests = 312;
  errors.bad = 64;
  errors.value = 205128;
  errors.limit = 20000;
  verdict.findings = {errors, finding(core::Cause::AllGood, core::Action::Continue, "x")};
  EXPECT_EQ(line_of(core::VerdictChanged{verdict, {}}),
            "20:15:00Z  T+15m    analytics.verdict.changed           "
            "roll back: error rate 20.51 % of 312 requests (limit 2 %)");
}

TEST(VerdictText, NamesTheLatencyLimitThatSlowRequestsBroke) {
  core::Verdict verdict;
  verdict.action = core::Action::Pause;
  verdict.cause = core::Cause::Latency;
  core::Finding slow =
      finding(core::Cause::Latency, core::Action::Pause, std::string(kpi::kP95Latency));
  slow.requests = 200;
  slow.value = 81000;
  slow.limit = 50000;
  verdict.findings = {slow};
  EXPECT_EQ(verdict_text(base::Locale::De, verdict, base::milliseconds(500)),
            "anhalten: 8.1 % von 200 Anfragen langsamer als 500 ms (Grenze 5 %)");
}

TEST(VerdictText, TellsSilenceHealthAndGauges) {
  core::Finding silent = finding(core::Cause::NoData, core::Action::Pause, "");
  silent.value = base::seconds(31).us;
  silent.limit = base::seconds(30).us;
  EXPECT_EQ(finding_text(base::Locale::En, silent, {}), "no data for 31s (limit 30s)");
  core::Finding sick = finding(core::Cause::Health, core::Action::StopAndRollback, "audit-domain");
  sick.value = 2;
  sick.limit = 2;
  EXPECT_EQ(finding_text(base::Locale::En, sick, {}),
            "audit-domain: 2 failed health checks in a row (limit 2)");
  core::Finding lag = finding(core::Cause::ConsumerLag, core::Action::Pause, "consumer_lag");
  lag.value = 1203;
  lag.limit = 1000;
  EXPECT_EQ(finding_text(base::Locale::En, lag, {}), "consumer_lag 1203 (limit 1000)");
}

TEST(VerdictText, SaysWhyNothingIsDone) {
  core::Verdict verdict;
  verdict.cause = core::Cause::NoRequests;
  EXPECT_EQ(verdict_text(base::Locale::En, verdict, {}),
            "continue: no requests to the new version");
}

TEST(Figures, AreRoundedButNeverToNothing) {
  EXPECT_EQ(rate_text(0), "0 %");
  EXPECT_EQ(rate_text(3), "0.0003 %");
  EXPECT_EQ(rate_text(20512), "2.05 %");
  EXPECT_EQ(latency_text(183'400), "183 ms");
  EXPECT_EQ(latency_text(12'400'000), "12 s");
  EXPECT_EQ(span_text(base::minutes(12).us + 5'900'000), "12m5s");
}

/// Every event has a line in both languages; none of its words may be missing.
TEST(EventLine, KnowsWordsForEveryEventAndCause) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  const auto each = [&]<std::size_t... I>(std::index_sequence<I...>) {
    for (const base::Locale locale : {base::Locale::De, base::Locale::En})
      ((void)event_line(plan, {core::Event(std::in_place_index<I>), {}, base::PersonId(), kT0},
                        {locale, true}),
       ...);
  };
  each(std::make_index_sequence<std::variant_size_v<core::Event>>());
  for (int cause = 0; cause <= static_cast<int>(core::RollbackCause::Stopped); ++cause) {
    (void)line_of(core::RollbackInitiated{static_cast<core::RollbackCause>(cause), "x", {}});
    (void)line_of(core::ReleasePaused{static_cast<core::PauseCause>(cause), "x", {}});
  }
}

}  // namespace
}  // namespace stellwerk::cli
