// What happened last, who is waited for, what a key does, and the questions.
#include <fmt/format.h>

#include <algorithm>

#include "cli/live_rows.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kNamesFrom = 100;      ///< columns, so that an event's whole name has room
constexpr std::size_t kShortNamesFrom = 72;  ///< … its name without the first part
constexpr std::size_t kName = 37;
constexpr std::size_t kShortName = 22;
constexpr std::size_t kClock = 10;
constexpr std::size_t kOffset = 11;  ///< `T+114m12s`
constexpr std::size_t kStepsShown = 6;

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

/// What would be refused is shown as such; it is tried all the same, and the refusal says why.
bool makes_sense(std::string_view verb, const LiveModel& model) {
  if (verb.empty()) return true;
  if (model.ended || !model.rollback.empty()) return false;
  if (verb == "resume") return !model.paused.empty();
  if (verb == "pause") return model.paused.empty();
  if (verb == "promote") return model.paused.empty() && model.stage == "holding";
  return true;
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
  rows.push_back({ScreenLine{}.add(say("cli.live.people"), Colour::Bold), rank::kHeading});
  if (undecided)
    rows.push_back(
        {ScreenLine{}.add("  " + say("cli.live.paused-keys"), Colour::Yellow), rank::kFigures});
  const std::size_t shown_count = std::min(model_.waiting.size(), kStepsShown);
  for (std::size_t i = 0; i < shown_count; ++i) {
    const LiveWaiting& one = model_.waiting[i];
    const bool first = i == 0;
    rows.push_back({ScreenLine{}.add("  " + shown(one.command), Colour::Yellow),
                    first ? rank::kFigures : rank::kDetails});
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

Rows RowMaker::events(std::size_t count) const {
  Rows rows;
  const auto& events = scene_.events;
  rows.push_back({ScreenLine{}.add(say("cli.live.events"), Colour::Bold), rank::kHeading});
  const std::size_t shown_count = std::min(events.size(), count);
  for (std::size_t i = 0; i < shown_count; ++i) {
    const std::size_t age = shown_count - 1 - i;
    rows.push_back(event(events[events.size() - 1 - age], age));
  }
  return rows;
}

Row RowMaker::event(const LiveLine& line, std::size_t age) const {
  const EventParts& parts = line.event;
  const bool named = columns_ >= kNamesFrom;
  const bool named_shortly = columns_ >= kShortNamesFrom;
  ScreenLine made;
  made.add("  ");
  if (named_shortly) made.add(filled(parts.clock, kClock, style_.charset), Colour::Dim);
  made.add(filled(parts.offset, kOffset, style_.charset), Colour::Dim);
  const std::string text = shown(parts.text);
  if (line.is_event && (named || named_shortly || text.empty())) {
    const std::string name = named ? parts.name : short_name(parts.name);
    const std::size_t width = named ? kName : kShortName;
    made.add(text.empty() ? name : filled(name, width - 1, style_.charset) + " ", parts.colour);
    made.add(text);
  } else {
    made.add(text, parts.colour);
  }
  const int older = rank::kOlder + static_cast<int>(age);
  if (age == 0) return {std::move(made), rank::kFigures};
  return {std::move(made), age < 3 ? rank::kMore : (age < 6 ? rank::kRequests : older)};
}

Row RowMaker::keys() const {
  const auto width_with = [this](std::string_view letters) {
    std::size_t width = 0;
    for (const KeyText& each : kKeys)
      if (letters.find(each.letter) != std::string_view::npos)
        width += columns_of(say(each.key)) + 4;
    return width < 2 ? 0 : width - 2;
  };
  std::size_t count = kLetters.size();
  while (count > 1 && width_with(kLetters.substr(0, count)) > columns_) --count;
  ScreenLine line;
  for (const KeyText& each : kKeys) {
    if (kLetters.substr(0, count).find(each.letter) == std::string_view::npos) continue;
    const bool sensible = makes_sense(each.verb, model_);
    line.add(std::string(each.letter), sensible ? Colour::Bold : Colour::Dim);
    line.add(" " + say(each.key) + "  ", sensible ? Colour::Plain : Colour::Dim);
  }
  return {std::move(line), rank::kStays};
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

/// The cursor's line counts from the first of these rows.
Rows RowMaker::reason_editor(Frame& frame) const {
  const LiveDialog& dialog = scene_.dialog;
  Rows rows;
  add_broken(
      rows,
      base::message(style_.locale, "cli.live.why." + dialog.verb(), {{"release", model_.release}}),
      Colour::Yellow);
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
  add_broken(
      rows,
      base::message(style_.locale, "cli.live.sure." + dialog.verb(), {{"release", model_.release}}),
      Colour::Yellow);
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
