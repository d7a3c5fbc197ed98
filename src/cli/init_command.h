// init_command.h — `stellwerk init`: the first stellwerk.yaml and release.yaml of a service.
//
// Role: asks on a terminal, takes options and defaults otherwise; writes both files or none, never
// over another.                    Start here: init_command()         Thread-safety: one thread.
#pragma once

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

/// @errors Conflict CLI-0012: a file is there; InvalidArgument CLI-0013: an option's value,
/// CLI-0014: the input ended while asking; those of writing files. Nothing was written then.
Exit init_command(World& world, const Console& console, const Arguments& arguments);

}  // namespace stellwerk::cli
