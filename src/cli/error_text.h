// error_text.h — an Error as people read it: what, why, the state now, what to do next, its code.
//
// Thread-safety: pure functions.                                    Start here: error_text()
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

enum class Severity : std::uint8_t { Error, Warning };

struct ErrorStyle {
  std::size_t columns = 80;
  bool colour = false;
  Severity severity = Severity::Error;
  base::Locale locale = base::Locale::En;  ///< of the frame; what it frames is English
};

///     release.yaml:12:5: error[CFG-0003]: "wafes" is no key of a release
///       why    …
///       state  …
///       next   stellwerk …    what it achieves
///       help   stellwerk explain CFG-0003
/// `error[…]` and `warning[…]` are the same in every language: they are what scripts look for.
/// Several are separated by blank lines; `help` stands once for each code.
std::string error_text(std::span<const base::Error> errors, const ErrorStyle& style);

/// The same in lines for the live view, which breaks them itself.
std::vector<std::string> refusal_words(const base::Error& error, base::Locale locale);

/// `{"errors": [{"id":…, "message":…, "file":…, "line":…, "column":…, …}]}`
base::Json errors_json(std::span<const base::Error> errors);

/// Prints to the console's standard error, as text or JSON.
void report(const Console& console, std::span<const base::Error> errors,
            Severity severity = Severity::Error);
void report(const Console& console, const base::Error& error);
/// Prints it and says with what the program ends: 2 where the request or the files are wrong or
/// something stands against it, 12 where a machine, a store or the network failed.
Exit failed(const Console& console, const base::Error& error);

}  // namespace stellwerk::cli
