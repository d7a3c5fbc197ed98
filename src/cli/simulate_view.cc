#include "cli/simulate_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/console.h"
#include "cli/verdict_text.h"
#include "engine/cause_text.h"

namespace stellwerk::cli {
namespace {

using sim::Spread;
using sim::TurnKind;

constexpr std::size_t kReasonsShown = 12;
constexpr std::size_t kLabel = 14;
/// Smaller probabilities are shown as "<0.001".
constexpr double kChanceLeast = 0.001;

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  return rate_text(base::ratio_of(part, whole).value);
}

class View {
 public:
  explicit View(const SimulateStyle& style) : style_(style) {}

  [[nodiscard]] std::string text(std::string_view key,
                                 const base::MessageArguments& arguments = {}) const {
    return base::message(style_.locale, key, arguments);
  }
  void heading(std::string_view key) {
    out += '\n' + painted(text(key), Colour::Bold, style_.colour) + '\n';
  }
  void line(std::string_view words, std::size_t indent = 2) {
    out += std::string(indent, ' ') + wrapped(words, style_.width, indent) + '\n';
  }
  void labelled(std::string_view key, std::string_view words, std::size_t label = kLabel) {
    out += "  " + padded(text(key), label) + wrapped(words, style_.width, label + 2) + '\n';
  }
  [[nodiscard]] std::string spread(const Spread& spread, std::string (*shown)(std::int64_t)) const {
    return text("cli.sim.spread", {{"median", shown(spread.median)},
                                   {"p95", shown(spread.p95)},
                                   {"most", shown(spread.most)}});
  }
  [[nodiscard]] const SimulateStyle& style() const { return style_; }

  std::string out;

 private:
  const SimulateStyle& style_;
};

std::string count_text(std::int64_t count) { return std::to_string(count); }

std::string faults_text(const View& view, const sim::UserWorld& world) {
  const std::string level = view.text("cli.sim.faults." + std::string(to_string(world.level)));
  if (world.kinds.empty()) return level;
  std::vector<std::string_view> kinds;
  for (const sim::Fault fault : world.kinds) kinds.push_back(to_string(fault));
  return view.text("cli.sim.faults.only",
                   {{"level", level}, {"kinds", fmt::format("{}", fmt::join(kinds, ", "))}});
}

// ---- how they ended

void row(View& view, const std::string& words, std::uint64_t count, std::uint64_t all) {
  view.out += fmt::format("  {} {:>6}  {:>8}\n", padded(words, 32), count, share_text(count, all));
}

void ends(View& view, const sim::Summary& summary) {
  view.heading("cli.sim.heading.ends");
  for (const core::Stage stage : {core::Stage::Completed, core::Stage::RolledBack,
                                  core::Stage::Cancelled, core::Stage::Failed}) {
    const auto found = summary.ends.find(stage);
    const bool always = stage == core::Stage::Completed || stage == core::Stage::RolledBack;
    if (found == summary.ends.end() && !always) continue;
    row(view, view.text("cli.sim.end." + std::string(core::to_string(stage))),
        found == summary.ends.end() ? 0 : found->second, summary.releases);
  }
  row(view, view.text("cli.sim.end.paused"), summary.paused, summary.releases);
  if (summary.paused == 0) return;
  view.out.pop_back();
  view.out += "  " +
              view.text("cli.sim.end.paused-completed",
                        {{"count", std::to_string(summary.completed_after_pause)}}) +
              '\n';
}

// ---- why

std::string where_text(const View& view, const sim::Reason& reason) {
  std::vector<std::string> places;
  for (const auto& [where, count] : reason.where) {
    const std::string key = where.watching    ? "cli.sim.where.watch"
                            : where.wave == 0 ? "cli.sim.where.before"
                                              : "cli.sim.where.wave";
    base::MessageArguments words{{"count", std::to_string(count)}};
    if (!where.watching && where.wave > 0) words["wave"] = std::to_string(where.wave);
    places.push_back(view.text(key, words));
  }
  return view.text("cli.sim.example", {{"places", fmt::format("{}", fmt::join(places, ", "))},
                                       {"seed", std::to_string(reason.seed)}});
}

std::string why_text(const View& view, const core::Plan& plan, const sim::Reason& reason) {
  const base::Locale locale = view.style().locale;
  std::string why;
  if (reason.kind == TurnKind::Paused)
    why = engine::pause_text(locale, reason.cause, reason.detail, &plan);
  else if (reason.kind == TurnKind::RolledBack)
    why = engine::rollback_text(locale, reason.cause, reason.detail, &plan);
  else
    why = engine::ending_text(locale, reason.detail, plan);
  const std::string limit = limit_text(plan, reason.kind, reason.cause, reason.detail);
  if (!limit.empty()) why += fmt::format(" ({})", limit);
  // Somebody's hand, or a failed step, has nothing to do with the limits.
  const bool by_limit = reason.cause == "guard" || reason.cause == "ask-rollback";
  if (by_limit && reason.unfounded > 0)
    why += " · " + view.text("cli.sim.unfounded", {{"count", std::to_string(reason.unfounded)}});
  return why;
}

void reasons(View& view, const core::Plan& plan, const sim::Summary& summary) {
  if (summary.reasons.empty()) return;
  view.heading("cli.sim.heading.reasons");
  const std::size_t shown = std::min(summary.reasons.size(), kReasonsShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const sim::Reason& reason = summary.reasons[i];
    const std::string begin = fmt::format(
        "{:>6}  {:>8}  {}", reason.releases, share_text(reason.releases, summary.releases),
        padded(view.text("cli.sim.reason." + std::string(to_string(reason.kind))), 15));
    const std::size_t width = view.style().width;
    view.out += begin + wrapped(why_text(view, plan, reason), width, width_of(begin)) + '\n';
    view.line(where_text(view, reason), width_of(begin));
  }
  if (shown < summary.reasons.size())
    view.line(view.text("cli.sim.reasons-more",
                        {{"count", std::to_string(summary.reasons.size() - shown)}}));
}

// ---- breaches, time, people

void breaches(View& view, const sim::Summary& summary) {
  view.heading("cli.sim.heading.breaches");
  if (summary.breach_us.count == 0) return view.line(view.text("cli.sim.breaches.none"));
  std::vector<std::string> words = {
      view.text("cli.sim.breaches", {{"count", std::to_string(summary.breach_us.count)},
                                     {"releases", std::to_string(summary.with_breach)}})};
  for (const auto& [end, count] : summary.breach_ends)
    words.push_back(view.text("cli.sim.breach." + std::string(to_string(end)),
                              {{"count", std::to_string(count)}}));
  view.line(fmt::format("{}", fmt::join(words, "; ")));
  const std::size_t label = 20;
  view.labelled("cli.sim.label.lasted", view.spread(summary.breach_us, rounded_span), label);
  view.labelled(
      "cli.sim.label.bad",
      view.text("cli.sim.bad-share",
                {{"spread", view.spread(summary.breach_bad, count_text)},
                 {"share", share_text(summary.breach_bad_all, summary.breach_requests_all)}}),
      label);
}

void times(View& view, const core::Plan& plan, const sim::Summary& summary) {
  if (summary.took_us.count + summary.took_back_us.count == 0) return;
  view.heading("cli.sim.heading.time");
  const base::Duration planned =
      plan.schedule.completed + plan.schedule.post_check - plan.schedule.deploy;
  if (summary.took_us.count > 0)
    view.labelled(
        "cli.sim.end.completed",
        view.text("cli.sim.planned", {{"spread", view.spread(summary.took_us, rounded_span)},
                                      {"planned", rounded_span(planned.us)}}));
  if (summary.took_back_us.count > 0)
    view.labelled("cli.sim.end.rolled-back", view.spread(summary.took_back_us, rounded_span));
}

void people(View& view, const sim::Summary& summary) {
  view.heading("cli.sim.heading.people");
  if (summary.asked.count > 0)
    view.line(view.text("cli.sim.asked", {{"spread", view.spread(summary.asked, count_text)}}));
  view.line(
      view.text("cli.sim.asked-beside", {{"releases", std::to_string(summary.with_asked_beside)},
                                         {"all", std::to_string(summary.releases)},
                                         {"most", std::to_string(summary.asked_beside.most)}}));
}

void faults(View& view, const sim::Summary& summary) {
  if (summary.faults.empty()) return;
  view.heading("cli.sim.heading.faults");
  const auto columns = [&](const std::string& name, const std::string& a, const std::string& b,
                           const std::string& c) {
    const auto right = [](const std::string& cell, std::size_t width) {
      return std::string(width - std::min(width, width_of(cell)), ' ') + cell;
    };
    view.out += "  " + padded(name, 46) + right(a, 9) + right(b, 12) + right(c, 15) + '\n';
  };
  columns("", view.text("cli.sim.column.releases"), view.text("cli.sim.column.paused"),
          view.text("cli.sim.column.rolled-back"));
  for (const sim::AfterFault& after : summary.faults)
    columns(view.text("sim.fault." + std::string(to_string(after.fault))),
            std::to_string(after.releases), std::to_string(after.paused),
            std::to_string(after.rolled_back));
}

// ---- other plans

std::string number_text(double value) {
  return value < 10 ? fmt::format("{:.2f}", value) : fmt::format("{:.0f}", value);
}

std::string value_text(sim::Measure measure, double value) {
  switch (measure) {
    case sim::Measure::NotCompleted:
      return rate_text(static_cast<std::int64_t>(value * 1'000'000));
    case sim::Measure::Took:
    case sim::Measure::BreachTime:
      return rounded_span(static_cast<std::int64_t>(value));
    default:
      return number_text(value);
  }
}

std::string change_text(const View& view, const sim::Compared& compared) {
  const sim::Pairs& pairs = compared.pairs;
  const std::string p =
      pairs.chance < kChanceLeast ? "<0.001" : fmt::format("={:.3f}", pairs.chance);
  const std::string before = value_text(compared.measure, pairs.before);
  const std::string after = value_text(compared.measure, pairs.after);
  const std::string change =
      compared.measure == sim::Measure::NotCompleted
          ? fmt::format("{} → {}", before, after)
          : view.text("cli.sim.per-release", {{"before", before}, {"after", after}});
  return fmt::format(
      "{} · {}", change,
      view.text("cli.sim.better", {{"better", std::to_string(pairs.better)},
                                   {"worse", std::to_string(pairs.worse)},
                                   {"count", std::to_string(pairs.count())},
                                   {"chance", view.text("cli.sim.chance", {{"p", p}})}}));
}

void variation(View& view, const sim::VariationResult& result) {
  view.out += "  " +
              painted(fmt::format("{}: {} → {}", result.key, result.from, result.to), Colour::Bold,
                      view.style().colour) +
              '\n';
  for (const sim::Compared& each : result.compared) {
    if (!each.real) continue;
    const bool better = each.pairs.better > each.pairs.worse;
    view.out +=
        "    " +
        painted(better ? "+" : "−", better ? Colour::Green : Colour::Red, view.style().colour) +
        ' ' + padded(view.text("cli.sim.measure." + std::string(to_string(each.measure))), 20) +
        ' ' + wrapped(change_text(view, each), view.style().width, 27) + '\n';
  }
}

}  // namespace

std::string assumptions_text(const core::Plan& plan, const Simulation& simulation,
                             const SimulateStyle& style) {
  View view(style);
  const sim::ForecastOptions& forecast = simulation.forecast;
  const sim::UserWorld& world = forecast.world;
  const sim::Traffic& traffic = world.traffic;
  const std::string title =
      simulation.one ? view.text("cli.sim.title-one", {{"release", plan.release.str()},
                                                       {"seed", std::to_string(forecast.first)}})
                     : view.text("cli.sim.title",
                                 {{"release", plan.release.str()},
                                  {"count", std::to_string(forecast.seeds)},
                                  {"first", std::to_string(forecast.first)},
                                  {"last", std::to_string(forecast.first + forecast.seeds - 1)}});
  view.out += painted(title, Colour::Bold, style.colour) + '\n';
  view.labelled(
      "cli.sim.label.traffic",
      view.text("cli.sim.traffic", {{"requests", std::to_string(traffic.requests_per_second)},
                                    {"errors", base::percent_text(traffic.old_version.errors)},
                                    {"slow", base::percent_text(traffic.old_version.slow)}}));
  const sim::Answers& answers = traffic.new_version;
  base::MessageArguments words{{"errors", base::percent_text(answers.errors)},
                               {"slow", base::percent_text(answers.slow)},
                               {"lag", std::to_string(answers.consumer_lag)}};
  const bool later = traffic.bad_from_wave > 1;
  if (later) words["wave"] = std::to_string(traffic.bad_from_wave);
  view.labelled("cli.sim.label.new", view.text(later ? "cli.sim.new-from" : "cli.sim.new", words));
  view.labelled("cli.sim.label.faults", faults_text(view, world));
  view.labelled("cli.sim.label.people", view.text("cli.sim.people"));
  if (world.speed > 1)
    view.labelled("cli.sim.label.clock",
                  view.text("cli.sim.clock", {{"speed", std::to_string(world.speed)}}));
  return std::move(view.out);
}

std::string summary_text(const core::Plan& plan, const sim::Summary& summary,
                         const SimulateStyle& style) {
  View view(style);
  ends(view, summary);
  reasons(view, plan, summary);
  breaches(view, summary);
  times(view, plan, summary);
  people(view, summary);
  faults(view, summary);
  return std::move(view.out);
}

std::string variations_text(const std::vector<sim::VariationResult>& results,
                            const SimulateStyle& style) {
  View view(style);
  view.heading("cli.sim.heading.variations");
  if (results.empty()) {
    view.line(view.text("cli.sim.variations.empty"));
    return std::move(view.out);
  }
  std::vector<std::string> rest;
  bool any = false;
  for (const sim::VariationResult& result : results) {
    if (result.real())
      variation(view, result);
    else
      rest.push_back(fmt::format("{} {}", result.key, result.to));
    any = any || result.real();
  }
  if (!rest.empty())
    view.line(view.text(any ? "cli.sim.variations.rest" : "cli.sim.variations.none",
                        {{"keys", fmt::format("{}", fmt::join(rest, "; "))}}));
  return std::move(view.out);
}

}  // namespace stellwerk::cli
