// reports.h — what a release leaves behind for people: the comparison and the summary, as Markdown
// from plain data.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "core/plan.h"
#include "core/state.h"
#include "kpi/comparison.h"
#include "kpi/log_book.h"

namespace stellwerk::engine {

/// True when every criterion of every component is met.
bool all_met(const std::vector<kpi::ComponentComparison>& comparison);
/// One line: `error rate 0.05 % → 0.02 % (met), p95 180 ms → 135 ms (met)`.
std::string comparison_line(const std::vector<kpi::ComponentComparison>& comparison);
/// The release summary: components, waves, steps with their evidence, comparison, log counts,
/// rollback if there was one.
std::string release_summary(const core::Plan& plan, const core::State& state,
                            const std::vector<kpi::ComponentComparison>& comparison,
                            const std::vector<kpi::LogRow>& logs);

}  // namespace stellwerk::engine
