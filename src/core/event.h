// event.h — everything that can be written into a release's journal. State is a fold of these
// (evolve).
//
// One struct an entry type; `type_of` is the one table from event to public name. Names without
// `stellwerk.` are published; those with it stay in the journal.          Spec: runbook
// "Event-Sequenz"; docs/events.md Thread-safety: values. Invariants: integers, strings and booleans
// only; free text is a digest into the content store.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/ending_events.h"
#include "core/engine_events.h"
#include "core/planning_events.h"
#include "core/rollout_events.h"

namespace stellwerk::core {

using Event = std::variant<
    ReleasePlanned, ReleaseScheduled, ClockAnchored, ClockStepped, StepStarted, StepPassed,
    StepAttested, StepFailed, StepReopened, ApprovalGranted, ApprovalRejected, MaintenanceScheduled,
    PreCheckStarted, PreCheckCompleted, ReleaseStarted, StartNotified, VersionDeployed,
    TrafficIntended, WaveStarted, ProgressNotified, HoldSaved, HoldCompleted, VerdictChanged,
    ReleasePaused, ReleaseResumed, ReleasePromoted, RolloutCompleted, MetricsRecorded,
    ReleaseVerified, SuccessNotified, ReleaseLogged, RollbackInitiated, TrafficReturned,
    ReleaseRolledBack, RollbackNotified, RollbackRecorded, RollbackLogged, CancelStarted,
    ReleaseCancelled, ReleaseFailed, EffectRequested, EffectFinished, EffectAbandoned, LeaseExpired,
    RoutesReasserted, TrafficSettled, VersionRetired, CheckpointSigned, CapacityChanged, JournalGap,
    EngineRestarted, DowntimeStarted, DowntimeEnded, KeyRotated, ContentErased, ProcedureRecorded>;

/// The private text an event names: what was printed or answered, or a person's reason or note.
std::optional<base::Digest> private_text_of(const Event& event);
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
