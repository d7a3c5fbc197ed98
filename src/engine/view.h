// view.h — where a release stands, as JSON for API, commands and console: one shape for all of
// them.
//
// Thread-safety: pure functions.                                                 Spec:
// docs/reference/release-view.md
#pragma once

#include "base/json.h"
#include "engine/guard_watch.h"

namespace stellwerk::engine {

/// What only a running engine knows.
struct LiveFigures {
  const GuardWatch* watch = nullptr;
  base::Now now;
};

/// Every key: docs/reference/release-view.md. With figures also `hold`, `kpis`, `lost_lines`.
base::Json view_of(const core::Plan& plan, const core::State& state,
                   const std::optional<LiveFigures>& live);
/// One line of `release list`.
base::Json list_row(const core::Plan& plan, const core::State& state);

}  // namespace stellwerk::engine
