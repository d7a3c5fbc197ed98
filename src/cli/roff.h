// roff.h — texts as manual pages (man macros, ASCII only: every other character is an escape).
//
// Thread-safety: pure functions.                  Start here: Roff          Spec: man(7), groff(7)
#pragma once

#include <string>
#include <string_view>

namespace stellwerk::cli {

/// `text` so that roff prints exactly that, anywhere in a line.
/// @param text  UTF-8
std::string roff_text(std::string_view text);

/// Builds a page macro by macro.
class Roff {
 public:
  struct Head {
    std::string name;
    int section = 1;
    std::string source;  ///< `stellwerk 1.0.0`
    std::string manual;  ///< what the section's page is part of
  };
  explicit Roff(const Head& head);

  void section(std::string_view title);
  void paragraph(std::string_view text);
  /// A term in bold, what stands for its value in italics, and what it means, indented.
  void item(std::string_view term, std::string_view value, std::string_view text);
  /// Markdown as docs/reference has it: headings, paragraphs, tables, code in backticks, links.
  void markdown(std::string_view text);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void table_row(std::string_view row);
  void line(std::string_view roff);

  std::string text_;
  bool begun_ = false;  ///< nothing stands under the section's title yet
};

}  // namespace stellwerk::cli
