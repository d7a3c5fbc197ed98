// evidence_lines.h — the lines of an evidence file (internal to evidence*.cc).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "kpi/guard.h"
#include "kpi/sample.h"

namespace stellwerk::kpi {

/// Measurements between two marks. Components are numbered as in the release.
struct BatchLine {
  std::optional<base::MonoTime> alive_at;
  std::uint64_t lost = 0;
  std::uint64_t unreadable = 0;
  std::vector<std::int64_t> groups;     ///< component, second, requests, errors, slow, aborts; …
  std::vector<std::int64_t> in_flight;  ///< component, count, time in µs; …
  std::vector<std::string> gauge_names;
  std::vector<std::int64_t> gauges;  ///< component, index of the name, value, time in µs; …

  template <class A>
  void fields(A& a) {
    a("alive_at_us", alive_at)("lost", lost)("unreadable", unreadable)("groups", groups);
    a("in_flight", in_flight)("gauge_names", gauge_names)("gauges", gauges);
  }
};

struct HealthLine {
  std::string target;
  base::ServiceName service;
  bool is_component = false;
  bool is_new_version = false;
  bool good = false;
  base::MonoTime at;

  template <class A>
  void fields(A& a) {
    a("target", target)("service", service)("is_component", is_component);
    a("is_new_version", is_new_version)("good", good)("at_us", at);
  }
};

struct IntegrityLine {
  bool ok = true;
  base::MonoTime at;

  template <class A>
  void fields(A& a) {
    a("ok", ok)("at_us", at);
  }
};

struct ExpectLine {
  std::vector<std::string> targets;
  base::MonoTime at;

  template <class A>
  void fields(A& a) {
    a("targets", targets)("at_us", at);
  }
};

/// Lines of the versions' output since each was deployed: shown, never judged.
struct LogsLine {
  /// component, 0 old or 1 new, lines, ERROR, WARN, unread bytes, time in µs; …
  std::vector<std::int64_t> counts;

  template <class A>
  void fields(A& a) {
    a("counts", counts);
  }
};

/// A line has exactly one of these.
struct EvidenceLine {
  std::optional<base::Json> guard;  ///< the first line: the guard as it was
  std::optional<base::MonoTime> wave;
  std::optional<BatchLine> batch;
  std::optional<HealthLine> health;
  std::optional<IntegrityLine> integrity;
  std::optional<ExpectLine> expect;
  std::optional<LogsLine> logs;
  std::optional<base::MonoTime> mark;
  std::optional<bool> truncated;
  std::optional<base::MonoTime> rearmed;  ///< the process had stood still until then

  template <class A>
  void fields(A& a) {
    a("guard", guard)("wave_us", wave)("batch", batch)("health", health);
    a("integrity", integrity)("expect", expect)("logs", logs)("mark_us", mark);
    a("truncated", truncated)("rearmed_us", rearmed);
  }
};

BatchLine batch_line(const MetricBatch& batch, const std::vector<GuardedComponent>& components);
/// Empty when the numbers do not fit the components.
std::optional<MetricBatch> batch_of(const BatchLine& line,
                                    const std::vector<GuardedComponent>& components);

/// Of a guard's components only.
LogsLine logs_line(const std::vector<LogSample>& samples,
                   const std::vector<GuardedComponent>& components);
/// The numbers fit the components.
bool fits(const LogsLine& line, const std::vector<GuardedComponent>& components);

}  // namespace stellwerk::kpi
