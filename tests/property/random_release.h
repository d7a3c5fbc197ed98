// random_release.h — environments and releases of every type and size, drawn by rapidcheck.
//
// Role: properties of plans and waves begin here. Call inside a property only: each draw is part of
// the example that a failure shrinks and prints.                       Start here: any_release()
#pragma once

#include <optional>

#include "core/compile.h"

namespace stellwerk::testing {

/// One to four components, other services, up to 24 tenants of any weight, people of every role.
core::Environment any_environment();
/// Of any type, for some components of the environment; what is optional is there or not.
/// @param own_waves  false: the strategy's; true: written waves, which compile() may refuse
core::Release any_release(const core::Environment& environment, bool own_waves);

/// Compiled; discards the example when compile() refuses its waves, and fails on any other problem.
core::Plan any_plan();

}  // namespace stellwerk::testing
