// variations.h — the same release with one thing changed in its file: what `stellwerk simulate`
// compares a plan with.
//
// Role: each is compiled as the user's own would be; what does not compile, or compiles to the same
// plan, is left out.                                             Start here: variations_of()
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "core/environment.h"
#include "core/plan.h"
#include "core/release.h"

namespace stellwerk::sim {

struct Variation {
  std::string key;   ///< as in release.yaml: `guard.window`
  std::string from;  ///< `60s`
  std::string to;    ///< `30s`
  core::Plan plan;
};

/// @param plan  what `release` compiles to
std::vector<Variation> variations_of(const core::Release& release,
                                     const core::Environment& environment, const core::Plan& plan);

}  // namespace stellwerk::sim
