// release_command.h — `stellwerk release …`, approve, reject, attest: from any terminal, whether an
// engine runs on the data folder or not.
//
// Thread-safety: one thread.                              Start here: list_command(),
// steer_command()
#pragma once

#include "cli/api_client.h"
#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

Exit list_command(World& world, Console& console, const Arguments& arguments);
Exit show_command(World& world, Console& console, const Arguments& arguments);
/// Prints what happened and what happens until the release has ended; ends as `run` would.
Exit watch_command(World& world, Console& console, const Arguments& arguments);

/// pause, resume, promote, rollback, approve, reject, attest. An engine that runs is asked; without
/// one, `rollback` carries it out here to its end, and pause, resume and promote stay and guard.
/// Refusals: those of the decision core; Conflict CLI-0005: it takes a running engine; Rejected
/// CLI-0006: signed approvals.
Exit steer_command(World& world, Console& console, const Arguments& arguments);

/// Where the release stands: from the running engine, else from the store.
/// @param patience  for the engine's answer
base::Result<base::Json> view_of_release(World& world, const std::string& data_folder,
                                         const base::ReleaseId& release,
                                         base::Duration patience = ApiClient::kPatience);

}  // namespace stellwerk::cli
