// timeline_view.h — one simulated release, from the first entry to the last, with what befell its
// world in between.
//
// Thread-safety: pure functions.                                   Start here: timeline_text()
#pragma once

#include "cli/simulate_view.h"

namespace stellwerk::cli {

///     T+15m     scheduler.release.wave2              + pilot-2 … pilot-5 (4) · 50 % of traffic
///     T+17m12s  ~ the load balancer is gone
std::string timeline_text(const core::Plan& plan, const sim::Run& run, const SimulateStyle& style);
/// `{"seed":…, "timeline": [{"at_us":…, "event":…}, {"at_us":…, "fault":…, "over":…}], …}`
base::Json timeline_json(const core::Plan& plan, std::uint64_t seed, const sim::Run& run);

}  // namespace stellwerk::cli
