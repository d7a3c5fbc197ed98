// verify_view.h — the report of `audit verify`, as text and as JSON.
//
// Thread-safety: pure functions. Start here: verify_text()
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "base/messages.h"
#include "cli/log_verifier.h"

namespace stellwerk::cli {

std::string verify_text(const VerifyReport& report, base::Locale locale, bool colour);
base::Json verify_json(const VerifyReport& report);
/// RFC 3339, of a witness's seconds; a time beyond the year 9999 is its last.
std::string unix_time_text(std::uint64_t unix_seconds);
/// The first thing that is wrong, with what is still good; nothing when all is well.
std::optional<base::Error> verify_error(const VerifyReport& report);

}  // namespace stellwerk::cli
