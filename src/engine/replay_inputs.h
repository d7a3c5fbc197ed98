// replay_inputs.h — what a decision was made on, told from the entries of a program that did not
// record it (internal to replay).
//
// Thread-safety: pure.                                           Start here: infer_inputs()
#pragma once

#include <span>
#include <vector>

#include "core/decide.h"
#include "engine/entries.h"

namespace stellwerk::engine {

struct InferredInputs {
  /// The inputs on which these entries may have been decided; the right one gives exactly them.
  std::vector<core::DecidedOn> candidates;
  /// The entries leave no other possibility: if it gives something else, that is a difference.
  bool certain = false;
};

/// @param group  entries of one moment, from the first of a decision on (at least one)
InferredInputs infer_inputs(const core::Plan& plan, const core::State& state,
                            std::span<const ReadEntry> group);

}  // namespace stellwerk::engine
