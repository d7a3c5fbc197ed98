// What the live view looks like, at several sizes, in both languages: tests/data/live/*.txt. After
// a change run this test with STELLWERK_REWRITE=1 and read the difference.
#include "cli/live_view.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "support/live_release.h"

namespace stellwerk::cli {
namespace {

using stellwerk::testing::holding_release;

constexpr Charset kAscii{false, false};
constexpr std::array<const char*, 24> kNames{
    "archive",  "audit",   "billing", "contracts", "delivery", "document", "export",   "forms",
    "identity", "imports", "invoice", "mailroom",  "metering", "notices",  "orders",   "partner",
    "payments", "pricing", "reports", "routing",   "scanner",  "search",   "shipping", "signature"};

/// The view with courses: three minutes in which errors rise.
struct Shown {
  base::Json view = holding_release();
  LiveDialog dialog;
  bool courses = true;

  static std::deque<LiveLine> events(base::Locale locale) {
    std::deque<LiveLine> lines;
    const auto event = [&](const char* clock, const char* offset, const char* name,
                           const std::string& text) {
      lines.push_back({{clock, offset, name, text, Colour::Plain}, true});
    };
    const auto wave = [locale](const char* tenants, const char* share) {
      return base::message(locale, "cli.event.wave", {{"tenants", tenants}, {"share", share}});
    };
    event("19:00:00Z", "T-60m", "audit.precheck.completed",
          base::message(locale, "cli.event.prechecked", {{"steps", "5"}}));
    event("20:00:00Z", "T+0", "scheduler.release.started", "");
    event("20:00:05Z", "T+0", "scheduler.release.wave1", wave("pilot-1", "10 %"));
    event("20:15:00Z", "T+15m", "scheduler.release.wave2",
          wave("pilot-2 … müller-söhne (4)", "50 %"));
    lines.push_back({{"", "", "", "error[NTF-0002]: a mail was not taken", Colour::Red}, false});
    return lines;
  }

  [[nodiscard]] LiveModel model(base::Locale locale) const {
    FigureHistory history;
    if (!courses) return model_with(history, locale);
    base::Json then = view;
    for (std::int64_t i = 0; i < 36; ++i) {
      then["kpis"][1]["error_rate_ppm"] = i * i * 6;
      then["kpis"][1]["p95_us"] = 38000 + i % 7 * 30000;
      history.take(i < 35 ? then : view, {i * 5'000'000});
    }
    return model_with(history, locale);
  }

  [[nodiscard]] LiveModel model_with(const FigureHistory& history, base::Locale locale) const {
    LiveModel model = model_of(view, history, locale);
    model.clock = "20:16:00Z";
    return model;
  }

  [[nodiscard]] Frame frame(const LiveStyle& style) const {
    return live_frame({model(style.locale), events(style.locale), dialog}, style);
  }

  void type(std::string_view bytes) {
    KeyReader reader;
    for (const Key& key : reader.feed(bytes)) dialog.press(key);
  }
};

/// As many, of ten instances a version; the seventh is slow, and an instance of the ninth is down.
Shown of_components(int count) {
  Shown shown;
  for (const char* list : {"components", "kpis", "gauges", "health", "logs"})
    shown.view[list] = base::Json::array();
  for (int i = 0; i < count; ++i) {
    const std::string name = fmt::format("{}-domain", kNames.at(static_cast<std::size_t>(i)));
    const auto version = [&](const char* number, bool is_new, std::int64_t p95) {
      shown.view["kpis"].push_back({{"component", name},
                                    {"version", number},
                                    {"requests", 300 + i * 120},
                                    {"error_rate_ppm", i * 90},
                                    {"p95_us", p95}});
      shown.view["gauges"].push_back(
          {{"component", name}, {"version", number}, {"name", "consumer_lag"}, {"value", i}});
      for (int instance = 1; instance <= 10; ++instance)
        shown.view["health"].push_back({{"target", fmt::format("{}-{}-{}", name, number, instance)},
                                        {"service", name},
                                        {"good", !(is_new && i == 8 && instance == 3)},
                                        {"version", number},
                                        {"new_version", is_new},
                                        {"detail", "connection refused"}});
    };
    shown.view["components"].push_back({{"name", name}, {"from", "1.2.0"}, {"to", "1.3.0"}});
    version("1.2.0", false, 41000 + i * 1000);
    version("1.3.0", true, i == 6 ? 730000 : 38000 + i * 1000);
  }
  return shown;
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void expect_looks(const std::string& name, const Shown& shown, const LiveStyle& style) {
  const Frame frame = shown.frame(style);
  EXPECT_EQ(frame.lines.size(), style.size.lines);
  for (const ScreenLine& line : frame.lines)
    EXPECT_LE(line.columns(), style.size.columns) << line.text();
  const std::string path = fmt::format("{}/{}.txt", STELLWERK_LIVE_DATA, name);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
  if (std::getenv("STELLWERK_REWRITE") != nullptr) std::ofstream(path) << plain_text(frame);
  EXPECT_EQ(plain_text(frame), read_file(path)) << name;
}

TEST(LiveView, LooksGoodAtEightyColumns) {
  expect_looks("80x24-de", {}, {{80, 24}, {}, base::Locale::De});
  expect_looks("80x24-en", {}, {{80, 24}, {}, base::Locale::En});
}

TEST(LiveView, HasTwoColumnsOnAWideScreen) {
  expect_looks("120x40-de", {}, {{120, 40}, {}, base::Locale::De});
  expect_looks("200x50-en", {}, {{200, 50}, {}, base::Locale::En});
}

TEST(LiveView, SparesWhatAPersonCanSpareOnASmallScreen) {
  expect_looks("40x15-de", {}, {{40, 15}, {}, base::Locale::De});
  expect_looks("40x15-en", {}, {{40, 15}, {}, base::Locale::En});
  expect_looks("60x10-en", {}, {{60, 10}, {}, base::Locale::En});
}

TEST(LiveView, IsPlainAsciiWhereTheTerminalHasNoMore) {
  expect_looks("80x24-ascii-de", {}, {{80, 24}, kAscii, base::Locale::De});
  const Shown shown;
  for (const ScreenLine& line : shown.frame({{120, 40}, kAscii, base::Locale::De}).lines)
    for (const char byte : line.text()) EXPECT_GT(byte, 0) << line.text();
}

TEST(LiveView, ShowsAPauseTheGuardsReasonAndWhatIsBad) {
  Shown shown;
  shown.view["paused"] = {{"cause", "guard"}, {"detail", "error-rate"}, {"by", "stellwerk"}};
  shown.view["kpis"][1]["error_rate_ppm"] = 18000;
  shown.view["verdict"] = base::Json::parse(
      R"({"action": "pause", "cause": "error-rate", "findings": [{"cause": "error-rate",
          "action": "pause", "component": "document-domain", "subject": "error_rate",
          "requests": 312, "bad": 6, "value": 18000, "limit": 10000}]})");
  shown.view["health"][2]["good"] = false;
  shown.view["health"][2]["detail"] = "connection refused";
  shown.view["lost_lines"] = 3;
  expect_looks("paused-80x24-en", shown, {{80, 24}, {}, base::Locale::En});
}

TEST(LiveView, ShowsARollbackAndAnEngineThatIsGone) {
  Shown shown;
  shown.view["stage"] = "rolling-back";
  // What only an engine knows.
  for (const char* key : {"hold", "runbook_time", "next_due", "next_due_in_us", "kpis", "gauges",
                          "health", "logs", "verdict", "guard_armed"})
    shown.view.erase(key);
  shown.courses = false;
  shown.view["guard_wanted"] = true;
  shown.view["rollback"] = {
      {"cause", "person"}, {"detail", ""}, {"by", "lena"}, {"traffic_returned", false}};
  shown.view["engine"] = "none";
  shown.view["last_entry"] = "2025-10-15T20:16:00.000Z";
  expect_looks("rollback-80x24-de", shown, {{80, 24}, {}, base::Locale::De});
}

TEST(LiveView, AsksForAReasonWithTheCursorBehindIt) {
  Shown shown;
  shown.type("bzu träge für 東京");
  const LiveStyle style{{80, 24}, {}, base::Locale::De};
  expect_looks("reason-80x24-de", shown, style);
  ASSERT_TRUE(shown.frame(style).cursor);
  EXPECT_EQ(shown.frame(style).cursor->first, 22U);
  EXPECT_EQ(shown.frame(style).cursor->second, std::string("Grund: zu traege fuer ").size() + 2);
  shown.type(std::string(200, 'x'));
  EXPECT_EQ(shown.frame(style).cursor->second, 79U);
  shown.type("\n");
  expect_looks("confirm-40x15-de", shown, {{40, 15}, {}, base::Locale::De});
}

TEST(LiveView, HelpsAndAsksWhetherToLeave) {
  Shown shown;
  shown.type("?");
  expect_looks("help-80x24-de", shown, {{80, 24}, {}, base::Locale::De});
  expect_looks("help-80x24-en", shown, {{80, 24}, {}, base::Locale::En});
  shown.type("x");
  shown.dialog.ask_to_leave({"Release rel-1 is under way. (r) roll back, (s) stay, (d) detach?"});
  expect_looks("leave-60x10-en", shown, {{60, 10}, {}, base::Locale::En});
}

// Goal: during a downtime nobody takes "90 % on the old version" for users who are served.
TEST(LiveView, SaysWhoSeesThePageOfMaintenance) {
  Shown shown;
  base::Json& traffic = shown.view["traffic"];
  traffic["maintenance"] = {"all"};
  shown.view["downtime_until"] = "T+2h";
  traffic["tenants"] = base::Json::array();
  traffic["new_version_share_ppm"] = 0;
  shown.view["stage"] = "moving";
  shown.view["wave"] = 1;
  shown.view.erase("hold");
  expect_looks("downtime-80x24-de", shown, {{80, 24}, {}, base::Locale::De});
  traffic["maintenance"] = {"ahrens", "bergmann", "claussen"};
  traffic["tenants"] = {"pilot-1"};
  traffic["new_version_share_ppm"] = 100000;
  expect_looks("downtime-40x15-en", shown, {{40, 15}, {}, base::Locale::En});
}

TEST(LiveView, ShowsEachComponentWithItsCourses) {
  const Shown shown = of_components(2);
  expect_looks("two-80x24-de", shown, {{80, 24}, {}, base::Locale::De});
  expect_looks("two-40x15-en", shown, {{40, 15}, {}, base::Locale::En});
  expect_looks("two-120x40-en", shown, {{120, 40}, {}, base::Locale::En});
}

// Goal: two dozen components of ten instances: what is bad is never among what is left out.
TEST(LiveView, ShowsManyComponentsInALineEach) {
  const Shown shown = of_components(24);
  expect_looks("many-80x24-en", shown, {{80, 24}, {}, base::Locale::En});
  expect_looks("many-40x15-de", shown, {{40, 15}, {}, base::Locale::De});
  expect_looks("many-80x50-de", shown, {{80, 50}, {}, base::Locale::De});
  expect_looks("many-200x50-en", shown, {{200, 50}, {}, base::Locale::En});
}

/// What somebody copies who marks the first command from its mark on, with the lines it goes on in.
std::string copied_command(const Frame& frame) {
  std::string copied;
  for (const ScreenLine& line : frame.lines) {
    const std::string text = line.text();
    if (copied.empty() && !text.starts_with("▶ ")) continue;
    copied += copied.empty() ? text.substr(std::string("▶ ").size())
                             : std::string(base::trim(std::string_view(text)));
    if (!copied.ends_with(" \\")) break;
    copied.pop_back();
  }
  return copied;
}

// Goal: a command that is copied is the right one, or can be seen to be cut.
TEST(LiveView, BreaksACommandOnlyWhereAShellReadsItTheSame) {
  Shown shown;
  for (const char* step : {"post-check/smoke", "post-check/customer-journeys-of-all-tenants"}) {
    shown.view["waiting_for"] = {step};
    const std::string command = fmt::format("stellwerk attest rel-1 {}", step);
    for (std::size_t columns = 16; columns < 110; ++columns) {
      const Frame frame = shown.frame({{columns, 60}, {}, base::Locale::En});
      const std::string copied = copied_command(frame);
      if (copied == command) continue;
      EXPECT_TRUE(copied.ends_with("…")) << columns << ": " << copied;
      EXPECT_LT(columns, std::string(step).size() + 6) << copied;
      if (columns >= 44) {
        EXPECT_NE(plain_text(frame).find("whole: stellwerk release show rel-1"), std::string::npos)
            << plain_text(frame);
      }
    }
  }
}

TEST(LiveView, FitsIntoEverySize) {
  Shown shown;
  shown.type("b");
  shown.dialog.tell({"error[ENG-0012]: promote is not possible now", "why it is so"}, true);
  const LiveModel model = shown.model(base::Locale::De);
  for (std::size_t columns = 1; columns <= 140; columns += 17)
    for (std::size_t lines = 1; lines <= 40; lines += 3) {
      const Frame frame = live_frame({model, Shown::events(base::Locale::De), shown.dialog},
                                     {{columns, lines}, {}, base::Locale::De});
      ASSERT_EQ(frame.lines.size(), lines) << columns;
      for (const ScreenLine& line : frame.lines) ASSERT_LE(line.columns(), columns) << line.text();
      if (frame.cursor) {
        ASSERT_LT(frame.cursor->first, lines);
      }
    }
}

TEST(LiveView, ShowsMoreTenantsWhenMoreFit) {
  Shown shown;
  shown.view["traffic"]["tenants"] = base::Json::array();
  for (int i = 0; i < 300; ++i)
    shown.view["traffic"]["tenants"].push_back(fmt::format("tenant-{}", i));
  const std::string text = plain_text(shown.frame({{80, 24}, {}, base::Locale::En}));
  EXPECT_NE(text.find("tenants    tenant-0, tenant-1, tenant-2, tenant-3 and 296 more (300 of 10)"),
            std::string::npos)
      << text;
}

TEST(Paint, LetsNoTextSteerTheTerminal) {
  const Frame next{{40, 1},
                   {ScreenLine{}.add("a\x1b]0;title\x07\xc2\x9b"
                                     "2J")},
                   {}};
  const std::string bytes = paint(nullptr, next, false);
  EXPECT_NE(bytes.find("a\\x1b]0;title\\x07"), std::string::npos) << bytes;
  EXPECT_EQ(bytes.find("\x1b]"), std::string::npos);
  EXPECT_EQ(bytes.find("\xc2\x9b"), std::string::npos);
}

TEST(Paint, WritesOnlyLinesThatDiffer) {
  Frame before{{10, 2}, {ScreenLine{}.add("one"), ScreenLine{}.add("0123456789")}, {}};
  Frame next = before;
  EXPECT_EQ(paint(&before, next, false), "");
  next.lines[0] = ScreenLine{}.add("two", Colour::Red);
  EXPECT_EQ(paint(&before, next, false),
            "\x1b[?2026h\x1b[?25l\x1b[1;1Htwo\x1b[K\x1b[?25l\x1b[?2026l");
  EXPECT_EQ(paint(&before, next, true),
            "\x1b[?2026h\x1b[?25l\x1b[1;1H\x1b[31mtwo\x1b[0m\x1b[K\x1b[?25l\x1b[?2026l");
  next = before;
  next.size = {10, 3};  // another size: all of it
  const std::string anew = paint(&before, next, false);
  EXPECT_NE(anew.find("\x1b[2J\x1b[1;1Hone\x1b[K\x1b[2;1H0123456789\x1b[?25l"), std::string::npos);
}

TEST(Paint, PutsTheCursorWhereSomebodyTypes) {
  Frame before{{10, 1}, {ScreenLine{}.add("one")}, {}};
  Frame next = before;
  next.cursor = {0, 3};
  EXPECT_EQ(paint(&before, next, false), "\x1b[?2026h\x1b[?25l\x1b[1;4H\x1b[?25h\x1b[?2026l");
}

// Goal: what a terminal thinks of a character's width moves nothing but that character.
TEST(Paint, PlacesWhatFollowsAWideCharacterByItsColumn) {
  const Frame next{{20, 1}, {ScreenLine{}.add("東京 ").add("│ right")}, {}};
  EXPECT_NE(paint(nullptr, next, false).find("東京 \x1b[6G│ right\x1b[13G\x1b[K"),
            std::string::npos);
}

}  // namespace
}  // namespace stellwerk::cli
