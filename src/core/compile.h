// compile.h — release + environment + the policy of the type → the plan.
//
// Role: `stellwerk plan` and `run` call it once; what it returns is approved, kept and carried out.
// Start here: compile()               Thread-safety: pure functions.
// Invariants: deterministic; all problems at once, each with its place in release.yaml; a plan of
// any type compiles, and what this version cannot carry out is told by obstacles(). Spec:
// docs/reference/plan.md
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "core/environment.h"
#include "core/plan.h"
#include "core/release.h"

namespace stellwerk::core {

struct CompileResult {
  std::optional<Plan> plan;           ///< empty exactly when there are problems
  std::vector<base::Error> problems;  ///< PLN-0003 to PLN-0009
};
/// One decision is one append (at most 1,000 entries), and effects for all components stand in one
/// entry (at most 65,535 bytes): what a release may have at most.
constexpr std::size_t kComponentsMax = 64;
constexpr std::size_t kChecksMax = 200;

CompileResult compile(const Release& release, const Environment& environment);

/// Why this plan cannot be carried out by this version or by these people (PLN-0010, PLN-0011);
/// empty: it can. `stellwerk run` refuses to start while there are any; `stellwerk plan` shows
/// them.
std::vector<base::Error> obstacles(const Plan& plan);

}  // namespace stellwerk::core
