// run_command.h — `stellwerk plan` and `stellwerk run`.
//
// Thread-safety: one thread.                                       Start here: run_command()
#pragma once

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

/// Compiles and shows the plan; problems end with 2, obstacles are shown as warnings.
Exit plan_command(World& world, Console& console, const Arguments& arguments);

/// Carries the release out in this process, or goes on with it.
/// Refusals: problems and obstacles of the plan; Conflict CLI-0003: another plan is under way;
/// NotFound CLI-0004: --resume, but nothing is under way; ENG-0024, ENG-0025; those of the world.
Exit run_command(World& world, Console& console, const Arguments& arguments);

}  // namespace stellwerk::cli
