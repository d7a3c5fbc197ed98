// live_frame.h — a screen full of text, and the bytes that turn one into the next.
//
// Role: live_view.h makes frames, LiveScreen writes what paint() says.
// Thread-safety: pure functions.                                              Start here: Frame
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/console.h"
#include "cli/screen_text.h"

namespace stellwerk::cli {

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t lines = 24;
  friend bool operator==(const ScreenSize&, const ScreenSize&) = default;
};

struct Span {
  std::string text;
  Colour colour = Colour::Plain;
  friend bool operator==(const Span&, const Span&) = default;
};

/// One line; never wider than the screen it was made for.
struct ScreenLine {
  std::vector<Span> spans;

  ScreenLine& add(std::string text, Colour colour = Colour::Plain);
  [[nodiscard]] std::size_t columns() const;
  [[nodiscard]] std::string text() const;
  /// Cut to at most so many columns.
  void cut_to(std::size_t columns, const Charset& charset);
  friend bool operator==(const ScreenLine&, const ScreenLine&) = default;
};

struct Frame {
  ScreenSize size;
  std::vector<ScreenLine> lines;  ///< from the top; those below are empty
  /// Where somebody types: line and column from 0.
  std::optional<std::pair<std::size_t, std::size_t>> cursor;
};

/// Without colours, without blanks at the ends of lines: for tests and documents.
std::string plain_text(const Frame& frame);

/// What makes a terminal that shows `before` show `next`: only lines that differ; as one piece
/// where the terminal can do that (synchronized output). Empty: nothing differs. Without `before`,
/// or when it had another size, everything.
std::string paint(const Frame* before, const Frame& next, bool colour);

}  // namespace stellwerk::cli
