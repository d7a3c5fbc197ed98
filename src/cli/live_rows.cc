// The state of the release as rows: where it stands, traffic, the guard.
#include "cli/live_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ratio.h"
#include "base/text.h"
#include "cli/release_view.h"
#include "cli/verdict_text.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kPhasesFrom = 60;       ///< columns for all phases on one line
constexpr std::size_t kRollbackTooFrom = 78;  ///< … and rollback beside them
constexpr std::size_t kBarMin = 8;
constexpr std::size_t kBarMax = 40;

struct PhaseOfStage {
  std::string_view stage;
  std::string_view phase;
};
constexpr PhaseOfStage kPhases[] = {
    {"unborn", "preparation"},       {"preparing", "preparation"}, {"announced", "pre-check"},
    {"pre-checking", "pre-check"},   {"ready", "rollout"},         {"deploying", "rollout"},
    {"deployed", "rollout"},         {"moving", "rollout"},        {"holding", "rollout"},
    {"post-checking", "post-check"}, {"concluding", "post-check"}, {"rolling-back", "rollback"},
    {"cancelling", "rollback"},      {"rolled-back", "rollback"},  {"cancelled", "rollback"}};
constexpr std::string_view kInOrder[] = {"preparation", "pre-check", "rollout", "post-check"};

std::string_view phase_of(std::string_view stage) {
  for (const PhaseOfStage& row : kPhases)
    if (row.stage == stage) return row.phase;
  return {};
}

bool is_for_everyone(const std::vector<std::string>& maintenance) {
  return std::ranges::find(maintenance, "all") != maintenance.end();
}

}  // namespace

std::string RowMaker::shown(std::string_view text) const {
  return cli::shown(text, style_.charset);
}

std::string RowMaker::say(std::string_view key, const base::MessageArguments& arguments) const {
  return shown(base::message(style_.locale, key, arguments));
}

Row RowMaker::labelled(std::string_view label_key, ScreenLine value, int rank) const {
  ScreenLine line;
  line.add(filled(label_key.empty() ? "" : say(label_key), kLabel - 1, style_.charset) + " ",
           Colour::Dim);
  for (Span& span : value.spans) line.spans.push_back(std::move(span));
  return {std::move(line), rank};
}

/// A text of several lines; the first stays, the others are spared before.
void RowMaker::add_text(Rows& rows, std::string_view label_key, const std::string& text,
                        Colour colour) const {
  constexpr std::size_t kLinesMax = 3;
  const std::size_t room = columns_ > kLabel + 10 ? columns_ - kLabel : 10;
  const std::vector<std::string> lines = in_lines(shown(text), room, kLinesMax);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    rows.push_back(labelled(i == 0 ? label_key : std::string_view(),
                            ScreenLine{}.add(lines[i], colour),
                            i == 0 ? rank::kStays : rank::kMore));
    rows.back().goes_on = i > 0;
  }
}

std::string RowMaker::bar(std::int64_t part, std::int64_t whole, std::size_t columns) const {
  const std::int64_t cells = static_cast<std::int64_t>(columns);
  std::int64_t full = whole <= 0 ? 0 : std::clamp<std::int64_t>(part * cells / whole, 0, cells);
  if (full == 0 && part > 0) full = 1;  // something is never shown as nothing
  const bool blocks = style_.charset.utf8 && style_.charset.blocks;
  std::string text;
  for (std::int64_t i = 0; i < cells; ++i)
    text += i < full ? (blocks ? "█" : "#") : (blocks ? "░" : ".");
  return text;
}

Rows RowMaker::head() const {
  Rows rows;
  ScreenLine first;
  const std::string clock = columns_ >= 50 ? model_.clock : "";
  const std::size_t room = columns_ - columns_of(clock);
  const std::string id = fitted(shown(model_.release), room, style_.charset);
  first.add(id, Colour::Bold);
  const std::size_t left = room - columns_of(id);
  first.add(filled("  " + shown(model_.title), left, style_.charset));
  first.add(clock, Colour::Dim);
  rows.push_back({std::move(first), rank::kStays});
  rows.push_back({ScreenLine{}.add(shown(model_.scope), Colour::Dim), rank::kScope});
  return rows;
}

Rows RowMaker::state() const {
  Rows rows;
  if (!model_.engine.empty()) add_text(rows, "cli.live.engine", model_.engine, Colour::Red);
  if (columns_ >= kPhasesFrom) rows.push_back(phases());
  rows.push_back(stage());
  if (!model_.paused.empty()) add_text(rows, "cli.live.paused", model_.paused, Colour::Yellow);
  if (!model_.rollback.empty()) add_text(rows, "cli.live.rollback", model_.rollback, Colour::Red);
  if (model_.hold) rows.push_back(hold());
  if (!model_.offset.empty() || !model_.due.empty()) rows.push_back(time());
  rows.push_back(traffic());
  rows.push_back(tenants());
  add_maintenance(rows);
  add_text(rows, "cli.live.guard", model_.guard, model_.guard_colour);
  if (model_.lost_lines > 0)
    rows.push_back(labelled(
        {},
        ScreenLine{}.add(say("cli.view.lost", {{"count", std::to_string(model_.lost_lines)}}),
                         Colour::Yellow),
        rank::kMore));
  return rows;
}

Row RowMaker::phases() const {
  const std::string_view now = phase_of(model_.stage);
  const bool over = model_.stage == "completed";
  const bool going_back = now == "rollback";
  ScreenLine line;
  // Who goes back from a wave has been through all that comes before the rollout.
  bool passed = !going_back || model_.wave > 0;
  for (const std::string_view phase : kInOrder) {
    if (phase == now || (going_back && phase == "rollout")) passed = false;
    const bool is_now = phase == now && !model_.ended;
    const bool done = over || (passed && !now.empty());
    const std::string_view mark = is_now ? "▶" : (done ? "✔" : "·");
    const Colour colour = is_now ? Colour::Bold : (done ? Colour::Green : Colour::Dim);
    if (!line.spans.empty()) line.add("  ");
    line.add(shown(fmt::format("{} {}", mark,
                               base::message(style_.locale, fmt::format("cli.phase.{}", phase)))),
             colour);
  }
  if (going_back) {
    if (columns_ < kRollbackTooFrom) line.spans.clear();
    if (!line.spans.empty()) line.add("  ");
    line.add(shown(fmt::format("{} {}", model_.ended ? "✘" : "▶",
                               base::message(style_.locale, "cli.phase.rollback"))),
             Colour::Red);
  }
  return labelled("cli.live.phase", std::move(line), rank::kMore);
}

Row RowMaker::stage() const {
  ScreenLine line;
  const std::string name = shown(stage_text(model_.stage, style_.locale));
  Colour colour = Colour::Bold;
  if (model_.stage == "completed") colour = Colour::Green;
  if (model_.stage == "rolled-back" || model_.stage == "failed") colour = Colour::Red;
  if (model_.wave > 0 && !model_.wave_shares.empty())
    line.add(say("cli.progress.wave", {{"wave", std::to_string(model_.wave)},
                                       {"waves", std::to_string(model_.wave_shares.size())}}) +
                 " " + shown("·") + " ",
             Colour::Bold);
  line.add(name + " ", colour);
  if (phase_of(model_.stage) != "rollback") {
    ScreenLine with_all = line;
    add_waves(with_all, true);
    if (fits(with_all))
      line = std::move(with_all);
    else
      add_waves(line, false);
  }
  return labelled("cli.live.stage", std::move(line), rank::kStays);
}

bool RowMaker::fits(const ScreenLine& value) const { return kLabel + value.columns() <= columns_; }

/// What share each wave comes to; where not all fit, only the one under way.
void RowMaker::add_waves(ScreenLine& line, bool all) const {
  for (std::size_t i = 0; i < model_.wave_shares.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i) + 1;
    const bool is_now = number == model_.wave && model_.stage != "completed";
    const bool done = number < model_.wave || model_.stage == "completed";
    if (!all && !is_now) continue;
    const std::string_view mark = is_now ? "▶" : (done ? "✔" : "·");
    line.add(shown(fmt::format("{}{} {}", all ? "  " : "", mark,
                               base::percent_text({model_.wave_shares[i]}))),
             is_now ? Colour::Bold : (done ? Colour::Green : Colour::Dim));
  }
}

Row RowMaker::hold() const {
  const LiveHold& hold = *model_.hold;
  ScreenLine line;
  if (!hold.promoted.empty())
    return labelled("cli.live.hold", line.add(shown(hold.promoted), Colour::Yellow), rank::kStays);
  const base::MessageArguments words{{"guarded", span_text(hold.guarded_us)},
                                     {"wanted", span_text(hold.wanted_us)},
                                     {"requests", std::to_string(hold.requests)}};
  std::string text = say("cli.live.hold-of", words);
  if (columns_ >= kPhasesFrom) text += say("cli.live.hold-requests", words);
  const std::size_t used = kLabel + columns_of(text) + 1;
  if (used + kBarMin <= columns_)
    line.add(bar(hold.guarded_us, hold.wanted_us, std::min(columns_ - used, kBarMax)) + " ",
             Colour::Green);
  return labelled("cli.live.hold", line.add(text), rank::kStays);
}

Row RowMaker::time() const {
  struct Detail {
    bool short_of_room;
    bool in_real_time;
    bool speed;
  };
  // From all there is to say to what one waits for.
  constexpr Detail kLessAndLess[] = {
      {false, true, true}, {false, false, true}, {true, false, true}, {true, false, false}};
  ScreenLine line;
  for (const Detail& detail : kLessAndLess) {
    line = ScreenLine{}.add(model_.offset);
    if (const std::string text = due_text(detail.short_of_room, detail.in_real_time); !text.empty())
      line.add((model_.offset.empty() ? "" : shown(" · ")) + text);
    if (model_.speed > 1 && detail.speed)
      line.add(shown(" · ") + say("cli.live.speed", {{"speed", std::to_string(model_.speed)}}),
               Colour::Yellow);
    if (fits(line)) break;
  }
  return labelled("cli.live.time", std::move(line), rank::kNow);
}

std::string RowMaker::due_text(bool short_of_room, bool in_real_time) const {
  base::MessageArguments words{{"due", model_.due}};
  if (model_.due.empty()) {
    // A hold is as long as it was guarded: when it ends is no planned time.
    if (!model_.hold || !model_.hold->promoted.empty() || !model_.paused.empty()) return {};
    const std::int64_t left =
        std::max<std::int64_t>(model_.hold->wanted_us - model_.hold->guarded_us, 0);
    words["span"] = span_text(left);
    words["real"] = span_text(left / model_.speed);
    return say(in_real_time && model_.speed > 1 ? "cli.live.left-real" : "cli.live.left", words);
  }
  if (!model_.due_in_us) return say("cli.live.due", words);
  words["span"] = span_text(*model_.due_in_us);
  words["real"] = span_text(*model_.due_in_us / model_.speed);
  if (short_of_room) return say("cli.live.due-short", words);
  return say(in_real_time && model_.speed > 1 ? "cli.live.due-in-real" : "cli.live.due-in", words);
}

Row RowMaker::traffic() const {
  const std::string share = base::percent_text({model_.share_ppm});
  const std::string rest = base::percent_text({base::kWhole.value - model_.share_ppm});
  std::string text = say("cli.live.shares", {{"new", share}, {"old", rest}});
  if (is_for_everyone(model_.maintenance))
    text = say("cli.live.shares-page", {{"new", share}});
  else if (model_.components.size() == 1 && columns_ >= kPhasesFrom)
    text = say("cli.live.shares-versions", {{"new", share},
                                            {"old", rest},
                                            {"to", model_.components.front().to.version},
                                            {"from", model_.components.front().from.version}});
  ScreenLine line;
  const std::size_t used = kLabel + columns_of(text) + 1;
  if (used + kBarMin <= columns_)
    line.add(bar(model_.share_ppm, base::kWhole.value, std::min(columns_ - used, kBarMax)) + " ",
             Colour::Bold);
  return labelled("cli.live.traffic", line.add(text), rank::kFigures);
}

Row RowMaker::tenants() const {
  const std::size_t room = columns_ > kLabel ? columns_ - kLabel : 0;
  return labelled("cli.live.tenants", ScreenLine{}.add(tenant_names(room)), rank::kDetails);
}

/// Whom the page of maintenance is shown.
void RowMaker::add_maintenance(Rows& rows) const {
  if (model_.maintenance.empty()) return;
  std::string text =
      is_for_everyone(model_.maintenance)
          ? base::message(style_.locale, model_.share_ppm == 0 ? "cli.live.downtime-all"
                                                               : "cli.live.downtime-others")
          : base::message(style_.locale, "cli.live.downtime-some",
                          {{"tenants", fmt::format("{}", fmt::join(model_.maintenance, ", "))}});
  if (!model_.downtime_until.empty())
    text += " · " + base::message(style_.locale, "cli.live.downtime-until",
                                  {{"until", model_.downtime_until}});
  add_text(rows, "cli.live.downtime", text, Colour::Yellow);
}

/// Names as far as they fit, then how many more.
std::string RowMaker::tenant_names(std::size_t room) const {
  if (model_.share_ppm == base::kWhole.value) return say("cli.everyone");
  if (model_.tenants.empty())
    return say(model_.maintenance.empty() ? "cli.live.tenants-none" : "cli.live.tenants-nobody");
  const std::size_t count = model_.tenants.size();
  const std::string known =
      model_.tenants_known > 0
          ? " " + say("cli.live.tenants-of", {{"count", std::to_string(count)},
                                              {"known", std::to_string(model_.tenants_known)}})
          : "";
  std::string names;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string more = (names.empty() ? "" : ", ") + shown(model_.tenants[i]);
    const std::size_t left = count - i - 1;
    const std::string rest =
        left == 0 ? "" : " " + say("cli.live.tenants-more", {{"count", std::to_string(left)}});
    if (i > 0 && columns_of(names + more + rest + known) > room) {
      const std::string missing =
          say("cli.live.tenants-more", {{"count", std::to_string(left + 1)}});
      return names + " " + missing + known;
    }
    names += more;
  }
  return names + known;
}

Row RowMaker::rule() const {
  std::string line;
  for (std::size_t i = 0; i < columns_; ++i) line += shown("─");
  return {ScreenLine{}.add(std::move(line), Colour::Dim), rank::kStays};
}

void spare(Rows& rows, std::size_t lines, const Charset& charset) {
  while (rows.size() > lines) {
    const auto goes = std::max_element(rows.rbegin(), rows.rend(),
                                       [](const Row& a, const Row& b) { return a.rank < b.rank; });
    const auto row = std::next(goes).base();
    if (row->goes_on && row != rows.begin() && !std::prev(row)->line.spans.empty())
      std::prev(row)->line.spans.back().text += shown(" …", charset);
    rows.erase(row);
  }
}

}  // namespace stellwerk::cli
