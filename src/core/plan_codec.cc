// The plan as canonical JSON. One list of fields per struct serves both directions; reading is
// strict because what was read must give the very bytes it was read from.
#include <fmt/format.h>

#include "base/check.h"
#include "base/json.h"
#include "core/archive.h"
#include "core/names.h"
#include "core/plan.h"

namespace stellwerk::core {

// archive.h finds these by argument-dependent lookup, so they cannot live in an unnamed namespace.
template <class A>
void fields(A& a, JsonCondition& v) {
  a("pointer", v.pointer)("equals", v.equals);
}
template <class A>
void fields(A& a, HttpExpectation& v) {
  a("status", v.status)("json", v.json)("time_max_us", v.time_max);
}
template <class A>
void fields(A& a, HealthCheck& v) {
  a("url", v.url)("expect", v.expect)("timeout_us", v.timeout);
}
template <class A>
void fields(A& a, CommandSpec& v) {
  a("arguments", v.arguments)("environment", v.environment)("working_folder", v.working_folder);
  a("user", v.user);
}
template <class A>
void fields(A& a, WorkloadSpec& v) {
  std::vector<std::uint16_t> ports;
  if (v.ports) ports = {v.ports->first, v.ports->second};
  a("command", v.command)("instances", v.instances)("start_timeout_us", v.start_timeout);
  a("drain_us", v.drain)("stop_timeout_us", v.stop_timeout)("ports", ports);
  v.ports.reset();
  if (ports.size() == 2) v.ports = {ports[0], ports[1]};
  std::optional<std::string> artifact_file;  // left out when it is the program: older plans stay
  if (!v.artifact_file.empty()) artifact_file = v.artifact_file;
  a("artifact_file", artifact_file);
  v.artifact_file = artifact_file.value_or("");
}
template <class A>
void fields(A& a, GaugeSpec& v) {
  a("name", v.name)("path", v.path)("format", v.format)("selector", v.selector);
  a("interval_us", v.interval)("timeout_us", v.timeout);
}
template <class A>
void fields(A& a, Service& v) {
  a("name", v.name)("health", v.health)("workload", v.workload)("gauges", v.gauges);
  a("listen_port", v.listen_port);
}
template <class A>
void fields(A& a, Tenant& v) {
  a("id", v.id)("weight", v.weight);
}
template <class A>
void fields(A& a, PersonKey& v) {
  a("key", v.key)("valid_after_us", v.valid_after)("valid_before_us", v.valid_before);
  a("revoked_us", v.revoked);
}
template <class A>
void fields(A& a, Person& v) {
  a("id", v.id)("os_user", v.os_user)("roles", v.roles);
  std::optional<std::vector<PersonKey>> keys;  // left out: the bytes of older plans stay
  if (!v.keys.empty()) keys = v.keys;
  a("keys", keys);
  v.keys = keys.value_or(std::vector<PersonKey>{});
}

template <class A>
void fields(A& a, Thresholds& v) {
  a("error_rate_pause_ppm", v.error_rate_pause)("error_rate_rollback_ppm", v.error_rate_rollback);
  a("p95_pause_us", v.p95_pause)("consumer_lag_pause", v.consumer_lag_pause);
}
template <class A>
void fields(A& a, GuardPolicy& v) {
  a("limits", v.limits)("window_us", v.window)("requests_min", v.requests_min);
  a("bad_min_pause", v.bad_min_pause)("bad_min_rollback", v.bad_min_rollback);
  a("hold_real_min_us", v.hold_real_min)("hold_requests_min", v.hold_requests_min);
  a("no_data_pause_us", v.no_data_pause)("no_data_rollback_us", v.no_data_rollback);
  a("health_fall", v.health_fall)("health_span_us", v.health_span);
  a("health_interval_us", v.health_interval)("lease_us", v.lease)("guard_lost", v.guard_lost);
  a("rollback", v.rollback)("ask_deadline_us", v.ask_deadline);
  a("other_services", v.other_services)("on_stop", v.on_stop);
  a("resume_on_recovery", v.resume_on_recovery);
}

template <class A>
void fields(A& a, CommandCheck& v) {
  a("command", v.command)("timeout_us", v.timeout)("exit_codes", v.exit_codes);
  a("repeatable", v.repeatable);
}
template <class A>
void fields(A& a, SecretHeader& v) {
  a("prefix", v.prefix)("file", v.file)("environment", v.environment);
}
template <class A>
void fields(A& a, HttpCheck& v) {
  // Left out when there are none: the bytes of older plans stay what they are.
  std::optional<std::map<std::string, SecretHeader>> secrets;
  if (!v.secret_headers.empty()) secrets = v.secret_headers;
  a("secret_headers", secrets);
  v.secret_headers = secrets.value_or(std::map<std::string, SecretHeader>{});
  a("method", v.method)("url", v.url)("tenant", v.tenant)("body", v.body)("headers", v.headers);
  a("expect", v.expect)("timeout_us", v.timeout)("attempts", v.attempts);
}
template <class A>
void fields(A& a, HealthAction& v) {
  a("waived", v.waived);
}
template <class A>
void fields(A& a, ApprovalAction& v) {
  a("role", v.role)("count", v.count)("signature_required", v.signature_required);
  std::optional<ApprovalKind> decision;  // left out: the bytes of older plans stay what they are
  if (v.decision != ApprovalKind::Approve) decision = v.decision;
  a("decision", decision);
  v.decision = decision.value_or(ApprovalKind::Approve);
}
template <class A>
void fields(A& a, RecordAction& v) {
  a("event", v.event);
}
template <class A>
void fields(A& a, DeployAction& v) {
  a("component", v.component);
}
template <class A>
void fields(A& a, WaveAction& v) {
  a("wave", v.wave);
}
template <class A>
void fields(A& a, RetireAction& v) {
  a("component", v.component);
}
template <class A>
void fields(A&, Attestation&) {}
template <class A>
void fields(A&, WatchAction&) {}
template <class A>
void fields(A&, CompareAction&) {}
template <class A>
void fields(A&, IntegrityAction&) {}
template <class A>
void fields(A&, SummaryAction&) {}
template <class A>
void fields(A&, ReturnTrafficAction&) {}

namespace {

/// Makes `action` the alternative of this kind; an unknown kind leaves it (and fails the
/// comparison of bytes).
template <std::size_t N = 0>
void select_kind(StepAction& action, std::string_view kind) {
  if constexpr (N < std::variant_size_v<StepAction>) {
    StepAction candidate(std::in_place_index<N>);
    if (kind_of(candidate) == kind)
      action = std::move(candidate);
    else
      select_kind<N + 1>(action, kind);
  }
}

}  // namespace

template <class A>
void fields(A& a, StepAction& v) {
  std::string kind(kind_of(v));
  a("kind", kind);
  if (kind != kind_of(v)) select_kind(v, kind);
  std::visit([&](auto& action) { fields(a, action); }, v);
}
template <class A>
void fields(A& a, Step& v) {
  a("id", v.id)("phase", v.phase)("title", v.title)("action", v.action)("roles", v.roles);
  a("at_us", v.at)("fulfils", v.fulfils)("critical", v.critical)("follow_up", v.follow_up);
  a("undone_by", v.undone_by)("origin", v.origin);
}
template <class A>
void fields(A& a, PlannedComponent& v) {
  a("name", v.name)("from", v.from)("to", v.to)("image", v.image)("artifact", v.artifact);
  a("old_workload", v.old_workload)("new_workload", v.new_workload)("health", v.health);
  a("gauges", v.gauges)("listen_port", v.listen_port);
  // Left out when it has its usual value: the bytes of older plans stay what they are.
  std::optional<std::vector<base::ComponentName>> after;
  if (!v.after.empty()) after = v.after;
  a("after", after);
  v.after = after.value_or(std::vector<base::ComponentName>{});
}
template <class A>
void fields(A& a, PlannedWave& v) {
  a("number", v.number)("share_wanted_ppm", v.share_wanted)("share_real_ppm", v.share_real);
  a("adds", v.adds)("serves", v.serves)("buckets", v.buckets)("everyone", v.everyone);
  a("at_us", v.at)("hold_us", v.hold);
}
template <class A>
void fields(A& a, PlannedDowntime& v) {
  a("everyone", v.everyone)("tenants", v.tenants)("at_most_us", v.at_most);
}
template <class A>
void fields(A& a, PlannedSchedule& v) {
  a("start_us", v.start)("announce_lead_us", v.announce_lead)("pre_check_us", v.pre_check);
  a("deploy_us", v.deploy)("completed_us", v.completed)("post_check_us", v.post_check);
  a("standby_us", v.standby);
}
template <class A>
void fields(A& a, PlanNote& v) {
  a("text", v.text)("origin", v.origin);
}
template <class A>
void fields(A& a, Origin& v) {
  a("key", v.key)("value", v.value)("source", v.source);
}
template <class A>
void fields(A& a, Plan& v) {
  std::string locale(base::to_string(v.locale));
  a("format", v.format)("release", v.release)("type", v.type)("strategy", v.strategy);
  a("title", v.title)("scope", v.scope)("installation", v.installation)("locale", locale);
  a("tenant_header", v.tenant_header)("release_file", v.release_file)("downtime", v.downtime);
  a("components", v.components)("services", v.services)("tenants", v.tenants);
  a("people", v.people)("schedule", v.schedule)("guard", v.guard)("waves", v.waves);
  a("steps", v.steps)("rollback", v.rollback)("stakeholders", v.stakeholders);
  a("requested_by", v.requested_by)("audit", v.audit)("notes", v.notes)("origins", v.origins);
  a("downtime_window", v.downtime_window);
  std::optional<Capacity> capacity;  // left out as `after` is
  if (v.capacity != Capacity::Parallel) capacity = v.capacity;
  a("capacity", capacity);
  v.capacity = capacity.value_or(Capacity::Parallel);
  std::optional<bool> separation;
  std::optional<bool> two_persons;
  if (v.separation_of_duties) separation = true;
  std::optional<bool> signed_commands;
  if (v.two_persons) two_persons = true;
  if (v.signed_commands) signed_commands = true;
  a("separation_of_duties", separation)("two_persons", two_persons);
  a("signed_commands", signed_commands);
  v.separation_of_duties = separation.value_or(false);
  v.two_persons = two_persons.value_or(false);
  v.signed_commands = signed_commands.value_or(false);
  v.locale = base::parse_locale(locale).value_or(base::Locale::De);
}

namespace {

constexpr std::uint32_t kPlanFormat = 1;

base::Failure damaged(std::string why) {
  return base::fail(base::error(base::Code::Corruption, "PLN-0002", "the plan cannot be read")
                        .because(std::move(why))
                        .now("nothing was done with it")
                        .then("stellwerk audit replay", "which stored data is still good"));
}

/// A plan is read only if it is exactly what this program would write.
bool is_written_so(const Plan& plan, std::string_view bytes) {
  const auto again = base::canonical(JsonWriter::to(plan));
  return again && *again == bytes;
}

}  // namespace

std::string encode_plan(const Plan& plan) {
  auto text = base::canonical(JsonWriter::to(plan));
  STELLWERK_CHECK(text.has_value());
  return std::move(*text);
}

base::Digest digest_of(const Plan& plan) { return base::sha256(encode_plan(plan)); }

base::Result<Plan> decode_plan(std::string_view bytes) {
  const auto json = base::parse_json(bytes);
  if (!json) return damaged(json.error().message);
  const base::Json* format = base::at_pointer(*json, "/format");
  if (format == nullptr || !format->is_number_unsigned() ||
      format->get<std::uint64_t>() != kPlanFormat)
    return damaged(fmt::format("it is not of format {}", kPlanFormat));
  Plan plan;
  ReadProblem problem;
  JsonReader::from(*json, plan, problem);
  if (problem.any()) return damaged(problem.text);
  if (!is_written_so(plan, bytes)) return damaged("its bytes are not those of a plan");
  return plan;
}

}  // namespace stellwerk::core
