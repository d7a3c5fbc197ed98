#include "engine/view.h"

#include <fmt/format.h>

#include "core/approvals.h"
#include "core/names.h"
#include "core/words.h"
#include "engine/private_text.h"

namespace stellwerk::engine {
namespace {

base::Json components_of(const core::Plan& plan) {
  base::Json rows = base::Json::array();
  for (const core::PlannedComponent& component : plan.components)
    rows.push_back({{"name", component.name.str()},
                    {"from", component.from.to_string()},
                    {"to", component.to.to_string()}});
  return rows;
}

base::Json steps_of(const core::Plan& plan, const core::State& state,
                    const std::vector<core::Step>& steps) {
  base::Json rows = base::Json::array();
  for (const core::Step& step : steps) {
    base::Json row = {{"id", step.id.str()},
                      {"title", step.title},
                      {"phase", std::string(to_string(step.phase))},
                      {"kind", std::string(kind_of(step.action))},
                      {"status", std::string(to_string(state.status_of(step.id)))},
                      {"follow_up", step.follow_up}};
    base::Json roles = base::Json::array();
    for (const core::Role role : step.roles) roles.push_back(std::string(to_string(role)));
    row["roles"] = std::move(roles);
    if (const auto found = state.steps.find(step.id); found != state.steps.end()) {
      if (!found->second.summary.empty()) row["summary"] = found->second.summary;
      if (!found->second.by.empty()) row["by"] = found->second.by.str();
      if (found->second.evidence) row["evidence"] = found->second.evidence->to_string();
      if (found->second.text) row["text_digest"] = found->second.text->to_string();
    }
    if (const auto* approval = std::get_if<core::ApprovalAction>(&step.action))
      row["decision"] = std::string(to_string(approval->decision));
    if (std::string lacks = core::lacks(plan, state, step); !lacks.empty())
      row["lacks"] = std::move(lacks);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The wave whose tenants are on the new version; nullptr: nobody is, or everybody for good.
const core::PlannedWave* serving_wave(const core::Plan& plan, const core::State& state) {
  const bool moved = state.may_carry_traffic && state.wave > 0 && !state.lease_expired;
  if (state.settled || !moved) return nullptr;
  if (state.rollback && state.rollback->returned_to)
    return &plan.wave(*state.rollback->returned_to);
  const bool under_way = state.stage == core::Stage::Moving;
  const std::uint32_t number = under_way ? state.wave - 1 : state.wave;
  return number == 0 ? nullptr : &plan.wave(number);
}

base::Json traffic_of(const core::Plan& plan, const core::State& state) {
  base::Json traffic = {{"new_version_share_ppm", share_on_new_version(plan, state).value},
                        {"tenants", base::Json::array()},
                        {"tenants_known", plan.waves.empty() ? 0 : plan.waves.back().serves.size()},
                        {"wave_shares_ppm", base::Json::array()}};
  for (const core::PlannedWave& wave : plan.waves)
    traffic["wave_shares_ppm"].push_back(wave.share_real.value);
  if (const core::PlannedWave* wave = serving_wave(plan, state))
    for (const base::TenantId& tenant : wave->serves) traffic["tenants"].push_back(tenant.str());
  if (state.downtime && plan.downtime_window) {
    traffic["maintenance"] = base::Json::array();
    if (plan.downtime_window->everyone) traffic["maintenance"].push_back("all");
    for (const base::TenantId& tenant : plan.downtime_window->tenants)
      traffic["maintenance"].push_back(tenant.str());
  }
  return traffic;
}

base::Json limits_of(const core::Thresholds& limits) {
  return {{"error_rate_pause_ppm", limits.error_rate_pause.value},
          {"error_rate_rollback_ppm", limits.error_rate_rollback.value},
          {"p95_us", limits.p95_pause.us},
          {"consumer_lag", limits.consumer_lag_pause}};
}

base::Json verdict_of(const core::Verdict& verdict) {
  base::Json json = {{"action", std::string(to_string(verdict.action))},
                     {"cause", std::string(to_string(verdict.cause))},
                     {"findings", base::Json::array()}};
  for (const core::Finding& finding : verdict.findings)
    json["findings"].push_back({{"cause", std::string(to_string(finding.cause))},
                                {"action", std::string(to_string(finding.action))},
                                {"component", finding.component.str()},
                                {"subject", finding.subject},
                                {"requests", finding.requests},
                                {"bad", finding.bad},
                                {"value", finding.value},
                                {"limit", finding.limit}});
  return json;
}

void add_times(base::Json& view, const core::Plan& plan, const core::State& state) {
  view["speed"] = state.anchor.speed;
  if (!state.t0) return;
  view["t0"] = base::rfc3339(state.t0_wall.value_or(base::WallTime{state.t0->us}));
  if (const auto due = core::next_step_due(plan, state))
    view["next_due"] = base::offset_text(*due - *state.t0);
  if (const auto end = core::downtime_ends(plan, state))
    view["downtime_until"] = base::offset_text(*end - *state.t0);
}

base::Json health_of(const GuardWatch& watch) {
  base::Json rows = base::Json::array();
  for (const auto& [target, seen] : watch.health()) {
    base::Json row = {{"target", target},
                      {"service", seen.service},
                      {"good", seen.good},
                      {"detail", seen.detail}};
    if (!seen.version.empty()) {
      row["version"] = seen.version;
      row["new_version"] = seen.is_new_version;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

base::Json logs_of(const std::vector<kpi::LogRow>& rows) {
  base::Json all = kpi::to_json(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    all[i]["errors_minute"] = rows[i].errors_minute;
    all[i]["warnings_minute"] = rows[i].warnings_minute;
    all[i]["folder"] = rows[i].folder;
  }
  return all;
}

void add_live(base::Json& view, const core::Plan& plan, const core::State& state,
              const LiveFigures& live) {
  if (state.t0) {
    view["runbook_time"] =
        base::offset_text(base::seconds((live.now.runbook - *state.t0).us / 1'000'000));
    if (const auto due = core::next_step_due(plan, state))
      view["next_due_in_us"] = std::max<std::int64_t>((*due - live.now.runbook).us, 0);
  }
  if (live.watch == nullptr) return;
  const HoldView hold = live.watch->hold();
  if (state.stage == core::Stage::PostChecking || state.stage == core::Stage::Holding)
    view["hold"] = {
        {"guarded_us", hold.guarded.us}, {"wanted_us", core::hold_wanted(plan, state).us},
        {"real_us", hold.real.us},       {"real_wanted_us", plan.guard.hold_real_min.us},
        {"requests", hold.requests},     {"requests_wanted", plan.guard.hold_requests_min},
        {"promoted", state.promoted}};
  view["kpis"] = kpi::to_json(live.watch->figures(live.now.mono));
  view["gauges"] = kpi::to_json(live.watch->gauges(live.now.mono));
  view["health"] = health_of(*live.watch);
  view["lost_lines"] = live.watch->lost_lines();
  view["logs"] = logs_of(live.watch->logs(live.now.mono));
  if (core::guard_armed(state)) view["verdict"] = verdict_of(live.watch->verdict());
}

/// `<name>_digest` becomes `<name>`, or `<name>_erased`.
void add_text(base::Json& object, const std::string& name, ports::ContentStore& content) {
  const auto named = object.find(name + "_digest");
  if (named == object.end()) return;
  const auto digest = base::Digest::parse(named->get<std::string>());
  auto text = digest ? read_text(*digest, content) : base::fail(digest.error());
  if (text)
    object[name] = std::move(*text);
  else
    object[name + "_erased"] = true;
}

}  // namespace

void add_texts(base::Json& view, ports::ContentStore& content) {
  for (const char* list : {"steps", "rollback_steps"})
    if (const auto rows = view.find(list); rows != view.end())
      for (base::Json& row : *rows) add_text(row, "text", content);
  for (const char* part : {"paused", "rollback"})
    if (const auto found = view.find(part); found != view.end())
      add_text(*found, "reason", content);
}

base::Ppm share_on_new_version(const core::Plan& plan, const core::State& state) {
  if (state.settled) return base::kWhole;
  const core::PlannedWave* wave = serving_wave(plan, state);
  return wave == nullptr ? base::Ppm{} : wave->share_real;
}

base::Json view_of(const core::Plan& plan, const core::State& state,
                   const std::optional<LiveFigures>& live) {
  base::Json view = list_row(plan, state);
  view["plan"] = state.plan.to_string();
  view["components"] = components_of(plan);
  view["traffic"] = traffic_of(plan, state);
  view["guard_armed"] = core::guard_armed(state);
  view["limits"] = limits_of(plan.guard.limits);
  view["entries"] = state.version;
  view["steps"] = steps_of(plan, state, plan.steps);
  if (state.rollback) {
    view["rollback"] = {{"cause", std::string(to_string(state.rollback->cause))},
                        {"detail", state.rollback->detail},
                        {"by", core::actor_text(state.rollback->by)},
                        {"traffic_returned", state.rollback->traffic_returned}};
    if (state.rollback->reason)
      view["rollback"]["reason_digest"] = state.rollback->reason->to_string();
    view["rollback_steps"] = steps_of(plan, state, plan.rollback);
  }
  view["waiting_for"] = base::Json::array();
  for (const base::StepId& step : core::waiting_for_people(plan, state))
    view["waiting_for"].push_back(step.str());
  if (core::sign_off_outstanding(plan, state)) view["sign_off_outstanding"] = true;
  if (state.verdict) view["verdict"] = verdict_of(*state.verdict);
  add_times(view, plan, state);
  view["engine"] = "running";
  if (live) add_live(view, plan, state, *live);
  return view;
}

base::Json view_of(const core::Plan& plan, const core::State& state, const StoredView& stored) {
  base::Json view = view_of(plan, state, std::nullopt);
  view["engine"] = stored.engine_holds_folder ? "unreachable" : "none";
  view["guard_armed"] = false;
  view["last_entry"] = base::rfc3339(stored.last_entry);
  if (!core::guard_armed(state)) return view;
  view["guard_wanted"] = true;
  // Renewals are not journaled: only what holds without one after the last entry can be said.
  if (core::wants_lease(plan, state))
    view["lease_until"] = base::rfc3339(stored.last_entry + plan.guard.lease);
  return view;
}

base::Json list_row(const core::Plan& plan, const core::State& state) {
  base::Json row = {{"release", plan.release.str()},
                    {"title", plan.title},
                    {"type", std::string(to_string(plan.type))},
                    {"strategy", std::string(to_string(plan.strategy))},
                    {"stage", std::string(to_string(state.stage))},
                    {"ended", core::is_terminal(state.stage)},
                    {"wave", state.wave},
                    {"waves", plan.waves.size()}};
  if (state.paused) {
    row["paused"] = {{"cause", std::string(to_string(state.paused->cause))},
                     {"detail", state.paused->detail},
                     {"by", core::actor_text(state.paused->by)}};
    if (state.paused->reason) row["paused"]["reason_digest"] = state.paused->reason->to_string();
  }
  return row;
}

}  // namespace stellwerk::engine
