// The same facts as simulate_view.cc for programs: integers, times in microseconds, shares in ppm.
#include "cli/simulate_view.h"

namespace stellwerk::cli {
namespace {

base::Json answers_json(const sim::Answers& answers) {
  return {{"errors_ppm", answers.errors.value},
          {"slow_ppm", answers.slow.value},
          {"consumer_lag", answers.consumer_lag}};
}

base::Json spread_json(const sim::Spread& spread) {
  return {{"count", spread.count},
          {"median", spread.median},
          {"p95", spread.p95},
          {"most", spread.most}};
}

base::Json world_json(const Simulation& simulation) {
  const sim::UserWorld& world = simulation.forecast.world;
  base::Json kinds = base::Json::array();
  for (const sim::Fault fault : world.kinds) kinds.push_back(to_string(fault));
  return {{"requests_per_second", world.traffic.requests_per_second},
          {"old_version", answers_json(world.traffic.old_version)},
          {"new_version", answers_json(world.traffic.new_version)},
          {"bad_from_wave", world.traffic.bad_from_wave},
          {"faults", to_string(world.level)},
          {"fault_kinds", kinds},
          {"speed", world.speed}};
}

base::Json reasons_json(const core::Plan& plan, const sim::Summary& summary) {
  base::Json rows = base::Json::array();
  for (const sim::Reason& reason : summary.reasons) {
    base::Json where = base::Json::array();
    for (const auto& [place, count] : reason.where)
      where.push_back(
          {{"wave", place.wave}, {"after_rollout", place.watching}, {"releases", count}});
    rows.push_back({{"kind", to_string(reason.kind)},
                    {"cause", reason.cause},
                    {"detail", reason.detail},
                    {"limit", limit_text(plan, reason.kind, reason.cause, reason.detail)},
                    {"releases", reason.releases},
                    {"without_breach", reason.unfounded},
                    {"first_seed", reason.seed},
                    {"where", where}});
  }
  return rows;
}

base::Json faults_json(const sim::Summary& summary) {
  base::Json rows = base::Json::array();
  for (const sim::AfterFault& after : summary.faults)
    rows.push_back({{"fault", to_string(after.fault)},
                    {"releases", after.releases},
                    {"paused", after.paused},
                    {"rolled_back", after.rolled_back}});
  return rows;
}

base::Json breaches_json(const sim::Summary& summary) {
  base::Json ends = base::Json::object();
  for (const auto& [end, count] : summary.breach_ends) ends[std::string(to_string(end))] = count;
  return {{"releases", summary.with_breach},
          {"lasted_us", spread_json(summary.breach_us)},
          {"bad_requests", spread_json(summary.breach_bad)},
          {"bad_all", summary.breach_bad_all},
          {"requests_all", summary.breach_requests_all},
          {"ends", ends}};
}

base::Json variation_json(const sim::VariationResult& result) {
  base::Json measures = base::Json::array();
  for (const sim::Compared& each : result.compared)
    measures.push_back({{"measure", to_string(each.measure)},
                        {"better", each.pairs.better},
                        {"worse", each.pairs.worse},
                        {"same", each.pairs.same},
                        {"mean_before", static_cast<std::int64_t>(each.pairs.before * 1000)},
                        {"mean_after", static_cast<std::int64_t>(each.pairs.after * 1000)},
                        {"chance_ppm", static_cast<std::int64_t>(each.pairs.chance * 1'000'000)},
                        {"real", each.real}});
  return {{"key", result.key},     {"from", result.from},   {"to", result.to},
          {"seeds", result.seeds}, {"real", result.real()}, {"measures", measures}};
}

}  // namespace

base::Json forecast_json(const core::Plan& plan, const Simulation& simulation,
                         const sim::Summary& summary,
                         const std::vector<sim::VariationResult>& results) {
  base::Json ends = base::Json::object();
  for (const auto& [stage, count] : summary.ends) ends[std::string(core::to_string(stage))] = count;
  base::Json variations = base::Json::array();
  for (const sim::VariationResult& result : results) variations.push_back(variation_json(result));
  return {{"release", plan.release.str()},
          {"plan", core::digest_of(plan).to_string()},
          {"first_seed", simulation.forecast.first},
          {"seeds", simulation.forecast.seeds},
          {"world", world_json(simulation)},
          {"ends", ends},
          {"paused", summary.paused},
          {"completed_after_pause", summary.completed_after_pause},
          {"reasons", reasons_json(plan, summary)},
          {"breaches", breaches_json(summary)},
          {"took_us",
           {{"completed", spread_json(summary.took_us)},
            {"rolled_back", spread_json(summary.took_back_us)}}},
          {"asked",
           {{"as_planned", spread_json(summary.asked)},
            {"beside", spread_json(summary.asked_beside)},
            {"releases_beside", summary.with_asked_beside}}},
          {"faults", faults_json(summary)},
          {"variations", variations}};
}

}  // namespace stellwerk::cli
