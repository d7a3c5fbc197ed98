// status_line.h — the line that says where things stand while nothing happens: rewritten in place
// on a terminal, seldom into a pipe.
//
// Thread-safety: one thread.                                           Start here: StatusLine
#pragma once

#include <string>

#include "base/time.h"
#include "cli/console.h"

namespace stellwerk::cli {

class StatusLine {
 public:
  explicit StatusLine(const Console& console) : console_(console) {}
  ~StatusLine() { clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  /// True when it is time for another text: twice a second on a terminal, every 30 s into a pipe.
  [[nodiscard]] bool due(base::MonoTime now) const;
  void show(const std::string& text, base::MonoTime now);
  /// Before anything else is printed.
  void clear();
  /// A line of standard error in its own right.
  void note(const std::string& text);

 private:
  const Console& console_;
  base::MonoTime shown_at_;
  bool on_screen_ = false;
};

}  // namespace stellwerk::cli
