// comparison.h — before and after: what the release did to error rate and latency, with the
// runbook's success criteria.
//
// Role: the engine feeds it every batch from the start of the release; the post-check's report asks
// `compare`.   Start here: ComparisonRecorder              Thread-safety: one thread at a time.
// Invariants: integers; the baseline is the old version's last hour before the rollout, what is
// after is the new version's post-check; both cover all tenants, so like is compared with like.
// Spec: runbook "Success-Kriterien"; docs/guard.md "Before and after".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/ratio.h"
#include "base/result.h"
#include "base/time.h"
#include "kpi/guard.h"
#include "kpi/sample.h"
#include "kpi/sketch.h"

namespace stellwerk::kpi {

/// One version's traffic, added up.
struct Traffic {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t client_aborts = 0;
  Sketch latencies;

  void add(const RequestGroup& group);
  void add(const Traffic& other);
};

struct TrafficFigures {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t client_aborts = 0;
  base::Ppm error_rate;
  std::optional<base::Duration> p50;  ///< quantiles within 1 %; empty without requests
  std::optional<base::Duration> p95;
  std::optional<base::Duration> p99;
  friend bool operator==(const TrafficFigures&, const TrafficFigures&) = default;

  template <class A>
  void fields(A& a) {
    a("requests", requests)("errors", errors)("client_aborts", client_aborts);
    a("error_rate_ppm", error_rate)("p50_us", p50)("p95_us", p95)("p99_us", p99);
  }
};
TrafficFigures figures_of(const Traffic& traffic);

enum class CriterionResult : std::uint8_t {
  Met,
  Inconclusive,  ///< a person decides; nothing here is passed over in silence
};
enum class CriterionReason : std::uint8_t {
  NotHigher,     ///< error rate: literally not above the baseline (at 0 % it could not be lower)
  Higher,        ///< error rate: above it; how much of that is chance is not shown
  WithinMargin,  ///< p95: below baseline plus margin
  WithinTick,    ///< p95: not below it, by no more than the load balancer's clock can tell
  AboveMargin,   ///< p95: not below it
  TooFewBefore,  ///< the baseline has too few requests to compare with
  TooFewAfter,   ///< the new version has too few
};
std::string_view to_string(CriterionResult);  ///< met, inconclusive
std::string_view to_string(CriterionReason);  ///< not-higher, higher, within-margin, …

struct Criterion {
  bool literally_met =
      false;  ///< the runbook's words applied to the figures, whatever their number
  CriterionResult result = CriterionResult::Inconclusive;
  CriterionReason reason = CriterionReason::TooFewBefore;
  friend bool operator==(const Criterion&, const Criterion&) = default;

  template <class A>
  void fields(A& a) {
    a("literally_met", literally_met)("result", result)("reason", reason);
  }
};

struct ComponentComparison {
  base::ComponentName component;
  base::SemVer from;
  base::SemVer to;
  TrafficFigures before;
  TrafficFigures after;
  Criterion error_rate;  ///< "Error-Rate < Baseline"
  Criterion p95;         ///< "p95-Latenz < Baseline + 10 %"
  friend bool operator==(const ComponentComparison&, const ComponentComparison&) = default;

  template <class A>
  void fields(A& a) {
    a("component", component)("from", from)("to", to)("before", before)("after", after);
    a("error_rate", error_rate)("p95", p95);
  }
};

struct ComparisonPolicy {
  std::uint64_t requests_before_min = 200;
  std::uint64_t requests_after_min = 50;
  base::Ppm p95_margin = base::percent(10);
  base::Duration tick = base::milliseconds(1);  ///< what latencies are measured in
};

Criterion judge_error_rate(const ComparisonPolicy&, const TrafficFigures& before,
                           const TrafficFigures& after);
Criterion judge_p95(const ComparisonPolicy&, const TrafficFigures& before,
                    const TrafficFigures& after);

class ComparisonRecorder {
 public:
  static constexpr base::Duration kBaselineSpan = base::hours(1);

  explicit ComparisonRecorder(std::vector<GuardedComponent> components);

  /// Old version: counts until the rollout began. New version: counts from the post-check's begin.
  void observe(const MetricBatch& batch);
  /// The first wave is about to be written: the baseline is closed.
  void begin_rollout(base::MonoTime at);
  void begin_post_check(base::MonoTime at);

  [[nodiscard]] std::vector<ComponentComparison> compare(const ComparisonPolicy& policy = {}) const;

  /// Integers; some KiB per component and minute of baseline: for the content store.
  [[nodiscard]] base::Json save() const;
  /// @errors Corruption KPI-0001: not what save() writes, or of other components.
  static base::Result<ComparisonRecorder> restore(std::vector<GuardedComponent> components,
                                                  const base::Json& saved);

 private:
  struct Sides {
    std::map<std::int64_t, Traffic> before;  ///< by minute; the last hour's
    Traffic after;
  };
  void add_before(Sides& sides, const RequestGroup& group) const;

  std::vector<GuardedComponent> components_;
  std::vector<Sides> sides_;  ///< as components_
  std::optional<base::MonoTime> rollout_at_;
  std::optional<base::MonoTime> post_check_at_;
};

/// For journal and API: integers (`_ppm`, `_us`).
base::Json to_json(const std::vector<ComponentComparison>& comparison);
/// @errors Corruption KPI-0001
base::Result<std::vector<ComponentComparison>> comparison_from_json(const base::Json& json);

/// Export only: the runbook's `kpiComparison` (errorRateBefore/After in percent,
/// p95LatencyBefore/After in milliseconds). A latency that was not measured is left out.
base::Json runbook_kpi_comparison(const ComponentComparison& comparison);

}  // namespace stellwerk::kpi
