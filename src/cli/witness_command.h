// witness_command.h — `stellwerk witness`: cosigns the checkpoints of logs for another team.
//
// Role: reads which logs are known, opens the witness, says what it does until a signal ends it.
// Thread-safety: one thread.                                  Start here: witness_command()
// Spec: docs/witness.md
#pragma once

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

/// Serves until SIGINT, SIGTERM or SIGHUP; `--show-key` prints the witness's key and ends.
/// @errors InvalidArgument WIT-0009: no data folder, no name or a wrong one, no log, a log's key
/// that cannot be read, one TLS file without the other; those of World::open_witness
Exit witness_command(World& world, const Console& console, const Arguments& arguments);

}  // namespace stellwerk::cli
