// verdict_text.h — measurements and the guard's verdict in words, with figures and limits.
//
// Thread-safety: pure functions.                                    Start here: verdict_text()
#pragma once

#include <string>

#include "base/json.h"
#include "base/messages.h"
#include "core/verdict.h"

namespace stellwerk::cli {

/// `roll back: error rate 8.21 % of 312 requests (limit 2 %)`; at most the two worst findings.
/// @param slow  the latency limit that a slow request is longer than
std::string verdict_text(base::Locale locale, const core::Verdict& verdict, base::Duration slow);
std::string finding_text(base::Locale locale, const core::Finding& finding, base::Duration slow);
/// The verdict of a release's view (engine/view.h).
core::Verdict verdict_of_view(const base::Json& verdict);

/// `0.24 %`: two decimals at most, but never 0 for something.
std::string rate_text(std::int64_t ppm);
/// `183 ms`, `2.41 s`.
std::string latency_text(std::int64_t us);
/// `12m5s`: whole seconds.
std::string span_text(std::int64_t us);

}  // namespace stellwerk::cli
