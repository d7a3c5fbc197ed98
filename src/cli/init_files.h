// init_files.h — the two files that `stellwerk init` writes, from a handful of answers.
//
// Role: pure rendering; the texts are the catalogue's (base/messages_init.cc), what stands between
// is written here as YAML.                                   Start here: environment_yaml()
// Thread-safety: pure functions.
// Invariants: whatever an answer holds, the file says exactly that and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/messages.h"
#include "base/semver.h"
#include "core/release.h"

namespace stellwerk::cli {

/// What the first release of a service is about.
struct FirstRelease {
  std::string service;
  std::vector<std::string> command;  ///< the program and its arguments, with placeholders
  std::string health;                ///< a path
  std::optional<std::uint16_t> port;
  base::SemVer from;
  base::SemVer to;
  std::vector<std::string> tenants;  ///< the first is the pilot
  std::string person;                ///< the id of whoever runs this
  base::Locale locale = base::Locale::De;
};

std::string environment_yaml(const FirstRelease& first);
std::string release_yaml(const FirstRelease& first);

/// `<service>-<to>`, as far as a name may be so long and has such characters.
std::string release_id_of(const FirstRelease& first);
/// The type that fits the step from one version to a newer one.
core::ReleaseType type_of_step(const base::SemVer& from, const base::SemVer& to);
/// The next minor version, which is the usual release.
base::SemVer next_minor(const base::SemVer& version);
/// `text` cut and changed until it is a name (base::parse_name); `otherwise` where nothing is left.
std::string name_from(std::string_view text, std::string_view otherwise);

/// A YAML scalar, in block and in flow context, that is read as exactly `text`.
/// @param text  UTF-8
std::string yaml_text(std::string_view text);
/// The words of a line as a shell would split it, with its quotes and backslashes and nothing else
/// of it; nullopt: a quote is not closed.
std::optional<std::vector<std::string>> split_words(std::string_view line);
/// `word` as a shell reads it back.
std::string shell_word(std::string_view word);

}  // namespace stellwerk::cli
