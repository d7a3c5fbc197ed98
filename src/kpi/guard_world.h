// guard_world.h — tests only: a guard with two components and measurements in short.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kpi/guard.h"

namespace stellwerk::kpi::testing {

inline const base::ComponentName kDocuments("document-domain");
inline const base::SemVer kOld{1, 2, 0, {}, {}};
inline const base::SemVer kNew{1, 3, 0, {}, {}};

inline base::MonoTime at(std::int64_t second) { return base::MonoTime{second * 1000000}; }

inline GuardedComponent documents(std::vector<std::string> gauges = {}) {
  return {kDocuments, kOld, kNew, std::move(gauges)};
}

struct Seen {
  std::int64_t second = 0;
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t slow = 0;
};

inline RequestGroup group(const Seen& seen, const base::SemVer& version = kNew,
                          const std::string& tenant = "pilot-1") {
  RequestGroup g;
  g.component = kDocuments;
  g.version = version;
  g.tenant = base::TenantId(tenant);
  g.second = at(seen.second);
  g.requests = seen.requests;
  g.errors = seen.errors;
  g.slow = seen.slow;
  return g;
}

/// The source lives at `second` and, if there are any, delivers these groups.
inline MetricBatch batch(std::int64_t second, std::vector<RequestGroup> groups = {}) {
  MetricBatch b;
  b.alive_at = at(second);
  b.groups = std::move(groups);
  return b;
}

inline MetricBatch seen(const Seen& s) { return batch(s.second, {group(s)}); }

inline GaugeSample gauge(std::int64_t second, std::optional<std::int64_t> value,
                         const base::SemVer& version = kNew) {
  return {kDocuments, version, "consumer_lag", value, value ? "" : "NaN", at(second)};
}

inline HealthObservation probe(std::int64_t second, bool good,
                               const std::string& target = "document-domain-1.3.0-1") {
  return {base::ServiceName("document-domain"), target, true, true, good, at(second)};
}

inline HealthObservation other_probe(std::int64_t second, bool good) {
  return {base::ServiceName("audit-domain"), "audit-domain", false, false, good, at(second)};
}

/// A guard of document-domain whose wave began at second 100, source alive then.
inline Guard guard_at_100(const core::GuardPolicy& policy = {},
                          std::vector<std::string> gauges = {}) {
  Guard guard(policy, {documents(std::move(gauges))});
  guard.begin_wave(at(100));
  guard.observe(batch(100));
  return guard;
}

}  // namespace stellwerk::kpi::testing
