// audit_command.h — `stellwerk audit …`: the record, checked by whoever wants to.
//
// Role: reads the data folder beside a running engine or without one; never writes.
// Start here: replay_command(), audit_verify_command(). Thread-safety: one thread.
#pragma once

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

/// Every decision of a release (or of all) made again. Ends with 3 when something differs, when
/// what an entry names is missing or damaged, or when an entry cannot be read.
/// @errors Corruption AUD-0007, AUD-0008; those of the reader and of engine::replay_release
Exit replay_command(World& world, Console& console, const Arguments& arguments);

/// The journal's entries, one a line, filtered; with --follow as they come.
/// @errors InvalidArgument CLI-0001: a filter that is none; those of the reader
Exit audit_log_command(World& world, Console& console, const Arguments& arguments);

/// One entry in full: its fields, the texts it names, its leaf, whether a checkpoint covers it.
/// @errors NotFound AUD-0060: no such entry; those of the reader
Exit audit_show_command(World& world, Console& console, const Arguments& arguments);

/// The whole log from its bytes (log_verifier.h), of the data folder, a folder or an archive; or a
/// proof and its entry. Ends with 3 when something is wrong.
/// @errors InvalidArgument CLI-0001, AUD-0058, AUD-0014: what was named cannot be used; else those
/// of verify_log()
Exit audit_verify_command(World& world, Console& console, const Arguments& arguments);

/// The proof that an entry is in the log, for a file or standard output.
/// @errors NotFound AUD-0057, AUD-0060; Conflict AUD-0061: no checkpoint covers it yet
Exit audit_prove_command(World& world, Console& console, const Arguments& arguments);

/// The latest signed checkpoint, and what of the journal it covers. @errors NotFound AUD-0057
Exit audit_checkpoint_command(World& world, Console& console, const Arguments& arguments);

/// Everything about one release in one archive that others verify without Stellwerk.
/// @errors NotFound AUD-0057, ENG-0020; Unavailable AUD-0059: the archive could not be written
Exit audit_export_command(World& world, Console& console, const Arguments& arguments);

/// How changes are made here, as a document; with --record it is kept, and an entry names it.
/// @errors those of procedure_facts(); with --record Forbidden ENG-0010, ENG-0011, Conflict
/// JRN-0005: an engine runs; Unavailable BAS-0012: --out could not be written
Exit audit_procedure_command(World& world, Console& console, const Arguments& arguments);

/// How far each witness and the time stamping service has got. Ends with 1 when one is further
/// behind than --behind, with 3 when a confirmation that is kept does not fit.
/// @errors NotFound AUD-0057; InvalidArgument CLI-0001, AUD-0005; Corruption AUD-0070
Exit audit_witnesses_command(World& world, Console& console, const Arguments& arguments);

/// The ERP's audit chain, row by row, compared with the journal. Ends with 3 when it is not sound.
/// @errors NotFound AUD-0071: none is set up; Corruption AUD-0072; those of World::read_mirrors()
Exit audit_mirror_command(World& world, Console& console, const Arguments& arguments);

}  // namespace stellwerk::cli
