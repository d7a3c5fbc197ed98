// command.h — one line of a transcript: a name, words, and `key=value`.
//
// Role: made by parse_command(), read by the handlers in commands.cc. What is not asked for is an
// error, so a misspelt key never passes unnoticed.                  Start here: Command
// Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace stellwerk::transcripts {

/// What is wrong with a command; whoever runs the file adds where it stands.
class BadCommand : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Command {
 public:
  /// `release type=minor reason="two words"`. @throws BadCommand
  explicit Command(const std::string& line);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool is_bare() const { return words_.empty() && values_.empty(); }

  /// The next word that is no `key=value`; one of `choices`, if there are any.
  std::string word(std::string_view what, std::span<const std::string_view> choices = {});
  std::optional<std::string> word_if_any();
  /// True, and taken, when the next word is this one.
  bool flag(std::string_view word);

  std::optional<std::string> value(const std::string& key);
  std::string value_or(const std::string& key, std::string otherwise);
  std::string choice(const std::string& key, std::span<const std::string_view> choices,
                     std::string_view otherwise);
  std::uint64_t number_or(const std::string& key, std::uint64_t otherwise);
  std::optional<base::Duration> duration(const std::string& key);

  /// @throws BadCommand: something was written that nobody asked for.
  void finish() const;

 private:
  std::string name_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
  std::map<std::string, std::string> values_;
  std::set<std::string> known_;  ///< keys that were asked for, for the message
};

/// The value, or BadCommand with the error in one line.
template <class T>
T must(base::Result<T> result) {
  if (!result) throw BadCommand(result.error().one_line());
  return std::move(*result);
}
std::uint64_t parse_number(std::string_view what, const std::string& text);
/// `one of a, b, c`, and the nearest to `word` when it looks like a typing mistake.
std::string one_of(std::string_view word, std::span<const std::string_view> choices);

}  // namespace stellwerk::transcripts
