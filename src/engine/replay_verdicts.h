// replay_verdicts.h — verdicts and the comparison concluded again (internal to replay).
//
// Role: follows the decoded entries of a stream; judges each verdict's recorded evidence, derives
// the evidence itself from the raw windows of its wave, and concludes each comparison from its
// figures. Start here: rederive_verdicts()                       Thread-safety: one thread.
#pragma once

#include <vector>

#include "engine/entries.h"
#include "engine/replay.h"

namespace stellwerk::engine {

/// Adds counts, differences and gaps to the report.
void rederive_verdicts(const core::Plan& plan, const std::vector<ReadEntry>& entries,
                       ports::ContentStore& content, ReplayReport& report);

}  // namespace stellwerk::engine
