#include "document-domain/version.h"

#include <array>
#include <charconv>

namespace document_domain {
namespace {

constexpr std::string_view kLabelCharacters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.+";

/// Takes one number without leading zeros from the front of `text`.
std::optional<unsigned> take_number(std::string_view& text) {
  unsigned number = 0;
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto length = static_cast<std::size_t>(stop - text.data());
  if (problem != std::errc{} || (length > 1 && text.front() == '0')) return std::nullopt;
  text.remove_prefix(length);
  return number;
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
  Version version;
  version.text_ = text;
  std::array<unsigned, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  const bool label = text.starts_with('-') || text.starts_with('+');
  if (!text.empty() && (!label || text.size() < 2 || text.size() > 64)) return std::nullopt;
  if (text.find_first_not_of(kLabelCharacters) != std::string_view::npos) return std::nullopt;
  version.major_ = numbers[0];
  version.minor_ = numbers[1];
  return version;
}

}  // namespace document_domain
