// state.h — where a release stands: the fold of its journal entries. Nothing here that the journal
// does not say.
//
// Thread-safety: values.                               Start here: State, evolve()
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/plan.h"

namespace stellwerk::core {

enum class Stage : std::uint8_t {
  Unborn,        ///< no entry yet
  Preparing,     ///< phase 1: its gate is closed
  Announced,     ///< announced; waits for the pre-checks' time
  PreChecking,   ///< phase 2: its gate is closed
  Ready,         ///< waits for the rollout's time
  Deploying,     ///< the new version is being started; no traffic
  Deployed,      ///< healthy; waits for wave 1's time
  Moving,        ///< a wave's change of traffic is under way
  Holding,       ///< a wave's hold runs
  PostChecking,  ///< 100 %; watch, smoke tests, comparison
  Concluding,    ///< verified; settling traffic, retiring the old version, last checkpoint
  RollingBack,   ///< decided; traffic is being returned or has been
  Cancelling,    ///< ends before traffic; the new version is being stopped
  Completed,
  RolledBack,
  Cancelled,
  Failed,
};
inline constexpr std::size_t kStages = 17;
std::string_view to_string(Stage);
bool is_terminal(Stage stage);

enum class StepStatus : std::uint8_t { Open, Running, Passed, Failed, OutcomeUnknown };
std::string_view to_string(StepStatus);

struct StepState {
  StepStatus status = StepStatus::Open;
  std::string summary;
  std::optional<base::Digest> evidence;
  base::PersonId by;                      ///< who attested
  std::optional<base::Digest> text = {};  ///< private: output, error or note
  friend bool operator==(const StepState&, const StepState&) = default;
};

struct Approval {
  base::PersonId person;
  Role role = Role::ReleaseManager;
  bool signature = false;
  ApprovalKind decision = ApprovalKind::Approve;
  friend bool operator==(const Approval&, const Approval&) = default;
};

struct Paused {
  PauseCause cause = PauseCause::Person;
  std::string detail;
  base::PersonId by;
  base::RunbookTime since;
  std::optional<base::Digest> reason = {};
  friend bool operator==(const Paused&, const Paused&) = default;
};

struct RollbackState {
  RollbackCause cause = RollbackCause::Person;
  std::string detail;
  std::optional<base::Digest> reason;
  base::PersonId by;
  base::WallTime decided_at;
  bool traffic_returned = false;
  bool recorded = false;  ///< audit.release.rolledback is written
  /// In place: the wave whose routes are in force until the old version has all its instances.
  std::optional<std::uint32_t> returned_to = {};
  /// Components whose old version was to be brought up before traffic goes back: once each, so that
  /// one that comes and goes cannot put it off for ever.
  std::set<base::ComponentName> restored = {};
  friend bool operator==(const RollbackState&, const RollbackState&) = default;
};

/// Runbook time at any wall time: runbook + (wall - this.wall) * speed.
struct ClockAnchor {
  base::WallTime wall;
  base::RunbookTime runbook;
  std::int64_t speed = 1;

  /// The wall time of a runbook time at or after the anchor.
  [[nodiscard]] base::WallTime wall_at(base::RunbookTime time) const {
    return wall + (time - runbook) / speed;
  }
  friend bool operator==(const ClockAnchor&, const ClockAnchor&) = default;
};

struct State {
  std::uint64_t version = 0;  ///< entries folded
  Stage stage = Stage::Unborn;
  base::Digest plan;
  ClockAnchor anchor;
  base::RunbookTime last_seen;          ///< runbook time of the last entry; never runs backwards
  std::optional<base::RunbookTime> t0;  ///< known once announced
  /// When T+0 is or was on the wall clock, by the anchor that holds for it.
  std::optional<base::WallTime> t0_wall;
  std::map<base::StepId, StepState> steps;  ///< those that were ever touched
  std::vector<Approval> approvals;
  base::PersonId requester;        ///< who asked for the release to be carried out
  std::uint32_t wave = 0;          ///< the last one intended, from 1; 0: none
  std::uint32_t wave_run = 0;      ///< how often in a row that wave was begun, from 1
  bool may_carry_traffic = false;  ///< an intent to move traffic was committed and not undone
  bool post_watch = false;         ///< the hold account is that of the post-check's watch
  base::Duration guarded;          ///< of the current hold or watch, as last saved
  base::Duration guarded_real;
  std::uint64_t hold_requests = 0;
  std::optional<base::Digest> guard_state;
  bool hold_done = false;  ///< the current hold is complete; the next wave waits for its time
  bool rollout_completed =
      false;  ///< 100 % was held; later moves of traffic return to the post-check
  base::RunbookTime completed_at;  ///< of scheduler.release.completed
  bool settled = false;            ///< the new version is the stable one
  bool retiring = false;           ///< the old version's retirement was asked for
  bool closing = false;            ///< the last checkpoint was asked for
  bool promoted = false;           ///< the current hold ends with the guard's minimum
  std::optional<Verdict> verdict;  ///< the last one recorded
  bool integrity_failed = false;   ///< a verdict said so; never taken back
  std::string gate_checked;        ///< the gate whose check of the journal passed last
  std::optional<Paused> paused;
  std::optional<RollbackState> rollback;
  bool cancel_is_failure = false;
  std::string cancel_detail;
  base::PersonId cancel_by;
  std::optional<base::Digest> cancel_reason = {};
  std::map<base::EffectKey, Intent> open;  ///< intents without an answer
  std::optional<base::Digest> comparison;
  base::Json comparison_values = base::Json::object();
  bool downtime = false;             ///< the page of maintenance is shown
  base::RunbookTime downtime_since;  ///< … from then on
  std::uint32_t capacity_wave = 0;   ///< in place: the last wave whose capacity was asked for
  /// In place: the wave for which a component has the instances.
  std::map<base::ComponentName, std::uint32_t> arranged = {};
  std::set<base::ComponentName> retiring_new = {};  ///< their new version is stopped, or was
  std::vector<base::ComponentName>
      old_gone;  ///< components whose old version has no ready instance
  std::vector<base::ComponentName> old_failed;  ///< … whose old version could not be brought up
  bool lease_expired = false;     ///< the router went back by itself since the last traffic entry
  std::uint64_t lease_since = 0;  ///< the version that says it was granted; 0: none is held
  bool lease_given = false;       ///< … but by an attempt of this wave that was not read back

  [[nodiscard]] StepStatus status_of(const base::StepId& step) const;
  friend bool operator==(const State&, const State&) = default;
};

/// The fold. `at`: the entry's times; `by`: its actor (empty: Stellwerk). A pure function; never
/// fails on an entry that decide() produced for this state.
State evolve(const Plan& plan, State state, const Event& event, const base::Now& at,
             const base::PersonId& by);
/// Records that these intents were committed with the event just folded.
State evolve_intents(State state, const std::vector<Intent>& intents);
/// Names of the fields in which two states differ; empty: they are the same.
std::vector<std::string> state_differences(const State& a, const State& b);

}  // namespace stellwerk::core
