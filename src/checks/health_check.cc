#include <fmt/format.h>

#include <algorithm>

#include "checks/run.h"

namespace stellwerk::checks {
namespace {

using ports::HealthResult;

/// One bad answer may be an accident; two within three seconds are a failed check.
constexpr base::Duration kBetweenRounds = base::seconds(1);

std::vector<ports::HealthTarget> bad_ones(const std::vector<HealthResult>& results) {
  std::vector<ports::HealthTarget> targets;
  for (const auto& result : results)
    if (!result.good) targets.push_back(result.target);
  return targets;
}

/// Replaces earlier results of the same targets.
void merge(std::vector<HealthResult>& results, const std::vector<HealthResult>& newer) {
  for (const auto& result : newer)
    for (auto& known : results)
      if (known.target.name == result.target.name) known = result;
}

bool is_waived(const ports::HealthStep& step, const HealthResult& result) {
  const auto& waived = step.waived;
  return std::find(waived.begin(), waived.end(), result.target.service) != waived.end();
}

std::string list_of(const std::vector<const HealthResult*>& results) {
  std::string text;
  for (const auto* result : results)
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", result->target.name, result->detail);
  return text;
}

Finding found(const ports::HealthStep& step, const std::vector<HealthResult>& results) {
  if (results.empty()) return {false, "there is no service to ask, and no data is no success", {}};
  std::vector<const HealthResult*> bad;
  std::vector<const HealthResult*> waived;
  for (const auto& result : results)
    if (!result.good) (is_waived(step, result) ? waived : bad).push_back(&result);
  std::string result =
      bad.empty()
          ? fmt::format("{} of {} are healthy", results.size() - waived.size(), results.size())
          : fmt::format("{} of {} are not healthy", bad.size(), results.size());
  std::string more = bad.empty() ? "" : fmt::format(": {}", list_of(bad));
  if (!waived.empty()) more += fmt::format("; waived: {}", list_of(waived));
  return {bad.empty(), std::move(result), std::move(more)};
}

base::Json asked_json(const ports::HealthStep& step) {
  auto targets = base::Json::array();
  for (const auto& target : step.targets)
    targets.push_back({{"name", target.name}, {"url", target.check.url}});
  auto waived = base::Json::array();
  for (const auto& service : step.waived) waived.push_back(service.str());
  return {{"kind", "health"}, {"targets", std::move(targets)}, {"waived", std::move(waived)}};
}

base::Json answer_json(const ports::HealthStep& step, const std::vector<HealthResult>& results) {
  auto answers = base::Json::array();
  for (const auto& result : results)
    answers.push_back({{"detail", result.detail},
                       {"good", result.good},
                       {"name", result.target.name},
                       {"waived", is_waived(step, result)}});
  return {{"results", std::move(answers)}};
}

}  // namespace

base::Result<ports::StepReport> run_health(const ports::HealthStep& step, const Run& run) {
  auto results = run.needs.health.probe(step.targets, run.call);
  if (const auto again = bad_ones(results); !again.empty() && run.pause(kBetweenRounds))
    merge(results, run.needs.health.probe(again, run.call));
  const Finding finding = found(step, results);
  if (run.over())
    return outcome_unknown(
        run, "the step's deadline passed or it was cancelled; " + finding.result + finding.more);
  return report(run, finding, asked_json(step), answer_json(step, results));
}

}  // namespace stellwerk::checks
