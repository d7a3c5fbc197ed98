// files.h — the files a site is made of: stellwerk.yaml and release.yaml, with what a test varies.
//
// Thread-safety: values and pure functions.                    Start here: ReleaseFile, SiteFile
// Invariants: what is written here is what a user may write; defaults make a test quick (a runbook
// hour is a second, the guard judges on seconds), never lenient.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace stellwerk::e2e {

/// `key: value` by key, as written in YAML.
using Keys = std::map<std::string, std::string>;

struct ReleaseFile {
  std::string id = "rel-1";
  std::string type = "minor";
  std::string from = "1.2.0";
  std::string to = "1.3.0";
  std::string strategy = "canary";
  std::string digest = {};                   ///< `sha256:…` of the program; empty: not compared
  std::vector<std::string> components = {};  ///< further ones, each after the one before it
  std::vector<std::string> faults = {};      ///< of the new version, as document-domain takes them
  std::vector<std::string> waves = {"{share: 10%, tenants: [pilot-1], hold: 1h}",
                                    "{share: 100%, tenants: all, hold: 1h}"};  ///< none: usual
  Keys slo = {};
  Keys guard = {};           ///< besides and instead of the quick ones
  std::string more = {};     ///< further keys, as they stand in the file
  std::string program = {};  ///< document-domain; the site knows it
};
std::string release_yaml(const ReleaseFile& release);
/// A guard that judges on seconds, as a value of `guard`.
std::string quick_guard();

struct Neighbour {
  std::string name;
  int port = 0;
};

struct SiteFile {
  std::string document_domain;  ///< the program
  int port = 0;                 ///< where HAProxy serves it
  std::vector<Neighbour> neighbours = {};
  std::vector<Neighbour> components = {};  ///< run as document-domain is, on ports of their own
  int instances = 1;
  std::vector<std::string> faults = {};  ///< of every version
  Keys router = {};                      ///< settings of HAProxy
  std::string start_timeout = "10s";
  std::string drain = "500ms";
  std::string stop_timeout = "2s";
  std::string installation = "e2e";
  std::string more = {};  ///< further keys, as they stand in the file
};
std::string site_yaml(const SiteFile& site);

/// Ten tenants of equal weight.
const std::vector<std::string>& tenants();

/// A wave that a test can look at for as long as it likes.
inline const std::vector<std::string> kLongWaves = {"{share: 10%, tenants: [pilot-1], hold: 14d}",
                                                    "{share: 100%, tenants: all, hold: 1h}"};
/// Holds its first wave for longer than any test lasts.
inline ReleaseFile in_a_long_wave(Keys guard = {}) {
  ReleaseFile release;
  release.waves = kLongWaves;
  release.guard = std::move(guard);
  return release;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace stellwerk::e2e
