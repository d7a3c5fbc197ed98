// guard_watch.h — the guard of one release at work: feeds it, asks it, keeps the account of its
// hold and of the lease.
//
// Role: the engine gives it every batch and probe; it answers with inputs for decide() when
// something changed. It is armed from the first intent to move traffic until traffic is settled or
// returned, whatever else goes on. Start here: round()                    Thread-safety: the
// engine's thread.            Spec: docs/guard.md
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/decide.h"
#include "kpi/board.h"
#include "kpi/comparison.h"
#include "kpi/evidence.h"
#include "kpi/guard.h"
#include "kpi/log_book.h"
#include "ports/health_probe.h"

namespace stellwerk::engine {

/// What a round found out, for decide().
struct GuardRound {
  std::optional<core::VerdictReached> verdict;
  std::optional<core::HoldProgressed> hold;
  bool hold_complete = false;  ///< as far as this round can see: the wave's windows go with it
};

/// The hold as people see it.
struct HoldView {
  base::Duration guarded;
  base::Duration real;
  std::uint64_t requests = 0;
};

/// The last answer of a probed target, for people; the guard has its own account.
struct HealthView {
  std::string service;
  std::string version;  ///< empty: no component
  bool is_new_version = false;
  bool good = false;
  std::string detail;
};

/// A probe's answer, made ready once for all releases that watch the target.
struct HealthAnswer {
  kpi::HealthObservation seen;
  HealthView view;
};
HealthAnswer answer_of(const ports::HealthResult& result);

class GuardWatch {
 public:
  /// A release that begins, or (with `saved`: what save() wrote) one that is taken up again. What
  /// cannot be restored begins anew; lost() says why. A failed integrity check is never forgotten.
  GuardWatch(const core::Plan& plan, const core::State& state,
             const std::optional<base::Json>& saved, base::MonoTime now);

  void observe(const kpi::MetricBatch& batch);
  /// Another release's instances are no concern of this one.
  void observe(const HealthAnswer& answer);
  void expect_health(const std::vector<std::string>& targets, base::MonoTime now);
  /// The journal is not what was written.
  void integrity_failed(base::MonoTime now);

  /// When the next round has something to judge, while armed: at once, or when time may have
  /// changed it.
  [[nodiscard]] base::MonoTime due_at(base::MonoTime now) const;
  /// One look: verdict and hold. Call it after every batch and when it is due; in between it does
  /// nothing.
  GuardRound round(const core::Plan& plan, const core::State& state, base::MonoTime now,
                   std::int64_t speed);
  /// A good round, whatever its verdict: the lease may be renewed.
  [[nodiscard]] bool lease_good(base::MonoTime now) const;
  /// The state changed: a wave was read back, the rollout begins or is complete.
  void follow(const core::State& state, base::MonoTime now);

  /// Why the saved memory could not be restored; empty: it could, or there was none.
  [[nodiscard]] const std::optional<base::Error>& lost() const { return lost_; }
  [[nodiscard]] const core::Verdict& verdict() const { return verdict_; }
  [[nodiscard]] HoldView hold() const { return {guarded_, real_, requests_}; }
  [[nodiscard]] std::vector<kpi::ComponentComparison> comparison() const {
    return recorder_.compare();
  }
  [[nodiscard]] std::vector<kpi::KpiRow> figures(base::MonoTime now) const {
    return board_.versions(now);
  }
  [[nodiscard]] std::vector<kpi::KpiRow> tenant_figures(base::MonoTime now) const {
    return board_.tenants(now);
  }
  [[nodiscard]] std::vector<kpi::GaugeRow> gauges(base::MonoTime now) const {
    return board_.gauges(now);
  }
  /// By target; only those that are probed now and have answered.
  [[nodiscard]] const std::map<std::string, HealthView>& health() const { return health_; }
  [[nodiscard]] std::vector<kpi::LogRow> logs(base::MonoTime now) const { return logs_.rows(now); }
  [[nodiscard]] std::uint64_t lost_lines() const { return board_.lost_lines(); }
  /// Raw windows of the wave up to the last recorded verdict (evidence file); empty: none are kept.
  [[nodiscard]] std::string windows() const;
  /// The same up to now, when a wave ends with no verdict of its own.
  [[nodiscard]] std::string windows_until(base::MonoTime now);
  /// Guard, comparison and log counts, to go on after a restart (canonical integers).
  [[nodiscard]] base::Json save() const;

 private:
  void begin_log();
  void count_hold(const kpi::HoldProgress& progress, base::MonoTime now, std::int64_t speed);
  [[nodiscard]] bool minute_is_due(base::MonoTime now) const;

  std::optional<base::Error> lost_;  ///< set while the next two are made
  kpi::Guard guard_;
  kpi::ComparisonRecorder recorder_;
  kpi::KpiBoard board_;
  std::set<std::string> expected_;  ///< whose health this release is judged by
  std::map<std::string, HealthView> health_;
  kpi::LogBook logs_;
  std::optional<kpi::EvidenceLog> log_;
  core::Verdict verdict_;
  std::optional<base::MonoTime> received_;  ///< of the oldest request that no round has judged
  bool news_ = true;                        ///< no round has judged it yet
  bool good_ = false;                       ///< the last round counted for the hold
  base::MonoTime counted_from_;             ///< the hold began
  std::int64_t speed_ = 1;                  ///< of the runbook's time
  bool reported_ = false;                   ///< the journal knows verdict_'s label
  bool completing_ = false;  ///< the gate's verdict was told; the hold is being closed
  core::Stage stage_ = core::Stage::Unborn;
  base::Duration guarded_;
  base::Duration real_;
  std::uint64_t requests_ = 0;
  std::uint64_t requests_before_ = 0;  ///< of this hold, before a restart
  std::uint64_t requests_base_ = 0;    ///< what the guard had counted when this account began
  std::optional<base::MonoTime> last_round_;
  base::MonoTime saved_at_;
};

std::vector<kpi::GuardedComponent> guarded_components(const core::Plan& plan);

}  // namespace stellwerk::engine
