#include "cli/plan_view.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/console.h"
#include "core/compile.h"
#include "support/sample_release.h"

namespace stellwerk::cli {
namespace {

core::Plan plan_in(base::Locale locale) {
  auto environment = stellwerk::testing::sample_environment();
  environment.locale = locale;
  return *core::compile(stellwerk::testing::sample_release(), environment).plan;
}

bool has_line(const std::string& text, std::string_view wanted) {
  for (const std::string_view line : base::split(text, '\n'))
    if (line.find(wanted) != std::string_view::npos) return true;
  return false;
}

// Goal: who, when and how much of each wave stand in one line each.
TEST(PlanView, ShowsTheWavesWithTheirTimesTenantsAndRealShares) {
  const std::string text =
      render_plan(stellwerk::testing::sample_plan(), {.locale = base::Locale::En});
  EXPECT_TRUE(has_line(text, "T+0     1  ██░░░░░░░░░░░░░░░░░░  10 %"));
  EXPECT_TRUE(has_line(text, "T+15m   2  ██████████░░░░░░░░░░  50 %"));
  EXPECT_TRUE(has_line(text, "T+30m   3  ████████████████████  100 %"));
  EXPECT_TRUE(has_line(text, "+ pilot-2, pilot-3, pilot-4, pilot-5"));
  EXPECT_TRUE(has_line(text, "unknown ones"));
}

TEST(PlanView, ShowsGatesApprovalsUndoingOriginsAndDigest) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  const std::string text = render_plan(plan, {.locale = base::Locale::En});
  for (const char* wanted :
       {"T-24h   □ Changelog and release notes", "§ New features accepted",
        "═ Gate: All tests green, changelog approved", "↺ return-traffic",
        "↺ retire-document-domain", "5 Rollback, if it must be", "Defaults: slo.error_rate_pause"})
    EXPECT_TRUE(has_line(text, wanted)) << wanted;
  EXPECT_TRUE(has_line(text, core::digest_of(plan).to_string()));
}

TEST(PlanView, NeverExceedsTheWidth) {
  for (const base::Locale locale : {base::Locale::De, base::Locale::En})
    for (const std::size_t width : {60u, 80u, 100u, 200u}) {
      const std::string text = render_plan(plan_in(locale), {.width = width, .locale = locale});
      for (const std::string_view line : base::split(text, '\n'))
        EXPECT_LE(width_of(line), std::min<std::size_t>(width == 60 ? 78 : width, 120)) << line;
    }
}

TEST(PlanView, HasNoColourUnlessAskedFor) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  EXPECT_EQ(render_plan(plan, {}).find('\x1b'), std::string::npos);
  EXPECT_NE(render_plan(plan, {.colour = true}).find('\x1b'), std::string::npos);
}

TEST(PlanView, SpeaksGerman) {
  const std::string text = render_plan(plan_in(base::Locale::De), {});
  EXPECT_TRUE(has_line(text, "═ Gate: Alle Tests grün, Changelog genehmigt"));
  EXPECT_TRUE(has_line(text, "Health-Check aller Services"));
}

TEST(PlanView, ShowsWallTimesWhenTheStartIsGiven) {
  auto release = stellwerk::testing::sample_release();
  release.schedule.start = *base::parse_rfc3339("2025-10-15T20:00:00Z");
  const auto plan = *core::compile(release, stellwerk::testing::sample_environment()).plan;
  const std::string text = render_plan(plan, {.locale = base::Locale::En});
  EXPECT_TRUE(has_line(text, "2025-10-15 20:15Z"));  // wave 2
  EXPECT_TRUE(has_line(text, "2025-10-14 20:00Z"));  // announcement
}

}  // namespace
}  // namespace stellwerk::cli
