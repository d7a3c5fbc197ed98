// keeping_command.h — what changes how the record is kept: another key, a text that is erased.
//
// Role: both are entries of the installation's own; they need the data folder for themselves.
// Thread-safety: one thread.                                  Spec: docs/audit.md
#pragma once

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

/// `audit key`: the key that signs checkpoints, for verifiers and witnesses; made where there is
/// none. @errors AUD-0001, AUD-0002
Exit log_key_command(World& world, Console& console, const Arguments& arguments);

/// `audit rotate-key`: a new key signs checkpoints from here on; a note that both keys signed says
/// so in the journal. @errors Forbidden ENG-0010, ENG-0011; Conflict JRN-0005: an engine runs
Exit rotate_key_command(World& world, Console& console, const Arguments& arguments);

/// `audit erase DIGEST --reason TEXT`: a private text goes for good; its digest, and the entry that
/// says it was erased, stay. @errors Forbidden ENG-0010, ENG-0011; NotFound CAS-0002; Rejected
/// AUD-0046: it is no private text, and kept as long as the journal; Conflict JRN-0005
Exit erase_command(World& world, Console& console, const Arguments& arguments);

}  // namespace stellwerk::cli
