// fuzz.h — what every fuzz target has: one function that takes any bytes, and what it demands.
//
// Role: each <target>.cc of this folder defines take(); entry.cc hands it to libFuzzer (preset
// `fuzz`) or to the driver that replays seeds (every other preset).          Start here: take()
// Invariants: take() reads nothing but its bytes, keeps nothing, and ends quickly.
#pragma once

#include <string_view>

namespace stellwerk::fuzz {

/// One input. Whatever the bytes, it returns; a broken promise ends the process.
void take(std::string_view bytes);

/// Ends the process: `what` did not hold.
[[noreturn]] void broken(const char* what, const char* file, int line);

/// The bytes up to the first newline, and what follows it.
struct Halves {
  std::string_view first;
  std::string_view rest;
};
inline Halves halves_of(std::string_view bytes) {
  const auto newline = bytes.find('\n');
  if (newline == std::string_view::npos) return {bytes, {}};
  return {bytes.substr(0, newline), bytes.substr(newline + 1)};
}

/// A place in a text: line and column (in characters or bytes) from 1, the end included; 0 is "not
/// known".
inline bool inside(std::string_view text, int line, int column) {
  if (line == 0) return column == 0;
  for (int i = 1; i < line; ++i) {
    const auto newline = text.find('\n');
    if (newline == std::string_view::npos) return false;
    text.remove_prefix(newline + 1);
  }
  const auto end = text.substr(0, text.find('\n')).size();
  return line > 0 && column >= 0 && static_cast<std::size_t>(column) <= end + 1;
}

}  // namespace stellwerk::fuzz

// A macro so that the place is the caller's and the condition its own text.
#define FUZZ_REQUIRE(condition) \
  if (!(condition)) ::stellwerk::fuzz::broken(#condition, __FILE__, __LINE__)
