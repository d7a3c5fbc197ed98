// runbook_steps.h — the runbook's phases as a table of steps, in order: what compile() unfolds into
// a plan.
//
// Role: one row becomes no, one or several steps of a plan (a deployment per component, a step per
// wave, the user's checks). Their titles are the messages `step.<phase>.<name>`.
// Thread-safety: immutable tables.    Invariants: ordered by phase; ids are unique.
// Spec: runbook "Standardablauf", "Event-Sequenz".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/policy.h"
#include "core/words.h"

namespace stellwerk::core {

enum class StepKind : std::uint8_t {
  Manual,      ///< a named person attests it; left out once checks of the release answer it all
  Record,      ///< passed by the journal's own entry
  UserChecks,  ///< the checks that the release adds to this phase
  Approvals,   ///< one per role that must approve
  Decides,     ///< somebody with one of the roles decides: accepts, signs off
  Health,
  Deploys,  ///< one per component
  Waves,    ///< one per wave
  Watch,
  Compare,
  Integrity,
  Summary,
  ReturnTraffic,
  Retires,  ///< one per component
};

/// The step whose attestation has the counts of the logs beside it.
inline constexpr std::string_view kLogsStep = "post-check/logs";

struct StepTemplate {
  std::string_view id;  ///< `<phase>/<name>`; with several steps, the beginning of their ids
  Phase phase = Phase::Preparation;
  StepKind kind = StepKind::Manual;
  RoleSet roles;           ///< empty: those of the phase
  std::string_view event;  ///< of a record
  TypeSet types = kEveryType;
  bool follow_up = false;  ///< due after the end of the release
  ApprovalKind decision = ApprovalKind::Approve;
};

/// Preparation to rollback.
std::span<const StepTemplate> runbook_steps();
const StepTemplate* find_runbook_step(std::string_view id);
/// Who is responsible, as the runbook's phase says.
RoleSet roles_of(Phase phase);
/// The message key of a step's title: `step.pre-check.health`.
std::string title_key(std::string_view template_id);

}  // namespace stellwerk::core
