// What happened last, who is waited for, what a key does, and the questions.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/live_rows.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kNamesFrom = 110;      ///< columns, so that an event's whole name has room
constexpr std::size_t kClockFrom = 90;       ///< … its wall clock too
constexpr std::size_t kShortNamesFrom = 72;  ///< … its name without the first part
constexpr std::size_t kWrapFrom = 24;        ///< lines of the screen, so that the newest has two
constexpr std::size_t kName = 37;
constexpr std::size_t kShortName = 22;
constexpr std::size_t kClock = 10;
constexpr std::size_t kOffset = 13;  ///< `T+100h43m12s` and a blank
constexpr std::size_t kStepsShown = 6;
constexpr std::size_t kTwoKeyLinesFrom = 15;  ///< lines of the screen

struct KeyText {
  std::string_view letter;
  std::string_view key;   ///< of the catalogue
  std::string_view verb;  ///< empty: always possible
};
constexpr KeyText kKeys[] = {
    {"p", "cli.live.key.pause", "pause"},     {"r", "cli.live.key.resume", "resume"},
    {"m", "cli.live.key.promote", "promote"}, {"b", "cli.live.key.rollback", "rollback"},
    {"q", "cli.live.key.leave", ""},          {"?", "cli.live.key.help", ""}};
/// Where not all fit, these go first.
constexpr std::string_view kLetters = "?qbprm";

/// What would be refused is not offered; it is tried all the same, and the refusal says why.
bool makes_sense(std::string_view verb, const LiveModel& model) {
  if (verb.empty()) return true;
  if (model.ended || !model.rollback.empty() || !model.engine.empty()) return false;
  if (verb == "resume") return !model.paused.empty();
  if (verb == "pause") return model.paused.empty();
  if (verb == "promote") return model.paused.empty() && model.hold && model.hold->promoted.empty();
  return true;
}

int rank_of_age(std::size_t age) {
  if (age == 0) return rank::kFigures;
  if (age < 3) return rank::kMore;
  return age < 6 ? rank::kRequests : rank::kOlder + static_cast<int>(age);
}

std::string short_name(const std::string& name) {
  const std::size_t dot = name.find('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

}  // namespace

Rows RowMaker::waiting() const {
  Rows rows;
  const bool undecided = !model_.paused.empty() && model_.rollback.empty();
  if (model_.waiting.empty() && !undecided) return rows;
  rows.push_back({ScreenLine{}.add(say("cli.live.people"), Colour::Bold), rank::kNow});
  if (undecided)
    rows.push_back(
        {ScreenLine{}.add("  " + say("cli.live.paused-keys"), Colour::Yellow), rank::kFigures});
  const std::size_t shown_count = std::min(model_.waiting.size(), kStepsShown);
  for (std::size_t i = 0; i < shown_count; ++i) {
    const LiveWaiting& one = model_.waiting[i];
    const bool first = i == 0;
    add_command(rows, shown(one.command), first ? rank::kFigures : rank::kDetails);
    if (!one.what.empty())
      rows.push_back({ScreenLine{}.add("      " + shown(one.what), Colour::Dim),
                      first ? rank::kScope : rank::kRequests});
  }
  if (const std::size_t left = model_.waiting.size() - shown_count; left > 0)
    rows.push_back(
        {ScreenLine{}.add("  " + say("cli.live.more-steps", {{"count", std::to_string(left)}})),
         rank::kDetails});
  return rows;
}

/// To be copied whole: what does not fit goes on in the next line, as a shell reads it. A word that
/// no line has room for cannot be broken so: the command is cut, visibly, and it is said where it
/// stands whole.
void RowMaker::add_command(Rows& rows, const std::string& command, int rank) const {
  const std::string mark = shown("▶ ");
  const std::string further(2 * columns_of(mark), ' ');
  const auto add = [&](std::string text, bool goes_on = false) {
    rows.push_back({ScreenLine{}.add(std::move(text), Colour::Yellow), rank, goes_on});
  };
  if (columns_of(mark) + columns_of(command) <= columns_ || columns_ < 2 * kLabel)
    return add(mark + command);
  const std::size_t room = columns_ - columns_of(further) - 2;
  if (widest_word(command) > room) {
    add(fitted(mark + command, columns_, style_.charset));
    return add(further + say("cli.live.whole-command", {{"release", model_.release}}));
  }
  const std::vector<std::string> parts = broken(command, room);
  for (std::size_t i = 0; i < parts.size(); ++i)
    add((i == 0 ? mark : further) + parts[i] + (i + 1 < parts.size() ? " \\" : ""), i > 0);
}

/// In at most so many lines, the newest last.
Rows RowMaker::events(std::size_t count) const {
  const auto& events = scene_.events;
  std::vector<Rows> newest_first;
  std::size_t used = 0;
  for (std::size_t age = 0; age < events.size() && used < count; ++age) {
    newest_first.push_back(event(events[events.size() - 1 - age], age));
    used += newest_first.back().size();
  }
  Rows rows;
  rows.push_back({ScreenLine{}.add(say("cli.live.events"), Colour::Bold), rank::kHeading});
  for (auto one = newest_first.rbegin(); one != newest_first.rend(); ++one)
    for (Row& row : *one) rows.push_back(std::move(row));
  return rows;
}

/// Beside the release there is room for all that an event says; below it only for the newest's.
Rows RowMaker::event(const LiveLine& line, std::size_t age) const {
  const EventParts& parts = line.event;
  const bool named = columns_ >= kNamesFrom;
  const bool named_shortly = columns_ >= kShortNamesFrom;
  ScreenLine made;
  made.add("  ");
  if (columns_ >= kClockFrom) made.add(filled(parts.clock, kClock, style_.charset), Colour::Dim);
  if (line.is_event || named_shortly)
    made.add(filled(parts.offset, kOffset - 1, style_.charset) + " ", Colour::Dim);
  const bool beside = columns_ < style_.size.columns;
  std::string text = shown(parts.text);
  if (beside && !named_shortly && line.is_event && !text.empty())
    text = short_name(parts.name) + ": " + text;
  const bool says_name = line.is_event && (named || named_shortly || text.empty());
  if (says_name) {
    const std::string name = named ? parts.name : short_name(parts.name);
    const std::size_t width = named ? kName : kShortName;
    made.add(text.empty() ? name : filled(name, width - 1, style_.charset) + " ", parts.colour);
  }
  const std::size_t lines_max = beside ? 3 : (age == 0 && style_.size.lines >= kWrapFrom ? 2 : 1);
  const std::size_t indent = made.columns();
  Rows rows;
  for (std::string& part : in_lines(text, columns_ > indent ? columns_ - indent : 1, lines_max)) {
    made.add(std::move(part), says_name ? Colour::Plain : parts.colour);
    const bool goes_on = !rows.empty();
    rows.push_back({std::exchange(made, ScreenLine{}.add(std::string(indent, ' '))),
                    rank_of_age(age), goes_on});
  }
  return rows;
}

/// The first `lines` of a broken text, the last of them marked where more follows; at least one.
std::vector<std::string> RowMaker::in_lines(const std::string& text, std::size_t columns,
                                            std::size_t lines) const {
  std::vector<std::string> parts = broken(text, columns);
  if (parts.empty()) return {""};
  if (parts.size() <= lines) return parts;
  for (std::size_t i = lines; i < parts.size(); ++i) parts[lines - 1] += ' ' + parts[i];
  parts.resize(lines);
  parts.back() = fitted(parts.back(), columns, style_.charset);
  return parts;
}

/// In one line, or two of a screen that is not wide but high; else the most important.
Rows RowMaker::keys() const {
  const std::size_t lines = style_.size.lines >= kTwoKeyLinesFrom ? 2 : 1;
  for (std::size_t count = kLetters.size(); count > 0; --count) {
    Rows rows = keys_of(kLetters.substr(0, count));
    if (rows.size() <= lines || count == 1) return rows;
  }
  return {};
}

Rows RowMaker::keys_of(std::string_view letters) const {
  Rows rows;
  ScreenLine line;
  for (const KeyText& each : kKeys) {
    if (letters.find(each.letter) == std::string_view::npos || !makes_sense(each.verb, model_))
      continue;
    const std::string text = " " + say(each.key);
    const std::size_t width = each.letter.size() + columns_of(text);
    if (!line.spans.empty() && line.columns() + 2 + width > columns_)
      rows.push_back({std::exchange(line, {}), rank::kStays});
    if (!line.spans.empty()) line.add("  ");
    line.add(std::string(each.letter), Colour::Bold).add(text);
  }
  rows.push_back({std::move(line), rank::kStays});
  return rows;
}

void RowMaker::add_broken(Rows& rows, std::string_view text, Colour colour) const {
  for (std::string& line : broken(shown(text), columns_))
    rows.push_back({ScreenLine{}.add(std::move(line), colour), rank::kStays});
}

Rows RowMaker::dialog(Frame& frame) const {
  const LiveDialog& dialog = scene_.dialog;
  Rows rows;
  switch (dialog.state()) {
    case LiveDialog::State::Watching:
    case LiveDialog::State::Help:
      for (const std::string& each : dialog.told())
        add_broken(rows, each, dialog.told_is_refusal() ? Colour::Red : Colour::Green);
      return rows;
    case LiveDialog::State::Reason:
      return reason_editor(frame);
    case LiveDialog::State::Confirm:
      return confirmation();
    case LiveDialog::State::Leave:
      for (const std::string& each : dialog.leave_words()) add_broken(rows, each, Colour::Yellow);
      return rows;
  }
  return rows;
}

/// @param key  of the catalogue, up to the verb
void RowMaker::add_question(Rows& rows, const std::string& key) const {
  add_broken(
      rows, base::message(style_.locale, key + scene_.dialog.verb(), {{"release", model_.release}}),
      Colour::Yellow);
}

/// The cursor's line counts from the first of these rows.
Rows RowMaker::reason_editor(Frame& frame) const {
  const LiveDialog& dialog = scene_.dialog;
  Rows rows;
  add_question(rows, "cli.live.why.");
  const std::string before = say("cli.live.reason") + " ";
  const std::size_t used = columns_of(before) + 1;
  const std::string text = shown(dialog.reason());
  const std::string seen = tail_of(text, columns_ > used ? columns_ - used : 0);
  frame.cursor = {rows.size(), columns_of(before) + columns_of(seen)};
  rows.push_back({ScreenLine{}.add(before, Colour::Bold).add(seen), rank::kStays});
  add_broken(rows,
             base::message(style_.locale, dialog.reason_lacks() ? "cli.live.reason-lacks"
                                                                : "cli.live.reason-keys"),
             dialog.reason_lacks() ? Colour::Red : Colour::Dim);
  return rows;
}

Rows RowMaker::confirmation() const {
  const LiveDialog& dialog = scene_.dialog;
  Rows rows;
  add_question(rows, "cli.live.sure.");
  if (!dialog.reason().empty())
    add_broken(rows, base::message(style_.locale, "cli.live.reason") + " " + dialog.reason(),
               Colour::Plain);
  rows.push_back({ScreenLine{}.add(say("cli.live.yes-no"), Colour::Bold), rank::kStays});
  return rows;
}

Rows RowMaker::help() const {
  Rows rows;
  const auto add = [&](std::string_view left, const std::string& key) {
    ScreenLine line;
    constexpr std::size_t kLeft = 8;
    line.add(filled(fmt::format("  {}", left), kLeft, style_.charset), Colour::Bold);
    const std::size_t room = columns_ > kLeft + 10 ? columns_ - kLeft : 10;
    for (const std::string& text : broken(say(key), room)) {
      line.add(text);
      rows.push_back({std::move(line), rank::kStays});
      line = ScreenLine{}.add(std::string(kLeft, ' '));
    }
  };
  add_broken(rows, base::message(style_.locale, "cli.live.help"), Colour::Bold);
  for (const KeyText& each : kKeys)
    add(each.letter, fmt::format("cli.live.help.{}", each.letter == "?" ? "help" : each.letter));
  add("^L", "cli.live.help.redraw");
  add("^Z", "cli.live.help.suspend");
  rows.push_back({});
  add_broken(rows, base::message(style_.locale, "cli.live.help.figures"), Colour::Plain);
  add_broken(rows,
             base::message(style_.locale, "cli.live.help.commands", {{"release", model_.release}}),
             Colour::Plain);
  return rows;
}

}  // namespace stellwerk::cli
