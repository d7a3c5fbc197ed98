// simulate_command.h — `stellwerk simulate`: the user's release and environment in simulated
// worlds.
//
// Role: reads the files as `plan` does; touches nothing of the installation.
// Thread-safety: one thread; the simulation uses several.          Start here: simulate_command()
#pragma once

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"
#include "sim/campaign.h"

namespace stellwerk::cli {

/// Ends with 0 whatever became of the simulated releases; with 12 when one of Stellwerk's own rules
/// was broken.
/// @errors those of load_inputs; the plan's obstacles; CLI-0011; Internal SIM-0001
Exit simulate_command(World& world, Console& console, const Arguments& arguments);

/// SIM-0001, with the command that repeats it.
/// @param changed  what of the plan was varied: `guard.window 30s`; empty: the plan as it is
base::Error rule_broken(const sim::Failure& failure, const std::string& changed,
                        const Arguments& arguments);

}  // namespace stellwerk::cli
