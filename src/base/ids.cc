#include "base/ids.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace stellwerk::base {
namespace {

constexpr std::size_t kNameSizeMax = 63;  // as a DNS label: names also become host and server names

constexpr bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
constexpr bool is_name_character(char c) {
  return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
}

/// What is wrong with `text` as a name; empty when nothing is.
std::string name_problem(std::string_view text) {
  if (text.empty()) return "it is empty";
  if (text.size() > kNameSizeMax) {
    return fmt::format("it has {} characters, at most {} are allowed", text.size(), kNameSizeMax);
  }
  const auto bad = std::find_if_not(text.begin(), text.end(), is_name_character);
  if (bad != text.end()) {
    return unexpected_at(text, static_cast<std::size_t>(bad - text.begin())) +
           ": only a-z, 0-9, '.', '_' and '-' are allowed";
  }
  if (!is_alphanumeric(text.front())) return "it must begin with a letter or a digit";
  if (!is_alphanumeric(text.back())) return "it must end with a letter or a digit";
  return {};
}

}  // namespace

Result<std::string> parse_name(std::string_view text) {
  if (auto problem = name_problem(text); !problem.empty()) {
    auto refused =
        error(Code::InvalidArgument, "BAS-0001", in_quotes(text) + " is not a valid name")
            .because(std::move(problem));
    const auto lower = lower_ascii(text);
    if (lower != text && name_problem(lower).empty()) {
      refused = std::move(refused).then("write " + lower, "names are lower case");
    }
    return fail(std::move(refused));
  }
  return std::string(text);
}

}  // namespace stellwerk::base
