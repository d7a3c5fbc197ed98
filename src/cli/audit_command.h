// audit_command.h — `stellwerk audit …`: the record, checked by whoever wants to.
//
// Role: reads the data folder beside a running engine or without one; never writes.
// Thread-safety: one thread.                                   Start here: replay_command()
#pragma once

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

/// Every decision of a release (or of all) made again. Ends with 3 when something differs, when
/// what an entry names is missing or damaged, or when an entry cannot be read.
/// @errors Corruption AUD-0007, AUD-0008; those of the reader and of engine::replay_release
Exit replay_command(World& world, Console& console, const Arguments& arguments);

}  // namespace stellwerk::cli
