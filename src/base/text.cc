#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace stellwerk::base {
namespace {

constexpr std::size_t kWordSizeMax =
    128;  // bounds the quadratic distance; no name we suggest is longer

/// Edits (insert, delete, replace, swap neighbours) from `a` to `b`: optimal string alignment.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

constexpr bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// The sequence that starts with `lead`: how many bytes, and the range of its second byte (Unicode
/// 15, table 3-7).
struct Sequence {
  std::size_t size = 0;  ///< 0: no sequence starts so
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

constexpr Sequence sequence_of(unsigned char lead) {
  if (lead < 0x80) return {1};
  if (lead < 0xC2) return {0};
  if (lead < 0xE0) return {2};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};  // no surrogates
  if (lead < 0xF0) return {3};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead < 0xF4) return {4};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {0};
}

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// How many bytes the character at `offset` has; 0 when the bytes there are not UTF-8.
std::size_t character_size(std::string_view text, std::size_t offset) {
  const auto sequence = sequence_of(byte_at(text, offset));
  if (sequence.size < 2) return sequence.size;
  if (text.size() - offset < sequence.size) return 0;
  const auto second = byte_at(text, offset + 1);
  if (second < sequence.second_min || second > sequence.second_max) return 0;
  for (std::size_t i = 2; i < sequence.size; ++i) {
    if (!is_continuation(byte_at(text, offset + i))) return 0;
  }
  return sequence.size;
}

/// Control characters (C0, DEL, C1) and those that reorder text on a screen (U+200E/F, U+202A..E,
/// U+2066..9).
bool is_hostile(std::string_view character) {
  const auto first = byte_at(character, 0);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  const auto second = byte_at(character, 1);
  if (character.size() == 2) return first == 0xC2 && second < 0xA0;
  if (character.size() != 3 || first != 0xE2) return false;
  const auto third = byte_at(character, 2);
  if (second == 0x80) return third == 0x8E || third == 0x8F || (third >= 0xAA && third <= 0xAE);
  return second == 0x81 && third >= 0xA6 && third <= 0xA9;
}

std::string escaped_bytes(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return text;
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  if (word.size() > kWordSizeMax) return std::nullopt;
  const auto lower = lower_ascii(word);
  const std::string* best = nullptr;
  std::size_t best_distance =
      std::max<std::size_t>(1, word.size() / 3) + 1;  // one more than allowed
  for (const auto& candidate : candidates) {
    if (candidate.size() > kWordSizeMax) continue;
    const auto distance = edit_distance(lower, lower_ascii(candidate));
    if (distance >= best_distance || distance >= candidate.size()) continue;
    best = &candidate;
    best_distance = distance;
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

std::string and_list(std::span<const std::string> items) {
  if (items.empty()) return {};
  if (items.size() == 1) return items.front();
  const auto last = items.size() - 1;
  return fmt::format("{} and {}", fmt::join(items.first(last), ", "), items[last]);
}

std::string short_list(std::span<const std::string> items, std::size_t listed_max) {
  if (items.size() > listed_max && items.size() > 1)
    return fmt::format("{} … {} ({})", items.front(), items.back(), items.size());
  return fmt::format("{}", fmt::join(items, ", "));
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string printable(std::string_view text, std::size_t size_max) {
  std::string shown;
  for (std::size_t offset = 0; offset < text.size();) {
    const auto size = character_size(text, offset);
    const auto character = text.substr(offset, std::max<std::size_t>(size, 1));
    const auto part =
        size == 0 || is_hostile(character) ? escaped_bytes(character) : std::string(character);
    if (shown.size() + part.size() > size_max) return shown + "…";
    shown += part;
    offset += character.size();
  }
  return shown;
}

std::string in_quotes(std::string_view text) { return fmt::format("\"{}\"", printable(text, 80)); }

std::string unexpected_at(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return "unexpected end";
  const auto character =
      text.substr(offset, std::max<std::size_t>(character_size(text, offset), 1));
  return fmt::format("unexpected '{}' at position {}", printable(character), offset + 1);
}

bool valid_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    if (byte_at(text, offset) < 0x80) {  // nearly always
      ++offset;
      continue;
    }
    const auto size = character_size(text, offset);
    if (size == 0) return false;
    offset += size;
  }
  return true;
}

}  // namespace stellwerk::base
