// cli.h — the command line: what main() calls.
//
// Thread-safety: one thread.      Start here: cli_main()      Spec: docs/reference/commands.md
#pragma once

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

/// Parses, runs the command against the process's own terminal, and returns its exit code
/// (docs/reference/exit-codes.md).
int cli_main(World& world, int argc, char** argv);

/// The same with another console; `arguments` as parse_command_line() gave them.
Exit execute(World& world, Console& console, const Arguments& arguments);

}  // namespace stellwerk::cli
