#include "cli/live_view.h"

#include <algorithm>

#include "cli/live_rows.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kColumnsMin = 16;
constexpr std::size_t kRuleFrom = 12;  ///< lines, so that a question is ruled off
constexpr std::size_t kEventsMin = 3;

void append(Rows& rows, Rows more) {
  for (Row& row : more) rows.push_back(std::move(row));
}

void append_apart(Rows& rows, const RowMaker& maker, Rows more) {
  if (more.empty()) return;
  if (!rows.empty()) rows.push_back(maker.blank());
  append(rows, std::move(more));
}

class Layout {
 public:
  Layout(const LiveScene& scene, const LiveStyle& style)
      : scene_(scene),
        style_(style),
        columns_(std::max(style.size.columns, kColumnsMin)),
        whole_(scene, style, columns_) {}

  Frame make() {
    frame_.size = style_.size;
    const std::size_t lines = std::max<std::size_t>(style_.size.lines, 1);
    Rows below = asked(lines);
    const std::size_t wanted = below.size();
    if (below.size() > lines) below.erase(below.begin(), below.end() - static_cast<long>(lines));
    const std::size_t room = lines - below.size();
    fill(room);
    while (frame_.lines.size() < room) frame_.lines.emplace_back();
    // The cursor's line counted from the first row of what is asked; of these the first may lack.
    const std::size_t lacking = wanted - below.size();
    if (frame_.cursor && frame_.cursor->first >= lacking)
      frame_.cursor->first += room - lacking;
    else
      frame_.cursor.reset();
    for (Row& row : below) frame_.lines.push_back(std::move(row.line));
    for (ScreenLine& line : frame_.lines) line.cut_to(style_.size.columns, style_.charset);
    return std::move(frame_);
  }

 private:
  /// What a key means while nothing is asked, or what is asked; apart from the release.
  Rows asked(std::size_t lines) {
    Rows rows = whole_.dialog(frame_);
    if (!rows.empty() && lines >= kRuleFrom) {
      rows.insert(rows.begin(), whole_.rule());
      if (frame_.cursor) ++frame_.cursor->first;
    }
    if (scene_.dialog.state() == LiveDialog::State::Watching) append(rows, whole_.keys());
    return rows;
  }

  void fill(std::size_t room) {
    if (scene_.dialog.state() == LiveDialog::State::Help)
      take(whole_.help(), room);
    else if (columns_ >= kTwoColumns)
      two_columns(room);
    else
      one_column(room);
  }

  void one_column(std::size_t room) {
    Rows rows = whole_.head();
    append_apart(rows, whole_, whole_.state());
    Rows health = whole_.health();
    Rows waiting = whole_.waiting();
    const std::size_t others = rows.size() + health.size() + waiting.size() + kEventsMin;
    append_apart(rows, whole_, whole_.figures(room > others ? room - others : 0));
    append_apart(rows, whole_, std::move(health));
    append_apart(rows, whole_, std::move(waiting));
    append_apart(rows, whole_, whole_.events(room));
    take(std::move(rows), room);
  }

  void two_columns(std::size_t room) {
    constexpr std::size_t kGap = 3;
    const std::size_t left_columns = std::min<std::size_t>(columns_ * 11 / 20, 100);
    const RowMaker left_maker(scene_, style_, left_columns);
    const RowMaker right_maker(scene_, style_, columns_ - left_columns - kGap);
    take(whole_.head(), room);
    if (frame_.lines.size() < room) frame_.lines.emplace_back();
    const std::size_t height = room - frame_.lines.size();
    Rows left = left_maker.state();
    Rows health = left_maker.health();
    const std::size_t others = left.size() + health.size() + 1;
    append_apart(left, left_maker, left_maker.figures(height > others ? height - others : 0));
    append_apart(left, left_maker, std::move(health));
    Rows right = right_maker.waiting();
    append_apart(right, right_maker, right_maker.events(height));
    spare(left, height, style_.charset);
    spare(right, height, style_.charset);
    for (std::size_t i = 0; i < height; ++i) join(left, right, i, left_columns);
  }

  void join(Rows& left, Rows& right, std::size_t i, std::size_t left_columns) {
    ScreenLine line = i < left.size() ? std::move(left[i].line) : ScreenLine{};
    line.cut_to(left_columns, style_.charset);
    line.add(std::string(left_columns - line.columns() + 1, ' '));
    line.add(shown("│", style_.charset) + " ", Colour::Dim);
    if (i < right.size())
      for (Span& span : right[i].line.spans) line.spans.push_back(std::move(span));
    frame_.lines.push_back(std::move(line));
  }

  void take(Rows rows, std::size_t room) {
    spare(rows, room, style_.charset);
    for (Row& row : rows) frame_.lines.push_back(std::move(row.line));
  }

  const LiveScene& scene_;
  const LiveStyle& style_;
  std::size_t columns_;
  RowMaker whole_;
  Frame frame_;
};

}  // namespace

Frame live_frame(const LiveScene& scene, const LiveStyle& style) {
  return Layout(scene, style).make();
}

}  // namespace stellwerk::cli
