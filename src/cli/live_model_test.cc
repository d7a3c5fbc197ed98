// What the live view takes from a release's view, and the courses of its figures.
#include "cli/live_model.h"

#include <gtest/gtest.h>

#include "support/live_release.h"

namespace stellwerk::cli {
namespace {

using stellwerk::testing::holding_release;

base::MonoTime at(std::int64_t seconds) { return {seconds * 1'000'000}; }

TEST(FigureHistory, KeepsOneValueEveryFiveSecondsForSixMinutes) {
  FigureHistory history;
  base::Json view = holding_release();
  const auto errors = [&] { return history.course("document-domain", "1.3.0", Metric::Errors); };
  EXPECT_TRUE(errors().empty());
  history.take(view, at(100));
  view["kpis"][1]["error_rate_ppm"] = 5000;
  history.take(view, at(104));  // the same cell
  EXPECT_EQ(errors(), (Course{5000}));
  history.take(view, at(112));  // one is missing between
  EXPECT_EQ(errors(), (Course{5000, std::nullopt, 5000}));
  EXPECT_EQ(history.course("document-domain", "1.3.0", Metric::Lag).back(), 12);
  for (std::int64_t second = 115; second < 1000; second += 5) history.take(view, at(second));
  EXPECT_EQ(errors().size(), FigureHistory::kCellsMax);
  history.take(base::Json::object(), at(2000));
  EXPECT_TRUE(errors().empty());
}

TEST(LiveModel, SaysWhereTheReleaseStands) {
  FigureHistory history;
  history.take(holding_release(), at(100));
  const LiveModel model = model_of(holding_release(), history, base::Locale::En);
  EXPECT_EQ(model.scope, "document-domain 1.2.0 → 1.3.0 · minor, canary");
  EXPECT_EQ(model.share_ppm, 500000);
  EXPECT_EQ(model.guard, "continue: all good");
  EXPECT_EQ(model.components.front().to.now.at(Metric::P95), 38000);
  EXPECT_EQ(model.limits.at(Metric::Errors), 10000);
  EXPECT_EQ(model.waiting.front().command, "stellwerk attest rel-1 post-check/smoke");
  EXPECT_EQ(model.waiting.front().what, "Smoke journeys (QA, DevOps)");
}

TEST(LiveModel, TellsAPauseFromARollbackAndAnEngineFromNone) {
  base::Json view = holding_release();
  view["paused"] = {{"cause", "person"}, {"detail", "lena"}, {"by", "lena"}};
  view["engine"] = "none";
  view["last_entry"] = "2025-10-15T20:16:00.000Z";
  view["guard_wanted"] = true;
  LiveModel model = model_of(view, {}, base::Locale::En);
  EXPECT_NE(model.paused.find("lena"), std::string::npos) << model.paused;
  EXPECT_NE(model.engine.find("2025-10-15T20:16:00.000Z"), std::string::npos);
  EXPECT_EQ(model.guard, "nobody: no engine runs");
  view["rollback"] = {{"cause", "guard"},
                      {"detail", "error-rate"},
                      {"by", "stellwerk"},
                      {"traffic_returned", true}};
  model = model_of(view, {}, base::Locale::En);
  EXPECT_TRUE(model.paused.empty());
  EXPECT_NE(model.rollback.find("traffic is back"), std::string::npos) << model.rollback;
}

TEST(LiveModel, MakesTheBestOfAViewThatIsNot) {
  for (const char* text :
       {"{}", "[]", "null", R"({"kpis": 3, "health": {}, "traffic": [], "waiting_for": [1]})",
        R"({"components": [7], "hold": {}, "verdict": {"action": 9, "findings": 2}})"}) {
    FigureHistory history;
    const base::Json view = base::Json::parse(text);
    history.take(view, at(5));
    EXPECT_EQ(model_of(view, history, base::Locale::De).wave, 0) << text;
  }
}

}  // namespace
}  // namespace stellwerk::cli
