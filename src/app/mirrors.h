// mirrors.h — mirrors of the public events that can be read back, for `audit mirror`.
//
// Role: made from the sections under `events`, without an engine. Start here: open_mirrors()
// Thread-safety: one thread.                                 Spec: docs/audit-domain.md
#pragma once

#include <memory>
#include <vector>

#include "cli/world.h"
#include "ports/clock.h"

namespace stellwerk::app {

/// One for each section of an adapter that keeps a chain; the clock outlives them.
/// @errors the first problem of such a section; Unavailable GAU-0001: no sockets or threads
base::Result<std::vector<std::unique_ptr<cli::Mirror>>> open_mirrors(
    const config::EnvironmentFile& file, const ports::Clock& clock);

}  // namespace stellwerk::app
