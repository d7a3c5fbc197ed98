// The numbers on a benchmark's command line.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace stellwerk::bench {

/// @throws std::runtime_error when it is no number from 1 that fits
template <class Number = std::uint64_t>
Number number(const char* text) {
  Number value = 0;
  const std::string_view digits(text);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || value == 0)
    throw std::runtime_error(fmt::format("\"{}\" is no number from 1", digits));
  return value;
}

}  // namespace stellwerk::bench
