// guard_evidence.h — everything a verdict rests on, as integers: recorded with it, and enough to
// derive it again.
//
// Role: made by Guard::evidence, judged by judge(), kept in the journal entry of the verdict.
// Start here: GuardEvidence                                Thread-safety: values.
// Invariants: integers, texts and booleans only; its JSON fits a journal entry (the parts that
// could be many are bounded).                              Spec: docs/guard.md "Evidence".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/semver.h"
#include "base/time.h"

namespace stellwerk::kpi {

/// Requests of the new version of one component in the window.
struct RequestEvidence {
  base::ComponentName component;
  base::SemVer version;
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t slow = 0;
  std::uint64_t client_aborts = 0;
  std::uint64_t in_flight_too_long = 0;  ///< still unanswered, already slower than the limit
  std::uint64_t requests_wave = 0;       ///< since the wave began
  // The sequential test's log-evidence, in thousandths, belongs here: two numbers for each metric
  // (against the pause limit, against the rollback limit). judge() then reads them beside the
  // counts; the fields are optional in JSON, so evidence recorded without them stays readable.
  friend bool operator==(const RequestEvidence&, const RequestEvidence&) = default;

  template <class A>
  void fields(A& a) {
    a("component", component)("version", version)("requests", requests)("errors", errors);
    a("slow", slow)("client_aborts", client_aborts)("in_flight_too_long", in_flight_too_long);
    a("requests_wave", requests_wave);
  }
};

/// A limited gauge of the new version.
struct GaugeEvidence {
  base::ComponentName component;
  std::string name;
  std::optional<std::int64_t> value;  ///< the last number that came
  base::Duration silent;              ///< since then, or since the guard began to wait for it
  friend bool operator==(const GaugeEvidence&, const GaugeEvidence&) = default;

  template <class A>
  void fields(A& a) {
    a("component", component)("name", name)("value", value)("silent_us", silent);
  }
};

/// A probed target whose last answer was bad, or whose answers stopped coming.
struct HealthEvidence {
  std::string target;
  base::ServiceName service;
  bool is_component = false;
  bool is_new_version = false;
  std::uint64_t failed_in_row = 0;
  /// Shortest time in which `health_fall` failures of this row lay; empty: not yet so many.
  std::optional<base::Duration> tightest;
  base::Duration silent;  ///< since the last answer; 0 for a target not announced as expected
  friend bool operator==(const HealthEvidence&, const HealthEvidence&) = default;

  template <class A>
  void fields(A& a) {
    a("target", target)("service", service)("is_component", is_component);
    a("is_new_version", is_new_version)("failed_in_row", failed_in_row);
    a("tightest_us", tightest)("silent_us", silent);
  }
};

struct GuardEvidence {
  static constexpr std::size_t kHealthMax = 32;  ///< the worst; more would add nothing to a verdict

  base::MonoTime window_from;
  base::MonoTime window_to;
  base::Duration source_silent;  ///< since the request source last showed that it lives
  std::uint64_t lost_lines = 0;  ///< in the window
  std::uint64_t unreadable_lines = 0;
  bool integrity_failed = false;
  std::vector<RequestEvidence> requests;
  std::vector<GaugeEvidence> gauges;
  std::vector<HealthEvidence> health;
  friend bool operator==(const GuardEvidence&, const GuardEvidence&) = default;

  template <class A>
  void fields(A& a) {
    a("window_from_us", window_from)("window_to_us", window_to)("source_silent_us", source_silent);
    a("lost_lines", lost_lines)("unreadable_lines", unreadable_lines);
    a("integrity_failed", integrity_failed)("requests", requests)("gauges", gauges);
    a("health", health);
  }
};

base::Json to_json(const GuardEvidence& evidence);
/// @errors Corruption KPI-0001: not what to_json writes; `why` names the field.
base::Result<GuardEvidence> evidence_from_json(const base::Json& json);

}  // namespace stellwerk::kpi
