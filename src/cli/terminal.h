// terminal.h — the terminal a person sits at, as the live view needs it.
//
// Role: LiveScreen draws on it and reads keys from it; made by open_terminal() from the process's
// own, by tests from nothing.                                         Start here: Terminal
// Thread-safety: one thread.
// Invariants: reading and writing never block: `run` carries a release on in the same thread, and
// a terminal may be stopped (Ctrl-S), or its line be slow. Whatever ends the process but SIGKILL
// leaves the terminal as it was found.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "cli/live_frame.h"

namespace stellwerk::cli {

class Terminal {
 public:
  virtual ~Terminal() = default;
  /// Keys one by one, unseen; false when we are not its foreground process (nothing was changed).
  virtual bool take() = 0;
  /// As it was found. Repeatable.
  virtual void give_back() = 0;
  /// We are its foreground process: only then may be read and written.
  virtual bool is_ours() = 0;
  /// True once after the process was stopped and goes on: what was set may be gone.
  virtual bool went_on() = 0;
  /// True when somebody else asked the process to stop (SIGTSTP).
  virtual bool asked_to_stop() = 0;
  /// Stops the process; returns when it goes on.
  virtual void stop() = 0;
  virtual ScreenSize size() = 0;
  /// What was typed since.
  virtual std::string read() = 0;
  /// @return how many bytes it took; 0: it takes none now
  virtual std::size_t write(std::string_view bytes) = 0;
  /// Waits until it takes more, at most `span`; output that was stopped (Ctrl-S) goes on.
  virtual bool wait_writable(base::Duration span) = 0;
};

/// What the live view sets besides, as terminals have understood it since the VT100 and xterm: the
/// alternate screen, no wrapping at the edge, pasted text marked as such.
inline constexpr std::string_view kEnterScreen =
    "\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[?25l\x1b[0m\x1b[2J";
inline constexpr std::string_view kLeaveScreen =
    "\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l";

/// The terminal of standard input and output; nullptr when they are not the same one, or we are not
/// in its foreground.
std::unique_ptr<Terminal> open_terminal();

}  // namespace stellwerk::cli
