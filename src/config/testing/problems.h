// problems.h — problems as the lines that tests compare: `12:5 CFG-0006 message | why`. For tests
// only.
//
// Thread-safety: any thread.                                             Start here: lines_of
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "config/load.h"

namespace stellwerk::config::testing {

inline std::string line_of(const base::Error& error) {
  return fmt::format("{}:{} {} {} | {}", error.where.line, error.where.column, error.id,
                     error.message, error.why);
}

inline std::string lines_of(const std::vector<base::Error>& problems) {
  std::string lines;
  for (const auto& problem : problems) lines += line_of(problem) + "\n";
  return lines;
}

/// A release that is right, in lines that tests add to.
inline constexpr const char* kRelease = R"(id: rel-1
type: minor
components:
  - {domain: document-domain, from: 1.2.0, to: 1.3.0}
)";

/// An environment that is right, in lines that tests add to.
inline constexpr const char* kEnvironment = R"(installation: test
services:
  - name: document-domain
    health: /health
    run: {command: [./server, --port, "{port}"]}
people:
  - {id: anna, os_user: anna, roles: [release-manager]}
router: {adapter: memory}
workload: {adapter: memory}
)";

/// The problems of kRelease with `more` after it; its first line is line 5.
inline std::string release_problems(const std::string& more) {
  return lines_of(
      read_release({.yaml = kRelease + more, .file = "release.yaml", .folder = "/etc/rel"})
          .problems);
}

/// The same for kEnvironment; the first line of `more` is line 10.
inline std::string environment_problems(const std::string& more) {
  return lines_of(
      read_environment({.yaml = kEnvironment + more, .file = "stellwerk.yaml", .folder = "/etc"})
          .problems);
}

}  // namespace stellwerk::config::testing
