// view.h — where a release stands, as JSON for API, commands and console: one shape for all of
// them.
//
// Thread-safety: pure functions.                                                 Spec:
// docs/reference/release-view.md
#pragma once

#include "base/json.h"
#include "engine/guard_watch.h"
#include "ports/journal_store.h"

namespace stellwerk::engine {

/// What only a running engine knows.
struct LiveFigures {
  const GuardWatch* watch = nullptr;
  base::Now now;
};

/// What can be said where no engine answers: what the journal says, and how old that is.
struct StoredView {
  bool engine_holds_folder = false;  ///< one runs but does not answer
  base::WallTime last_entry;
};

/// Every key: docs/reference/release-view.md. With figures also `hold`, `kpis`, `gauges`,
/// `health`, `logs`, `lost_lines`.
base::Json view_of(const core::Plan& plan, const core::State& state,
                   const std::optional<LiveFigures>& live);
/// The same without an engine's word: nobody is known to guard, whatever the journal says.
base::Json view_of(const core::Plan& plan, const core::State& state, const StoredView& stored);
/// Puts the private texts that the view names (`text_digest`, `reason_digest`) beside their digests
/// as `text` and `reason`; what was erased or cannot be read has `text_erased` or `reason_erased`
/// instead. Reads the content store: not on the engine's thread.
void add_texts(base::Json& view, ports::ContentStore& content);
/// The share of the traffic that the new version has by the journal: read back, not intended.
base::Ppm share_on_new_version(const core::Plan& plan, const core::State& state);
/// One line of `release list`.
base::Json list_row(const core::Plan& plan, const core::State& state);

}  // namespace stellwerk::engine
