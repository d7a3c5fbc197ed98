#include "documents/markdown.h"

#include "base/check.h"
#include "base/text.h"

namespace stellwerk::documents {
namespace {

constexpr std::size_t kTextBytesMax = 400;
constexpr std::string_view kSpecial = "\\`*_[]<>#|~&";

}  // namespace

std::string plain(std::string_view text) {
  std::string escaped;
  for (const char c : base::printable(text, kTextBytesMax)) {
    if (kSpecial.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string code(std::string_view text) {
  const std::string shown = base::printable(text, kTextBytesMax);
  // Nothing is escaped in code, and a table's row ends at `|` there too.
  if (shown.find_first_of("`|\\") != std::string::npos) return plain(text);
  return shown.empty() ? shown : "`" + shown + "`";
}

/// One empty line between what stands one below the other.
void MarkdownPage::apart() {
  if (!text_.empty()) text_ += '\n';
}

void MarkdownPage::heading(int level, std::string_view text) {
  apart();
  text_.append(static_cast<std::size_t>(level), '#').append(" ").append(text).append("\n");
}

void MarkdownPage::paragraph(std::string_view markup) {
  apart();
  text_.append(markup).append("\n");
}

void MarkdownPage::list(const std::vector<std::string>& items) {
  if (items.empty()) return;
  apart();
  for (const std::string& item : items) text_.append("- ").append(item).append("\n");
}

void MarkdownPage::table(std::initializer_list<std::string_view> columns) {
  apart();
  columns_ = columns.size();
  row(columns);
  for (std::size_t i = 0; i < columns_; ++i) text_ += "|---";
  text_ += "|\n";
}

void MarkdownPage::row(std::initializer_list<std::string_view> cells) {
  STELLWERK_CHECK(cells.size() == columns_);
  for (const std::string_view cell : cells) {
    text_ += "| ";
    text_ += cell;
    text_ += cell.empty() ? "" : " ";
  }
  text_ += "|\n";
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

}  // namespace stellwerk::documents
