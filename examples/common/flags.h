// flags.h — command-line arguments of the example programs, read strictly.
//
// Role: main() describes its flags as data, parse() sorts the arguments, the typed readers check
// each value. Thread-safety: immutable after parse().                                Start here:
// Flags::parse Invariants: nothing is guessed: an unknown flag, a missing value or a flag given
// twice is an error.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace examples {

/// What is wrong with what the user typed, why, and what to do instead.
struct UsageError {
  std::string what;
  std::string why;
  std::string next;
};

template <class T>
using Parsed = tl::expected<T, UsageError>;

[[nodiscard]] tl::unexpected<UsageError> usage_error(UsageError error);
/// Three lines for stderr: `error: …`, `  why   …`, `  next  …`.
std::string render(const UsageError& error);

struct FlagSpec {
  std::string_view name;   ///< with its dashes: "--port"
  std::string_view value;  ///< what stands after it in the help; empty: a switch without a value
  std::string_view help;
  bool repeatable = false;
};

/// The help text: one line per flag.
std::string usage(std::string_view headline, std::span<const FlagSpec> known);

class Flags {
 public:
  /// Sorts `arguments` (without the program's name) by flag; accepts `--flag value` and
  /// `--flag=value`.
  static Parsed<Flags> parse(std::span<const std::string> arguments,
                             std::span<const FlagSpec> known);

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// Bounds of a number, both inclusive.
struct Range {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

/// A flag's name with the text that was given for it.
struct FlagValue {
  std::string_view flag;
  std::string_view text;
};

Parsed<std::int64_t> whole_number(FlagValue value, Range range);
/// The number given for `flag`, or `fallback` when the flag is absent.
Parsed<std::int64_t> number_or(const Flags& flags, std::string_view flag, Range range,
                               std::int64_t fallback);
/// `500ms`, `60s`, `5m` or `1h`, at least 1 ms and at most 30 days.
Parsed<std::chrono::milliseconds> duration(FlagValue value);
std::vector<std::string> split_list(std::string_view text, char separator);
/// Letters, digits, '.', '_' and '-', 1 to 64 of them, not beginning with '.': safe in a header and
/// as a folder's name.
bool valid_tenant(std::string_view tenant);

}  // namespace examples
