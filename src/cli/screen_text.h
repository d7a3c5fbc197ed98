// screen_text.h — texts on a terminal: how many columns they take, and how they are made to fit.
//
// Role: the live view lays out with it what others wrote: tenants, titles, reasons; with characters
// of two columns, of none, and on terminals that have few. Texts are printable (base::printable).
// Start here: fitted()                                                Thread-safety: pure
// functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stellwerk::cli {

/// What a terminal can show.
struct Charset {
  bool utf8 = true;    ///< else only ASCII
  bool blocks = true;  ///< bars, charts and marks beyond Latin letters (not the Linux console)
};

/// 0 for marks that combine with the character before, 2 for wide ones, else 1 (screen_widths.cc).
std::size_t columns_of_character(char32_t character);
std::size_t columns_of(std::string_view text);
/// True when a terminal may take another number of columns for it than we do: it has other than
/// plain characters of one column.
bool width_is_uncertain(std::string_view text);

/// At most `columns` wide, ending with `…` (`~` in ASCII) where it was cut; never within a
/// character or between it and its marks.
std::string fitted(std::string_view text, std::size_t columns, const Charset& charset);
/// Exactly `columns` wide: fitted, then filled with blanks.
std::string filled(std::string_view text, std::size_t columns, const Charset& charset);
/// Lines of at most `columns`, broken at blanks, and within a word that is wider.
std::vector<std::string> broken(std::string_view text, std::size_t columns);
/// Columns of the word that is widest; words are what stands between blanks.
std::size_t widest_word(std::string_view text);
/// The end of a text, at most `columns` wide: what one sees of a line while typing it.
std::string tail_of(std::string_view text, std::size_t columns);
/// As the terminal can show it: without UTF-8 letters are written out (`ä` → `ae`), marks of ours
/// replaced, and what is left is `?`.
std::string shown(std::string_view text, const Charset& charset);
/// Without its last character and that one's marks.
std::string without_last(std::string_view text);

}  // namespace stellwerk::cli
