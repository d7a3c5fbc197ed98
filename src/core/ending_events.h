// ending_events.h — events of every end: verified and logged, rolled back, cancelled, failed.
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

enum class RollbackCause : std::uint8_t {
  Guard,
  Person,
  CriticalStep,
  AskExpired,
  Router,
  Stopped,
  DowntimeOver,  ///< it lasted longer than it may
};
std::string_view to_string(RollbackCause);

struct MetricsRecorded {  // analytics.release.metrics
  base::Digest comparison;
  base::Json values;  ///< integers: see docs/events.md
  template <class A>
  void fields(A& a) {
    a("comparison", comparison)("values", values);
  }
};
struct ReleaseVerified {  // audit.release.completed: verdict and comparison recorded
  base::Digest comparison;
  std::uint32_t steps_passed = 0;
  template <class A>
  void fields(A& a) {
    a("comparison", comparison)("steps_passed", steps_passed);
  }
};
struct SuccessNotified {  // notification.release.successful
  template <class A>
  void fields(A&) {}
};
struct TrafficSettled {  // scheduler.traffic.settled: the new version is the stable one
  /// The old version stands by: the guard stays armed and a rollback possible until it is retired.
  /// Empty: its time is over, or (in old entries) the release could not go back any more.
  std::optional<bool> standby = {};
  template <class A>
  void fields(A& a) {
    a("standby", standby);
  }
};
struct VersionRetired {  // scheduler.version.retired
  base::ComponentName component;
  bool old_version = true;
  template <class A>
  void fields(A& a) {
    a("component", component)("old_version", old_version);
  }
};
struct ReleaseLogged {  // audit.release.logged: a signed checkpoint covers every entry before it
  std::uint64_t tree_size = 0;
  base::Digest root;
  base::Digest note;
  template <class A>
  void fields(A& a) {
    a("tree_size", tree_size)("root", root)("note", note);
  }
};
struct RollbackInitiated {  // notification.rollback.initiated
  RollbackCause cause = RollbackCause::Person;
  std::string detail;
  std::optional<base::Digest> reason;
  template <class A>
  void fields(A& a) {
    a("cause", cause)("detail", detail)("reason", reason);
  }
};
struct TrafficReturned {                         // notification.rollback.executed: read back
  std::optional<base::MonoTime> read_back = {};  ///< when the router had shown it
  template <class A>
  void fields(A& a) {
    a("read_back_us", read_back);
  }
};
struct ReleaseRolledBack {  // scheduler.release.rolledback
  template <class A>
  void fields(A&) {}
};
struct RollbackNotified {  // notification.rollback.completed
  template <class A>
  void fields(A&) {}
};
struct RollbackRecorded {  // audit.release.rolledback
  RollbackCause cause = RollbackCause::Person;
  std::string detail;
  std::optional<base::Digest> reason;
  base::WallTime time;
  std::string responsible;  ///< person id, or `stellwerk` for an automatic one
  template <class A>
  void fields(A& a) {
    a("cause", cause)("detail", detail)("reason", reason)("time_us", time)("responsible",
                                                                           responsible);
  }
};
struct RollbackLogged {  // audit.rollback.logged
  std::uint64_t tree_size = 0;
  base::Digest root;
  base::Digest note;
  template <class A>
  void fields(A& a) {
    a("tree_size", tree_size)("root", root)("note", note);
  }
};
struct CancelStarted {  // stellwerk.cancel.started: ends before any traffic moved; what runs of the
                        // new version is stopped
  bool failed = false;
  std::string detail;
  std::optional<base::Digest> reason;
  template <class A>
  void fields(A& a) {
    a("failed", failed)("detail", detail)("reason", reason);
  }
};
struct ReleaseCancelled {  // scheduler.release.cancelled
  std::string detail;
  template <class A>
  void fields(A& a) {
    a("detail", detail);
  }
};
struct ReleaseFailed {  // scheduler.release.failed
  std::string detail;
  template <class A>
  void fields(A& a) {
    a("detail", detail);
  }
};

}  // namespace stellwerk::core
