// input.h — everything that can happen to a release from outside: what decide() is told.
//
// Role: made by the engine from answers of effects, the guard, people and timers. Says what
// happened, never what to do. Thread-safety: values. Start here: Input
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/time.h"
#include "core/effect.h"
#include "core/verdict.h"
#include "core/words.h"

namespace stellwerk::core {

/// A person asked for the release to be carried out; the stream begins.
struct RunRequested {
  base::Digest plan;
  std::int64_t speed = 1;
};
/// Runbook time is bound to the wall clock anew (other speed, or after a restart).
struct ClockBound {
  base::RunbookTime runbook;
  std::int64_t speed = 1;
};
struct WallClockStepped {
  base::Duration by;
};
/// Time has passed; a timer of next_due() may be due.
struct Ticked {};
/// An effect's answer. `evidence` and `text` are stored already; `data` is for kinds that return
/// values (canonical integers).
struct EffectReturned {
  base::EffectKey key;
  Outcome outcome = Outcome::Done;
  std::string summary;  ///< words of ours, codes and counts: it stands in entries
  std::optional<base::Digest> evidence;
  base::Json data = base::Json::object();
  std::optional<base::Digest> text = {};  ///< free text: what a command printed, an error in full
  /// The line of the emergency file in which it was recorded, when it ran before its entry.
  std::optional<base::Digest> emergency_line = {};
};
/// How far the current hold (or the post-check's watch) has got; sent each minute and when it may
/// be complete.
struct HoldProgressed {
  std::uint32_t wave = 0;
  base::Duration guarded;  ///< runbook time under a guard that said "continue"
  base::Duration real;     ///< the same in real time
  std::uint64_t requests = 0;
  std::optional<base::Digest> guard_state;
  std::optional<base::Digest> windows;  ///< raw windows so far, when the hold is complete
  bool watching = false;                ///< the post-check's watch, not the last wave's hold
  /// State::wave_run it was measured in; empty: an older program, which did not say.
  std::optional<std::uint32_t> run = {};
};
/// The guard's label or action changed, or a gate asks.
struct VerdictReached {
  Verdict verdict;
  base::Json evidence = base::Json::object();
  /// When the oldest measurement came that the verdict before did not know; empty: none came.
  std::optional<base::MonoTime> received = {};
};
struct Attested {
  base::StepId step;
  std::optional<base::Digest> note;
  std::optional<std::string> summary = {};    ///< figures that the engine had beside it
  std::optional<base::Digest> evidence = {};  ///< … and in full
};
struct Approved {
  base::Digest plan;
  bool signature = false;  ///< one was verified before; then `document` holds it
  /// What is said; empty: whatever of this person's is missing first.
  std::optional<ApprovalKind> decision = {};
  std::optional<Role> role = {};  ///< as whom; empty: any that is wanted
  std::optional<base::Digest> document = {};
  std::optional<std::string> key = {};      ///< fingerprint of the key that signed
  std::optional<base::Digest> reason = {};  ///< demanded of an emergency
};
struct Rejected {
  base::Digest plan;
  base::Digest reason;
  std::optional<base::Digest> document = {};
  std::optional<std::string> key = {};
};
struct PauseRequested {
  std::optional<base::Digest> reason;
};
struct ResumeRequested {
  std::optional<base::Digest> reason;
  std::vector<base::StepId> again = {};  ///< undecided steps to run once more (undecided_steps)
};
struct PromoteRequested {};
struct RollbackRequested {
  base::Digest reason;
};
/// SIGTERM, with the policy's answer `roll-back`.
struct StopRequested {};
/// A new process took the release up. The engine has read the router.
struct Restarted {
  bool lease_alive = false;   ///< the router holds our lease, or cannot be read
  bool routes_moved = false;  ///< the router's table names the new version, or cannot be read
  /// The guard's saved memory could not be restored: the id of the error; usually empty.
  std::string guard_lost = {};
};
/// The router no longer holds our lease although we are alive (it crashed, or we slept).
struct LeaseLost {
  std::uint64_t since = 0;  ///< which one: State::lease_since when the router was asked
};
/// The router's table is not what the journal says.
struct RoutesChanged {
  std::optional<base::Digest> found;
};
/// The router was gone and has been brought up with the journal's routes, without any lease.
struct RouterBroughtUp {};
/// The old version has no ready instance (or has again).
struct OldCapacityChanged {
  base::ComponentName component;
  bool gone = false;
};
/// Lines of the emergency file were found and stored.
struct EmergencyFound {
  base::Digest lines;
  std::uint32_t count = 0;
  /// Among them: the traffic write of a rollback, or the end of the downtime of a release that was
  /// called off.
  bool traffic_returned = false;
  /// It was called off because something failed; absent: somebody asked for it.
  std::optional<bool> failed = {};
};

using InputBody =
    std::variant<RunRequested, ClockBound, WallClockStepped, Ticked, EffectReturned, HoldProgressed,
                 VerdictReached, Attested, Approved, Rejected, PauseRequested, ResumeRequested,
                 PromoteRequested, RollbackRequested, StopRequested, Restarted, LeaseLost,
                 RoutesChanged, OldCapacityChanged, EmergencyFound, RouterBroughtUp>;

struct Input {
  base::Now now;
  base::PersonId by;  ///< empty: Stellwerk itself
  InputBody body;
};
std::string_view name_of_input(
    const InputBody& body);  ///< `pause-requested`, for transcripts and refusals

}  // namespace stellwerk::core
