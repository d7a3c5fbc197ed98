// console.h — where a command writes, and how wide, coloured and in which language.
//
// Role: made once by cli_main() from the process's terminal, by tests from strings.
// Thread-safety: one thread.                                              Start here: Console
// Invariants: data goes to `out`, everything else to `err`; colour is off unless asked for.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/messages.h"
#include "cli/screen_text.h"

namespace stellwerk::cli {

class Terminal;

enum class Colour : std::uint8_t { Plain, Bold, Dim, Red, Green, Yellow };

struct Console {
  std::ostream& out;
  std::ostream& err;
  base::Locale locale = base::Locale::De;
  bool json = false;
  bool colour_out = false;
  bool colour_err = false;
  bool live = false;         ///< a person watches: progress is rewritten in place, questions asked
  std::size_t columns = 80;  ///< of the terminal, at least 40
  /// A line the person typed, if there is one; never blocks.
  std::function<std::optional<std::string>()> read_line = {};
  /// Waits for a line of the person who answers questions, without its newline; none: the input
  /// ended. Empty: nobody can be asked.
  std::function<std::optional<std::string>()> ask_line = {};
  Charset charset = {};  ///< of the live view
  /// For the live view; empty, or nothing made: there is none, event lines are printed.
  std::function<std::unique_ptr<Terminal>()> open_terminal = {};

  [[nodiscard]] std::string text(std::string_view key,
                                 const base::MessageArguments& arguments = {}) const {
    return base::message(locale, key, arguments);
  }
  void print_json(const base::Json& value) const;
  /// For values that come one after the other.
  void print_json_line(const base::Json& value) const;
  /// Writes out what is still kept back. @errors Unavailable CLI-0010: something that was printed,
  /// now or before, did not get out; the stream takes new text again.
  [[nodiscard]] base::Result<void> flush() const;
};

/// `text` with the terminal's codes for `colour`, or as it is.
std::string painted(std::string_view text, Colour colour, bool on);
/// Columns of a terminal that `text` takes: one a character (texts here have no wide ones).
std::size_t width_of(std::string_view text);
/// `text`, filled with blanks to `width` columns.
std::string padded(std::string_view text, std::size_t width);
/// At most `width` columns, ending with `…` where it was cut.
std::string cut(std::string_view text, std::size_t width);
/// Breaks at blanks so that no line is wider than `width` (a longer word stays whole); lines after
/// the first begin with `indent` blanks, and the first counts as if it did.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace stellwerk::cli
