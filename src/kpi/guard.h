// guard.h — the watch over a release: folds measurements, answers "continue, pause or roll back?".
//
// Role: the engine feeds it every batch and asks `evaluate` after each; a change goes to decide().
// Start here: Guard                                        Thread-safety: one thread at a time.
// Invariants: pure: the same observations in the same order give the same evidence, and
// evaluate(t) == judge(policy, evidence(t)). It never disarms: nothing here switches it off, and
// when the window is good again it says so by itself. Memory is bounded by window, components and
// targets.                                                 Spec: docs/guard.md
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/semver.h"
#include "base/time.h"
#include "core/guard_policy.h"
#include "core/verdict.h"
#include "kpi/guard_evidence.h"
#include "kpi/sample.h"
#include "kpi/window.h"

namespace stellwerk::kpi {

struct GuardedComponent {
  base::ComponentName name;
  base::SemVer from;
  base::SemVer to;                            ///< whose requests and gauges are judged
  std::vector<std::string> limited_gauges{};  ///< held to consumer_lag_pause; usually consumer_lag
};

/// How far a hold has come, as far as measurements say; the engine adds up the guarded time.
struct HoldProgress {
  std::uint64_t requests =
      0;                    ///< of the new version since the wave began; the component with fewest
  base::Duration real;      ///< since the wave began
  bool guarded = false;     ///< now is guarded time: the source was heard within no_data_pause
  bool lease_good = false;  ///< a good guard round: the source was heard within no_data_rollback,
                            ///< by this process
  bool may_end = false;     ///< guarded, enough requests and real time, and the verdict is all good
};

class Guard {
 public:
  /// @param waived  services that were bad at pre-check and accepted by name: never judged
  Guard(core::GuardPolicy policy, std::vector<GuardedComponent> components,
        std::vector<base::ServiceName> waived = {});

  /// A wave was read back (or starts anew): request windows begin anew; gauges, health and the
  /// source's last sign of life stay. Before the first wave no requests or gauges are judged.
  void begin_wave(base::MonoTime at);
  /// Another process takes it up, or it goes on after it stood still: deadlines for data count from
  /// now, since nobody listened, and no lease is renewed before it has heard the source itself.
  /// restore() does so.
  void rearm(base::MonoTime now);

  /// Requests of other versions and without a tenant are ignored (design: they do not count).
  void observe(const MetricBatch& batch);
  void observe(const HealthObservation& observation);
  /// A failed integrity check is never forgotten.
  void observe_integrity(bool ok, base::MonoTime at);
  /// Announces the targets that are probed from now on: results of others are forgotten, and one
  /// of these that falls silent counts as no data. Without this, silence of probes is not judged.
  void expect_health(const std::vector<std::string>& targets, base::MonoTime at);

  [[nodiscard]] GuardEvidence evidence(base::MonoTime now) const;
  [[nodiscard]] core::Verdict evaluate(base::MonoTime now) const;
  [[nodiscard]] HoldProgress progress(base::MonoTime now) const;
  /// HoldProgress::lease_good alone.
  [[nodiscard]] bool lease_good(base::MonoTime now) const;
  /// The same from what evidence() and judge() gave for this moment.
  [[nodiscard]] HoldProgress progress(base::MonoTime now, const GuardEvidence& seen,
                                      const core::Verdict& verdict) const;

  /// Everything it knows, as integers; goes with the minute's entry (to the content store when it
  /// is too large for one: about 1.5 KiB per component with a window of 60 s).
  [[nodiscard]] base::Json save() const;
  /// The guard after a restart: deadlines for data count from `now`, because nobody listened in
  /// between. If `now` lies before what was saved the machine was restarted too, its clock with
  /// it: the wave's windows then begin anew at `now`.
  /// @errors Corruption KPI-0001: not what save() writes, or of other components.
  static base::Result<Guard> restore(core::GuardPolicy policy,
                                     std::vector<GuardedComponent> components,
                                     const base::Json& saved, base::MonoTime now);
  /// The guard exactly as saved, for replay. Same errors.
  static base::Result<Guard> replayed(core::GuardPolicy policy,
                                      std::vector<GuardedComponent> components,
                                      const base::Json& saved);

  [[nodiscard]] const std::vector<GuardedComponent>& components() const { return components_; }
  /// When the source last showed that it lives.
  [[nodiscard]] std::optional<base::MonoTime> alive_at() const { return alive_at_; }

 private:
  friend struct GuardArchive;  // guard_state.cc: reads and writes the fields below

  struct GaugeLevel {
    std::optional<std::int64_t> value;
    base::MonoTime at;
  };
  struct InFlightLevel {
    std::uint64_t too_long = 0;
    base::MonoTime at;
  };
  struct Watched {  ///< one per component, same order
    RequestWindow window;
    std::optional<InFlightLevel> in_flight;
    std::map<std::string, GaugeLevel> gauges;  ///< every limited gauge has one
  };
  struct Target {
    base::ServiceName service;
    bool is_component = false;
    bool is_new_version = false;
    std::uint64_t failed_in_row = 0;
    std::vector<base::MonoTime> recent;  ///< the last `fall` failures of the row
    std::optional<base::Duration> tightest;
    base::MonoTime last_at;
  };

  void apply(const MetricBatch& guarded);
  void failed(Target& target, base::MonoTime at) const;
  [[nodiscard]] base::Duration silence(std::optional<base::MonoTime> last,
                                       base::MonoTime now) const;
  [[nodiscard]] RequestEvidence requests_of(std::size_t index, base::MonoTime now) const;
  [[nodiscard]] std::vector<HealthEvidence> health_evidence(base::MonoTime now) const;

  core::GuardPolicy policy_;
  std::vector<GuardedComponent> components_;
  std::set<base::ServiceName> waived_;

  std::optional<base::MonoTime> armed_at_;  ///< deadlines for data count from here at the earliest
  std::optional<base::MonoTime> wave_at_;
  std::optional<base::MonoTime> alive_at_;
  std::optional<base::MonoTime> deaf_since_;  ///< this process has not heard the source yet
  bool integrity_failed_ = false;
  std::vector<Watched> watched_;
  LossWindow lost_;
  std::map<std::string, Target> targets_;
  std::set<std::string> expected_;
};

/// The part of a batch that a guard of `components` judges, in normal form: only new versions' and
/// tenants' groups, without latencies, one per component and second; none later than the source's
/// last sign of life, which is always set when there is anything to judge.
/// @param alive_before  the source's last sign of life so far
MetricBatch guarded_part(const MetricBatch& batch, const std::vector<GuardedComponent>& components,
                         std::optional<base::MonoTime> alive_before);

}  // namespace stellwerk::kpi
