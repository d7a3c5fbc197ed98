#include "cli/screen_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace stellwerk::cli {
namespace {

/// A character of a text that need not be UTF-8: a stray byte is one character of one column.
struct Piece {
  std::string_view bytes;
  char32_t character = 0;
  [[nodiscard]] std::size_t columns() const { return columns_of_character(character); }
};

std::size_t size_said_by(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xF0) return 4;
  if (first >= 0xE0) return 3;
  return first >= 0xC0 ? 2 : 1;
}

Piece piece_at(std::string_view text, std::size_t offset) {
  const auto first = static_cast<unsigned char>(text[offset]);
  const std::size_t size = size_said_by(first);
  if (size == 1 || offset + size > text.size()) return {text.substr(offset, 1), first};
  constexpr std::array<unsigned, 5> kFirstBits{0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t character = first & kFirstBits.at(size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[offset + i]);
    if ((next & 0xC0U) != 0x80U) return {text.substr(offset, 1), first};
    character = (character << 6U) | (next & 0x3FU);
  }
  return {text.substr(offset, size), character};
}

template <class Each>
void for_each_piece(std::string_view text, Each each) {
  for (std::size_t offset = 0; offset < text.size();) {
    const Piece piece = piece_at(text, offset);
    if (!each(piece, offset)) return;
    offset += piece.bytes.size();
  }
}

/// Bytes of the longest beginning that is at most `columns` wide.
std::size_t beginning_of(std::string_view text, std::size_t columns) {
  std::size_t used = 0;
  std::size_t size = 0;
  for_each_piece(text, [&](const Piece& piece, std::size_t offset) {
    used += piece.columns();
    if (used > columns) return false;
    size = offset + piece.bytes.size();
    return true;
  });
  return size;
}

constexpr std::pair<std::string_view, std::string_view> kWrittenOut[] = {
    {"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"Ä", "Ae"}, {"Ö", "Oe"}, {"Ü", "Ue"},
    {"ß", "ss"}, {"…", "~"},  {"·", "-"},  {"→", "->"}, {"✔", "+"},  {"✘", "x"},
    {"≤", "<="}, {"–", "-"},  {"▶", ">"},  {"│", "|"},  {"─", "-"},  {"█", "#"},
    {"░", "."},  {"●", "o"},  {"×", "x"},  {"↓", "v"}};
/// What the font of the Linux console lacks.
constexpr std::pair<std::string_view, std::string_view> kWithoutBlocks[] = {
    {"✔", "+"}, {"✘", "x"}, {"▶", ">"}, {"…", "~"}, {"→", "->"}, {"≤", "<="}, {"●", "o"}};

template <std::size_t N>
std::string replaced(const Piece& piece,
                     const std::pair<std::string_view, std::string_view> (&by)[N],
                     std::string_view otherwise) {
  for (const auto& [from, to] : by)
    if (from == piece.bytes) return std::string(to);
  return std::string(otherwise);
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for_each_piece(text, [&](const Piece& piece, std::size_t) {
    columns += piece.columns();
    return true;
  });
  return columns;
}

bool width_is_uncertain(std::string_view text) {
  bool uncertain = false;
  for_each_piece(text, [&](const Piece& piece, std::size_t) {
    uncertain = piece.columns() != 1;
    return !uncertain;
  });
  return uncertain;
}

std::string fitted(std::string_view text, std::size_t columns, const Charset& charset) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  const std::string_view mark = charset.utf8 && charset.blocks ? "…" : "~";
  return std::string(text.substr(0, beginning_of(text, columns - 1))) + std::string(mark);
}

std::string filled(std::string_view text, std::size_t columns, const Charset& charset) {
  std::string line = fitted(text, columns, charset);
  line.append(columns - columns_of(line), ' ');
  return line;
}

std::vector<std::string> broken(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  std::string line;
  const auto end_line = [&] {
    lines.push_back(std::move(line));
    line.clear();
  };
  for (std::string_view word : base::split(text, ' ')) {
    if (word.empty()) continue;
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > columns) end_line();
    while (columns_of(word) > columns && columns > 1) {
      const std::size_t size = beginning_of(word, columns);
      lines.emplace_back(word.substr(0, size));
      word.remove_prefix(size);
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) end_line();
  return lines;
}

std::size_t widest_word(std::string_view text) {
  std::size_t columns = 0;
  for (const std::string_view word : base::split(text, ' '))
    columns = std::max(columns, columns_of(word));
  return columns;
}

std::string tail_of(std::string_view text, std::size_t columns) {
  std::size_t left = columns_of(text);
  std::size_t from = 0;
  for_each_piece(text, [&](const Piece& piece, std::size_t offset) {
    from = offset;
    // Marks go with the character that is left out before them.
    if (left <= columns && piece.columns() > 0) return false;
    left -= piece.columns();
    from = offset + piece.bytes.size();
    return true;
  });
  return std::string(text.substr(from));
}

std::string shown(std::string_view text, const Charset& charset) {
  if (charset.utf8 && charset.blocks) return std::string(text);
  std::string result;
  for_each_piece(text, [&](const Piece& piece, std::size_t) {
    if (piece.character < 0x80)
      result += piece.bytes;
    else if (charset.utf8)
      result += replaced(piece, kWithoutBlocks, piece.bytes);
    else if (piece.columns() > 0)
      result += replaced(piece, kWrittenOut, piece.columns() == 2 ? "??" : "?");
    return true;
  });
  return result;
}

std::string without_last(std::string_view text) {
  std::size_t keep = 0;
  for_each_piece(text, [&](const Piece& piece, std::size_t offset) {
    if (piece.columns() > 0) keep = offset;
    return true;
  });
  return std::string(text.substr(0, keep));
}

}  // namespace stellwerk::cli
