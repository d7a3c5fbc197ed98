// judge.h — the rules: from evidence to verdict, and nothing else.
//
// Role: Guard::evaluate calls it on live evidence, the verifier on recorded evidence; the same
// function, so a recorded verdict can be held against its evidence by anybody.
// Start here: judge                                        Thread-safety: pure functions.
// Spec: docs/guard.md; the runbook's table "SLO-Schwellwerte für Rollout-Pause".
#pragma once

#include <cstddef>
#include <string_view>

#include "base/ratio.h"
#include "core/guard_policy.h"
#include "core/verdict.h"
#include "kpi/guard_evidence.h"

namespace stellwerk::kpi {

inline constexpr std::size_t kFindingsMax = 32;
/// "p95 > L" means: more than this share took longer than L.
inline constexpr base::Ppm kSlowShareMax = base::percent(5);

/// Subjects of findings about requests; a gauge's is its name, a health check's its target.
inline constexpr std::string_view kErrorRate = "error_rate";
inline constexpr std::string_view kP95Latency = "p95_latency";

/// Every finding, the good ones too, worst first. Values and limits by cause or, where it is
/// good or too few, by subject: error_rate and p95_latency ppm of requests (p95_latency: share
/// slower than the limit, against 5 %); gauges events; no data and a missing gauge microseconds;
/// health failures in a row.
core::Verdict judge(const core::GuardPolicy& policy, const GuardEvidence& evidence);

/// A health check counts as failed: `fall` failures in a row within the span; or one failure more
/// than that, however slowly the probes come (a service that hangs must not escape by hanging).
bool health_failed(const core::GuardPolicy& policy, const HealthEvidence& target);

}  // namespace stellwerk::kpi
