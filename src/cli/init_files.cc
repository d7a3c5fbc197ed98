#include "cli/init_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ids.h"
#include "base/ratio.h"
#include "base/text.h"
#include "base/time.h"
#include "core/policy.h"
#include "core/words.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kNameSizeMax = 63;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Texts that YAML reads as something else: truth values, nothing, numbers without digits.
bool is_taken(std::string_view text) {
  constexpr std::array<std::string_view, 10> kTaken = {"true", "false", "null", "yes", "no",
                                                       "on",   "off",   "y",    "n",   ".nan"};
  const std::string lower = base::lower_ascii(text);
  return std::find(kTaken.begin(), kTaken.end(), lower) != kTaken.end();
}

bool is_plain(std::string_view text) {
  constexpr std::string_view kInside = "._-/";
  if (text.empty() || is_taken(text)) return false;
  const bool begins = is_letter(text.front()) || text.front() == '/' || text.front() == '_';
  return begins && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_letter(c) || base::is_digit(c) || kInside.find(c) != std::string_view::npos;
         });
}

std::string quoted(std::string_view text) {
  std::string safe = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      safe += fmt::format("\\{}", c);
    else if (byte < 0x20 || byte == 0x7F)
      safe += fmt::format("\\x{:02x}", byte);
    else
      safe += c;
  }
  return safe + '"';
}

std::string items(const std::vector<std::string>& texts, std::size_t indent) {
  std::string lines;
  for (const std::string& text : texts)
    lines += fmt::format("{:{}}- {}\n", "", indent, yaml_text(text));
  return lines;
}

/// Without the newline at its end: that one is the template's.
std::string block(std::string lines) {
  if (lines.ends_with('\n')) lines.pop_back();
  return lines;
}

bool names(const std::vector<std::string>& command, std::string_view placeholder) {
  return std::any_of(command.begin(), command.end(), [&](const std::string& argument) {
    return argument.find(placeholder) != std::string::npos;
  });
}

/// What the command does not say itself reaches the program as a variable.
std::string variables_of(const std::vector<std::string>& command) {
  std::string lines;
  if (!names(command, "{port}")) lines += "\n        PORT: \"{port}\"";
  if (!names(command, "{version}")) lines += "\n        VERSION: \"{version}\"";
  return lines.empty() ? "#environment: {LOG_LEVEL: info}" : "environment:" + lines;
}

std::string tenants_of(const FirstRelease& first) {
  std::string lines;
  for (const std::string& tenant : first.tenants)
    lines += fmt::format("  - id: {}\n    #weight: 1\n", yaml_text(tenant));
  return lines;
}

/// What whole tenants of equal weight come to that reach the share.
base::Ppm share_in_steps(base::Ppm share, std::uint64_t tenants) {
  std::uint64_t moved = 1;
  while (moved < tenants && base::ratio_of(moved, tenants) < share) ++moved;
  return base::ratio_of(moved, tenants);
}

/// The type's own, but the pilot goes first.
std::string waves_of(const FirstRelease& first, const std::string& pilot) {
  const core::ReleaseType type = type_of_step(first.from, first.to);
  const auto waves = core::strategy_of(type, core::policy_of(type).strategy).waves;
  std::string lines;
  const auto tenants = std::max<std::uint64_t>(first.tenants.size(), 1);
  const base::Ppm one = base::ratio_of(1, tenants);
  base::Ppm moved;
  for (const core::WaveTemplate& wave : waves) {
    const bool last = &wave == &waves.back();
    const bool alone = &wave == &waves.front() && !last;
    // With few tenants the one before may have moved as much already: a wave that moves nobody is
    // none.
    if (!alone && !last && wave.share <= moved) continue;
    moved = alone ? one : share_in_steps(wave.share, tenants);
    std::string share = base::percent_text(wave.share);
    std::erase(share, ' ');
    lines += fmt::format("  - {{share: {}{}, hold: {}}}\n", share,
                         last    ? ", tenants: all"
                         : alone ? fmt::format(", tenants: [{}]", pilot)
                                 : std::string(),
                         base::to_string(wave.hold));
  }
  return block(lines);
}

base::MessageArguments words_of(const FirstRelease& first) {
  return {{"open", "{"},
          {"close", "}"},
          {"service", yaml_text(first.service)},
          {"from", first.from.to_string()},
          {"to", first.to.to_string()},
          {"health", yaml_text(first.health)}};
}

}  // namespace

std::string yaml_text(std::string_view text) {
  return is_plain(text) ? std::string(text) : quoted(text);
}

std::string environment_yaml(const FirstRelease& first) {
  base::MessageArguments words = words_of(first);
  words["installation"] = "local";
  words["locale"] = base::to_string(first.locale);
  words["tenants"] = tenants_of(first);
  words["port"] = first.port ? fmt::format("port: {}", *first.port) : "#port: 8080";
  words["command"] = block(items(first.command, 8));
  words["environment"] = variables_of(first.command);
  words["person"] = yaml_text(first.person);
  return base::message(first.locale, "init.file.environment", words);
}

std::string release_yaml(const FirstRelease& first) {
  base::MessageArguments words = words_of(first);
  words["release"] = yaml_text(release_id_of(first));
  words["type"] = core::to_string(type_of_step(first.from, first.to));
  words["pilot"] = yaml_text(first.tenants.empty() ? "pilot-1" : first.tenants.front());
  words["through_router"] = yaml_text("router:" + first.service + first.health);
  words["name"] = first.service;
  words["waves"] = waves_of(first, words["pilot"]);
  return base::message(first.locale, "init.file.release", words);
}

std::string name_from(std::string_view text, std::string_view otherwise) {
  std::string name;
  for (const char c : base::lower_ascii(text)) {
    const bool fits = (c >= 'a' && c <= 'z') || base::is_digit(c) || c == '.' || c == '_';
    if (fits)
      name += c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  name = name.substr(0, kNameSizeMax);
  const auto ends = [](char c) { return is_letter(c) || base::is_digit(c); };
  while (!name.empty() && !ends(name.back())) name.pop_back();
  while (!name.empty() && !ends(name.front())) name.erase(0, 1);
  return base::parse_name(name) ? name : std::string(otherwise);
}

std::string release_id_of(const FirstRelease& first) {
  const std::string version = name_from(first.to.to_string(), "1").substr(0, kNameSizeMax / 2);
  const std::string service = first.service.substr(0, kNameSizeMax - 1 - version.size());
  return name_from(service + "-" + version, "rel-1");
}

core::ReleaseType type_of_step(const base::SemVer& from, const base::SemVer& to) {
  if (from.major != to.major) return core::ReleaseType::Major;
  if (from.minor != to.minor) return core::ReleaseType::Minor;
  if (from.patch != to.patch || to.patch != 0) return core::ReleaseType::Patch;
  // A pre-release and what follows it: the highest number that it raises.
  return to.minor != 0 ? core::ReleaseType::Minor : core::ReleaseType::Major;
}

base::SemVer next_minor(const base::SemVer& version) {
  base::SemVer next;
  next.major = version.major;
  next.minor = version.minor + 1;
  return next;
}

std::optional<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool begun = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool escapes = c == '\\' && quote != '\'' && i + 1 < line.size();
    if (escapes && (quote == 0 || line[i + 1] == '"' || line[i + 1] == '\\')) {
      word += line[++i];
      begun = true;
    } else if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      begun = true;
    } else if (c == ' ' || c == '\t') {
      if (begun) words.push_back(std::move(word));
      word.clear();
      begun = false;
    } else {
      word += c;
      begun = true;
    }
  }
  if (quote != 0) return std::nullopt;
  if (begun) words.push_back(std::move(word));
  return words;
}

std::string shell_word(std::string_view word) {
  constexpr std::string_view kSafe = "./_-:=+@%";
  const bool safe = !word.empty() && std::all_of(word.begin(), word.end(), [&](char c) {
    return is_letter(c) || base::is_digit(c) || kSafe.find(c) != std::string_view::npos;
  });
  if (safe) return std::string(word);
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace stellwerk::cli
