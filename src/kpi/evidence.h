// evidence.h — the raw windows of one wave as text, from which its verdicts can be computed again.
//
// Role: the engine feeds it what it feeds the guard and marks each verdict it records; the text
// becomes one evidence file per wave, whose digest is logged. `replay_evidence` is the auditor's
// side: it folds the text through a fresh guard.           Start here: EvidenceLog
// Thread-safety: one thread at a time.
// Invariants: one canonical JSON value a line, integers only; what comes between two marks is
// summed per second, so the text grows with time, not with traffic: about 2 KiB per minute and
// component, and never beyond the bound.                   Spec: docs/guard.md "Evidence file".
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "core/guard_policy.h"
#include "core/verdict.h"
#include "kpi/guard.h"
#include "kpi/sample.h"

namespace stellwerk::kpi {

class EvidenceLog {
 public:
  static constexpr std::size_t kSizeBytesMax = std::size_t{8} << 20;

  /// Begins with the guard as it is now; from then on it must be told everything the guard is.
  /// After a restart, begin a new log with the restored guard: a wave then has two files.
  explicit EvidenceLog(const Guard& guard, std::size_t size_bytes_max = kSizeBytesMax);

  void begin_wave(base::MonoTime at);
  void observe(const MetricBatch& batch);
  void observe(const HealthObservation& observation);
  void observe_integrity(bool ok, base::MonoTime at);
  void rearm(base::MonoTime at);
  void expect_health(const std::vector<std::string>& targets, base::MonoTime at);
  /// For who reads the file: no verdict rests on them.
  void observe(const std::vector<LogSample>& logs);

  /// A verdict of `now` is being recorded: replay gives it back from here.
  void mark(base::MonoTime now);

  /// Complete lines so far; what came after the last mark is not in it.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// The bound was reached: later verdicts cannot be recomputed from this text, and it says so.
  [[nodiscard]] bool truncated() const { return truncated_; }

 private:
  void flush();
  void write(const base::Json& line);

  std::vector<GuardedComponent> components_;
  std::optional<base::MonoTime> alive_at_;
  std::size_t size_bytes_max_;
  std::string text_;
  bool truncated_ = false;
  MetricBatch pending_;
  std::map<std::pair<base::ComponentName, std::string>, LogSample> pending_logs_;
  std::map<std::string, std::vector<HealthObservation>> pending_health_;  ///< by target, in order
};

struct ReplayedVerdict {
  base::MonoTime at;
  GuardEvidence evidence;
  core::Verdict verdict;
};
struct Replay {
  std::vector<ReplayedVerdict> verdicts;  ///< one per mark, in order
  bool truncated = false;  ///< the log had reached its bound; what is here still holds
};

/// Computes the verdicts of a log again.
/// @errors Corruption KPI-0001: not such a text, or of other components; `why` has the line.
base::Result<Replay> replay_evidence(const core::GuardPolicy& policy,
                                     const std::vector<GuardedComponent>& components,
                                     std::string_view text);

}  // namespace stellwerk::kpi
