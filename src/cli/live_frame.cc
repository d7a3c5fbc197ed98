#include "cli/live_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace stellwerk::cli {
namespace {

/// Modes that a terminal does not know it passes over.
constexpr std::string_view kTogether = "\x1b[?2026h";
constexpr std::string_view kShow = "\x1b[?2026l";

std::string painted_line(const ScreenLine& line, std::size_t number, const Frame& frame,
                         bool colour) {
  std::string bytes = fmt::format("\x1b[{};1H", number + 1);
  std::size_t column = 0;
  bool uncertain = false;
  for (const Span& span : line.spans) {
    // A terminal may think otherwise of a character's width: what follows stands right all the
    // same.
    if (uncertain) bytes += fmt::format("\x1b[{}G", column + 1);
    bytes += painted(span.text, span.colour, colour);
    column += columns_of(span.text);
    uncertain = uncertain || width_is_uncertain(span.text);
  }
  // In the last column a terminal still stands on it: nothing is left to be erased.
  if (column < frame.size.columns) {
    if (uncertain) bytes += fmt::format("\x1b[{}G", column + 1);
    bytes += "\x1b[K";
  }
  return bytes;
}

std::string cursor_of(const Frame& frame) {
  if (!frame.cursor) return "\x1b[?25l";
  return fmt::format("\x1b[{};{}H\x1b[?25h", frame.cursor->first + 1, frame.cursor->second + 1);
}

}  // namespace

/// Whoever wrote the text: nothing in it steers the terminal.
ScreenLine& ScreenLine::add(std::string text, Colour colour) {
  if (!text.empty()) spans.push_back({base::printable(text, text.size() * 4), colour});
  return *this;
}

std::size_t ScreenLine::columns() const {
  std::size_t columns = 0;
  for (const Span& span : spans) columns += columns_of(span.text);
  return columns;
}

std::string ScreenLine::text() const {
  std::string text;
  for (const Span& span : spans) text += span.text;
  return text;
}

void ScreenLine::cut_to(std::size_t columns, const Charset& charset) {
  std::size_t used = 0;
  for (auto span = spans.begin(); span != spans.end(); ++span) {
    const std::size_t width = columns_of(span->text);
    if (used + width > columns) {
      span->text = fitted(span->text, columns - used, charset);
      spans.erase(span + 1, spans.end());
      return;
    }
    used += width;
  }
}

std::string plain_text(const Frame& frame) {
  std::string text;
  for (const ScreenLine& line : frame.lines) {
    std::string one = line.text();
    one.erase(one.find_last_not_of(' ') + 1);
    text += one + '\n';
  }
  return text;
}

std::string paint(const Frame* before, const Frame& next, bool colour) {
  const bool anew = before == nullptr || before->size != next.size;
  std::string bytes = anew ? "\x1b[0m\x1b[2J" : "";
  static const ScreenLine empty;
  for (std::size_t i = 0; i < next.size.lines; ++i) {
    const ScreenLine& line = i < next.lines.size() ? next.lines[i] : empty;
    const ScreenLine& old = !anew && i < before->lines.size() ? before->lines[i] : empty;
    if (line == old) continue;
    bytes += painted_line(line, i, next, colour);
  }
  const bool cursor_moved = anew || before->cursor != next.cursor;
  if (bytes.empty() && !cursor_moved) return {};
  // Hidden while lines are written: else it would be seen jumping.
  return std::string(kTogether) + "\x1b[?25l" + bytes + cursor_of(next) + std::string(kShow);
}

}  // namespace stellwerk::cli
