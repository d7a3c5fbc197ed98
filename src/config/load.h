// load.h — release.yaml and stellwerk.yaml to what core and the adapters work with.
//
// Role: the one way in for files a user writes; cli and app call it, compile() gets the result.
// Everything one file can get wrong by itself is found here, all at once, each with its place;
// what needs both files is compile()'s.          Start here: load_release(), load_environment()
// Thread-safety: any thread. Never throws.
// Invariants: all paths in the result are absolute; `positions` leads from key paths such as
// `waves[1].tenants[0]` to places.                        Spec: docs/reference/*.md
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "config/section.h"
#include "core/environment.h"
#include "core/release.h"

namespace stellwerk::config {

/// Somebody who cosigns checkpoints of this log.
struct WitnessSetting {
  std::string key;  ///< `<name>+<id>+<base64>`, of type 0x04
  std::string url;  ///< its submission prefix
};
/// An authority that stamps checkpoints (RFC 3161).
struct TimestampSetting {
  std::string url;
  std::string trusted;  ///< file of CA certificates, PEM; absolute
};
/// Who outside this installation confirms its log.
struct AuditSettings {
  std::vector<WitnessSetting> witnesses;
  std::optional<TimestampSetting> timestamps;
};

/// stellwerk.yaml: what core knows, and the sections that only adapters can read.
struct EnvironmentFile {
  core::Environment environment;
  Section router;
  Section workload;
  std::vector<Section> notices;
  std::vector<Section> events;
  AuditSettings audit;
  std::string path;                                       ///< as it was given
  base::Digest source;                                    ///< SHA-256 of the file's bytes
  std::map<std::string, base::SourcePosition> positions;  ///< key path → place, for errors
};

/// What adapters say of their sections, asked by the reader, so that all problems of the file come
/// at once: each as read_section() and unknown_adapter() make them. A section that could not be
/// read has no adapter. Opens nothing. Empty: sections are not looked into.
using SectionCheck = std::function<std::vector<base::Error>(const EnvironmentFile&)>;

/// @errors CFG-0001: not there, not readable, no regular file; CFG-0002 to CFG-0011: see
/// docs/errors
Loaded<core::Release> load_release(const std::string& path);
Loaded<EnvironmentFile> load_environment(const std::string& path, const SectionCheck& check = {});

/// The same from text; `file` is its name in errors, relative paths start from `folder` (absolute).
struct Text {
  std::string_view yaml;
  std::string file;
  std::string folder = "/";
};
Loaded<core::Release> read_release(const Text& text);
Loaded<EnvironmentFile> read_environment(const Text& text, const SectionCheck& check = {});

}  // namespace stellwerk::config
