// live_view.h — the live view of a release, laid out for a terminal of any size.
//
// Role: pure: model, dialog and events in, a frame out; LiveScreen shows it.
// Start here: live_frame()                                             Thread-safety: pure
// functions. Invariants: no line is wider and no frame longer than the screen; where room lacks,
// lines go in the order of what a person can spare, and what was decided and asked stays to the
// last.
#pragma once

#include <deque>

#include "cli/live_dialog.h"
#include "cli/live_frame.h"
#include "cli/live_model.h"

namespace stellwerk::cli {

struct LiveStyle {
  ScreenSize size;
  Charset charset;
  base::Locale locale = base::Locale::De;
};

struct LiveScene {
  const LiveModel& model;
  const std::deque<LiveLine>& events;  ///< oldest first
  const LiveDialog& dialog;
};

/// From this width on there are two columns.
inline constexpr std::size_t kTwoColumns = 120;

Frame live_frame(const LiveScene& scene, const LiveStyle& style);

}  // namespace stellwerk::cli
