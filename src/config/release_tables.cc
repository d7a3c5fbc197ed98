// The tables of release.yaml.
#include <array>

#include "config/release_rules.h"
#include "config/tables.h"

namespace stellwerk::config {

template <>
struct Words<CheckKind> {
  static detail::WordList<CheckKind> all() {
    return {
        {CheckKind::Command, "command"}, {CheckKind::Http, "http"}, {CheckKind::Manual, "manual"}};
  }
};
template <>
const Table<core::Component>& table_of<core::Component>();
template <>
const Table<core::WaveRequest>& table_of<core::WaveRequest>();
template <>
const Table<core::ScheduleRequest>& table_of<core::ScheduleRequest>();
template <>
const Table<core::ApprovalRequest>& table_of<core::ApprovalRequest>();
template <>
const Table<core::HealthWaiver>& table_of<core::HealthWaiver>();
template <>
const Table<CheckDraft>& table_of<CheckDraft>();

/// A check is read as a draft of all its keys, of which its kind allows some.
template <>
struct Codec<core::CheckRequest> {
  static bool read(Reading& reading, const FieldSpec&, const Node& node,
                   core::CheckRequest& target) {
    CheckDraft draft;
    if (!read_object(reading, table_of<CheckDraft>(), node, draft)) return false;
    target = std::move(draft.request);
    return true;
  }
  static OrderedJson write(const FieldSpec&, const core::CheckRequest& value) {
    return write_object(table_of<CheckDraft>(), draft_of(value));
  }
  static ValueInfo describe(const FieldSpec&) {
    return detail::object_info(describe_object(table_of<CheckDraft>()));
  }
};

namespace {

using base::hours;
using base::milliseconds;
using base::minutes;
using base::seconds;
using core::ApprovalRequest;
using core::CheckRequest;
using core::CommandCheck;
using core::CommandSpec;
using core::Component;
using core::GuardPolicy;
using core::HealthWaiver;
using core::HttpCheck;
using core::Release;
using core::ScheduleRequest;
using core::Thresholds;
using core::WaveRequest;

constexpr std::string_view kNoFlags = "feature flags are not switched yet; remove the key";
constexpr std::string_view kNoMigrations = "database migrations are not run yet; remove the key";
constexpr std::string_view kNoContracts =
    "contracts are not compared yet; remove the key and add a check that answers for them";
constexpr std::string_view kNoReverses =
    "a release that undoes another one cannot be planned yet; remove the key";
constexpr std::int64_t kHoldMax = hours(24 * 14).us;
constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD",  "POST",
                                                      "PUT", "PATCH", "DELETE"};

/// A key that is known and refused; its member only gives the field a type.
constexpr Field<Release> refused_key(std::string_view key, std::string_view why) {
  return field<&Release::title>({.key = key, .text = "Reserved.", .refused = why});
}
constexpr Field<Component> refused_component_key(std::string_view key, std::string_view why) {
  return field<&Component::image>({.key = key, .text = "Reserved.", .refused = why});
}

constexpr std::array kComponentFields = {
    field<&Component::name>({.key = "domain",
                             .text = "The service of the environment that gets a new version.",
                             .required = true}),
    field<&Component::from>(
        {.key = "from", .text = "The version that serves now.", .required = true}),
    field<&Component::to>({.key = "to", .text = "The new version.", .required = true}),
    field<&Component::image>(
        {.key = "image", .text = "The image or package of the new version; it is recorded."}),
    field<&Component::command>(
        {.key = "command",
         .text = "How the new version is started, where that differs from the service's run."}),
    refused_component_key("flags", kNoFlags),
    refused_component_key("migrations", kNoMigrations),
    refused_component_key("contracts", kNoContracts)};
constexpr Table<Component> kComponent{.name = "component",
                                      .text = "One service going from one version to another.",
                                      .fields = kComponentFields};

constexpr std::array kWaveFields = {
    field<&WaveRequest::share>(
        {.key = "share",
         .text = "How much of the usual traffic is on the new version after this wave.",
         .min = 1}),
    Field<WaveRequest>{.spec = {.key = "tenants",
                                .text = "Tenants that move first in this wave, by name; the word "
                                        "all moves everybody."},
                       .read = read_wave_tenants,
                       .write = write_wave_tenants,
                       .describe = describe_wave_tenants},
    field<&WaveRequest::hold>({.key = "hold",
                               .text = "How long the wave is watched before the next one.",
                               .default_text = "the strategy's",
                               .max = kHoldMax}),
    field<&WaveRequest::at>({.key = "at",
                             .text = "When the wave begins at the earliest.",
                             .default_text = "the strategy's",
                             .min = 0,
                             .syntax = &kOffset})};
constexpr Table<WaveRequest> kWave{.name = "wave",
                                   .text = "One change of traffic. Waves are cumulative.",
                                   .fields = kWaveFields,
                                   .finish = finish_wave};

constexpr std::array kThresholdFields = {
    field<&Thresholds::error_rate_pause>(
        {.key = "error_rate_pause", .text = "More errors than this share pause the release."}),
    field<&Thresholds::error_rate_rollback>(
        {.key = "error_rate_rollback", .text = "More errors than this share roll it back."}),
    field<&Thresholds::p95_pause>(
        {.key = "p95_pause",
         .text = "More than 5 % of the requests slower than this pause the release.",
         .min = milliseconds(1).us,
         .max = minutes(10).us}),
    field<&Thresholds::consumer_lag_pause>({.key = "consumer_lag_pause",
                                            .text = "A longer queue pauses the release.",
                                            .unit = "events",
                                            .min = 0,
                                            .max = 1'000'000'000})};
constexpr Table<Thresholds> kThresholds{
    .name = "slo",
    .text = "The limits of the runbook's SLO table. A limit is broken when the value is greater.",
    .fields = kThresholdFields,
    .finish = finish_thresholds};

constexpr std::array kGuardFields = {
    field<&GuardPolicy::window>({.key = "window",
                                 .text = "The sliding window that limits are judged in; it begins "
                                         "anew with each wave.",
                                 .min = seconds(1).us,
                                 .max = hours(1).us}),
    field<&GuardPolicy::requests_min>(
        {.key = "requests_min",
         .text = "With fewer requests in the window there are too few to judge.",
         .unit = "requests",
         .min = 1,
         .max = 1'000'000'000}),
    field<&GuardPolicy::bad_min_pause>({.key = "bad_min_pause",
                                        .text = "Fewer bad requests cannot pause the release.",
                                        .unit = "requests",
                                        .min = 1,
                                        .max = 1'000'000'000}),
    field<&GuardPolicy::bad_min_rollback>({.key = "bad_min_rollback",
                                           .text = "Fewer bad requests cannot roll it back.",
                                           .unit = "requests",
                                           .min = 1,
                                           .max = 1'000'000'000}),
    field<&GuardPolicy::hold_real_min>(
        {.key = "hold_real_min",
         .text = "A hold lasts at least this long in real time, whatever the speed.",
         .max = hours(24).us}),
    field<&GuardPolicy::hold_requests_min>(
        {.key = "hold_requests_min",
         .text = "A hold has seen at least this many requests of the new version.",
         .unit = "requests",
         .min = 0,
         .max = 1'000'000'000}),
    field<&GuardPolicy::no_data_pause>(
        {.key = "no_data_pause",
         .text = "Nothing from the source of measurements for this long pauses the release.",
         .min = seconds(1).us,
         .max = hours(24).us}),
    field<&GuardPolicy::no_data_rollback>({.key = "no_data_rollback",
                                           .text = "Nothing for this long rolls it back.",
                                           .min = seconds(1).us,
                                           .max = hours(24).us}),
    field<&GuardPolicy::health_fall>(
        {.key = "health_fall",
         .text = "So many failed probes in a row are a failed health check.",
         .unit = "probes",
         .min = 1,
         .max = 100}),
    field<&GuardPolicy::health_span>({.key = "health_span",
                                      .text = "They must fail within this time.",
                                      .min = milliseconds(100).us,
                                      .max = hours(1).us}),
    field<&GuardPolicy::health_interval>({.key = "health_interval",
                                          .text = "How often each service is probed.",
                                          .min = milliseconds(100).us,
                                          .max = minutes(1).us}),
    field<&GuardPolicy::lease>(
        {.key = "lease",
         .text = "How long the load balancer keeps serving the new version without hearing from "
                 "Stellwerk.",
         .min = seconds(5).us,
         .max = hours(1).us}),
    field<&GuardPolicy::guard_lost>(
        {.key = "guard_lost",
         .text =
             "Where the traffic goes when Stellwerk is gone: old (the lease runs out) or hold."}),
    field<&GuardPolicy::ask_deadline>(
        {.key = "ask_deadline",
         .text = "With rollback: ask, how long a decision may take before it becomes automatic.",
         .min = minutes(1).us,
         .max = hours(24).us}),
    field<&GuardPolicy::other_services>(
        {.key = "other_services",
         .text = "What the failed health of a service that is no component does."}),
    field<&GuardPolicy::on_stop>(
        {.key = "on_stop", .text = "What SIGTERM does while the new version has less than 100 %."}),
    field<&GuardPolicy::resume_on_recovery>(
        {.key = "resume_on_recovery",
         .text = "A pause that the guard caused ends by itself when all is good again."})};
constexpr Table<GuardPolicy> kGuard{.name = "guard",
                                    .text = "How the limits are judged.",
                                    .fields = kGuardFields,
                                    .finish = finish_guard};

constexpr std::array kScheduleFields = {
    field<&ScheduleRequest::start>(
        {.key = "start",
         .text = "T+0. The real T+0 is never before the announcement plus its lead.",
         .default_text = "as soon as the lead allows"}),
    field<&ScheduleRequest::announce_lead>({.key = "announce_lead",
                                            .text = "How long before T+0 people are told.",
                                            .default_text = "24h, for a hotfix 0s",
                                            .max = hours(24 * 90).us}),
    field<&ScheduleRequest::pre_check>({.key = "pre_check",
                                        .text = "When the pre-checks begin.",
                                        .default_text = "T-1h",
                                        .max = 0,
                                        .syntax = &kOffset}),
    field<&ScheduleRequest::deploy>({.key = "deploy",
                                     .text = "When the new version is started.",
                                     .default_text = "the strategy's",
                                     .syntax = &kOffset}),
    field<&ScheduleRequest::completed>(
        {.key = "completed",
         .text = "When the rollout is complete: the end of the last hold.",
         .default_text = "the strategy's",
         .min = 0,
         .syntax = &kOffset}),
    field<&ScheduleRequest::post_check>(
        {.key = "post_check",
         .text = "How long the release is watched after completion.",
         .default_text = "30m",
         .max = kHoldMax})};
constexpr Table<ScheduleRequest> kSchedule{.name = "schedule",
                                           .text = "When things happen.",
                                           .fields = kScheduleFields,
                                           .finish = finish_schedule};

constexpr std::array kApprovalFields = {
    field<&ApprovalRequest::role>({.key = "role", .text = "Who must approve.", .required = true}),
    field<&ApprovalRequest::count>(
        {.key = "count", .text = "How many people of this role.", .min = 1, .max = 20})};
constexpr Table<ApprovalRequest> kApproval{
    .name = "approval",
    .text = "An approval demanded beside those of the release type.",
    .fields = kApprovalFields,
    .shorthand = "role"};

constexpr std::array kWaiverFields = {
    field<&HealthWaiver::service>(
        {.key = "service", .text = "The service that may be unhealthy.", .required = true}),
    field<&HealthWaiver::reason>({.key = "reason", .text = "Why.", .required = true})};
constexpr Table<HealthWaiver> kWaiver{
    .name = "health_waiver",
    .text = "A failing service that this release accepts, by name and with a reason.",
    .fields = kWaiverFields,
    .finish = finish_waiver};

constexpr std::array kCheckFields = {
    field<&CheckDraft::request, &CheckRequest::name>(
        {.key = "name", .text = "The step becomes <phase>/<name>.", .required = true}),
    field<&CheckDraft::request, &CheckRequest::title>(
        {.key = "title", .text = "What people read.", .default_text = "the name"}),
    field<&CheckDraft::request, &CheckRequest::phase>(
        {.key = "phase", .text = "When it runs.", .required = true}),
    field<&CheckDraft::kind>(
        {.key = "kind",
         .text = "A command that must succeed, an HTTP request that must be answered as expected, "
                 "or a named person who says so.",
         .required = true}),
    field<&CheckDraft::command, &CommandCheck::command, &CommandSpec::arguments>(
        only_for("command", kRunSpec)),
    field<&CheckDraft::command, &CommandCheck::command, &CommandSpec::environment>(
        only_for("command", kVariablesSpec)),
    field<&CheckDraft::command, &CommandCheck::command, &CommandSpec::working_folder>(
        only_for("command", kWorkingFolderSpec)),
    field<&CheckDraft::command, &CommandCheck::command, &CommandSpec::user>(
        only_for("command", kUserSpec)),
    field<&CheckDraft::command, &CommandCheck::exit_codes>(
        {.key = "exit_codes",
         .text = "The exit codes that mean success.",
         .min = 0,
         .max = 255,
         .items_min = 1,
         .kinds = "command"}),
    field<&CheckDraft::command, &CommandCheck::repeatable>(
        {.key = "repeatable",
         .text = "Running it again changes nothing. Otherwise an unknown outcome needs a person.",
         .kinds = "command"}),
    field<&CheckDraft::http, &HttpCheck::method>(
        {.key = "method", .text = "The request's method.", .words = kMethods, .kinds = "http"}),
    field<&CheckDraft::http, &HttpCheck::url>({.key = "url",
                                               .text = "What is asked.",
                                               .required = true,
                                               .syntax = &kCheckUrl,
                                               .kinds = "http"}),
    field<&CheckDraft::http, &HttpCheck::tenant>(
        {.key = "tenant",
         .text = "The tenant whose request it is, when it goes through the router.",
         .kinds = "http"}),
    field<&CheckDraft::http, &HttpCheck::body>(
        {.key = "body", .text = "The request's body.", .syntax = &kBlock, .kinds = "http"}),
    field<&CheckDraft::http, &HttpCheck::headers>({.key = "headers",
                                                   .text = "More headers of the request.",
                                                   .syntax = &kLine,
                                                   .key_syntax = &kHeaderName,
                                                   .kinds = "http"}),
    field<&CheckDraft::http, &HttpCheck::expect>(
        {.key = "expect", .text = "What the answer must be.", .kinds = "http"}),
    field<&CheckDraft::http, &HttpCheck::attempts>(
        {.key = "attempts",
         .text = "How often it is asked until it is good, one second apart.",
         .min = 1,
         .max = 1000,
         .kinds = "http"}),
    field<&CheckDraft::timeout>({.key = "timeout",
                                 .text = "No result within this time is a failure.",
                                 .default_text = "10m for a command, 10s for http",
                                 .min = milliseconds(100).us,
                                 .max = hours(24).us,
                                 .kinds = "command http"}),
    field<&CheckDraft::request, &CheckRequest::fulfils>(
        {.key = "fulfils",
         .text = "The lines of the runbook that this check answers, by requirement id.",
         .syntax = &kRequirement}),
    field<&CheckDraft::request, &CheckRequest::roles>(
        {.key = "roles", .text = "Who answers for it.", .default_text = "those of the phase"}),
    field<&CheckDraft::request, &CheckRequest::critical>(
        {.key = "critical", .text = "In the post-check: a failure rolls the release back."})};
constexpr Table<CheckDraft> kCheck{.name = "check",
                                   .text = "A check that this release adds to its runbook.",
                                   .fields = kCheckFields,
                                   .discriminator = "kind",
                                   .finish = finish_check};

constexpr std::array kReleaseFields = {
    field<&Release::id>({.key = "id",
                         .text = "The name of this release, such as rel-2025-10-001; it is used "
                                 "once and for ever.",
                         .required = true}),
    field<&Release::type>({.key = "type",
                           .text = "It sets the default strategy, checks, documents and approvals.",
                           .required = true}),
    field<&Release::title>({.key = "title", .text = "What it is about, in one line."}),
    field<&Release::scope>(
        {.key = "scope", .text = "What changes, line by line, for plan and notices."}),
    field<&Release::components>({.key = "components",
                                 .text = "What goes from which version to which.",
                                 .required = true,
                                 .items_min = 1}),
    field<&Release::strategy>(
        {.key = "strategy", .text = "How the traffic moves.", .default_text = "the type's"}),
    field<&Release::waves>({.key = "waves",
                            .text = "The changes of traffic, in order; the last one moves all.",
                            .default_text = "the strategy's"}),
    field<&Release::guard, &GuardPolicy::limits>(
        {.key = "slo", .text = "The limits that the release is held to."}),
    field<&Release::guard>({.key = "guard", .text = "How the limits are judged."}),
    field<&Release::guard, &GuardPolicy::rollback>(
        {.key = "rollback",
         .text = "Who decides when the error rate is above its rollback limit. Failed health and "
                 "integrity always roll back automatically."}),
    field<&Release::schedule>({.key = "schedule", .text = "When things happen."}),
    field<&Release::approvals>({.key = "approvals", .text = "Approvals beside those of the type."}),
    field<&Release::checks>({.key = "checks", .text = "Checks beside those of the type."}),
    field<&Release::health_waivers>(
        {.key = "health_waivers", .text = "Services that may be unhealthy."}),
    field<&Release::stakeholders>(
        {.key = "stakeholders", .text = "Who is told: addresses or names of a channel."}),
    field<&Release::requested_by>({.key = "requested_by",
                                   .text = "The person who asked for it, by id.",
                                   .default_text = "who runs it",
                                   .syntax = &kNameText}),
    field<&Release::standby>(
        {.key = "standby",
         .text = "How long the old version stays ready after 100 %; at least to the end of the "
                 "post-check unless this shortens it, which the plan says.",
         .default_text = "the strategy's",
         .max = kHoldMax}),
    field<&Release::downtime>(
        {.key = "downtime", .text = "It needs a time without service; few types allow one."}),
    refused_key("flags", kNoFlags),
    refused_key("migrations", kNoMigrations),
    refused_key("contracts", kNoContracts),
    refused_key("reverses", kNoReverses)};
constexpr Table<Release> kRelease{
    .name = "release.yaml",
    .text = "One release: what goes from which version to which, and what differs from its type.",
    .fields = kReleaseFields,
    .finish = finish_release};

}  // namespace

template <>
const Table<Component>& table_of<Component>() {
  return kComponent;
}
template <>
const Table<WaveRequest>& table_of<WaveRequest>() {
  return kWave;
}
template <>
const Table<Thresholds>& table_of<Thresholds>() {
  return kThresholds;
}
template <>
const Table<GuardPolicy>& table_of<GuardPolicy>() {
  return kGuard;
}
template <>
const Table<ScheduleRequest>& table_of<ScheduleRequest>() {
  return kSchedule;
}
template <>
const Table<ApprovalRequest>& table_of<ApprovalRequest>() {
  return kApproval;
}
template <>
const Table<HealthWaiver>& table_of<HealthWaiver>() {
  return kWaiver;
}
template <>
const Table<CheckDraft>& table_of<CheckDraft>() {
  return kCheck;
}

const Table<Release>& release_table() { return kRelease; }

}  // namespace stellwerk::config
