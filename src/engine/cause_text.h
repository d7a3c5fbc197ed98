// cause_text.h — why a release was paused, rolled back or cancelled, in words for people.
//
// Role: entries name a cause and a detail by code (`guard`, `error-rate`, a step's id); notices and
// the terminal show this. Thread-safety: pure functions.               Start here: pause_text()
#pragma once

#include <string>
#include <string_view>

#include "base/messages.h"
#include "core/plan.h"

namespace stellwerk::engine {

/// `Wächter: Fehlerrate`. An unknown word stays as it is. `plan`: for the titles of steps; nullptr:
/// their ids.
std::string pause_text(base::Locale locale, std::string_view cause, std::string_view detail,
                       const core::Plan* plan = nullptr);
std::string rollback_text(base::Locale locale, std::string_view cause, std::string_view detail,
                          const core::Plan* plan = nullptr);
/// Of a release that was cancelled or has failed, whose entry has no cause beside the detail.
std::string ending_text(base::Locale locale, std::string_view detail, const core::Plan& plan);

/// Only the detail: `Fehlerrate`, `Welle 2`, the title of a step.
std::string detail_text(base::Locale locale, std::string_view detail,
                        const core::Plan* plan = nullptr);

}  // namespace stellwerk::engine
