// live_screen.h — the live view on a terminal: draws what changed, reads keys, keeps what is to
// stand in the scrollback afterwards.
//
// Role: `run` (attendance.h) and `release watch` (watcher.h) own one while a person watches.
// Start here: look()                                                   Thread-safety: one thread.
// Invariants: never blocks while it is open: a frame that the terminal does not take is dropped, at
// most one is under way; at most four frames a second, and one after a key. When it is gone, the
// terminal is as it was found, with every line it was given on the ordinary screen (of very many,
// the last).
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/live_dialog.h"
#include "cli/live_view.h"
#include "cli/terminal.h"

namespace stellwerk::cli {

/// What the key of a command does, as the last line of the view names it.
std::string key_text(const std::string& verb, base::Locale locale);

class LiveScreen {
 public:
  /// nullptr: no person watches, or the terminal cannot show it.
  /// @param all_lines  the command that prints what the scrollback lacks
  static std::unique_ptr<LiveScreen> open(const Console& console, bool may_suspend,
                                          std::string all_lines);

  struct Options {
    Charset charset;
    base::Locale locale = base::Locale::De;
    bool colour = false;
    bool may_suspend = false;    ///< Ctrl-Z: not where the process carries a release on
    std::string all_lines = {};  ///< the command that prints what the scrollback lacks
  };
  /// How long the terminal must have taken nothing, at the end, until it is given up.
  static constexpr base::Duration kPatience = base::seconds(1);
  static constexpr std::size_t kLinesMax = 500;

  LiveScreen(std::unique_ptr<Terminal> terminal, Options options);
  ~LiveScreen();
  LiveScreen(const LiveScreen&) = delete;
  LiveScreen& operator=(const LiveScreen&) = delete;

  /// What is shown from now on.
  void show(const base::Json& view, base::Now now);
  void event(const EventParts& parts);
  /// One that the scrollback has already.
  void past_event(const EventParts& parts);
  /// The same, of before all that was given.
  void events_before(const std::vector<EventParts>& lines);
  /// An error or a notice: `text` (of one or more lines) for the scrollback, `summary` for the
  /// view.
  void note(const std::string& text, const std::string& summary, Colour colour);
  /// The answer to a command; until the next key.
  void tell(std::vector<std::string> words, bool is_refusal);
  void ask_to_leave(std::vector<std::string> words) { dialog_.ask_to_leave(std::move(words)); }
  [[nodiscard]] bool asks_to_leave() const { return dialog_.state() == LiveDialog::State::Leave; }
  /// Reads keys and draws. @return what they ask for, in turn; Leave is the last one, and what was
  /// typed behind it is taken by the next look
  std::vector<LiveAction> look(base::MonoTime now);
  /// Draws now what was told, whatever the time.
  void draw(base::MonoTime now);

 private:
  bool on_screen();
  void suspend();
  void take_keys(std::vector<LiveAction>& actions);
  void write_pending();
  void keep(std::string line);
  void leave();
  bool write_patiently(std::string_view bytes);

  std::unique_ptr<Terminal> terminal_;
  Options options_;
  FigureHistory history_;
  LiveModel model_;
  LiveDialog dialog_;
  KeyReader keys_;
  std::deque<Key> typed_;          ///< and not yet pressed
  std::deque<LiveLine> events_;    ///< of the view
  std::deque<std::string> lines_;  ///< for the scrollback
  std::size_t lines_dropped_ = 0;
  bool taken_ = false;
  bool key_came_ = false;
  std::optional<Frame> written_;  ///< what the terminal shows once `pending_` is out
  std::string pending_;           ///< of the frame under way
  base::MonoTime drawn_at_;
};

}  // namespace stellwerk::cli
