// event.h — everything that can be written into a release's journal. State is a fold of these
// (evolve).
//
// One struct an entry type; `type_of` is the one table from event to public name. Names without
// `stellwerk.` are published; those with it stay in the journal.          Spec: runbook
// "Event-Sequenz"; docs/events.md Thread-safety: values. Invariants: integers, strings and booleans
// only; free text is a digest into the content store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
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

/// Why a release stands still.
enum class PauseCause : std::uint8_t {
  Guard,
  Person,
  StepFailed,
  LeaseExpired,
  AskRollback,
  Rollback
};
/// Why a release goes back.
enum class RollbackCause : std::uint8_t {
  Guard,
  Person,
  CriticalStep,
  AskExpired,
  Router,
  Stopped
};

std::string_view to_string(PauseCause);
std::string_view to_string(RollbackCause);

struct ReleasePlanned {  // audit.release.planned
  base::Digest plan;
  base::Digest release_file;
  ReleaseType release_type = ReleaseType::Minor;
  std::vector<std::string> components;  ///< `document-domain 1.2.0 → 1.3.0`
  template <class A>
  void fields(A& a) {
    a("plan", plan)("release_file", release_file)("release_type", release_type)("components",
                                                                                components);
  }
};
struct ReleaseScheduled {                // scheduler.release.planned
  std::optional<std::int64_t> start_us;  ///< wall time asked for
  base::Duration announce_lead;
  template <class A>
  void fields(A& a) {
    a("start_us", start_us)("announce_lead_us", announce_lead);
  }
};
struct ClockAnchored {  // scheduler.clock.anchored
  base::WallTime wall;
  base::RunbookTime runbook;
  std::int64_t speed = 1;
  template <class A>
  void fields(A& a) {
    a("wall_us", wall)("runbook_us", runbook)("speed", speed);
  }
};
struct ClockStepped {  // scheduler.clock.stepped: the wall clock jumped; nothing moves because of
                       // it
  base::Duration by;
  template <class A>
  void fields(A& a) {
    a("by_us", by);
  }
};
struct StepStarted {  // stellwerk.step.started
  base::StepId step;
  template <class A>
  void fields(A& a) {
    a("step", step);
  }
};
struct StepPassed {  // audit.step.passed
  base::StepId step;
  std::string summary;
  std::optional<base::Digest> evidence;
  template <class A>
  void fields(A& a) {
    a("step", step)("summary", summary)("evidence", evidence);
  }
};
struct StepAttested {  // audit.step.attested
  base::StepId step;
  base::PersonId person;
  std::optional<base::Digest> note;
  template <class A>
  void fields(A& a) {
    a("step", step)("person", person)("note", note);
  }
};
struct StepFailed {  // audit.step.failed
  base::StepId step;
  std::string summary;
  bool outcome_unknown = false;
  std::optional<base::Digest> evidence;
  template <class A>
  void fields(A& a) {
    a("step", step)("summary", summary)("outcome_unknown", outcome_unknown)("evidence", evidence);
  }
};
struct StepReopened {  // audit.step.reopened: a person resumed; it is done again
  base::StepId step;
  template <class A>
  void fields(A& a) {
    a("step", step);
  }
};
struct ApprovalGranted {  // audit.approval.granted
  base::PersonId person;
  Role role = Role::ReleaseManager;
  base::Digest plan;
  bool signature =
      false;  ///< false: attributed to the local operating-system user, marked unsigned
  template <class A>
  void fields(A& a) {
    a("person", person)("role", role)("plan", plan)("signed", signature);
  }
};
struct ApprovalRejected {  // audit.approval.rejected
  base::PersonId person;
  base::Digest plan;
  base::Digest reason;
  template <class A>
  void fields(A& a) {
    a("person", person)("plan", plan)("reason", reason);
  }
};
struct MaintenanceScheduled {  // notification.maintenance.scheduled
  base::RunbookTime t0;
  template <class A>
  void fields(A& a) {
    a("t0_us", t0);
  }
};
struct PreCheckStarted {  // stellwerk.precheck.started
  template <class A>
  void fields(A&) {}
};
struct PreCheckCompleted {  // audit.precheck.completed
  std::uint32_t steps_passed = 0;
  template <class A>
  void fields(A& a) {
    a("steps_passed", steps_passed);
  }
};
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
  std::uint32_t wave = 0;
  std::vector<std::string> tenants;  ///< those it adds; the last wave's is `all`
  base::Ppm share;
  template <class A>
  void fields(A& a) {
    a("wave", wave)("tenants", tenants)("share_ppm", share);
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
  base::Json evidence = base::Json::object();  ///< integers from which judge() derives it again
  template <class A>
  void fields(A& a) {
    a("verdict", verdict)("evidence", evidence);
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
struct ReleasePromoted {  // scheduler.release.promoted: the rest of a hold was skipped
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
struct TrafficReturned {  // notification.rollback.executed: read back
  template <class A>
  void fields(A&) {}
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
struct EffectRequested {  // stellwerk.effect.requested: something is due that no other entry asks
                          // for
  std::string what;
  template <class A>
  void fields(A& a) {
    a("what", what);
  }
};
struct EffectFinished {  // stellwerk.effect.finished
  base::EffectKey key;
  Outcome outcome = Outcome::Done;
  std::string detail;
  std::optional<base::Digest> evidence;
  base::Json data = base::Json::object();  ///< canonical values the effect returned
  template <class A>
  void fields(A& a) {
    a("key", key)("outcome", outcome)("detail", detail)("evidence", evidence)("data", data);
  }
};
struct EffectAbandoned {  // stellwerk.effect.abandoned: cancelled by a rollback, or given up after
                          // its last attempt
  base::EffectKey key;
  std::string detail;
  template <class A>
  void fields(A& a) {
    a("key", key)("detail", detail);
  }
};
struct LeaseExpired {  // scheduler.lease.expired: the router went back to the old version by itself
  std::uint32_t wave = 0;
  template <class A>
  void fields(A& a) {
    a("wave", wave);
  }
};
struct RoutesReasserted {  // scheduler.routes.reasserted: a foreign change was found and undone
  std::optional<base::Digest> found;
  template <class A>
  void fields(A& a) {
    a("found", found);
  }
};
struct TrafficSettled {  // scheduler.traffic.settled: the new version is the stable one
  template <class A>
  void fields(A&) {}
};
struct VersionRetired {  // scheduler.version.retired
  base::ComponentName component;
  bool old_version = true;
  template <class A>
  void fields(A& a) {
    a("component", component)("old_version", old_version);
  }
};
struct CheckpointSigned {  // audit.checkpoint.signed
  std::string closes;
  std::uint64_t tree_size = 0;
  base::Digest root;
  base::Digest note;
  template <class A>
  void fields(A& a) {
    a("closes", closes)("tree_size", tree_size)("root", root)("note", note);
  }
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
struct JournalGap {  // audit.journal.gap: what was done before it could be written, taken in from
                     // the emergency file
  base::Digest lines;
  std::uint32_t count = 0;
  template <class A>
  void fields(A& a) {
    a("lines", lines)("count", count);
  }
};
struct EngineRestarted {  // stellwerk.engine.restarted
  bool lease_alive = false;
  bool routes_moved = false;
  template <class A>
  void fields(A& a) {
    a("lease_alive", lease_alive)("routes_moved", routes_moved);
  }
};

using Event =
    std::variant<ReleasePlanned, ReleaseScheduled, ClockAnchored, ClockStepped, StepStarted,
                 StepPassed, StepAttested, StepFailed, StepReopened, ApprovalGranted,
                 ApprovalRejected, MaintenanceScheduled, PreCheckStarted, PreCheckCompleted,
                 ReleaseStarted, StartNotified, VersionDeployed, TrafficIntended, WaveStarted,
                 ProgressNotified, HoldSaved, HoldCompleted, VerdictChanged, ReleasePaused,
                 ReleaseResumed, ReleasePromoted, RolloutCompleted, MetricsRecorded,
                 ReleaseVerified, SuccessNotified, ReleaseLogged, RollbackInitiated,
                 TrafficReturned, ReleaseRolledBack, RollbackNotified, RollbackRecorded,
                 RollbackLogged, CancelStarted, ReleaseCancelled, ReleaseFailed, EffectRequested,
                 EffectFinished, EffectAbandoned, LeaseExpired, RoutesReasserted, TrafficSettled,
                 VersionRetired, CheckpointSigned, CapacityChanged, JournalGap, EngineRestarted>;

/// The entry's `type`: the runbook's event name where it has one (`scheduler.release.wave2`).
std::string type_of(const Event& event);
/// True when subscribers get it.
bool is_public(std::string_view type);
/// A line of docs/events.md: name (waves as `scheduler.release.waveN`), and whether it is
/// published.
struct EventName {
  std::string_view name;
  bool is_public = true;
};
std::vector<EventName> all_event_names();

base::Json encode_event(const Event& event);
/// @errors Corruption ENG-0002: no event of this type and shape.
base::Result<Event> decode_event(std::string_view type, const base::Json& data);
base::Json encode_intent(const Intent& intent);
base::Result<Intent> decode_intent(const base::Json& json);  ///< @errors Corruption ENG-0002

}  // namespace stellwerk::core
