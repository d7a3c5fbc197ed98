// health_probe.h — port: parallel health probes with deadlines.
//
// Role: adapters/http (one curl_multi thread), adapters/memory.
// Thread-safety: probe: any thread; watch, poll: the engine's thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/semver.h"
#include "core/environment.h"
#include "ports/call.h"

namespace stellwerk::ports {

/// One thing to probe; `check.url` is absolute here.
struct HealthTarget {
  std::string name;  ///< unique: `document-domain-1.3.0-1`, `audit-domain`
  base::ServiceName service;
  std::optional<base::SemVer> version;  ///< of the instance; none: the service is no component
  bool is_new_version = false;          ///< instance of a version that is being released
  core::HealthCheck check;
};

struct HealthResult {
  HealthTarget target;
  bool good = false;
  std::string detail;  ///< `200, 3 ms`, `connection refused`, `/valid is false, expected true`
  base::MonoTime at;
};

class HealthProbe {
 public:
  virtual ~HealthProbe() = default;
  /// Probes all once, side by side; blocks until all answered or timed out.
  virtual std::vector<HealthResult> probe(const std::vector<HealthTarget>& targets,
                                          const Call& call) = 0;
  /// Replaces the set that is probed every `interval` from now on.
  virtual void watch(std::vector<HealthTarget> targets, base::Duration interval) = 0;
  virtual std::vector<HealthResult> poll() = 0;
  virtual void on_data(std::function<void()> wake) = 0;
};

}  // namespace stellwerk::ports
