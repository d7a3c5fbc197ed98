// rollout_events.h — events of the rollout: deployment, waves, holds, verdicts, pauses.
//
// Role: alternatives of core::Event, one struct an entry type. Include event.h, not this.
// Thread-safety: values.                                             Spec: docs/events.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/ratio.h"
#include "base/time.h"
#include "core/effect.h"
#include "core/verdict.h"
#include "core/words.h"

namespace stellwerk::core {

enum class PauseCause : std::uint8_t {
  Guard,
  Person,
  StepFailed,
  LeaseExpired,
  AskRollback,
  Rollback
};
std::string_view to_string(PauseCause);

struct ReleaseStarted {  // scheduler.release.started
  template <class A>
  void fields(A&) {}
};
struct StartNotified {  // notification.release.started
  template <class A>
  void fields(A&) {}
};
struct VersionDeployed {  // scheduler.release.deployed
  std::vector<std::string> components;
  template <class A>
  void fields(A& a) {
    a("components", components);
  }
};
struct TrafficIntended {  // stellwerk.traffic.intended: from here on the new version may carry
                          // traffic
  std::uint32_t wave = 0;
  template <class A>
  void fields(A& a) {
    a("wave", wave);
  }
};
struct WaveStarted {  // scheduler.release.wave<N>: traffic read back
  /// More than these are not listed in the entry but by the plan (`waves[wave-1].adds`).
  static constexpr std::size_t kTenantsListedMax = 100;

  std::uint32_t wave = 0;
  std::vector<std::string> tenants;  ///< those it adds, unless too many; the last wave's is `all`
  base::Ppm share;
  std::optional<std::uint32_t> tenants_count =
      {};                                      ///< known tenants it adds; old entries have none
  std::optional<base::Digest> listed_in = {};  ///< the plan that lists them when `tenants` does not
  template <class A>
  void fields(A& a) {
    a("wave", wave)("tenants", tenants)("share_ppm", share)("tenants_count", tenants_count);
    a("listed_in", listed_in);
  }
};
struct ProgressNotified {  // notification.release.progress
  std::uint32_t wave = 0;
  std::uint32_t waves = 0;
  template <class A>
  void fields(A& a) {
    a("wave", wave)("waves", waves);
  }
};
struct HoldSaved {  // stellwerk.hold.saved: each minute of a hold or of the post-check's watch
  std::uint32_t wave = 0;
  base::Duration guarded;  ///< runbook time
  base::Duration real;
  std::uint64_t requests = 0;
  std::optional<base::Digest> guard_state;
  template <class A>
  void fields(A& a) {
    a("wave", wave)("guarded_us", guarded)("real_us", real)("requests", requests)("guard_state",
                                                                                  guard_state);
  }
};
struct HoldCompleted {  // stellwerk.hold.completed
  std::uint32_t wave = 0;
  std::optional<base::Digest> evidence;  ///< raw windows of the wave
  template <class A>
  void fields(A& a) {
    a("wave", wave)("evidence", evidence);
  }
};
struct VerdictChanged {  // analytics.verdict.changed
  Verdict verdict;
  base::Json evidence = base::Json::object();   ///< integers from which judge() derives it again
  std::optional<base::MonoTime> received = {};  ///< see VerdictReached
  template <class A>
  void fields(A& a) {
    a("verdict", verdict)("evidence", evidence)("received_us", received);
  }
};
struct ReleasePaused {  // scheduler.release.paused
  PauseCause cause = PauseCause::Person;
  std::string detail;  ///< a code or step id, never free text
  std::optional<base::Digest> reason;
  template <class A>
  void fields(A& a) {
    a("cause", cause)("detail", detail)("reason", reason);
  }
};
struct ReleaseResumed {  // scheduler.release.resumed
  bool by_guard = false;
  std::optional<base::Digest> reason;
  template <class A>
  void fields(A& a) {
    a("by_guard", by_guard)("reason", reason);
  }
};
struct ReleasePromoted {  // scheduler.release.promoted: the hold ends with the guard's minimum
  std::uint32_t wave = 0;
  template <class A>
  void fields(A& a) {
    a("wave", wave);
  }
};
struct RolloutCompleted {  // scheduler.release.completed
  template <class A>
  void fields(A&) {}
};
struct LeaseExpired {  // scheduler.lease.expired: the router went back to the old version by itself
  std::uint32_t wave = 0;
  template <class A>
  void fields(A& a) {
    a("wave", wave);
  }
};
struct RoutesReasserted {  // scheduler.routes.reasserted: a foreign change was found and undone, or
                           // the router was gone and serves again
  std::optional<base::Digest> found;
  std::optional<bool> router_was_gone;
  template <class A>
  void fields(A& a) {
    a("found", found)("router_was_gone", router_was_gone);
  }
};
struct DowntimeStarted {  // scheduler.downtime.started: the page of maintenance is served, read
                          // back
  std::vector<std::string> tenants;  ///< `all`, or those named, unless too many
  std::uint32_t tenants_count = 0;   ///< named ones; 0: all
  template <class A>
  void fields(A& a) {
    a("tenants", tenants)("tenants_count", tenants_count);
  }
};
struct DowntimeEnded {  // scheduler.downtime.ended: nobody is shown it any more
  template <class A>
  void fields(A&) {}
};
struct CapacityChanged {  // scheduler.capacity.changed: the old version has lost its last ready
                          // instance, or has one again
  base::ComponentName component;
  bool gone = false;
  template <class A>
  void fields(A& a) {
    a("component", component)("gone", gone);
  }
};

}  // namespace stellwerk::core
