#include "cli/status_line.h"

#include <ostream>

namespace stellwerk::cli {
namespace {

constexpr base::Duration kLiveInterval = base::milliseconds(500);
constexpr base::Duration kPipeInterval = base::seconds(30);

}  // namespace

bool StatusLine::due(base::MonoTime now) const {
  if (console_.json) return false;
  return now - shown_at_ >= (console_.live ? kLiveInterval : kPipeInterval);
}

void StatusLine::show(const std::string& text, base::MonoTime now) {
  const bool first = shown_at_ == base::MonoTime{};
  shown_at_ = now;
  if (!console_.live) {
    if (!first) note(text);  // a pipe hears of the beginning by its events
    return;
  }
  console_.err << "\r\x1b[K"
               << painted(cut(text, console_.columns - 1), Colour::Dim, console_.colour_err);
  console_.err.flush();
  on_screen_ = true;
}

void StatusLine::clear() {
  if (!on_screen_) return;
  console_.err << "\r\x1b[K";
  console_.err.flush();
  on_screen_ = false;
}

void StatusLine::note(const std::string& text) {
  clear();
  console_.err << text << '\n';
  console_.err.flush();
}

}  // namespace stellwerk::cli
