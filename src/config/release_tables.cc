// The tables of release.yaml.
#include <array>

#include "config/release_rules.h"
#include "config/tables.h"

namespace stellwerk::config {

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
const Table<core::DowntimeRequest>& table_of<core::DowntimeRequest>();

namespace {

using base::hours;
using core::ApprovalRequest;
using core::Component;
using core::DowntimeRequest;
using core::GuardPolicy;
using core::HealthWaiver;
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
    field<&Component::artifact>(
        {.key = "digest",
         .text = "SHA-256 of the file that the new version is started from, see artifact. It is "
                 "recorded, and approvals name it. No instance of the new version is started from "
                 "another file, also not again later; the old version is compared with nothing. "
                 "Without it the digest that is found is recorded.",
         .default_text = "none"}),
    field<&Component::artifact_file>(
        {.key = "artifact",
         .text = "The file whose digest counts, where that is not the program itself: a script "
                 "that an interpreter runs, a package, an archive.",
         .default_text = "the service's run.artifact; where command is given, its program",
         .syntax = &kArtifactFile}),
    field<&Component::command>(
        {.key = "command",
         .text = "How the new version is started, where that differs from the service's run."}),
    field<&Component::after>({.key = "after",
                              .text = "Components of this release whose new version must run "
                                      "before this one's is started. A rollback stops them in "
                                      "reverse."}),
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
        {.key = "count", .text = "How many people of this role.", .min = 1, .max = 20}),
    field<&ApprovalRequest::signature>(
        {.key = "signature",
         .text = "It must be signed with a key of the person, whatever the type demands."})};
constexpr Table<ApprovalRequest> kApproval{
    .name = "approval",
    .text = "An approval demanded beside those of the release type.",
    .fields = kApprovalFields,
    .shorthand = "role"};

constexpr std::array kWaiverFields = {
    field<&HealthWaiver::service>(
        {.key = "service", .text = "The service that may be unhealthy.", .required = true}),
    field<&HealthWaiver::reason>(
        {.key = "reason", .text = "Why this release accepts it.", .required = true})};
constexpr Table<HealthWaiver> kWaiver{
    .name = "health_waiver",
    .text = "A failing service that this release accepts, by name and with a reason.",
    .fields = kWaiverFields,
    .finish = finish_waiver};

constexpr std::array kDowntimeFields = {
    Field<DowntimeRequest>{
        .spec = {.key = "tenants",
                 .text = "Who is shown the page, by name; the word all means everybody, also "
                         "requests without a tenant.",
                 .required = true},
        .read = read_downtime_tenants,
        .write = write_downtime_tenants,
        .describe = describe_wave_tenants},
    field<&DowntimeRequest::at_most>(
        {.key = "at_most",
         .text = "How long it may last. A release that has not moved everybody by then is called "
                 "off or rolled back, and the old version serves all.",
         .default_text = "until a wave or a person ends it, which the plan says",
         .max = kHoldMax})};
constexpr Table<DowntimeRequest> kDowntime{
    .name = "downtime",
    .text =
        "A time without service: from the start of the rollout on the router answers the "
        "release's components with a page of maintenance, each tenant until the wave that "
        "moves it, or until the release goes back.",
    .fields = kDowntimeFields,
    .finish = finish_downtime};

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
    field<&Release::capacity>(
        {.key = "capacity",
         .text = "Where the new version's instances run: parallel, beside all of the old "
                 "version's; or in-place, replacing them wave by wave, which needs one more at a "
                 "time but makes a rollback start the old ones again first.",
         .default_text = "the strategy's: in-place for rolling, else parallel"}),
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
const Table<DowntimeRequest>& table_of<DowntimeRequest>() {
  return kDowntime;
}

const Table<Release>& release_table() { return kRelease; }

}  // namespace stellwerk::config
