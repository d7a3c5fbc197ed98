// replay_view.h — what a replay found, for people and as JSON.
//
//     rel-2025-10-001  the same · entries 124 · decisions 61 · verdicts 9, 9 of them derived …
//
// Thread-safety: pure functions.                                    Start here: replay_text()
#pragma once

#include <optional>
#include <string>

#include "base/messages.h"
#include "cli/console.h"
#include "engine/replay.h"

namespace stellwerk::cli {

struct ReplayStyle {
  base::Locale locale = base::Locale::De;
  bool colour = false;
  bool all_differences = false;  ///< else the first of each release
};

/// One line when all is the same; what could not be derived, and differences, below it.
std::string replay_text(const engine::ReplayReport& report, const ReplayStyle& style);
/// docs/reference/commands.md "audit replay".
base::Json replay_json(const engine::ReplayReport& report);
/// What is to be told and done about it: AUD-0007 for differences, AUD-0008 for what is missing.
std::optional<base::Error> replay_error(const engine::ReplayReport& report);

}  // namespace stellwerk::cli
