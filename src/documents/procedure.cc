#include "documents/procedure.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/permissions.h"
#include "documents/procedure_parts.h"

namespace stellwerk::documents {
namespace {

std::string_view key_of(ReleaseOutcome outcome) {
  switch (outcome) {
    case ReleaseOutcome::UnderWay:
      return "history.under-way";
    case ReleaseOutcome::Completed:
      return "history.completed";
    case ReleaseOutcome::RolledBack:
      return "history.rolled-back";
    case ReleaseOutcome::Cancelled:
      return "history.cancelled";
    case ReleaseOutcome::Failed:
      return "history.failed";
  }
  return {};
}

std::string names_in_code(const std::vector<std::string>& names) {
  std::vector<std::string> parts;
  for (const std::string& name : names) parts.push_back(code(name));
  return joined(parts);
}

}  // namespace

// ---- words

std::string ProcedureWriter::say(std::string_view key,
                                 const base::MessageArguments& arguments) const {
  return base::message(locale_, fmt::format("procedure.{}", key), arguments);
}

std::string ProcedureWriter::role(core::Role role) const {
  return base::message(locale_, fmt::format("role.{}", core::to_string(role)));
}

std::string ProcedureWriter::roles(const core::RoleSet& set) const {
  std::vector<std::string> parts;
  for (const core::Role each : core::kRoles)
    if (set.contains(each)) parts.push_back(role(each));
  return joined(parts);
}

std::string ProcedureWriter::types_text(const core::TypeSet& set) const {
  std::vector<std::string> parts;
  for (const core::ReleaseType each : core::kReleaseTypes)
    if (set.contains(each)) parts.emplace_back(core::to_string(each));
  return parts.size() == core::kReleaseTypes.size() ? say("all-types") : joined(parts);
}

std::string ProcedureWriter::types_with(bool core::TypePolicy::* demand) const {
  std::vector<std::string> parts;
  for (const core::ReleaseType each : core::kReleaseTypes)
    if (core::policy_of(each).*demand) parts.emplace_back(core::to_string(each));
  return or_none(joined(parts));
}

// ---- 1

void ProcedureWriter::title() {
  page_.heading(1, say("title"));
  paragraph("intro");
}

void ProcedureWriter::scope() {
  const core::Environment& environment = facts_.environment;
  heading(2, "scope");
  page_.table({say("column.key"), say("column.value")});
  page_.row({say("scope.installation"), code(environment.installation.str())});
  page_.row({say("scope.version"),
             say("scope.version-text", {{"number", std::to_string(facts_.recorded.size() + 1)},
                                        {"recorded", std::to_string(facts_.recorded.size())}})});
  page_.row({say("scope.as-of"),
             facts_.last_entry
                 ? say("scope.as-of-text", {{"entries", std::to_string(facts_.entries)},
                                            {"time", base::rfc3339(*facts_.last_entry)}})
                 : say("scope.as-of-empty")});
  page_.row({say("scope.program"), plain(facts_.program)});
  page_.row({say("scope.environment"), code(facts_.environment_file.to_string())});
  std::vector<std::string> services;
  for (const core::Service& service : environment.services)
    services.push_back(say(service.workload ? "scope.service-run" : "scope.service-watched",
                           {{"service", code(service.name.str())}}));
  page_.row({say("scope.services"), or_none(joined(services))});
  std::vector<std::string> tenants;
  for (const core::Tenant& tenant : environment.tenants) tenants.push_back(tenant.id.str());
  page_.row({say("scope.tenants"), or_none(names_in_code(tenants))});
  page_.row(
      {say("scope.products"), names_in_code({facts_.setting.router, facts_.setting.workload})});
  paragraph("scope.text");
}

// ---- 2

void ProcedureWriter::organisation() {
  heading(2, "organisation");
  paragraph("organisation.text");
  people();
  holders();
  duties();
}

void ProcedureWriter::people() {
  if (facts_.environment.people.empty()) return paragraph("people.nobody");
  page_.table(
      {say("people.person"), say("column.roles"), say("people.account"), say("people.keys")});
  for (const core::Person& person : facts_.environment.people) {
    std::vector<std::string> held;
    for (const core::Role each : core::kRoles)
      if (core::has_role(person, each)) held.push_back(role(each));
    page_.row({code(person.id.str()), or_none(joined(held)), yes_or_no(!person.os_user.empty()),
               std::to_string(person.keys.size())});
  }
}

void ProcedureWriter::holders() {
  page_.table({say("role.column"), say("role.duty"), say("role.holders")});
  for (const core::Role each : core::kRoles) {
    std::vector<std::string> ids;
    for (const core::Person& person : facts_.environment.people)
      if (core::has_role(person, each)) ids.push_back(person.id.str());
    page_.row({role(each), say(fmt::format("role.{}", core::to_string(each))),
               ids.empty() ? say("role.vacant") : names_in_code(ids)});
  }
}

void ProcedureWriter::duties() {
  const core::Environment& environment = facts_.environment;
  const auto row = [&](std::string_view key, bool value, const std::string& meaning) {
    page_.row({code(key), yes_or_no(value), meaning});
  };
  heading(3, "duties");
  page_.table({say("duties.setting"), say("column.value"), say("duties.meaning")});
  row("self_approval", environment.self_approval,
      say(environment.self_approval ? "duties.self-approval.true" : "duties.self-approval.false"));
  const char* by_type =
      environment.self_approval ? "duties.two-persons.given-up" : "duties.two-persons.false";
  row("two_persons", environment.two_persons,
      environment.two_persons
          ? say("duties.two-persons.true")
          : say(by_type, {{"types", types_with(&core::TypePolicy::two_persons)}}));
  const char* meaning =
      environment.unsigned_approvals ? "duties.unsigned.true" : "duties.unsigned.false";
  row("unsigned_approvals", environment.unsigned_approvals,
      say(meaning, {{"types", types_with(&core::TypePolicy::signatures)}}));
  row("signed_commands", environment.signed_commands,
      say(environment.signed_commands ? "duties.signed-commands.true"
                                      : "duties.signed-commands.false"));
  paragraph("duties.signing");
}

// ---- 9

void ProcedureWriter::history() {
  heading(2, "history");
  releases();
  recorded_versions();
}

std::string ProcedureWriter::requested_of(const ProcedureRelease& release) const {
  return or_none(names_in_code(release.requested));
}

std::string ProcedureWriter::decisions_of(const ProcedureRelease& release) const {
  std::vector<std::string> parts;
  for (const ProcedureDecision& each : release.decisions) {
    const std::string person = code(each.person.str());
    const std::string how = say(each.signature ? "history.signed" : "history.unsigned");
    parts.push_back(
        each.rejected ? say("history.rejection", {{"person", person}, {"signed", how}})
                      : say("history.decision", {{"person", person},
                                                 {"role", role(each.role)},
                                                 {"decision", code(core::to_string(each.decision))},
                                                 {"signed", how}}));
  }
  return or_none(joined(parts, "; "));
}

void ProcedureWriter::releases() {
  heading(3, "history.releases");
  if (facts_.releases.empty()) return paragraph("history.no-releases");
  page_.table({say("history.release"), say("column.type"), say("history.components"),
               say("history.begin"), say("history.end"), say("history.requested"),
               say("history.decided"), say("history.outcome"), say("history.plan")});
  for (const ProcedureRelease& each : facts_.releases) {
    std::vector<std::string> components;
    for (const std::string& component : each.components) components.push_back(plain(component));
    page_.row({code(each.id.str()), core::to_string(each.type), or_none(joined(components)),
               base::rfc3339(each.begin), each.end ? base::rfc3339(*each.end) : std::string(),
               requested_of(each), decisions_of(each), say(key_of(each.outcome)),
               each.plan_is_there
                   ? code(each.plan.short_text())
                   : say("history.plan-lost", {{"plan", code(each.plan.short_text())}})});
  }
}

void ProcedureWriter::recorded_versions() {
  heading(3, "history.versions");
  if (facts_.recorded.empty()) return paragraph("history.no-versions");
  page_.table({say("scope.version"), say("history.entry"), say("history.time"), say("history.by"),
               say("scope.program"), say("history.document"), say("scope.environment")});
  std::size_t number = 0;
  for (const RecordedProcedure& each : facts_.recorded)
    page_.row({std::to_string(++number), std::to_string(each.index), base::rfc3339(each.time),
               code(each.by), plain(each.program), code(each.document.to_string()),
               code(each.environment.to_string())});
  paragraph("history.versions-text");
}

std::string procedure_document(const ProcedureFacts& facts, base::Locale locale) {
  ProcedureWriter writer(facts, locale);
  writer.title();
  writer.scope();
  writer.organisation();
  writer.types();
  writer.phases();
  writer.thresholds();
  writer.permissions();
  writer.record();
  writer.retention();
  writer.history();
  writer.runbook_lines();
  return std::move(writer).text();
}

}  // namespace stellwerk::documents
