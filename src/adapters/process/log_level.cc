#include "adapters/process/log_level.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"

namespace stellwerk::adapters::process {
namespace {

/// A text line says its level near its beginning; further on stands its message.
constexpr std::size_t kTextLookedAt = 512;

struct Word {
  std::string_view upper;
  LogLevel level;
};

constexpr std::array kWords{Word{"ERROR", LogLevel::Error},    Word{"ERR", LogLevel::Error},
                            Word{"FATAL", LogLevel::Error},    Word{"FTL", LogLevel::Error},
                            Word{"CRITICAL", LogLevel::Error}, Word{"CRIT", LogLevel::Error},
                            Word{"SEVERE", LogLevel::Error},   Word{"PANIC", LogLevel::Error},
                            Word{"EMERG", LogLevel::Error},    Word{"ALERT", LogLevel::Error},
                            Word{"WARN", LogLevel::Warning},   Word{"WARNING", LogLevel::Warning},
                            Word{"WRN", LogLevel::Warning},    Word{"INFO", LogLevel::Other},
                            Word{"INF", LogLevel::Other},      Word{"LOG", LogLevel::Other},
                            Word{"NOTICE", LogLevel::Other},   Word{"DEBUG", LogLevel::Other},
                            Word{"DBG", LogLevel::Other},      Word{"TRACE", LogLevel::Other},
                            Word{"VERBOSE", LogLevel::Other},  Word{"EMERGENCY", LogLevel::Error}};

constexpr std::array<std::string_view, 7> kKeys{"LEVEL",     "SEVERITY",  "LVL", "LEVELNAME",
                                                "LOG.LEVEL", "LOG_LEVEL", "@L"};

/// pino and bunyan: 40 is a warning, 50 an error, 60 fatal.
constexpr std::int64_t kWarningNumber = 40;
constexpr std::int64_t kErrorNumber = 50;

constexpr bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
/// What joins letters to a longer word: `ERROR_CODE` and `no-error` are no levels.
constexpr bool joins(char c) { return is_letter(c) || base::is_digit(c) || c == '_' || c == '-'; }
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

bool same_in_any_case(std::string_view text, std::string_view upper_text) {
  return std::equal(text.begin(), text.end(), upper_text.begin(), upper_text.end(),
                    [](char a, char b) { return upper(a) == b; });
}

std::optional<LogLevel> exact(std::string_view word) {
  for (const Word& each : kWords)
    if (each.upper == word) return each.level;
  return std::nullopt;
}

std::optional<LogLevel> in_any_case(std::string_view word) {
  for (const Word& each : kWords)
    if (same_in_any_case(word, each.upper)) return each.level;
  return std::nullopt;
}

bool names_a_level(std::string_view key) {
  return std::any_of(kKeys.begin(), kKeys.end(),
                     [&](std::string_view each) { return same_in_any_case(key, each); });
}

LogLevel of_number(std::string_view digits) {
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (number >= kErrorNumber) return LogLevel::Error;
  return number >= kWarningNumber ? LogLevel::Warning : LogLevel::Other;
}

/// A value beside a key that names a level; what it does not know is another level.
LogLevel of_value(std::string_view value) {
  if (!value.empty() && base::is_digit(value.front())) return of_number(value);
  return in_any_case(value).value_or(LogLevel::Other);
}

/// Walks over the members of a JSON object, for one that says the level. What is no JSON, or is cut
/// off, has none.
class JsonLine {
 public:
  explicit JsonLine(std::string_view text) : left_(text) {}

  LogLevel level() {
    left_.remove_prefix(1);
    while (!left_.empty()) {
      const char c = left_.front();
      if (c == '"') {
        const auto text = string();
        if (depth_ != 1 || !text || !names_a_level(*text) || !follows(':')) continue;
        return value();
      }
      if (c == '{' || c == '[') ++depth_;
      if (c == '}' || c == ']') --depth_;
      if (depth_ == 0) break;
      left_.remove_prefix(1);
    }
    return LogLevel::Other;
  }

 private:
  /// The text of a string, as it is written; nothing: it does not end.
  std::optional<std::string_view> string() {
    left_.remove_prefix(1);
    for (std::size_t i = 0; i < left_.size(); ++i) {
      if (left_[i] == '\\') {
        ++i;
      } else if (left_[i] == '"') {
        const auto text = left_.substr(0, i);
        left_.remove_prefix(i + 1);
        return text;
      }
    }
    left_ = {};
    return std::nullopt;
  }

  void skip_spaces() {
    left_.remove_prefix(std::min(left_.find_first_not_of(" \t\r"), left_.size()));
  }

  bool follows(char c) {
    skip_spaces();
    if (!left_.starts_with(c)) return false;
    left_.remove_prefix(1);
    return true;
  }

  LogLevel value() {
    skip_spaces();
    if (!left_.starts_with('"')) return of_value(left_.substr(0, left_.find_first_of(",} \t\r")));
    const auto text = string();
    return text ? of_value(*text) : LogLevel::Other;
  }

  std::string_view left_;
  int depth_ = 1;
};

/// The words of a text line, until one says the level.
class TextLine {
 public:
  explicit TextLine(std::string_view text) : text_(text) {}

  LogLevel level() {
    std::size_t at = 0;
    while (at < text_.size()) {
      if (!is_letter(text_[at])) {
        ++at;
        continue;
      }
      std::size_t end = at;
      while (end < text_.size() && is_letter(text_[end])) ++end;
      if (const auto found = look_at(at, end)) return *found;
      at = end;
    }
    return LogLevel::Other;
  }

 private:
  [[nodiscard]] char before(std::size_t at) const { return at == 0 ? ' ' : text_[at - 1]; }
  [[nodiscard]] char behind(std::size_t end) const { return end < text_.size() ? text_[end] : ' '; }

  std::optional<LogLevel> look_at(std::size_t at, std::size_t end) {
    const std::string_view word = text_.substr(at, end - at);
    if (joins(before(at)) || joins(behind(end))) {
      // The T and Z of a time are no words, `29T10:44:32Z`.
      first_ = first_ && word.size() == 1;
      return std::nullopt;
    }
    const bool is_first = std::exchange(first_, false);
    if (behind(end) == '=' && names_a_level(word)) return of_value(value_at(end + 1));
    if (const auto level = exact(word)) return level;
    const bool in_brackets = behind(end) == ']' && (before(at) == '[' || before(at) == ':');
    const bool leads = is_first && behind(end) == ':';
    return in_brackets || leads ? in_any_case(word) : std::nullopt;
  }

  /// `error`, `"error"` or `50`.
  [[nodiscard]] std::string_view value_at(std::size_t at) const {
    if (at < text_.size() && text_[at] == '"') ++at;
    std::size_t end = at;
    while (end < text_.size() && (is_letter(text_[end]) || base::is_digit(text_[end]))) ++end;
    return text_.substr(std::min(at, text_.size()), end - std::min(at, end));
  }

  std::string_view text_;
  bool first_ = true;  ///< no word has gone before
};

/// Copies without the terminal's colours; what fits.
std::string_view without_colours(std::string_view text, std::array<char, kTextLookedAt>& room) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < text.size() && kept < room.size(); ++i) {
    if (text[i] != '\x1b') {
      room[kept++] = text[i];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '[') ++i;
    while (i + 1 < text.size() && (base::is_digit(text[i + 1]) || text[i + 1] == ';')) ++i;
    ++i;  // the letter that ends it
  }
  return {room.data(), kept};
}

}  // namespace

LogLevel level_of(std::string_view line) {
  line = line.substr(0, kLineLookedAt);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (line.starts_with('{')) return JsonLine(line).level();
  // Colours take room, and are cut before the text is.
  constexpr std::size_t kColours = 4;
  const auto head = line.substr(0, kTextLookedAt * kColours);
  if (head.find('\x1b') == std::string_view::npos)
    return TextLine(head.substr(0, kTextLookedAt)).level();
  std::array<char, kTextLookedAt> room;
  return TextLine(without_colours(head, room)).level();
}

}  // namespace stellwerk::adapters::process
