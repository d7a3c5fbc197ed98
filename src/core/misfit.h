// misfit.h — whether what was read can be of a release at all: its plan, and each event in turn.
//
// Role: whoever folds entries that came from a store asks before evolve(), which trusts what
// decide() made. It is no judge of the whole history, only of what folding, deciding and acting
// rest on. Start here: misfit()                                        Thread-safety: pure.
#pragma once

#include <string_view>
#include <vector>

#include "core/state.h"

namespace stellwerk::core {

/// Why `event`, with the effects that its entry asks for, cannot follow on `state`; empty: it can
/// be folded, and gone on from.
std::string_view misfit(const Plan& plan, const State& state, const Event& event,
                        const std::vector<Intent>& intents);

/// Why nothing can be carried out by this plan; empty: it fits together. No compiled plan does not.
std::string_view contradiction(const Plan& plan);

}  // namespace stellwerk::core
