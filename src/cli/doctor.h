// doctor.h — what this machine has and lacks for a release, and the command that mends it.
//
// Thread-safety: one thread.                                       Start here: doctor_command()
#pragma once

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

/// Without a stellwerk.yaml only programs are looked at. Ends with 0, or 1 when something lacks.
Exit doctor_command(World& world, const Console& console, const Arguments& arguments);

}  // namespace stellwerk::cli
