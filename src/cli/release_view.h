// release_view.h — a release's view (engine/view.h) as people read it, and the one line of
// progress.
//
// Role: `release show` prints the whole; run and watch rewrite the line. Both take the JSON, so a
// release shows alike whether an engine answered or the store was read.
// Thread-safety: pure functions.                               Spec: docs/reference/release-view.md
#pragma once

#include <string>

#include "base/json.h"
#include "cli/console.h"

namespace stellwerk::cli {

struct ViewStyle {
  base::Locale locale = base::Locale::De;
  std::size_t columns = 80;
  bool colour = false;
};

/// Header, stage, traffic, guard with figures, who is waited for, steps by phase, rollback.
std::string release_text(const base::Json& view, const ViewStyle& style);
/// A table: id, type, stage, wave, title.
std::string list_text(const base::Json& rows, const ViewStyle& style);
/// `Welle 2/3 · Haltezeit 4m10s von 15m · 40 Anfragen/s, 0.2 % Fehler, p95 38 ms · wartet auf …`
std::string progress_text(const base::Json& view, base::Locale locale);
/// One line a step: the command that answers it, and its title. Empty: nobody is waited for.
std::string waiting_text(const base::Json& view, const ViewStyle& style);

/// What the guard still lacks before a promoted hold may end (`hold` of the view).
std::string promoted_text(const base::Json& hold, base::Locale locale);

/// The stage in words: `Haltezeit`.
std::string stage_text(const std::string& stage, base::Locale locale);

}  // namespace stellwerk::cli
