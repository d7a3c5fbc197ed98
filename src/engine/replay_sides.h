// replay_sides.h — what a replay compares, as JSON for people and machines (internal to replay).
//
// Thread-safety: pure.                                           Start here: side_of()
#pragma once

#include <string>

#include "engine/entries.h"

namespace stellwerk::engine {

/// `type`, `actor`, `data`, and where there are any `effects` and `input`.
base::Json side_of(const core::Event& event, const base::PersonId& by,
                   const std::vector<core::Intent>& intents, const base::Json& input);

/// The first place in which two values differ, as `data.findings[0].value`; empty: nowhere, or they
/// are of another kind as a whole.
std::string first_difference(const base::Json& a, const base::Json& b);

/// Names of members that only `more` has, when both are otherwise the same; empty: that is not so.
std::string only_in(const base::Json& more, const base::Json& less);

}  // namespace stellwerk::engine
