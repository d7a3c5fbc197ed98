#include "cli/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <ostream>

#include "base/files.h"
#include "base/text.h"

namespace stellwerk::cli {
namespace {

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::Plain:
      return "0";
    case Colour::Bold:
      return "1";
    case Colour::Dim:
      return "2";
    case Colour::Red:
      return "31";
    case Colour::Green:
      return "32";
    case Colour::Yellow:
      return "33";
  }
  return "0";
}

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

void Console::print_json(const base::Json& value) const {
  out << value.dump(2, ' ', false, base::Json::error_handler_t::replace) << '\n';
}

void Console::print_json_line(const base::Json& value) const {
  out << value.dump(-1, ' ', false, base::Json::error_handler_t::replace) << '\n';
}

base::Result<void> Console::flush() const {
  errno = 0;
  out.flush();
  if (out) return {};
  const int problem = errno;
  out.clear();
  return base::fail(
      base::error(base::Code::Unavailable, "CLI-0010", "the output could not be written")
          .because(problem == 0 ? "the standard output does not take it"
                                : base::errno_text(problem))
          .now("what was printed is not complete"));
}

std::string painted(std::string_view text, Colour colour, bool on) {
  if (!on || colour == Colour::Plain) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(colour), text);
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string padded(std::string_view text, std::size_t width) {
  std::string filled(text);
  if (const std::size_t used = width_of(text); used < width) filled.append(width - used, ' ');
  return filled;
}

std::string cut(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  std::string shorter;
  std::size_t used = 0;
  for (const char byte : text) {
    if (begins_character(byte) && ++used >= width) break;
    shorter += byte;
  }
  return shorter + "…";
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string lines;
  std::size_t used = indent;
  for (const std::string_view word : base::split(text, ' ')) {
    if (word.empty()) continue;
    const bool first = used == indent;
    if (!first && used + 1 + width_of(word) > width) {
      lines += '\n' + std::string(indent, ' ');
      used = indent;
    } else if (!first) {
      lines += ' ';
      ++used;
    }
    lines += word;
    used += width_of(word);
  }
  return lines;
}

}  // namespace stellwerk::cli
