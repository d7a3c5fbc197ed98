#include "transcripts/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace stellwerk::transcripts {
namespace {

/// Splits at blanks; quotes keep blanks together and are dropped.
std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> parts;
  std::string part;
  bool quoted = false;
  bool begun = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
      begun = true;
    } else if (c == ' ' && !quoted) {
      if (begun) parts.push_back(std::exchange(part, {}));
      begun = false;
    } else {
      part += c;
      begun = true;
    }
  }
  if (quoted) throw BadCommand("a quotation mark is not closed");
  if (begun) parts.push_back(part);
  return parts;
}

bool is_key(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == text.npos;
}

}  // namespace

Command::Command(const std::string& line) {
  for (std::string& part : split(line)) {
    const std::size_t sign = part.find('=');
    if (name_.empty()) {
      name_ = std::move(part);
    } else if (sign != part.npos && is_key(std::string_view(part).substr(0, sign))) {
      const std::string key = part.substr(0, sign);
      if (!values_.emplace(key, part.substr(sign + 1)).second)
        throw BadCommand(fmt::format("{}= is given twice", key));
    } else {
      words_.push_back(std::move(part));
    }
  }
}

std::string one_of(std::string_view word, std::span<const std::string_view> choices) {
  const std::vector<std::string> known(choices.begin(), choices.end());
  std::string text = fmt::format("one of {}", fmt::join(known, ", "));
  if (const auto near = base::nearest(word, known)) text += fmt::format("; {} is meant?", *near);
  return text;
}

std::string Command::word(std::string_view what, std::span<const std::string_view> choices) {
  if (next_ == words_.size()) throw BadCommand(fmt::format("{}: {} is missing", name_, what));
  const std::string& word = words_[next_++];
  if (!choices.empty() && std::find(choices.begin(), choices.end(), word) == choices.end())
    throw BadCommand(fmt::format("{}: {} is not {}", name_, word, one_of(word, choices)));
  return word;
}

std::optional<std::string> Command::word_if_any() {
  if (next_ == words_.size()) return std::nullopt;
  return words_[next_++];
}

bool Command::flag(std::string_view word) {
  if (next_ == words_.size() || words_[next_] != word) return false;
  ++next_;
  return true;
}

std::optional<std::string> Command::value(const std::string& key) {
  known_.insert(key);
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  return values_.extract(found).mapped();
}

std::string Command::value_or(const std::string& key, std::string otherwise) {
  return value(key).value_or(std::move(otherwise));
}

std::string Command::choice(const std::string& key, std::span<const std::string_view> choices,
                            std::string_view otherwise) {
  std::string text = value_or(key, std::string(otherwise));
  if (text != otherwise && std::find(choices.begin(), choices.end(), text) == choices.end())
    throw BadCommand(fmt::format("{}: {}={} is not {}", name_, key, text, one_of(text, choices)));
  return text;
}

std::uint64_t parse_number(std::string_view what, const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    throw BadCommand(fmt::format("{} is a whole number, not {}", what, text));
  return number;
}

std::uint64_t Command::number_or(const std::string& key, std::uint64_t otherwise) {
  const auto text = value(key);
  return text ? parse_number(key, *text) : otherwise;
}

std::optional<base::Duration> Command::duration(const std::string& key) {
  const auto text = value(key);
  if (!text) return std::nullopt;
  return must(base::parse_duration(*text));
}

void Command::finish() const {
  if (next_ < words_.size())
    throw BadCommand(fmt::format("{}: {} is not understood", name_, words_[next_]));
  if (values_.empty()) return;
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  const std::string& key = values_.begin()->first;
  throw BadCommand(known.empty()
                       ? fmt::format("{} takes no {}=", name_, key)
                       : fmt::format("{}: {}= is not {}", name_, key, one_of(key, known)));
}

}  // namespace stellwerk::transcripts
