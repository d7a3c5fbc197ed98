#include "common/flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace examples {
namespace {

const FlagSpec* find_spec(std::string_view name, std::span<const FlagSpec> known) {
  const auto spec = std::find_if(known.begin(), known.end(),
                                 [&](const FlagSpec& candidate) { return candidate.name == name; });
  return spec == known.end() ? nullptr : &*spec;
}

std::string names_of(std::span<const FlagSpec> known) {
  std::string names;
  for (const FlagSpec& spec : known)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", spec.name);
  return names;
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

tl::unexpected<UsageError> usage_error(UsageError error) {
  return tl::unexpected<UsageError>(std::move(error));
}

std::string render(const UsageError& error) {
  return fmt::format("error: {}\n  why   {}\n  next  {}\n", error.what, error.why, error.next);
}

std::string usage(std::string_view headline, std::span<const FlagSpec> known) {
  std::string text = fmt::format("{}\n\n", headline);
  for (const FlagSpec& spec : known)
    text += fmt::format("  {:<28} {}\n", fmt::format("{} {}", spec.name, spec.value), spec.help);
  return text;
}

Parsed<Flags> Flags::parse(std::span<const std::string> arguments,
                           std::span<const FlagSpec> known) {
  Flags flags;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const FlagSpec* spec = find_spec(name, known);
    if (spec == nullptr)
      return usage_error({fmt::format("unknown argument \"{}\"", name), "no such flag exists",
                          fmt::format("use one of {}", names_of(known))});
    auto& values = flags.values_[std::string(name)];
    if (!values.empty() && !spec->repeatable)
      return usage_error({fmt::format("{} is given twice", name), "it takes effect only once",
                          "keep one of the two"});
    if (spec->value.empty()) {
      if (equals != std::string_view::npos)
        return usage_error({fmt::format("{} takes no value", name), "it is a switch",
                            fmt::format("write {} alone", name)});
      values.emplace_back("yes");
      continue;
    }
    if (equals != std::string_view::npos) {
      values.emplace_back(argument.substr(equals + 1));
      continue;
    }
    if (i + 1 == arguments.size())
      return usage_error({fmt::format("{} has no value", name), "the command line ends after it",
                          fmt::format("write {} {}", name, spec->value)});
    values.push_back(arguments[++i]);
  }
  return flags;
}

bool Flags::has(std::string_view name) const { return values_.find(name) != values_.end(); }

std::optional<std::string> Flags::value(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second.front();
}

std::vector<std::string> Flags::all(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

Parsed<std::int64_t> whole_number(FlagValue value, Range range) {
  std::int64_t number = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [stop, problem] = std::from_chars(value.text.data(), end, number);
  if (problem == std::errc{} && stop == end && number >= range.min && number <= range.max)
    return number;
  return usage_error({fmt::format("{} cannot be \"{}\"", value.flag, value.text),
                      fmt::format("it is a whole number from {} to {}", range.min, range.max),
                      fmt::format("write for example {} {}", value.flag,
                                  std::clamp<std::int64_t>(100, range.min, range.max))});
}

Parsed<std::int64_t> number_or(const Flags& flags, std::string_view flag, Range range,
                               std::int64_t fallback) {
  const auto text = flags.value(flag);
  return text ? whole_number({flag, *text}, range) : Parsed<std::int64_t>(fallback);
}

Parsed<std::chrono::milliseconds> duration(FlagValue value) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  constexpr std::int64_t kMax = std::int64_t{30} * 24 * 3'600'000;
  const std::size_t digits =
      std::min(value.text.find_first_not_of("0123456789"), value.text.size());
  std::int64_t number = 0;
  const auto parsed = std::from_chars(value.text.data(), value.text.data() + digits, number);
  for (const auto& [unit, milliseconds] : kUnits) {
    if (parsed.ec != std::errc{} || value.text.substr(digits) != unit) continue;
    if (number < 1 || number > kMax / milliseconds) break;
    return std::chrono::milliseconds(number * milliseconds);
  }
  return usage_error(
      {fmt::format("{} cannot be \"{}\"", value.flag, value.text),
       "a duration is a whole number with its unit, ms, s, m or h, from 1ms to 30 days",
       fmt::format("write for example {} 60s", value.flag)});
}

std::vector<std::string> split_list(std::string_view text, char separator) {
  std::vector<std::string> items;
  while (true) {
    const std::size_t at = text.find(separator);
    items.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return items;
    text.remove_prefix(at + 1);
  }
}

bool valid_tenant(std::string_view tenant) {
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
  };
  return !tenant.empty() && tenant.size() <= 64 && tenant.front() != '.' &&
         std::all_of(tenant.begin(), tenant.end(), allowed);
}

}  // namespace examples
