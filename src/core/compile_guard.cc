// What the release is held to: the limits, with where each came from, and what a person should know
// about those that weaken the guard.
#include <fmt/format.h>

#include "core/compilation.h"
#include "core/names.h"

namespace stellwerk::core {
namespace {

class GuardOrigins {
 public:
  explicit GuardOrigins(Compilation& c) : c_(c) {}
  void add(std::string_view key, std::string value) {
    const std::string name(key.substr(key.find('.') + 1));
    const auto written = c_.release.guard_origins.find(name);
    const std::string source =
        written == c_.release.guard_origins.end() ? std::string("default") : written->second;
    c_.plan.origins.push_back({std::string(key), std::move(value), source});
  }
  void add(std::string_view key, base::Duration value) { add(key, base::to_string(value)); }
  void add(std::string_view key, base::Ppm value) { add(key, base::percent_text(value)); }
  template <class E>
    requires std::is_enum_v<E>
  void add(std::string_view key, E value) {
    add(key, std::string(name_of(value)));
  }

 private:
  Compilation& c_;
};

void note_limits(GuardOrigins& origins, const Thresholds& limits) {
  origins.add("slo.error_rate_pause", limits.error_rate_pause);
  origins.add("slo.error_rate_rollback", limits.error_rate_rollback);
  origins.add("slo.p95_pause", limits.p95_pause);
  origins.add("slo.consumer_lag_pause", std::to_string(limits.consumer_lag_pause));
}

void note_guard(GuardOrigins& origins, const GuardPolicy& guard) {
  origins.add("guard.window", guard.window);
  origins.add("guard.requests_min", std::to_string(guard.requests_min));
  origins.add("guard.bad_min_pause", std::to_string(guard.bad_min_pause));
  origins.add("guard.bad_min_rollback", std::to_string(guard.bad_min_rollback));
  origins.add("guard.hold_real_min", guard.hold_real_min);
  origins.add("guard.hold_requests_min", std::to_string(guard.hold_requests_min));
  origins.add("guard.no_data_pause", guard.no_data_pause);
  origins.add("guard.no_data_rollback", guard.no_data_rollback);
  origins.add("guard.health_fall", std::to_string(guard.health_fall));
  origins.add("guard.health_span", guard.health_span);
  origins.add("guard.health_interval", guard.health_interval);
  origins.add("guard.lease", guard.lease);
  origins.add("guard.guard_lost", guard.guard_lost);
  origins.add("guard.ask_deadline", guard.ask_deadline);
  origins.add("guard.other_services", guard.other_services);
  origins.add("guard.on_stop", guard.on_stop);
  origins.add("guard.resume_on_recovery", guard.resume_on_recovery ? "true" : "false");
  origins.add("rollback", guard.rollback);
}

}  // namespace

void compile_guard(Compilation& c) {
  c.plan.guard = c.release.guard;
  GuardOrigins origins(c);
  note_limits(origins, c.plan.guard.limits);
  note_guard(origins, c.plan.guard);
  if (c.plan.guard.other_services == OtherServices::Pause)
    c.note("plan.note.other-services", {}, c.written_at("guard.other_services"));
  if (c.plan.guard.guard_lost == GuardLost::Hold)
    c.note("plan.note.no-lease", {}, c.written_at("guard.guard_lost"));
  c.note("plan.note.error-baseline", {}, c.runbook());
}

}  // namespace stellwerk::core
