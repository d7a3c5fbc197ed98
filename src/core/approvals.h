// approvals.h — who approved what, whether that is enough, and why it is not.
//
// Role: decide() passes the steps that approved() names; views tell what is lacking.
// Start here: wanted_approval(), lacks()             Thread-safety: pure functions.
// Invariants: an approval counts for one plan, one decision and one role; who requested the
// release never approves it alone (plan.separation_of_duties).
// Spec: runbook "Rollen & Verantwortung"; ISO/IEC 27001:2022 A.5.3, A.8.32; docs/approvals.md
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/input.h"
#include "core/plan.h"
#include "core/state.h"

namespace stellwerk::core {

struct OpenApproval {
  const Step* step = nullptr;
  Role role = Role::ReleaseManager;  ///< as whom
};

/// The first step that this person can still decide on as `in` says, now; nothing if there is none.
std::optional<OpenApproval> wanted_approval(const Plan& plan, const State& state,
                                            const Person& person, const Approved& in);

/// Whether the step can be decided on now: before the rollout, or, a follow-up, after the end.
bool open_for_approval(const State& state, const Step& step);

/// What the step still lacks, as a sentence for people; empty: nothing.
std::string lacks(const Plan& plan, const State& state, const Step& step);

/// Why this person may not decide on the step alone; empty: they may. For follow-ups, where one
/// person decides.
std::string not_independent(const Plan& plan, const State& state, const Step& step,
                            const Person& person);

/// A hotfix began under an emergency approval that nobody has signed off yet.
bool sign_off_outstanding(const Plan& plan, const State& state);

/// Steps that must have their entries before the record can be called complete, and have not.
std::vector<base::StepId> missing_for_completeness(const Plan& plan, const State& state);

/// Whether the person is one of those who requested the release.
bool requested_it(const Plan& plan, const State& state, const base::PersonId& person);

}  // namespace stellwerk::core
