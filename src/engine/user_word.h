// user_word.h — what somebody asks for whom only the operating system names.
//
// Role: beside signed_word.h; the engine asks on its thread, where it knows the plan.
// Start here: said_by_user()                               Thread-safety: pure functions.
// Invariants: the plan says who the user is and what they may; stellwerk.yaml as it is now can only
// take away. Pausing and rolling back make users safer: they wait for no signature, and for no
// file that cannot be read.                                Spec: docs/approvals.md "Who did it"
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/input.h"
#include "core/plan.h"
#include "core/state.h"

namespace stellwerk::engine {

struct UserWord {
  std::string os_user;
  /// Everybody in stellwerk.yaml as it is now; nothing: it cannot be read, then only a pause or a
  /// rollback counts.
  std::optional<std::vector<core::Person>> people_now;
};

/// Pausing and rolling back: whatever else is not known, they do no harm to users.
bool makes_safer(const core::InputBody& body);

/// The person an operating-system user is in this release; empty when nobody.
base::PersonId person_of(const core::Plan& plan, std::string_view os_user);

/// What is decided on: `body`, and of an approval by somebody who has lost a role also as whom it
/// is given. What the plan itself does not allow is left to decide().
/// @errors Rejected ENG-0039: the plan takes it only signed; Unavailable ENG-0038: stellwerk.yaml
/// cannot be read; Forbidden ENG-0011: the person, or the role it takes, was taken out of it
base::Result<core::InputBody> said_by_user(const UserWord& word, const core::Plan& plan,
                                           const core::State& state, const base::Now& now,
                                           core::InputBody body);

}  // namespace stellwerk::engine
