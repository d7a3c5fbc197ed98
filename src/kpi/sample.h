// sample.h — measurements as they reach the guard: counts per component, version, tenant and
// second; gauges; health.
//
// Role: every MetricSource delivers these, whatever it reads (HAProxy's request lines are folded
// into groups before they get here; a source that only knows counters delivers differences of
// counters).   Start here: MetricBatch Thread-safety: values. Invariants: integers only; times are
// the request's own, not the receipt's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/semver.h"
#include "base/time.h"

namespace stellwerk::kpi {

/// DDSketch buckets (see sketch.h): index → count. Index 0 and below hold the smallest latencies.
using LatencyBuckets = std::map<std::int32_t, std::uint64_t>;

/// Requests of one (component, version, tenant, second of the request's end).
struct RequestGroup {
  base::ComponentName component;
  base::SemVer version;
  base::TenantId tenant;       ///< `other` beyond the bound; empty: request without a tenant
  base::MonoTime second;       ///< start of the second
  std::uint64_t requests = 0;  ///< without plain client aborts
  std::uint64_t errors = 0;    ///< 5xx or no answer
  std::uint64_t slow =
      0;  ///< took longer than the latency limit (exact), client aborts after the limit included
  std::uint64_t client_aborts = 0;  ///< not in `requests`
  LatencyBuckets latencies;
};

/// Requests of a version that are still in flight and already older than the latency limit (a
/// level, not a count).
struct InFlight {
  base::ComponentName component;
  base::SemVer version;
  std::uint64_t too_long = 0;
  base::MonoTime at;
};

struct GaugeSample {
  base::ComponentName component;
  base::SemVer version;
  std::string name;
  std::optional<std::int64_t> value;  ///< empty: asked, no number came (`problem` says why)
  std::string problem;
  base::MonoTime at;
};

/// Lines of a version's output, counted by what they say of themselves; never their text.
struct LogCounts {
  std::uint64_t lines = 0;
  std::uint64_t errors = 0;        ///< ERROR and worse
  std::uint64_t warnings = 0;      ///< WARN
  std::uint64_t unread_bytes = 0;  ///< came faster than they could be counted: the rest are minima

  void add(const LogCounts& more) {
    lines += more.lines;
    errors += more.errors;
    warnings += more.warnings;
    unread_bytes += more.unread_bytes;
  }
  friend bool operator==(const LogCounts&, const LogCounts&) = default;

  template <class A>
  void fields(A& a) {
    a("lines", lines)("errors", errors)("warnings", warnings)("unread_bytes", unread_bytes);
  }
};

/// What a version has written since it was deployed (a level that only grows; one that is lower
/// began anew).
struct LogSample {
  base::ComponentName component;
  base::SemVer version;
  LogCounts counts;
  std::string folder;  ///< where a person finds the files
  base::MonoTime at;
};

struct MetricBatch {
  std::vector<RequestGroup> groups;
  std::vector<InFlight> in_flight;
  std::vector<GaugeSample> gauges;
  std::vector<LogSample> logs;
  std::uint64_t lost_lines = 0;        ///< known to be lost since the last batch
  std::uint64_t unreadable_lines = 0;  ///< received and not understood since the last batch
  std::optional<base::MonoTime>
      alive_at;  ///< when the source last showed that it lives, requests or not
  /// When the first request of `groups` was received; reactions are measured from here.
  std::optional<base::MonoTime> received_at;
  [[nodiscard]] bool empty() const {
    return groups.empty() && in_flight.empty() && gauges.empty() && logs.empty() &&
           lost_lines == 0 && !alive_at;
  }
};

/// One answer of a health probe, as the guard needs it.
struct HealthObservation {
  base::ServiceName service;
  std::string target;           ///< what was probed, unique: `document-domain-1.3.0-1`
  bool is_component = false;    ///< the service is part of the release
  bool is_new_version = false;  ///< … and this instance runs the version being released
  bool good = false;
  base::MonoTime at;
};

}  // namespace stellwerk::kpi
