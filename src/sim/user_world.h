// user_world.h — a simulated world as its users state it: traffic, how the new version answers, and
// misfortunes as often as real releases have them.
//
// Role: what `stellwerk simulate` sets up for each seed.            Start here: user_scenario()
// Thread-safety: pure functions.                                    Spec: docs/simulate.md
#pragma once

#include "sim/world.h"

namespace stellwerk::sim {

enum class FaultLevel : std::uint8_t { None, Few, Many };
std::string_view to_string(FaultLevel level);  ///< none, few, many
/// Empty: no level of that name.
std::optional<FaultLevel> fault_level_named(std::string_view name);

struct UserWorld {
  FaultLevel level = FaultLevel::Few;
  std::set<Fault> kinds;  ///< only these; empty: the usual ones
  Traffic traffic{.scatters = true};
  std::int64_t speed = 1;  ///< of the runbook's clock from the rollout on
};

/// Kinds that befall real releases; the others are for finding mistakes of Stellwerk.
const std::vector<Fault>& usual_faults();
/// Few: one to three misfortunes of a few kinds, spread over the release; many: four to twelve.
Swarm user_swarm(std::uint64_t seed, const UserWorld& world, const core::Plan& plan);
Scenario user_scenario(std::uint64_t seed, const UserWorld& world, const core::Plan& plan);
/// Real proportion, unless the rollout is planned to last longer than can be simulated so.
std::int64_t usual_speed(const core::Plan& plan);

}  // namespace stellwerk::sim
