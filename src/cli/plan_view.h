// plan_view.h — a plan as people read it before anything happens: phases, steps, times, waves,
// gates, who approves, what undoes what.
//
// Thread-safety: pure functions.                                      Start here: render_plan()
#pragma once

#include <cstddef>
#include <string>

#include "base/messages.h"
#include "core/plan.h"

namespace stellwerk::cli {

struct PlanViewOptions {
  std::size_t width = 80;
  bool colour = false;
  base::Locale locale = base::Locale::De;
};

std::string render_plan(const core::Plan& plan, const PlanViewOptions& options);

}  // namespace stellwerk::cli
