// simulate_view.h — a forecast as a release manager reads it.
//
// Thread-safety: pure functions.                                   Start here: forecast_text()
#pragma once

#include <string>

#include "base/json.h"
#include "base/messages.h"
#include "cli/simulate_options.h"
#include "sim/forecast.h"

namespace stellwerk::cli {

struct SimulateStyle {
  base::Locale locale = base::Locale::De;
  bool colour = false;
  std::size_t width = 100;
};

/// What was simulated: release, traffic, misfortunes, people.
std::string assumptions_text(const core::Plan& plan, const Simulation& simulation,
                             const SimulateStyle& style);
/// How often it completed, why not and where, breaches, time, people, misfortunes.
std::string summary_text(const core::Plan& plan, const sim::Summary& summary,
                         const SimulateStyle& style);
/// Which other plans would have done better or worse, beyond chance.
std::string variations_text(const std::vector<sim::VariationResult>& results,
                            const SimulateStyle& style);

/// docs/reference/commands.md "simulate".
base::Json forecast_json(const core::Plan& plan, const Simulation& simulation,
                         const sim::Summary& summary,
                         const std::vector<sim::VariationResult>& results);

/// `slo.p95_pause 500ms`: the value of the plan that stands behind a pause or rollback; empty: none
/// does.
std::string limit_text(const core::Plan& plan, sim::TurnKind kind, std::string_view cause,
                       std::string_view detail);
/// `2m5s`: spans of a forecast, in whole seconds.
std::string rounded_span(std::int64_t us);

}  // namespace stellwerk::cli
