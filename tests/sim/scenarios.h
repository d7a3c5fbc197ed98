// scenarios.h — what the simulator carries out in tests: releases of every kind the runbook knows.
//
// Thread-safety: pure functions.
#pragma once

#include "sim/world.h"

namespace stellwerk::sim {

/// The release and the world of a seed. @param without  kinds of fault that are left out
Scenario scenario_of(std::uint64_t seed, const std::set<Fault>& without = {});
/// The runbook's full minor release, without any misfortune.
Scenario calm_scenario(std::uint64_t seed);

}  // namespace stellwerk::sim
