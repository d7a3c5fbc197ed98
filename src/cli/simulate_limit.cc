// Which value of the plan stands behind a pause or a rollback, by its key in release.yaml.
#include <fmt/format.h>

#include "cli/simulate_view.h"

namespace stellwerk::cli {

std::string rounded_span(std::int64_t us) { return base::to_string(base::seconds(us / 1'000'000)); }

std::string limit_text(const core::Plan& plan, sim::TurnKind kind, std::string_view cause,
                       std::string_view detail) {
  const core::GuardPolicy& guard = plan.guard;
  const bool back = kind == sim::TurnKind::RolledBack;
  if (cause == "lease-expired") return "guard.lease " + base::to_string(guard.lease);
  if (cause == "ask-expired") return "guard.ask_deadline " + base::to_string(guard.ask_deadline);
  if (cause == "downtime-over" && plan.downtime_window && plan.downtime_window->at_most)
    return "downtime.at_most " + base::to_string(*plan.downtime_window->at_most);
  if (cause != "guard" && cause != "ask-rollback") return {};
  if (detail == "error-rate")
    return back || cause == "ask-rollback"
               ? "slo.error_rate_rollback " + base::percent_text(guard.limits.error_rate_rollback)
               : "slo.error_rate_pause " + base::percent_text(guard.limits.error_rate_pause);
  if (detail == "latency") return "slo.p95_pause " + base::to_string(guard.limits.p95_pause);
  if (detail == "consumer-lag")
    return fmt::format("slo.consumer_lag_pause {}", guard.limits.consumer_lag_pause);
  if (detail == "no-data")
    return back ? "guard.no_data_rollback " + base::to_string(guard.no_data_rollback)
                : "guard.no_data_pause " + base::to_string(guard.no_data_pause);
  if (detail == "health") return fmt::format("guard.health_fall {}", guard.health_fall);
  if (detail == "too-few-bad")
    return fmt::format("guard.requests_min {}, guard.bad_min_pause {}, guard.bad_min_rollback {}",
                       guard.requests_min, guard.bad_min_pause, guard.bad_min_rollback);
  return {};
}

}  // namespace stellwerk::cli
