#include "engine/reports.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/approvals.h"
#include "core/words.h"

namespace stellwerk::engine {
namespace {

constexpr std::size_t kTenantsListed = 50;  ///< the plan has the whole list

std::string milliseconds_text(const std::optional<base::Duration>& span) {
  if (!span) return "–";
  return fmt::format("{}.{} ms", span->us / 1000, span->us % 1000 / 100);
}

std::string row(std::string_view name, const std::string& before, const std::string& after,
                const std::string& result) {
  return fmt::format("| {} | {} | {} | {} |\n", name, before, after, result);
}

std::string result_text(const kpi::Criterion& criterion) {
  return fmt::format("{} ({})", to_string(criterion.result), to_string(criterion.reason));
}

void append_comparison(std::string& text, const kpi::ComponentComparison& each) {
  text +=
      fmt::format("\n### {} {} → {}\n\n| KPI | before | after | criterion |\n|---|---|---|---|\n",
                  each.component.str(), each.from.to_string(), each.to.to_string());
  text += row("requests", std::to_string(each.before.requests), std::to_string(each.after.requests),
              "");
  text += row("error rate", base::percent_text(each.before.error_rate),
              base::percent_text(each.after.error_rate), result_text(each.error_rate));
  text += row("p50", milliseconds_text(each.before.p50), milliseconds_text(each.after.p50), "");
  text += row("p95", milliseconds_text(each.before.p95), milliseconds_text(each.after.p95),
              result_text(each.p95));
  text += row("p99", milliseconds_text(each.before.p99), milliseconds_text(each.after.p99), "");
}

void append_logs(std::string& text, const std::vector<kpi::LogRow>& logs) {
  if (logs.empty()) return;
  text +=
      "\n## Logs since the new version was deployed\n\n"
      "| version | ERROR | WARN | lines | requests |\n|---|---|---|---|---|\n";
  for (const kpi::LogRow& row : logs)
    text +=
        fmt::format("| {} {} | {} | {} | {}{} | {} |\n", row.component.str(),
                    row.version.to_string(), row.counts.errors, row.counts.warnings,
                    row.counts.unread_bytes > 0 ? "at least " : "", row.counts.lines, row.requests);
}

void append_steps(std::string& text, const core::State& state,
                  const std::vector<core::Step>& steps) {
  for (const core::Step& step : steps) {
    const auto found = state.steps.find(step.id);
    const auto status = state.status_of(step.id);
    std::string note = found == state.steps.end() ? "" : found->second.summary;
    if (found != state.steps.end() && !found->second.by.empty())
      note = fmt::format("{} {}", found->second.by.str(), note);
    const std::string evidence = found != state.steps.end() && found->second.evidence
                                     ? found->second.evidence->short_text()
                                     : "";
    text += fmt::format("| {} | {} | {} | {} | {} |\n", step.id.str(), step.title,
                        to_string(status), note, evidence);
  }
}

/// The people who said so, each once.
std::string who_said(const core::State& state, core::ApprovalKind decision) {
  std::vector<std::string> people;
  for (const core::Approval& each : state.approvals)
    if (each.decision == decision &&
        std::find(people.begin(), people.end(), each.person.str()) == people.end())
      people.push_back(each.person.str());
  return base::and_list(people);
}

/// The summary is written once, and kept: what was outstanding then may have been given since.
void append_emergency(std::string& text, const core::Plan& plan, const core::State& state) {
  const std::string by = who_said(state, core::ApprovalKind::EmergencyApprove);
  if (by.empty()) return;
  text += fmt::format(
      "\n## Emergency approval\n\nThe release began with the emergency approval of {}", by);
  if (core::sign_off_outstanding(plan, state))
    text +=
        ". **The sign-off was outstanding when this was written**: another person gives it after "
        "the end, and the record says whether it was given.\n";
  else
    text +=
        fmt::format(", and was signed off by {}.\n", who_said(state, core::ApprovalKind::SignOff));
}

void append_waves(std::string& text, const core::Plan& plan, const core::State& state) {
  text += "\n## Waves\n\n| wave | tenants | traffic | reached |\n|---|---|---|---|\n";
  for (const core::PlannedWave& wave : plan.waves) {
    std::vector<std::string> tenants;
    for (const base::TenantId& tenant : wave.adds) tenants.push_back(tenant.str());
    text +=
        fmt::format("| {} | {} | {} | {} |\n", wave.number,
                    wave.everyone ? "all" : base::short_list(tenants, kTenantsListed),
                    base::percent_text(wave.share_real), wave.number <= state.wave ? "yes" : "no");
  }
}

}  // namespace

bool all_met(const std::vector<kpi::ComponentComparison>& comparison) {
  return std::all_of(comparison.begin(), comparison.end(), [](const auto& each) {
    return each.error_rate.result == kpi::CriterionResult::Met &&
           each.p95.result == kpi::CriterionResult::Met;
  });
}

std::string comparison_line(const std::vector<kpi::ComponentComparison>& comparison) {
  std::vector<std::string> parts;
  for (const kpi::ComponentComparison& each : comparison)
    parts.push_back(fmt::format(
        "{}: error rate {} → {} ({}), p95 {} → {} ({})", each.component.str(),
        base::percent_text(each.before.error_rate), base::percent_text(each.after.error_rate),
        to_string(each.error_rate.result), milliseconds_text(each.before.p95),
        milliseconds_text(each.after.p95), to_string(each.p95.result)));
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string release_summary(const core::Plan& plan, const core::State& state,
                            const std::vector<kpi::ComponentComparison>& comparison,
                            const std::vector<kpi::LogRow>& logs) {
  std::string text = fmt::format("# Release {}: {}\n\n", plan.release.str(), plan.title);
  text += fmt::format("Type {}, strategy {}, plan {}.\n", to_string(plan.type),
                      to_string(plan.strategy), state.plan.to_string());
  append_emergency(text, plan, state);
  append_waves(text, plan, state);
  if (state.rollback)
    text += fmt::format("\n## Rollback\n\nCause: {} {}. Decided {} by {}.\n",
                        core::to_string(state.rollback->cause), state.rollback->detail,
                        base::rfc3339(state.rollback->decided_at),
                        core::actor_text(state.rollback->by));
  text += "\n## Before and after\n";
  for (const kpi::ComponentComparison& each : comparison) append_comparison(text, each);
  append_logs(text, logs);
  text += "\n## Steps\n\n| step | what | status | note | evidence |\n|---|---|---|---|---|\n";
  append_steps(text, state, plan.steps);
  if (state.rollback) append_steps(text, state, plan.rollback);
  return text;
}

}  // namespace stellwerk::engine
