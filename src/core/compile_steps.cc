// The runbook's rows unfolded into the steps of this release: what is done, by whom, when, what it
// answers and what undoes it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "core/answers.h"
#include "core/compilation.h"

namespace stellwerk::core {
namespace {

constexpr std::string_view kReturnTraffic = "rollback/return-traffic";
constexpr std::string_view kProgress = "rollout/progress-notice";
constexpr std::string_view kRouter = "router:";
constexpr std::string_view kNewVersion = "new:";

std::vector<Role> list_of(RoleSet roles) {
  std::vector<Role> list;
  for (const Role role : kRoles)
    if (roles.contains(role)) list.push_back(role);
  return list;
}

std::string component_step(std::string_view row, const PlannedComponent& component) {
  return fmt::format("{}-{}", row, component.name.str());
}

class StepBuilder {
 public:
  explicit StepBuilder(Compilation& c) : c_(c), answers_(c) {}
  void unfold(const StepTemplate& row);

 private:
  [[nodiscard]] Step step_of(const StepTemplate& row,
                             const base::MessageArguments& arguments) const;
  void add(Step step);
  void add_simple(const StepTemplate& row, StepAction action);
  void add_approvals(const StepTemplate& row);
  void add_decision(const StepTemplate& row);
  void add_deploys(const StepTemplate& row);
  void add_waves(const StepTemplate& row);
  void add_retires(const StepTemplate& row);
  void add_checks(const StepTemplate& row);
  [[nodiscard]] std::optional<base::Duration> time_of(const StepTemplate& row) const;
  [[nodiscard]] HealthAction health() const;
  [[nodiscard]] std::string title(std::string_view key,
                                  const base::MessageArguments& arguments) const {
    return base::message(c_.environment.locale, key, arguments);
  }

  Compilation& c_;
  Answers answers_;
  std::set<base::StepId> ids_;
};

std::optional<base::Duration> StepBuilder::time_of(const StepTemplate& row) const {
  const PlannedSchedule& schedule = c_.plan.schedule;
  const bool at_end = row.follow_up || row.kind == StepKind::Compare ||
                      row.kind == StepKind::Integrity || row.kind == StepKind::Summary;
  switch (row.phase) {
    case Phase::Preparation:
      return -schedule.announce_lead;
    case Phase::PreCheck:
      return row.kind == StepKind::Record ? -schedule.announce_lead : schedule.pre_check;
    case Phase::Rollout:  // what follows the waves has no time of its own
      if (row.id == kProgress) return std::nullopt;
      return schedule.deploy;
    case Phase::PostCheck:
      return at_end ? schedule.completed + schedule.post_check : schedule.completed;
    case Phase::Rollback:
      return std::nullopt;
  }
  return std::nullopt;
}

Step StepBuilder::step_of(const StepTemplate& row, const base::MessageArguments& arguments) const {
  Step step;
  step.id = base::StepId(std::string(row.id));
  step.phase = row.phase;
  step.title = title(title_key(row.id), arguments);
  step.roles = list_of(row.roles.empty() ? roles_of(row.phase) : row.roles);
  step.at = time_of(row);
  step.fulfils = answers_.of_step(row);
  step.follow_up = row.follow_up;
  step.origin = c_.runbook();
  return step;
}

void StepBuilder::add(Step step) {
  if (!ids_.insert(step.id).second) {
    c_.problem({"PLN-0008", "checks", fmt::format("there are two steps {}", step.id.str()),
                "the runbook or another check has that name already"});
    return;
  }
  auto& steps = step.phase == Phase::Rollback ? c_.plan.rollback : c_.plan.steps;
  steps.push_back(std::move(step));
}

void StepBuilder::add_simple(const StepTemplate& row, StepAction action) {
  Step step = step_of(row, {});
  step.action = std::move(action);
  add(std::move(step));
}

HealthAction StepBuilder::health() const {
  HealthAction action;
  for (const HealthWaiver& waiver : c_.release.health_waivers)
    action.waived.push_back(waiver.service);
  return action;
}

/// What the type demands, and what the release adds: for a role the larger number counts.
struct WantedApproval {
  ApprovalAction action;
  std::string origin;
};
std::vector<WantedApproval> wanted_approvals(const Compilation& c) {
  std::vector<WantedApproval> wanted;
  const bool is_signed =
      c.environment.signed_commands || (c.policy.signatures && !c.environment.unsigned_approvals);
  for (const RequiredApproval& each : c.policy.approvals)
    wanted.push_back({{each.role, each.count, is_signed}, c.runbook()});
  for (std::size_t i = 0; i < c.release.approvals.size(); ++i) {
    const ApprovalRequest& asked = c.release.approvals[i];
    const std::string place = c.written_at(fmt::format("approvals[{}]", i));
    const auto same = std::find_if(wanted.begin(), wanted.end(), [&](const WantedApproval& each) {
      return each.action.role == asked.role;
    });
    if (same == wanted.end()) {
      wanted.push_back({{asked.role, asked.count, asked.signature || is_signed}, place});
      continue;
    }
    if (asked.count > same->action.count) same->action.count = asked.count, same->origin = place;
    if (asked.signature) same->action.signature_required = true;
  }
  return wanted;
}

/// What the installation lets go of the type's demands, or adds to them, is told.
void note_what_differs(Compilation& c) {
  if (c.environment.self_approval) c.note("plan.note.self-approval", {}, "stellwerk.yaml");
  if (c.environment.signed_commands) c.note("plan.note.signed-commands", {}, "stellwerk.yaml");
  if (c.environment.unsigned_approvals && c.policy.signatures && !c.environment.signed_commands)
    c.note("plan.note.unsigned", {{"type", std::string(to_string(c.release.type))}},
           "stellwerk.yaml");
}

void StepBuilder::add_approvals(const StepTemplate& row) {
  note_what_differs(c_);
  for (WantedApproval& wanted : wanted_approvals(c_)) {
    const std::string_view role = to_string(wanted.action.role);
    const base::MessageArguments arguments{{"role", title(fmt::format("role.{}", role), {})},
                                           {"count", std::to_string(wanted.action.count)}};
    Step step = step_of(row, arguments);
    step.id = base::StepId(fmt::format("{}-{}", row.id, role));
    if (wanted.action.signature_required)
      step.title = title(title_key(row.id) + "-signed", arguments);
    step.roles = {wanted.action.role};
    step.action = wanted.action;
    step.origin = std::move(wanted.origin);
    add(std::move(step));
  }
}

/// The Audit Officer signs completeness as soon as one of them has a key.
bool is_signed(const Compilation& c, const StepTemplate& row) {
  if (c.environment.signed_commands) return true;
  if (c.environment.unsigned_approvals) return false;
  if (row.decision != ApprovalKind::AcceptCompleteness) return c.policy.signatures;
  return c.policy.signatures ||
         std::any_of(c.plan.people.begin(), c.plan.people.end(), [](const Person& person) {
           const bool audits = std::find(person.roles.begin(), person.roles.end(),
                                         Role::AuditOfficer) != person.roles.end();
           return audits && !person.keys.empty();
         });
}

void StepBuilder::add_decision(const StepTemplate& row) {
  Step step = step_of(row, {});
  const bool demanded = is_signed(c_, row);
  if (demanded) step.title += title("step.signed", {});
  step.action = ApprovalAction{step.roles.front(), 1, demanded, row.decision};
  add(std::move(step));
}

void StepBuilder::add_deploys(const StepTemplate& row) {
  for (const PlannedComponent& component : c_.plan.components) {
    Step step =
        step_of(row, {{"component", component.name.str()}, {"to", component.to.to_string()}});
    step.id = base::StepId(component_step(row.id, component));
    step.action = DeployAction{component.name};
    step.undone_by = component_step("rollback/retire", component);
    add(std::move(step));
  }
}

void StepBuilder::add_retires(const StepTemplate& row) {
  for (const PlannedComponent& component : c_.plan.components) {
    Step step =
        step_of(row, {{"component", component.name.str()}, {"to", component.to.to_string()}});
    step.id = base::StepId(component_step(row.id, component));
    step.action = RetireAction{component.name};
    add(std::move(step));
  }
}

void StepBuilder::add_waves(const StepTemplate& row) {
  for (const PlannedWave& wave : c_.plan.waves) {
    Step step = step_of(row, {{"wave", std::to_string(wave.number)},
                              {"share", base::percent_text(wave.share_real)}});
    step.id = base::StepId(fmt::format("{}-{}", row.id, wave.number));
    step.action = WaveAction{wave.number};
    step.at = wave.at;
    step.undone_by = kReturnTraffic;
    if (!c_.release.waves.empty())
      step.origin = c_.written_at(fmt::format("waves[{}]", wave.number - 1));
    add(std::move(step));
  }
}

/// The new version is there from the rollout on, and before only in the plan.
void check_direct(Compilation& c, const CheckRequest& check, const HttpCheck& http,
                  const std::string& key) {
  const std::string rest = http.url.substr(kNewVersion.size());
  const base::ComponentName component(rest.substr(0, rest.find('/')));
  if (c.plan.find_component(component) == nullptr) {
    c.problem({"PLN-0004", key + ".url",
               fmt::format("there is no component {}", base::in_quotes(component.str())),
               "only components of this release have a new version"});
    std::vector<std::string> names;
    for (const PlannedComponent& each : c.plan.components) names.push_back(each.name.str());
    c.suggest(component.str(), names);
  }
  if (check.phase == Phase::Rollout || check.phase == Phase::PostCheck) return;
  base::Error& error = c.problem(
      {"PLN-0008", key + ".phase",
       fmt::format("check {} asks the new version before it runs", check.name),
       fmt::format("it is started in the rollout, after the phase {}", to_string(check.phase))});
  error = std::move(error).then("write phase: rollout", "after its start, before any traffic");
}

/// A smoke test through the router must name a component of this release and a known tenant.
void check_request(Compilation& c, const HttpCheck& http, const std::string& key) {
  if (!http.url.starts_with(kRouter)) return;
  const std::string rest = http.url.substr(kRouter.size());
  const std::string name = rest.substr(0, rest.find('/'));
  if (c.environment.find_service(base::ServiceName(name)) == nullptr) {
    c.problem({"PLN-0004", key + ".url",
               fmt::format("there is no service {}", base::in_quotes(name)),
               "the router only knows services of stellwerk.yaml"});
    std::vector<std::string> names;
    for (const PlannedComponent& component : c.plan.components)
      names.push_back(component.name.str());
    c.suggest(name, names);
  }
  if (c.environment.find_tenant(http.tenant) != nullptr) return;
  c.problem({"PLN-0004", key + ".tenant",
             fmt::format("there is no tenant {}", base::in_quotes(http.tenant.str())),
             "no tenant of that id stands in stellwerk.yaml"});
  std::vector<std::string> tenants;
  for (const Tenant& tenant : c.environment.tenants) tenants.push_back(tenant.id.str());
  c.suggest(http.tenant.str(), tenants);
}

/// Nothing starts checks while a rollback runs; only people answer for it.
bool may_stand_in(Compilation& c, const CheckRequest& check, const std::string& key) {
  const bool manual = std::holds_alternative<Attestation>(check.action);
  if (check.phase != Phase::Rollback || manual) return true;
  base::Error& error = c.problem(
      {"PLN-0008", key + ".phase",
       fmt::format("check {} cannot stand in the phase {}", check.name, to_string(check.phase)),
       "nothing may delay a rollback; only a person can attest something after it"});
  error = std::move(error).then("write another phase", "before it");
  return false;
}

void StepBuilder::add_checks(const StepTemplate& row) {
  for (std::size_t i = 0; i < c_.release.checks.size(); ++i) {
    const CheckRequest& check = c_.release.checks[i];
    const std::string key = fmt::format("checks[{}]", i);
    if (check.phase != row.phase || !may_stand_in(c_, check, key)) continue;
    if (const auto* http = std::get_if<HttpCheck>(&check.action)) {
      check_request(c_, *http, key);
      if (http->url.starts_with(kNewVersion)) check_direct(c_, check, *http, key);
    }
    Step step;
    step.id = base::StepId(fmt::format("{}/{}", to_string(check.phase), check.name));
    step.phase = check.phase;
    step.title = check.title.empty() ? check.name : check.title;
    step.action = std::visit([](const auto& action) -> StepAction { return action; }, check.action);
    step.roles = check.roles.empty() ? list_of(roles_of(check.phase)) : check.roles;
    step.at = time_of(row);
    step.fulfils = answers_.of_check(i);
    step.critical = check.critical;
    step.follow_up = check.phase == Phase::Rollback;
    step.origin = c_.written_at(key);
    add(std::move(step));
  }
}

void StepBuilder::unfold(const StepTemplate& row) {
  if (!row.types.contains(c_.release.type) || answers_.taken_over(row)) return;
  switch (row.kind) {
    case StepKind::Manual:
      return add_simple(row, Attestation{});
    case StepKind::Record:
      return add_simple(row, RecordAction{std::string(row.event)});
    case StepKind::UserChecks:
      return add_checks(row);
    case StepKind::Approvals:
      return add_approvals(row);
    case StepKind::Decides:
      return add_decision(row);
    case StepKind::Health:
      return add_simple(row, health());
    case StepKind::Deploys:
      return add_deploys(row);
    case StepKind::Waves:
      return add_waves(row);
    case StepKind::Watch:
      return add_simple(row, WatchAction{});
    case StepKind::Compare:
      return add_simple(row, CompareAction{});
    case StepKind::Integrity:
      return add_simple(row, IntegrityAction{});
    case StepKind::Summary:
      return add_simple(row, SummaryAction{});
    case StepKind::ReturnTraffic:
      return add_simple(row, ReturnTrafficAction{});
    case StepKind::Retires:
      return add_retires(row);
  }
}

/// A service may be waived, a component may not: its health is what the guard rests on.
void check_waivers(Compilation& c) {
  std::vector<std::string> names;
  for (const Service& service : c.environment.services) names.push_back(service.name.str());
  for (std::size_t i = 0; i < c.release.health_waivers.size(); ++i) {
    const HealthWaiver& waiver = c.release.health_waivers[i];
    const std::string key = fmt::format("health_waivers[{}].service", i);
    if (c.environment.find_service(waiver.service) == nullptr) {
      c.problem({"PLN-0004", key,
                 fmt::format("there is no service {}", base::in_quotes(waiver.service.str())),
                 "no service of that name stands in stellwerk.yaml"});
      c.suggest(waiver.service.str(), names);
    } else if (c.plan.find_component(base::ComponentName(waiver.service.str())) != nullptr) {
      c.problem({"PLN-0009", key,
                 fmt::format("the health of {} cannot be waived", waiver.service.str()),
                 "it is a component of this release; its health is what the rollout is judged by"});
    } else {
      c.note("plan.note.waived", {{"service", waiver.service.str()}, {"reason", waiver.reason}},
             c.written_at(key));
    }
  }
}

void compile_audit(Compilation& c) {
  for (const std::string_view id : c.policy.audit)
    c.plan.audit.emplace_back(text_of(*find_requirement(id), c.environment.locale));
}

}  // namespace

void compile_steps(Compilation& c) {
  check_waivers(c);
  compile_audit(c);
  StepBuilder builder(c);
  for (const StepTemplate& row : runbook_steps()) builder.unfold(row);
}

}  // namespace stellwerk::core
