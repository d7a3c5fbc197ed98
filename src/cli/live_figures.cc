// Error rate, p95, lag and requests of both versions against their limits, with their courses; the
// health of what is probed.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/live_rows.h"
#include "cli/verdict_text.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kLimit = 10;
constexpr std::size_t kLimitFrom = 56;  ///< columns, so that limits stand before the values
constexpr std::size_t kLimitAtEnd = 9;  ///< else they stand behind, if they fit there
constexpr std::size_t kLimitAtEndFrom = 38;
constexpr std::size_t kBlockLines = 4;
constexpr std::size_t kFigureWidth = 9;
constexpr std::size_t kChartMin = 6;
constexpr std::size_t kChartMax = FigureHistory::kCellsMax;

constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 8> kAscii{"_", ".", ":", "-", "=", "+", "*", "#"};

std::string_view label_of(Metric metric) {
  switch (metric) {
    case Metric::Requests:
      return "cli.live.requests";
    case Metric::Errors:
      return "cli.live.errors";
    case Metric::P95:
      return "cli.live.p95";
    case Metric::Lag:
      return "cli.live.lag";
    case Metric::ErrorLines:
      return "cli.live.error-lines";
    case Metric::WarnLines:
      return "cli.live.warn-lines";
  }
  return {};
}

int rank_of(Metric metric) {
  switch (metric) {
    case Metric::Errors:
    case Metric::P95:
      return rank::kFigures;
    case Metric::Lag:
      return rank::kNow;
    case Metric::ErrorLines:
      return rank::kDetails;
    case Metric::Requests:
    case Metric::WarnLines:
      return rank::kRequests;
  }
  return rank::kRequests;
}

std::int64_t highest(const MeasuredVersion& version, Metric metric) {
  std::int64_t highest = 0;
  const auto found = version.course.find(metric);
  if (found != version.course.end())
    for (const auto& value : found->second) highest = std::max(highest, value.value_or(0));
  return highest;
}

bool was_measured(const MeasuredVersion& version, Metric metric) {
  const auto course = version.course.find(metric);
  return version.now.contains(metric) ||
         (course != version.course.end() && !course->second.empty());
}

}  // namespace

std::string value_text(Metric metric, std::int64_t value) {
  constexpr std::int64_t kSecondsAMinute = 60;
  constexpr std::int64_t kPerSecondFrom = 10 * kSecondsAMinute;
  switch (metric) {
    case Metric::Requests:
      return value < kPerSecondFrom ? fmt::format("{}/min", value)
                                    : fmt::format("{}/s", value / kSecondsAMinute);
    case Metric::Errors:
      return rate_text(value);
    case Metric::P95:
      return latency_text(value);
    case Metric::Lag:
      return std::to_string(value);
    case Metric::ErrorLines:
    case Metric::WarnLines:
      return fmt::format("{}/min", value);
  }
  return {};
}

bool is_measured(const MeasuredComponent& component, Metric metric) {
  return was_measured(component.to, metric) || was_measured(component.from, metric);
}

bool is_beyond(const LiveModel& model, const MeasuredVersion& version, Metric metric) {
  const auto limit = model.limits.find(metric);
  const auto now = version.now.find(metric);
  return limit != model.limits.end() && now != version.now.end() && now->second > limit->second;
}

/// The last values, newest right; the top is `full` (a limit, or the highest of both versions).
std::string RowMaker::chart(const Course& course, std::int64_t full, std::size_t columns) const {
  const bool blocks = style_.charset.utf8 && style_.charset.blocks;
  const auto& levels = blocks ? kBlocks : kAscii;
  std::string text;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t back = columns - i;  // 1: the newest
    if (back > course.size() || !course[course.size() - back]) {
      text += ' ';
      continue;
    }
    const std::int64_t value = std::max<std::int64_t>(*course[course.size() - back], 0);
    const auto top = static_cast<std::int64_t>(levels.size()) - 1;
    const std::int64_t level = full <= 0 ? 0 : std::min(value, full) * top / full;
    text += levels.at(static_cast<std::size_t>(level));
  }
  return text;
}

std::size_t RowMaker::limit_columns() const { return columns_ >= kLimitFrom ? kLimit : 0; }

std::size_t RowMaker::version_columns() const {
  const bool at_end = limit_columns() == 0 && columns_ >= kLimitAtEndFrom;
  const std::size_t used = kLabel + limit_columns() + (at_end ? kLimitAtEnd : 0);
  return columns_ > used ? (columns_ - used) / 2 : 0;
}

/// Empty: there is none.
std::string RowMaker::limit_text(Metric metric) const {
  const auto limit = model_.limits.find(metric);
  return limit == model_.limits.end() ? "" : shown("≤ ") + value_text(metric, limit->second);
}

Rows RowMaker::figures(std::size_t lines) const {
  const std::size_t count = model_.components.size();
  if (count > 1 && count * kBlockLines > lines + kBlockLines) return table(lines);
  Rows rows;
  for (const MeasuredComponent& each : model_.components) component(rows, each);
  return rows;
}

void RowMaker::component(Rows& rows, const MeasuredComponent& component) const {
  ScreenLine head;
  head.add(filled(shown(component.name), kLabel + limit_columns() - 1, style_.charset) + " ",
           Colour::Dim);
  const std::size_t width = version_columns();
  const auto version = [&](std::string_view key, const MeasuredVersion& which) {
    return filled(say(key, {{"version", which.version}}), width, style_.charset);
  };
  head.add(version("cli.live.new", component.to), Colour::Bold);
  head.add(version("cli.live.old", component.from));
  Rows measured;
  for (const Metric metric : kMetrics)
    if (is_measured(component, metric)) measured.push_back(this->metric(component, metric));
  if (measured.empty()) return;
  rows.push_back({std::move(head), rank::kFigures});
  for (Row& row : measured) rows.push_back(std::move(row));
}

Row RowMaker::metric(const MeasuredComponent& component, Metric metric) const {
  ScreenLine line;
  line.add(filled(say(label_of(metric)), kLabel - 1, style_.charset) + " ", Colour::Dim);
  const auto limit = model_.limits.find(metric);
  const bool limited = limit != model_.limits.end();
  if (limit_columns() > 0)
    line.add(filled(limit_text(metric), kLimit, style_.charset), Colour::Dim);
  const std::int64_t full =
      limited ? limit->second
              : std::max(highest(component.to, metric), highest(component.from, metric));
  add_measured(line, component.to, metric, full);
  add_measured(line, component.from, metric, full);
  if (limit_columns() == 0) line.add(limit_text(metric), Colour::Dim);
  return {std::move(line), rank_of(metric)};
}

/// Value and course; beyond the limit it is marked, with and without colours.
void RowMaker::add_measured(ScreenLine& line, const MeasuredVersion& version, Metric metric,
                            std::int64_t full) const {
  const std::size_t width = version_columns();
  const auto now = version.now.find(metric);
  const bool known = now != version.now.end();
  const bool beyond = is_beyond(model_, version, metric);
  std::string value = known ? value_text(metric, now->second) : shown("–");
  if (beyond) value += '!';
  std::string text(kFigureWidth > columns_of(value) ? kFigureWidth - columns_of(value) - 1 : 0,
                   ' ');
  text += value + ' ';
  const bool logs_errors = known && metric == Metric::ErrorLines && now->second > 0;
  const Colour colour = beyond        ? Colour::Red
                        : logs_errors ? Colour::Yellow
                                      : (known ? Colour::Plain : Colour::Dim);
  if (width < kFigureWidth + kChartMin + 1) {
    line.add(filled(value, width, style_.charset), colour);
    return;
  }
  line.add(fitted(text, kFigureWidth, style_.charset), colour);
  const auto course = version.course.find(metric);
  const std::size_t cells = std::min(width - kFigureWidth - 2, kChartMax);
  line.add(
      course == version.course.end() ? std::string(cells, ' ') : chart(course->second, full, cells),
      beyond ? Colour::Red : Colour::Green);
  line.add(std::string(width - kFigureWidth - cells, ' '));
}

Rows RowMaker::health() const {
  if (model_.health.empty()) return {};
  std::string bad;
  std::size_t bad_count = 0;
  for (const LiveHealth& each : model_.health) {
    if (each.good) continue;
    ++bad_count;
    bad += (bad.empty() ? "" : ", ") + each.target + " (" + each.detail + ")";
  }
  Rows rows;
  if (bad_count > 0) {
    add_text(rows, "cli.live.health",
             base::message(style_.locale, "cli.live.health-bad",
                           {{"bad", std::to_string(bad_count)},
                            {"count", std::to_string(model_.health.size())},
                            {"which", bad}}),
             Colour::Red);
    return rows;
  }
  std::string names;
  for (const LiveHealth& each : model_.health) names += (names.empty() ? "" : ", ") + each.target;
  const std::string text = base::message(style_.locale, "cli.live.health-good",
                                         {{"count", std::to_string(model_.health.size())}});
  add_text(rows, "cli.live.health", text + " " + names, Colour::Green);
  // What is well needs one line, if any.
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i].rank = i == 0 ? rank::kDetails : rank::kBlank;
  return rows;
}

}  // namespace stellwerk::cli
