// text.h — small text helpers that several folders need.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stellwerk::base {

/// The candidate nearest to `word` by edit distance, if near enough to be a typing mistake ("did
/// you mean").
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);
/// `a, b and c` (English lists in errors).
std::string and_list(std::span<const std::string> items);
/// `a, b, c`; more than `listed_max` as `a … z (26)`.
std::string short_list(std::span<const std::string> items, std::size_t listed_max);
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
std::string lower_ascii(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
/// Replaces control characters, bidirectional overrides and bytes that are not UTF-8 by `\xNN` so
/// that hostile text cannot steer a terminal; cuts at size_max with `…`.
std::string printable(std::string_view text, std::size_t size_max = 400);
/// `"text"` for an error: printable, at most 80 bytes.
std::string in_quotes(std::string_view text);
/// `unexpected 'x' at position 3` (from 1), or `unexpected end`: how parsers of short texts say
/// where they stopped.
std::string unexpected_at(std::string_view text, std::size_t offset);
bool valid_utf8(std::string_view text);

}  // namespace stellwerk::base
