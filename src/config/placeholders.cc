// Names in braces that commands may have, and those that would reach a program unreplaced.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "config/tables.h"

namespace stellwerk::config {
namespace {

constexpr std::array<std::string_view, 4> kOfInstance{"component", "instance", "port", "version"};

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto fits = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), fits);
}

/// Names that stand alone in braces: neither a shell's `${name}` nor JSON nor `{{name}}`.
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  for (auto open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) break;
    const bool other = open > 0 && (text[open - 1] == '$' || text[open - 1] == '{');
    if (const auto name = text.substr(open + 1, close - open - 1); !other && is_name(name))
      names.emplace_back(name);
  }
  return names;
}

class Check {
 public:
  Check(Reading& reading, Placeholders replaced) : reading_(reading), replaced_(replaced) {}

  void value(const std::string& key, std::string_view text) {
    if (!reading_.sound(key)) return;
    for (const std::string& name : names_in(text)) {
      if (replaced_ == Placeholders::OfInstance)
        in_instance(key, name);
      else if (base::nearest(name, known_))
        nowhere(key, name, "a check runs once and for no instance: write the value itself");
    }
  }
  /// Nothing is ever replaced in a folder.
  void folder(std::string_view text) {
    if (!reading_.sound("folder")) return;
    for (const std::string& name : names_in(text))
      if (base::nearest(name, known_))
        nowhere("folder", name, "they are replaced in arguments and environment values only");
  }

 private:
  void in_instance(const std::string& key, const std::string& name) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) return;
    const auto meant = base::nearest(name, known_);
    const auto hint = meant ? fmt::format("did you mean {{{}}}? ", *meant) : "";
    report(key, fmt::format("{{{}}} is no placeholder", name),
           fmt::format("{}the placeholders are {}", hint, base::and_list(known_)));
  }
  void nowhere(const std::string& key, const std::string& name, std::string why) {
    report(key, fmt::format("{{{}}} is not replaced here", name), std::move(why));
  }
  void report(const std::string& key, std::string what, std::string why) {
    reading_.report_at(key, problem("CFG-0012", std::move(what), std::move(why)));
  }

  Reading& reading_;
  Placeholders replaced_;
  std::vector<std::string> known_{kOfInstance.begin(), kOfInstance.end()};
};

}  // namespace

void check_placeholders(Reading& reading, std::string_view key, const core::CommandSpec& command,
                        Placeholders replaced) {
  Check check(reading, replaced);
  for (std::size_t i = 0; i < command.arguments.size(); ++i)
    check.value(fmt::format("{}[{}]", key, i), command.arguments[i]);
  for (const auto& [name, value] : command.environment)
    check.value(fmt::format("environment.{}", name), value);
  check.folder(command.working_folder);
}

}  // namespace stellwerk::config
