// guard_policy.h — the limits a release is held to, and how the guard judges them.
//
// Thread-safety: values.        Spec: runbook "SLO-Schwellwerte für Rollout-Pause", "Phase 5:
// Trigger"; docs/guard.md. Invariants: integers only; defaults are the runbook's.
#pragma once

#include <cstdint>

#include "base/ratio.h"
#include "base/time.h"

namespace stellwerk::core {

/// The runbook's table. A limit is broken when the measured value is strictly greater.
struct Thresholds {
  base::Ppm error_rate_pause = base::percent(1);
  base::Ppm error_rate_rollback = base::percent(2);
  base::Duration p95_pause = base::milliseconds(500);
  std::int64_t consumer_lag_pause = 1000;  ///< events
  friend bool operator==(const Thresholds&, const Thresholds&) = default;
};

enum class GuardLost : std::uint8_t {
  Old,
  Hold
};  ///< traffic when Stellwerk is gone: back to old (lease), or stays
enum class RollbackMode : std::uint8_t {
  Automatic,
  Ask
};  ///< who decides on error rate > rollback limit
enum class OtherServices : std::uint8_t {
  Rollback,
  Pause
};  ///< failed health of a service that is no component
enum class OnStop : std::uint8_t {
  RollBack,
  Detach
};  ///< what SIGTERM does while the new version has < 100 %

struct GuardPolicy {
  Thresholds limits;
  base::Duration window = base::seconds(60);  ///< sliding, begun anew with each wave; 1 s to 1 h
  std::uint64_t requests_min = 50;            ///< fewer in the window: too few to judge
  std::uint64_t bad_min_pause = 3;            ///< fewer bad requests cannot pause
  std::uint64_t bad_min_rollback = 5;         ///< fewer bad requests cannot roll back
  base::Duration hold_real_min =
      base::seconds(30);                 ///< a hold lasts at least this long in real time …
  std::uint64_t hold_requests_min = 50;  ///< … and has seen this many requests of the new version
  base::Duration no_data_pause = base::seconds(30);
  base::Duration no_data_rollback = base::minutes(5);
  std::uint32_t health_fall = 2;  ///< failed probes in a row that make a failed check …
  base::Duration health_span = base::seconds(3);  ///< … within this time
  base::Duration health_interval = base::seconds(1);
  base::Duration lease = base::seconds(60);
  GuardLost guard_lost = GuardLost::Old;
  RollbackMode rollback = RollbackMode::Automatic;
  base::Duration ask_deadline = base::minutes(15);  ///< runbook time; then `ask` becomes automatic
  OtherServices other_services = OtherServices::Rollback;
  OnStop on_stop = OnStop::RollBack;
  bool resume_on_recovery =
      false;  ///< a pause the guard caused ends by itself when all is good again
  friend bool operator==(const GuardPolicy&, const GuardPolicy&) = default;
};

}  // namespace stellwerk::core
