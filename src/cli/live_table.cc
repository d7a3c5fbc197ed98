// Components one line each: for many of them, or where room lacks.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/live_rows.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kValue = 8;
constexpr std::size_t kNameMin = 14;    ///< beside the figures of both versions
constexpr std::size_t kNameGood = 24;   ///< beside more columns than the guard's three
constexpr std::size_t kNameShort = 10;  ///< beside the figures of the new version only
constexpr std::size_t kHeaderLines = 2;

struct Column {
  bool is_health = false;
  Metric metric = Metric::Errors;
};

std::string_view label_of(const Column& column) {
  if (column.is_health) return "cli.live.table.healthy";
  switch (column.metric) {
    case Metric::Errors:
      return "cli.live.table.errors";
    case Metric::P95:
      return "cli.live.p95";
    case Metric::Lag:
      return "cli.live.table.lag";
    case Metric::Requests:
      return "cli.live.requests";
    case Metric::ErrorLines:
      return "cli.live.error-lines";
    case Metric::WarnLines:
      return "cli.live.warn-lines";
  }
  return {};
}

std::string at_right(const std::string& text, std::size_t columns, const Charset& charset) {
  const std::string fits = fitted(text, columns, charset);
  return std::string(columns - columns_of(fits), ' ') + fits;
}

struct Healthy {
  std::size_t good = 0;
  std::size_t all = 0;
  [[nodiscard]] std::string text() const {
    return all == 0 ? std::string("–") : fmt::format("{}/{}", good, all);
  }
};

Healthy healthy(const LiveModel& model, const std::string& component, bool is_new) {
  Healthy counted;
  for (const LiveHealth& each : model.health) {
    if (each.component != component || each.is_new != is_new) continue;
    ++counted.all;
    if (each.good) ++counted.good;
  }
  return counted;
}

bool is_bad(const LiveModel& model, const MeasuredComponent& component) {
  const bool beyond = std::ranges::any_of(kMetrics, [&](Metric metric) {
    return is_beyond(model, component.to, metric) || is_beyond(model, component.from, metric);
  });
  const Healthy of_new = healthy(model, component.name, true);
  return beyond || of_new.good < of_new.all;
}

/// Which are shown when not all can be: those that are bad, then the first.
std::vector<bool> chosen(const std::vector<bool>& bad, std::size_t count) {
  std::vector<bool> chosen(bad.size(), false);
  for (const bool of_bad : {true, false})
    for (std::size_t i = 0; i < bad.size() && count > 0; ++i)
      if (bad[i] == of_bad) {
        chosen[i] = true;
        --count;
      }
  return chosen;
}

class Table {
 public:
  Table(const RowMaker& maker, const LiveModel& model, const Charset& charset, std::size_t columns)
      : maker_(maker), model_(model), charset_(charset), width_(columns) {
    add({.metric = Metric::Errors}, 0);
    add({.metric = Metric::P95}, 0);
    add({.metric = Metric::Lag}, 0);
    both_ = width_ >= columns_.size() * cell(true) + kNameMin;
    while (columns_.size() > 1 && width_ < columns_.size() * cell(both_) + kNameShort)
      columns_.pop_back();
    add({.is_health = true}, kNameGood);
    add({.metric = Metric::Requests}, kNameGood);
    add({.metric = Metric::ErrorLines}, kNameGood);
    add({.metric = Metric::WarnLines}, kNameGood);
    const std::size_t used = columns_.size() * cell(both_);
    name_ = width_ > used ? width_ - used : 0;
  }

  [[nodiscard]] ScreenLine labels() const {
    ScreenLine line;
    line.add(filled(maker_.say("cli.live.table.component"), name_, charset_), Colour::Dim);
    for (const Column& each : columns_) {
      const std::string label = maker_.say(label_of(each));
      const std::string limit = both_ ? limit_of(each) : "";
      const bool limited =
          !limit.empty() && columns_of(label) + columns_of(limit) < cell(both_) - 1;
      line.add(" " + at_right(limited ? label + " " + limit : label, cell(both_) - 1, charset_),
               Colour::Dim);
    }
    return line;
  }

  /// Which version is which; or the limits.
  [[nodiscard]] ScreenLine legend() const {
    ScreenLine line;
    line.add(std::string(name_, ' '));
    const auto label = [&](std::string_view key) {
      return at_right(maker_.say(key), kValue, charset_);
    };
    for (const Column& each : columns_)
      line.add(" " + (both_ ? label("cli.live.table.new") + label("cli.live.table.old")
                            : at_right(limit_of(each), kValue, charset_)),
               Colour::Dim);
    return line;
  }

  [[nodiscard]] ScreenLine row(const MeasuredComponent& component) const {
    ScreenLine line;
    line.add(filled(maker_.shown(component.name), name_, charset_));
    for (const Column& each : columns_) {
      line.add(" ");
      add_value(line, each, component, component.to);
      if (both_) add_value(line, each, component, component.from);
    }
    return line;
  }

 private:
  static std::size_t cell(bool both) { return 1 + (both ? 2 * kValue : kValue); }

  /// If anything is known for it and the names keep so many columns.
  void add(const Column& column, std::size_t name_min) {
    const bool known = column.is_health
                           ? !model_.health.empty()
                           : std::ranges::any_of(model_.components, [&](const auto& each) {
                               return is_measured(each, column.metric);
                             });
    const bool fits = width_ >= (columns_.size() + 1) * cell(both_) + name_min;
    if (known && (name_min == 0 || fits)) columns_.push_back(column);
  }

  [[nodiscard]] std::string limit_of(const Column& column) const {
    const auto limit = model_.limits.find(column.metric);
    if (column.is_health || limit == model_.limits.end()) return {};
    return maker_.shown("≤ ") + value_text(column.metric, limit->second);
  }

  void add_value(ScreenLine& line, const Column& column, const MeasuredComponent& component,
                 const MeasuredVersion& version) const {
    const bool is_new = &version == &component.to;
    std::string text = maker_.shown("–");
    Colour colour = is_new ? Colour::Plain : Colour::Dim;
    if (column.is_health) {
      const Healthy counted = healthy(model_, component.name, is_new);
      text = maker_.shown(counted.text());
      if (counted.good < counted.all) {
        text += '!';
        colour = Colour::Red;
      }
    } else if (const auto now = version.now.find(column.metric); now != version.now.end()) {
      text = value_text(column.metric, now->second);
      if (is_beyond(model_, version, column.metric)) {
        text += '!';
        colour = Colour::Red;
      }
    }
    line.add(at_right(text, kValue, charset_), colour);
  }

  const RowMaker& maker_;
  const LiveModel& model_;
  const Charset& charset_;
  std::size_t width_;
  std::size_t name_ = 0;
  bool both_ = true;
  std::vector<Column> columns_;
};

}  // namespace

Rows RowMaker::table(std::size_t lines) const {
  const Table table(*this, model_, style_.charset, columns_);
  const std::size_t count = model_.components.size();
  std::vector<bool> bad;
  for (const MeasuredComponent& each : model_.components) bad.push_back(is_bad(model_, each));
  std::size_t room = lines > kHeaderLines + 1 ? lines - kHeaderLines : 2;
  if (room < count) --room;  // says what is left out
  const std::vector<bool> shows = chosen(bad, room);

  Rows rows;
  rows.push_back({table.labels(), rank::kFigures});
  rows.push_back({table.legend(), rank::kMore});
  std::size_t left = 0;
  std::size_t left_bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (shows[i]) {
      rows.push_back({table.row(model_.components[i]), rank::kFigures});
      continue;
    }
    ++left;
    if (bad[i]) ++left_bad;
  }
  if (left > 0)
    rows.push_back(
        {ScreenLine{}.add(say(left_bad == 0 ? "cli.live.table.more" : "cli.live.table.more-bad",
                              {{"count", std::to_string(left)}, {"bad", std::to_string(left_bad)}}),
                          left_bad == 0 ? Colour::Dim : Colour::Red),
         rank::kFigures});
  return rows;
}

}  // namespace stellwerk::cli
