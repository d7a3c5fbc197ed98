// decide.h — the decision core: what a release does next. Pure; see ARCHITECTURE.md "decide".
//
// Role: the engine calls decide() with every input, appends what it returns in one transaction,
// folds it with evolve(), and only then runs the intents. Spec: docs/spec/transitions.md
// Thread-safety: pure functions. Invariants: same plan, state and input give the same decision, to
// the bit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/input.h"
#include "core/plan.h"
#include "core/routing.h"
#include "core/state.h"

namespace stellwerk::core {

/// One entry to write, with the effects it asks for.
struct NewEvent {
  Event event;
  base::PersonId by;  ///< empty: Stellwerk itself
  std::vector<Intent> intents;
  /// Of a decision's first entry: what it was decided on (encode_input); null in the others.
  base::Json input = {};
};

struct Decision {
  std::vector<NewEvent> entries;  ///< in order; may be empty
  std::vector<base::EffectKey>
      cancel;  ///< running effects to stop (their abandonment is among the entries)
  std::optional<base::Error> refusal;  ///< a person's command that is not carried out now, and why
  std::string ignored_because;         ///< why an input changed nothing; empty when it did
  State next;                          ///< the state after all entries
};

Decision decide(const Plan& plan, const State& state, const Input& input);

/// What a decision was made on, as its first entry keeps it: `kind`, `by` (a person), `says`. An
/// effect's answer and a verdict stand in the data of that entry itself and are not said twice.
base::Json encode_input(const Input& input, const Event& first);
struct DecidedOn {
  base::PersonId by;
  InputBody body;
};
/// @errors Corruption ENG-0002: not what encode_input writes; a newer program may have written it
base::Result<DecidedOn> decode_input(const base::Json& record, const Event& first);

/// When time alone will let decide() do more (Ticked); empty: never.
std::optional<base::RunbookTime> next_due(const Plan& plan, const State& state);
/// … and does its next step by itself.
std::optional<base::RunbookTime> next_step_due(const Plan& plan, const State& state);
/// When the release goes back because its downtime lasts too long; empty: never.
std::optional<base::RunbookTime> downtime_ends(const Plan& plan, const State& state);
/// When it goes back because nobody has decided, or its downtime lasts too long; empty: never.
std::optional<base::RunbookTime> going_back_due(const Plan& plan, const State& state);

/// The table the router should show now. Empty optional: the journal does not say (no traffic entry
/// yet).
std::optional<RoutingTable> intended_routes(const Plan& plan, const State& state);
/// Nothing is changing the routes that the journal last asked for, so that the router must show
/// them: what it shows else is put right.
bool routes_rest(const State& state);
/// The table of wave `number` (0: everyone on the old version; waves.size()+1: settled on the new
/// one). @param downtime  it is on: those whom the wave does not serve are shown its page
RoutingTable routes_of_wave(const Plan& plan, std::uint32_t number, bool downtime = false);

/// Of most effects; then they are given up, or a person is asked.
inline constexpr std::uint32_t kAttemptsMax = 5;

/// The guard is armed: the new version may carry traffic.
bool guard_armed(const State& state);
/// Paused until a person decides on a rollback, or the deadline to do so is over.
bool asks_for_rollback(const State& state);
/// A lease is held, to be renewed while the guard is good.
bool wants_lease(const Plan& plan, const State& state);
/// It is rolled back, or called off and its downtime is being ended: users wait for what it does.
bool goes_back(const State& state);
/// A rollback whose traffic waits for the first answer about the old version's instances.
bool waits_for_capacity(const State& state);
/// … also while a rollback waits so: until then it holds whom the new version still serves.
bool renews_lease(const Plan& plan, const State& state);
/// Guarded runbook time after which the current hold or watch may end; none once it was promoted.
base::Duration hold_wanted(const Plan& plan, const State& state);
/// The current hold (or watch) is complete as far as time and requests are concerned. Never before
/// the guard's minimum of real time and requests, promoted or not.
bool hold_complete(const Plan& plan, const State& state, const HoldProgressed& progress);

/// Why this person may not start the release; nothing: they may. @errors Forbidden ENG-0010,
/// ENG-0011
std::optional<base::Error> refusal_to_start(const Plan& plan, const base::PersonId& by);
/// *Once* steps of which it is not known whether they happened: only a person's word goes on from
/// here, which says that they did (attest) or that they are to run again (ResumeRequested::again).
std::vector<base::StepId> undecided_steps(const Plan& plan, const State& state);
/// Steps a person can attest, approve or decide on now.
std::vector<base::StepId> waiting_for_people(const Plan& plan, const State& state);

/// How an effect of this kind and subject behaves when its outcome is unknown.
EffectClass class_of(const Plan& plan, EffectKind kind, const std::string& subject);

}  // namespace stellwerk::core
