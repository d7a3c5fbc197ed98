#include "cli/live_screen.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace stellwerk::cli {
namespace {

constexpr base::Duration kFrame = base::milliseconds(250);
constexpr std::size_t kEventsShown = 200;

}  // namespace

std::string key_text(const std::string& verb, base::Locale locale) {
  return base::message(locale, "cli.live.key." + verb);
}

std::unique_ptr<LiveScreen> LiveScreen::open(const Console& console, bool may_suspend,
                                             std::string all_lines) {
  if (!console.open_terminal) return nullptr;
  auto terminal = console.open_terminal();
  if (!terminal) return nullptr;
  return std::make_unique<LiveScreen>(
      std::move(terminal), Options{console.charset, console.locale, console.colour_out, may_suspend,
                                   std::move(all_lines)});
}

LiveScreen::LiveScreen(std::unique_ptr<Terminal> terminal, Options options)
    : terminal_(std::move(terminal)), options_(std::move(options)) {}

LiveScreen::~LiveScreen() { leave(); }

// ---- what it is given

void LiveScreen::show(const base::Json& view, base::Now now) {
  history_.take(view, now.mono);
  model_ = model_of(view, history_, options_.locale);
  model_.clock = clock_text(now.wall);
}

void LiveScreen::event(const EventParts& parts) {
  keep(event_line(parts, options_.colour));
  past_event(parts);
}

void LiveScreen::past_event(const EventParts& parts) {
  events_.push_back({parts, true});
  if (events_.size() > kEventsShown) events_.pop_front();
}

void LiveScreen::events_before(const std::vector<EventParts>& lines) {
  for (auto line = lines.rbegin(); line != lines.rend() && events_.size() < kEventsShown; ++line)
    events_.push_front({*line, true});
}

void LiveScreen::note(const std::string& text, const std::string& summary, Colour colour) {
  std::string_view lines = text;
  while (lines.ends_with('\n')) lines.remove_suffix(1);
  for (const std::string_view line : base::split(lines, '\n')) keep(std::string(line));
  if (summary.empty()) return;
  events_.push_back({{"", "", "", summary, colour}, false});
  if (events_.size() > kEventsShown) events_.pop_front();
}

void LiveScreen::keep(std::string line) {
  lines_.push_back(std::move(line));
  if (lines_.size() <= kLinesMax) return;
  lines_.pop_front();
  ++lines_dropped_;
}

void LiveScreen::tell(std::vector<std::string> words, bool is_refusal) {
  dialog_.tell(std::move(words), is_refusal);
  key_came_ = true;  // an answer is not kept back
}

// ---- the loop

std::vector<LiveAction> LiveScreen::look(base::MonoTime now) {
  std::vector<LiveAction> actions;
  if (terminal_->asked_to_stop()) suspend();
  if (!on_screen()) return actions;
  take_keys(actions);
  if (key_came_ || now - drawn_at_ >= kFrame) draw(now);
  return actions;
}

/// After a stop, or in the background, it is the shell's; what it was set to may be gone.
bool LiveScreen::on_screen() {
  if (terminal_->went_on()) taken_ = false;
  if (!terminal_->is_ours()) {
    taken_ = false;
    return false;
  }
  if (taken_) return true;
  if (!terminal_->take()) return false;
  taken_ = true;
  written_.reset();
  pending_ = kEnterScreen;
  return true;
}

void LiveScreen::suspend() {
  if (taken_) {
    write_patiently(std::exchange(pending_, {}) + std::string(kLeaveScreen));
    terminal_->give_back();
    taken_ = false;
  }
  terminal_->stop();
}

/// Up to a wish to leave: what was typed behind it is for the question that the owner opens then.
void LiveScreen::take_keys(std::vector<LiveAction>& actions) {
  for (Key& key : keys_.feed(terminal_->read())) typed_.push_back(std::move(key));
  while (!typed_.empty()) {
    const Key key = std::move(typed_.front());
    typed_.pop_front();
    key_came_ = true;
    LiveAction action = dialog_.press(key);
    if (action.kind == LiveAction::Kind::None) continue;
    if (action.kind == LiveAction::Kind::Redraw)
      written_.reset();
    else if (action.kind == LiveAction::Kind::Suspend && options_.may_suspend)
      suspend();
    else if (action.kind == LiveAction::Kind::Suspend)
      tell({base::message(options_.locale, "cli.live.no-suspend")}, true);
    else
      actions.push_back(std::move(action));
    if (!actions.empty() && actions.back().kind == LiveAction::Kind::Leave) return;
  }
}

void LiveScreen::draw(base::MonoTime now) {
  if (!on_screen()) return;
  write_pending();
  if (pending_.size() > kEnterScreen.size()) return;  // it takes none now: this frame is dropped
  drawn_at_ = now;
  key_came_ = false;
  const LiveStyle style{terminal_->size(), options_.charset, options_.locale};
  Frame next = live_frame({model_, events_, dialog_}, style);
  pending_ += paint(written_ ? &*written_ : nullptr, next, options_.colour);
  written_ = std::move(next);
  write_pending();
}

void LiveScreen::write_pending() {
  while (!pending_.empty()) {
    const std::size_t taken = terminal_->write(pending_);
    if (taken == 0) return;
    pending_.erase(0, taken);
  }
}

// ---- the end

bool LiveScreen::write_patiently(std::string_view bytes) {
  int in_vain = 0;
  while (!bytes.empty()) {
    const std::size_t taken = terminal_->write(bytes);
    bytes.remove_prefix(taken);
    in_vain = taken == 0 ? in_vain + 1 : 0;
    // A terminal that is gone says that it takes something, and never does.
    if (in_vain > 3 || (taken == 0 && !terminal_->wait_writable(kPatience))) return false;
  }
  return true;
}

/// What is under way first: it may have been cut within a sequence. In the background the lines
/// still go out; the screen is the shell's already.
void LiveScreen::leave() {
  std::string last = std::exchange(pending_, {});
  if (taken_) last += kLeaveScreen;
  if (lines_dropped_ > 0)
    last += base::message(
                options_.locale, "cli.live.earlier",
                {{"count", std::to_string(lines_dropped_)}, {"command", options_.all_lines}}) +
            '\n';
  for (const std::string& line : lines_) last += line + '\n';
  write_patiently(last);
  terminal_->give_back();
}

}  // namespace stellwerk::cli
