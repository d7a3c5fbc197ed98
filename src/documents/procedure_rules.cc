// What the program's tables demand: release types, phases, limits, permissions, the runbook's
// lines; sections 3 to 6 and the annex.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/ratio.h"
#include "core/guard_policy.h"
#include "core/permissions.h"
#include "core/requirements.h"
#include "documents/procedure_parts.h"

namespace stellwerk::documents {
namespace {

using core::Permission;

/// The key of what one may do, below `may.` and `held.`.
std::string_view key_of_permission(Permission permission) {
  switch (permission) {
    case Permission::Start:
      return "start";
    case Permission::Approve:
      return "approve";
    case Permission::EmergencyApprove:
      return "emergency-approve";
    case Permission::Reject:
      return "reject";
    case Permission::Attest:
      return "attest";
    case Permission::Pause:
      return "pause";
    case Permission::Resume:
      return "resume";
    case Permission::Promote:
      return "promote";
    case Permission::RollBack:
      return "roll-back";
    case Permission::ResolveIncident:
      return "resolve-incident";
    case Permission::AcceptCompleteness:
      return "accept-completeness";
    case Permission::RotateKey:
      return "rotate-key";
    case Permission::Erase:
      return "erase";
    case Permission::RecordProcedure:
      return "record-procedure";
    case Permission::Plan:
      return "plan";
    case Permission::Read:
      return "read";
    case Permission::Export:
      return "export";
  }
  return {};
}

/// Who sees to it, by the English words of the table.
std::string_view key_of_enforcement(std::string_view enforced) {
  for (const std::string_view key : {"decision", "command", "system", "files"})
    if (base::message(base::Locale::En, fmt::format("procedure.enforced.{}", key)) == enforced)
      return key;
  STELLWERK_CHECK(false);
  return {};
}

/// The title of a step of which a plan has several, or whose title names what a plan knows.
std::string_view general_title(core::StepKind kind) {
  switch (kind) {
    case core::StepKind::UserChecks:
      return "step.checks";
    case core::StepKind::Approvals:
      return "step.approval";
    case core::StepKind::Deploys:
      return "step.deploy";
    case core::StepKind::Waves:
      return "step.wave";
    case core::StepKind::Retires:
      return "step.retire";
    case core::StepKind::Manual:
    case core::StepKind::Record:
    case core::StepKind::Decides:
    case core::StepKind::Health:
    case core::StepKind::Watch:
    case core::StepKind::Compare:
    case core::StepKind::Integrity:
    case core::StepKind::Summary:
    case core::StepKind::ReturnTraffic:
      break;
  }
  return {};
}

std::size_t number_of(core::Phase phase) { return static_cast<std::size_t>(phase) + 1; }

}  // namespace

// ---- 3

void ProcedureWriter::types() {
  heading(2, "types");
  paragraph("types.text");
  for (const core::ReleaseType each : core::kReleaseTypes) type(each);
}

std::string ProcedureWriter::waves(const core::StrategyTemplate& strategy) const {
  const std::string standby = base::to_string(strategy.standby);
  if (strategy.waves.empty())
    return say("type.instances", {{"hold", base::to_string(strategy.hold)}, {"standby", standby}});
  std::vector<std::string> parts;
  for (const core::WaveTemplate& wave : strategy.waves)
    parts.push_back(say("type.wave", {{"share", base::percent_text(wave.share)},
                                      {"hold", base::to_string(wave.hold)}}));
  return say("type.waves", {{"waves", joined(parts, " → ")}, {"standby", standby}});
}

std::string ProcedureWriter::downtime(core::Downtime downtime) const {
  switch (downtime) {
    case core::Downtime::None:
      return say("type.downtime.none");
    case core::Downtime::WithDatabase:
      return say("type.downtime.database");
    case core::Downtime::WithApproval:
      return say("type.downtime.approval");
  }
  return {};
}

/// `Unit (`type.tests.unit`), …`
std::string ProcedureWriter::lines(std::span<const std::string_view> ids) const {
  std::vector<std::string> parts;
  for (const std::string_view id : ids) {
    const core::Requirement* line = core::find_requirement(id);
    STELLWERK_CHECK(line != nullptr);
    parts.push_back(fmt::format("{} ({})", plain(core::text_of(*line, locale_)), code(id)));
  }
  return or_none(joined(parts));
}

/// Those of the type, and the decisions that are steps of their own.
std::string ProcedureWriter::approvals(core::ReleaseType type) const {
  std::vector<std::string> parts;
  const auto add = [&](const std::string& who, core::ApprovalKind decision) {
    parts.push_back(fmt::format("{}: {}", code(core::to_string(decision)), who));
  };
  for (const core::RequiredApproval& each : core::policy_of(type).approvals)
    add(say("type.approval", {{"role", role(each.role)}, {"count", std::to_string(each.count)}}),
        core::ApprovalKind::Approve);
  for (const core::StepTemplate& step : core::runbook_steps()) {
    if (step.kind != core::StepKind::Decides || !step.types.contains(type)) continue;
    if (step.phase != core::Phase::Rollback)  // the same decisions, after the other end
      add(roles(step.roles), step.decision);
  }
  return joined(parts, "; ");
}

std::string ProcedureWriter::signatures(const core::TypePolicy& policy) const {
  const core::Environment& environment = facts_.environment;
  if (environment.signed_commands) return say("type.signed.commands");
  if (policy.signatures)
    return say(environment.unsigned_approvals ? "type.signed.waived" : "type.signed.demanded");
  const bool auditor_has_key = std::any_of(
      environment.people.begin(), environment.people.end(), [](const core::Person& person) {
        return core::has_role(person, core::Role::AuditOfficer) && !person.keys.empty();
      });
  return say(auditor_has_key && !environment.unsigned_approvals ? "type.signed.completeness"
                                                                : "type.signed.optional");
}

bool ProcedureWriter::two_persons(const core::TypePolicy& policy) const {
  const core::Environment& environment = facts_.environment;
  return environment.two_persons || (policy.two_persons && !environment.self_approval);
}

void ProcedureWriter::type(core::ReleaseType type) {
  const core::TypePolicy& policy = core::policy_of(type);
  const std::string name(core::to_string(type));
  page_.heading(3, fmt::format("3.{} {}", static_cast<int>(type) + 1, name));
  page_.table({say("column.key"), say("column.value")});
  page_.row({say("type.version"), say("type.version." + name)});
  for (const core::Strategy each : core::kStrategies) {
    if (!policy.strategies.contains(each)) continue;
    std::string label = say("type.strategy", {{"strategy", std::string(core::to_string(each))}});
    if (each == policy.strategy) label += say("type.default");
    page_.row({label, waves(core::strategy_of(type, each))});
  }
  page_.row({say("type.downtime"), downtime(policy.downtime)});
  page_.row({say("type.announced"),
             policy.announce_lead.us > 0
                 ? say("type.announced-text", {{"lead", base::to_string(policy.announce_lead)}})
                 : say("type.announced-none")});
  page_.row({say("type.tests"), lines(policy.tests)});
  page_.row({say("type.documents"), lines(policy.documents)});
  page_.row({say("type.audit"), lines(policy.audit)});
  page_.row({say("type.approvals"), approvals(type)});
  page_.row({say("type.signed"), signatures(policy)});
  page_.row({say("type.two-persons"), yes_or_no(two_persons(policy))});
  if (type == core::ReleaseType::Hotfix)
    page_.paragraph(say("type.emergency",
                        {{"roles", roles(core::row_of(Permission::EmergencyApprove).roles)}}));
}

// ---- 4

void ProcedureWriter::phases() {
  heading(2, "phases");
  paragraph("phases.text");
  for (const core::Phase each : core::kPhases) phase(each);
}

std::string ProcedureWriter::step_title(const core::StepTemplate& step) const {
  const std::string_view general = general_title(step.kind);
  std::string title =
      general.empty() ? base::message(locale_, core::title_key(step.id)) : say(general);
  return step.follow_up ? title + say("step.after-end") : title;
}

std::string ProcedureWriter::step_kind(const core::StepTemplate& step) const {
  switch (step.kind) {
    case core::StepKind::Manual:
      return say("kind.manual");
    case core::StepKind::Record:
      return say("kind.record", {{"event", std::string(step.event)}});
    case core::StepKind::UserChecks:
      return say("kind.checks");
    case core::StepKind::Approvals:
    case core::StepKind::Decides:
      return say("kind.decides", {{"decision", std::string(core::to_string(step.decision))}});
    case core::StepKind::Health:
    case core::StepKind::Deploys:
    case core::StepKind::Waves:
    case core::StepKind::Watch:
    case core::StepKind::Compare:
    case core::StepKind::Integrity:
    case core::StepKind::Summary:
    case core::StepKind::ReturnTraffic:
    case core::StepKind::Retires:
      return say("kind.itself");
  }
  return {};
}

std::string ProcedureWriter::step_roles(const core::StepTemplate& step) const {
  if (step.kind == core::StepKind::Approvals) return say("step.approval-roles");
  return roles(step.roles.empty() ? core::roles_of(step.phase) : step.roles);
}

void ProcedureWriter::phase(core::Phase phase) {
  const core::Requirement* gate =
      core::find_requirement(fmt::format("phase{}.gate", number_of(phase)));
  STELLWERK_CHECK(gate != nullptr);
  heading(3, fmt::format("phase.{}", core::to_string(phase)));
  page_.paragraph(say("phase.responsible", {{"roles", roles(core::roles_of(phase))},
                                            {"gate", plain(core::text_of(*gate, locale_))}}));
  page_.table({say("column.step"), say("step.what"), say("step.how"), say("column.roles"),
               say("column.types"), say("column.lines")});
  for (const core::StepTemplate& step : core::runbook_steps()) {
    if (step.phase != phase) continue;
    std::vector<std::string> ids;
    for (const core::Requirement& line : core::requirements())
      if (line.step == step.id) ids.push_back(code(line.id));
    page_.row({code(step.id), step_title(step), step_kind(step), step_roles(step),
               types_text(step.types), joined(ids)});
  }
}

// ---- 5

void ProcedureWriter::thresholds() {
  const core::GuardPolicy policy;
  const core::Thresholds& limits = policy.limits;
  const auto row = [&](std::string_view metric, const std::string& limit, std::string action) {
    page_.row({say(fmt::format("thresholds.{}", metric)), limit, std::move(action)});
  };
  const std::string pause = say("thresholds.pause");
  const std::string rollback = say("thresholds.rollback");
  const bool asks = policy.rollback == core::RollbackMode::Ask;
  heading(2, "thresholds");
  paragraph("thresholds.text");
  page_.table({say("thresholds.metric"), say("thresholds.limit"), say("thresholds.action")});
  row("error-rate", "> " + base::percent_text(limits.error_rate_pause), pause);
  row("error-rate", "> " + base::percent_text(limits.error_rate_rollback),
      asks ? say("thresholds.rollback-ask", {{"deadline", base::to_string(policy.ask_deadline)}})
           : rollback);
  row("latency", "> " + base::to_string(limits.p95_pause), pause);
  row("lag",
      "> " + say("thresholds.events", {{"count", std::to_string(limits.consumer_lag_pause)}}),
      pause);
  row("health",
      say("thresholds.health-limit", {{"count", std::to_string(policy.health_fall)},
                                      {"span", base::to_string(policy.health_span)}}),
      policy.other_services == core::OtherServices::Pause ? say("thresholds.rollback-other")
                                                          : rollback);
  row("integrity", say("thresholds.integrity-limit"), rollback);
  row("silence", "> " + base::to_string(policy.no_data_pause), pause);
  row("silence", "> " + base::to_string(policy.no_data_rollback), rollback);
  page_.paragraph(
      say("thresholds.window", {{"window", base::to_string(policy.window)},
                                {"requests", std::to_string(policy.requests_min)},
                                {"bad_pause", std::to_string(policy.bad_min_pause)},
                                {"bad_rollback", std::to_string(policy.bad_min_rollback)}}));
  page_.paragraph(policy.guard_lost == core::GuardLost::Old
                      ? say("thresholds.lease", {{"lease", base::to_string(policy.lease)}})
                      : say("thresholds.no-lease"));
  page_.paragraph(
      say("thresholds.people", {{"roles", roles(core::row_of(Permission::RollBack).roles)}}));
}

// ---- 6

void ProcedureWriter::permissions() {
  heading(2, "permissions");
  page_.table({say("permissions.what"), say("permissions.who"), say("permissions.enforced")});
  for (const core::PermissionRow& each : core::permissions()) {
    const std::string_view key = key_of_permission(each.permission);
    const bool alone = each.permission == Permission::Approve && facts_.environment.self_approval;
    const std::string who = each.held_by.empty()
                                ? roles(each.roles)
                                : say(fmt::format("held.{}{}", key, alone ? "-alone" : ""));
    page_.row({say(fmt::format("may.{}", key)), who,
               say(fmt::format("enforced.{}", key_of_enforcement(each.enforced)))});
  }
}

// ---- annex

void ProcedureWriter::runbook_lines() {
  heading(2, "lines");
  page_.table({say("lines.id"), say("lines.text"), say("column.step"), say("column.types")});
  for (const core::Requirement& line : core::requirements())
    page_.row({code(line.id), plain(core::text_of(line, locale_)), code(line.step),
               types_text(line.types)});
}

}  // namespace stellwerk::documents
