// misfit.h — whether an event that was read can follow in a release at all.
//
// Role: whoever folds entries that came from a store asks before evolve(), which trusts what
// decide() made. It is no judge of the whole history, only of what folding and deciding rest on.
// Start here: misfit()                                                 Thread-safety: pure.
#pragma once

#include <string_view>

#include "core/state.h"

namespace stellwerk::core {

/// Why `event` cannot follow on `state`; empty: it can be folded.
std::string_view misfit(const Plan& plan, const State& state, const Event& event);

}  // namespace stellwerk::core
