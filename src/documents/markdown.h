// markdown.h — Markdown that says what it was given, whatever characters that has.
//
// Role: every document of this folder is put together with it.           Start here: MarkdownPage
// Thread-safety: values; any thread.
// Invariants: what comes from files or people cannot become markup, nor end a table's row; the same
// calls give the same bytes.                                 Spec: CommonMark; tables as in GFM
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace stellwerk::documents {

/// Text of others as plain text: characters that mean something are escaped, control characters and
/// bytes that are not UTF-8 are shown as `\xNN`; at most 400 bytes.
std::string plain(std::string_view text);
/// The same in the font of code; plain where it has characters that code in a table cannot hold.
std::string code(std::string_view text);

class MarkdownPage {
 public:
  /// @param level  1 to 6
  void heading(int level, std::string_view text);
  /// Markup of ours, with what plain() and code() made of the rest.
  void paragraph(std::string_view markup);
  /// Items one below the other; nothing where there are none.
  void list(const std::vector<std::string>& items);
  /// Begins a table; rows follow.
  void table(std::initializer_list<std::string_view> columns);
  void row(std::initializer_list<std::string_view> cells);
  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  void apart();

  std::string text_;
  std::size_t columns_ = 0;
};

/// `a, b, c`
std::string joined(const std::vector<std::string>& parts, std::string_view between = ", ");

}  // namespace stellwerk::documents
