#include "base/ratio.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.h"

namespace stellwerk::base {
namespace {

__extension__ using Wide = unsigned __int128;  // products of two 64-bit counts are exact

constexpr std::int64_t kUnitsPerPercent = 10000;  // parts per million
constexpr std::size_t kDecimalsMax = 4;

/// Ppm or what is wrong with the text.
using Parsed = tl::expected<Ppm, std::string>;

std::string_view digits_at(std::string_view text, std::size_t offset) {
  auto end = offset;
  while (end < text.size() && is_digit(text[end])) ++end;
  return text.substr(offset, end - offset);
}

Parsed stop(std::string_view text, std::size_t offset, std::string_view reason) {
  return tl::unexpected(fmt::format("{}: {}", unexpected_at(text, offset), reason));
}

Parsed read_percent(std::string_view text) {
  const auto whole = digits_at(text, 0);
  auto offset = whole.size();
  if (whole.empty()) return stop(text, 0, "expected a number");
  std::string_view decimals;
  if (text.substr(offset).starts_with('.')) {
    decimals = digits_at(text, ++offset);
    if (decimals.empty()) return stop(text, offset, "expected a digit");
    if (decimals.size() > kDecimalsMax)
      return stop(text, offset + kDecimalsMax, "at most 4 decimals are allowed");
    offset += decimals.size();
  }
  if (text.substr(offset).starts_with(' ')) ++offset;
  if (text.substr(offset) != "%") return stop(text, offset, "expected '%', as in 10% or 0.5 %");
  if (whole.size() > 3) return tl::unexpected(std::string("it is not between 0 % and 100 %"));

  Ppm share;
  for (const char c : whole) share.value = share.value * 10 + (c - '0');
  share.value *= kUnitsPerPercent;
  auto weight = kUnitsPerPercent / 10;
  for (const char c : decimals) share.value += (c - '0') * std::exchange(weight, weight / 10);
  if (share > kWhole) return tl::unexpected(std::string("it is not between 0 % and 100 %"));
  return share;
}

}  // namespace

Ppm ratio_of(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return {};
  const Wide rounded = (Wide{part} * static_cast<Wide>(kWhole.value) + whole / 2) / whole;
  constexpr Wide kMost = std::numeric_limits<std::int64_t>::max();
  return {static_cast<std::int64_t>(std::min(rounded, kMost))};
}

bool exceeds(std::uint64_t part, std::uint64_t whole, Ppm limit) {
  if (limit.value < 0) return true;
  if (whole == 0) return false;
  return Wide{part} * static_cast<Wide>(kWhole.value) > static_cast<Wide>(limit.value) * whole;
}

Result<Ppm> parse_percent(std::string_view text) {
  auto share = read_percent(text);
  if (share) return *share;
  return fail(error(Code::InvalidArgument, "BAS-0005", in_quotes(text) + " is not a percentage")
                  .because(std::move(share.error())));
}

std::string percent_text(Ppm share) {
  const auto size = share.value < 0 ? -share.value : share.value;
  auto text = fmt::format("{}{}", share.value < 0 ? "-" : "", size / kUnitsPerPercent);
  if (size % kUnitsPerPercent != 0) {
    text += fmt::format(".{:04}", size % kUnitsPerPercent);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + " %";
}

}  // namespace stellwerk::base
