// The tables of stellwerk.yaml.
#include <array>

#include "config/environment_rules.h"
#include "config/tables.h"

namespace stellwerk::config {

template <>
struct Words<base::Locale> {
  static detail::WordList<base::Locale> all() {
    return {{base::Locale::De, std::string(base::to_string(base::Locale::De))},
            {base::Locale::En, std::string(base::to_string(base::Locale::En))}};
  }
};
template <>
const Table<WitnessSetting>& table_of<WitnessSetting>();
template <>
const Table<TimestampSetting>& table_of<TimestampSetting>();
template <>
const Table<AuditSettings>& table_of<AuditSettings>();
template <>
const Table<core::Tenant>& table_of<core::Tenant>();
template <>
const Table<core::PersonKey>& table_of<core::PersonKey>();
template <>
const Table<core::Person>& table_of<core::Person>();
template <>
const Table<core::GaugeSpec>& table_of<core::GaugeSpec>();
template <>
const Table<core::WorkloadSpec>& table_of<core::WorkloadSpec>();
template <>
const Table<core::Service>& table_of<core::Service>();

namespace {

using base::hours;
using base::milliseconds;
using base::minutes;
using base::seconds;
using core::CommandSpec;
using core::Environment;
using core::GaugeSpec;
using core::Person;
using core::PersonKey;
using core::Service;
using core::Tenant;
using core::WorkloadSpec;

constexpr std::array kTenantFields = {
    field<&Tenant::id>({.key = "id",
                        .text = "The tenant as its header names it, in lower case.",
                        .required = true}),
    field<&Tenant::weight>({.key = "weight",
                            .text = "Its usual share of the traffic, relative to the others.",
                            .min = 1,
                            .max = 1'000'000})};
constexpr Table<Tenant> kTenant{.name = "tenant",
                                .text = "A customer whose requests always meet one version.",
                                .fields = kTenantFields,
                                .shorthand = "id"};

constexpr std::array kPersonKeyFields = {
    field<&PersonKey::key>(
        {.key = "key",
         .text = "An OpenSSH public key as in ~/.ssh/id_ed25519.pub; ssh-ed25519, ecdsa, rsa, and "
                 "security keys.",
         .required = true,
         .syntax = &kSshKey}),
    field<&PersonKey::valid_after>(
        {.key = "valid_after", .text = "Signatures before this time do not count."}),
    field<&PersonKey::valid_before>(
        {.key = "valid_before", .text = "The last second at which signatures count."}),
    field<&PersonKey::revoked>(
        {.key = "revoked",
         .text = "When the key was lost or withdrawn: signatures taken into the record from then "
                 "on do not count, those before stay valid."})};
constexpr Table<PersonKey> kPersonKey{.name = "key",
                                      .text = "A key with which a person signs approvals.",
                                      .fields = kPersonKeyFields,
                                      .shorthand = "key"};

constexpr std::array kPersonFields = {
    field<&Person::id>({.key = "id",
                        .text = "The name in the record, such as release-manager-123.",
                        .required = true}),
    field<&Person::os_user>(
        {.key = "os_user",
         .text = "Whom the operating system calls so; each user is one person. \"@me\" is whoever "
                 "runs this process, resolved when the file is read: it is for demonstrations, "
                 "because it makes everybody that person.",
         .default_text = "nobody: the person acts by signatures only",
         .syntax = &kOsUserOrMe}),
    field<&Person::roles>({.key = "roles",
                           .text = "What the person may decide, approve and attest.",
                           .required = true,
                           .items_min = 1}),
    field<&Person::keys>({.key = "keys", .text = "The keys with which the person signs."})};
constexpr Table<Person> kPerson{.name = "person",
                                .text = "Somebody who may act on releases.",
                                .fields = kPersonFields,
                                .finish = finish_person};

constexpr std::array kGaugeFields = {
    field<&GaugeSpec::name>({.key = "name",
                             .text = "consumer_lag is the one that the guard limits.",
                             .required = true,
                             .syntax = &kGaugeName}),
    field<&GaugeSpec::path>({.key = "path",
                             .text = "What is asked of each instance; the values are added up.",
                             .required = true,
                             .syntax = &kUrlPath}),
    field<&GaugeSpec::format>({.key = "format", .text = "What the answer is."}),
    field<&GaugeSpec::selector>(
        {.key = "selector",
         .text = "Which number of the answer: a JSON pointer, or the name of a metric, with "
                 "{label=\"value\"} where there are several.",
         .required = true}),
    field<&GaugeSpec::interval>({.key = "interval",
                                 .text = "How often it is asked.",
                                 .min = milliseconds(100).us,
                                 .max = minutes(1).us}),
    field<&GaugeSpec::timeout>({.key = "timeout",
                                .text = "No answer within this time is no value.",
                                .min = milliseconds(10).us,
                                .max = minutes(1).us})};
constexpr Table<GaugeSpec> kGauge{.name = "gauge",
                                  .text = "A number read from each instance by HTTP.",
                                  .fields = kGaugeFields,
                                  .finish = finish_gauge};

constexpr std::array kWorkloadFields = {
    field<&WorkloadSpec::command, &CommandSpec::arguments>(under_key("command", kRunSpec)),
    field<&WorkloadSpec::command, &CommandSpec::environment>(kVariablesSpec),
    field<&WorkloadSpec::command, &CommandSpec::working_folder>(kWorkingFolderSpec),
    field<&WorkloadSpec::command, &CommandSpec::user>(kUserSpec),
    field<&WorkloadSpec::instances>({.key = "instances",
                                     .text = "How many instances of each version run.",
                                     .min = 1,
                                     .max = 64}),
    field<&WorkloadSpec::start_timeout>({.key = "start_timeout",
                                         .text = "An instance must be healthy within this time.",
                                         .min = milliseconds(100).us,
                                         .max = hours(1).us}),
    field<&WorkloadSpec::drain>(
        {.key = "drain",
         .text = "Requests under way and long connections may end within this time.",
         .max = hours(1).us}),
    field<&WorkloadSpec::stop_timeout>(
        {.key = "stop_timeout", .text = "From SIGTERM to SIGKILL.", .max = minutes(10).us}),
    field<&WorkloadSpec::artifact_file>(
        {.key = "artifact",
         .text = "The file whose digest a release may name and have compared, where that is not "
                 "the program itself: a script that an interpreter runs, a package, an archive.",
         .default_text = "the program of command",
         .syntax = &kArtifactFile}),
    field<&WorkloadSpec::ports>({.key = "ports",
                                 .text = "Where the instances listen.",
                                 .default_text = "any free port on the loopback address"})};
constexpr Table<WorkloadSpec> kWorkload{.name = "run",
                                        .text = "How Stellwerk runs the instances of a service.",
                                        .fields = kWorkloadFields,
                                        .finish = finish_workload};

constexpr std::array kServiceFields = {
    field<&Service::name>({.key = "name",
                           .text = "The service; a release names it as the domain of a component.",
                           .required = true}),
    field<&Service::health>(
        {.key = "health", .text = "How to see that it is well.", .required = true}),
    field<&Service::workload>(
        {.key = "run",
         .text = "How its instances run. Without it Stellwerk only watches the service, and no "
                 "release can have it as a component."}),
    field<&Service::gauges>({.key = "gauges", .text = "Numbers to watch on its instances."}),
    field<&Service::listen_port>({.key = "port",
                                  .text = "Where the load balancer serves it.",
                                  .default_text = "chosen once and kept",
                                  .min = 1})};
constexpr Table<Service> kService{.name = "service",
                                  .text = "A service of the installation.",
                                  .fields = kServiceFields,
                                  .finish = finish_service};

constexpr std::array kWitnessFields = {
    field<&WitnessSetting::key>(
        {.key = "key",
         .text = "What it signs with: the line that `stellwerk witness --show-key` prints, or its "
                 "operator gives away.",
         .required = true}),
    field<&WitnessSetting::url>({.key = "url",
                                 .text = "Where it takes checkpoints, without /add-checkpoint.",
                                 .required = true,
                                 .syntax = &kHttpUrl})};
constexpr Table<WitnessSetting> kWitness{
    .name = "witness",
    .text = "A second party that cosigns checkpoints, so that rewriting the record is seen.",
    .fields = kWitnessFields};

constexpr std::array kTimestampFields = {
    field<&TimestampSetting::url>({.key = "url",
                                   .text = "Of a time stamping service (RFC 3161).",
                                   .required = true,
                                   .syntax = &kHttpUrl}),
    field<&TimestampSetting::trusted>(
        {.key = "ca",
         .text = "The certificates (PEM) that its stamps must lead to.",
         .required = true,
         .syntax = &kFile})};
constexpr Table<TimestampSetting> kTimestamps{
    .name = "timestamps",
    .text = "An authority that says when it saw a checkpoint: those of gates, waves and ends.",
    .fields = kTimestampFields};

constexpr std::array kAuditFields = {
    field<&AuditSettings::witnesses>({.key = "witnesses", .text = "They cosign checkpoints."}),
    field<&AuditSettings::timestamps>({.key = "timestamps", .text = "It stamps checkpoints."})};
constexpr Table<AuditSettings> kAudit{.name = "audit",
                                      .text = "Who outside this installation confirms its log.",
                                      .fields = kAuditFields};

constexpr std::array kFileFields = {
    field<&EnvironmentFile::environment, &Environment::installation>(
        {.key = "installation",
         .text = "The name of the installation; the order in which tenants move depends on it.",
         .required = true}),
    field<&EnvironmentFile::environment, &Environment::locale>(
        {.key = "locale", .text = "The language of notices and documents."}),
    field<&EnvironmentFile::environment, &Environment::data_folder>(
        {.key = "data_folder",
         .text = "Where the journal, the evidence and the state are kept.",
         .default_text = "stellwerk-data beside this file",
         .syntax = &kFolder}),
    field<&EnvironmentFile::environment, &Environment::tenant_header>(
        {.key = "tenant_header",
         .text = "The request header that names the tenant.",
         .syntax = &kHeaderName}),
    field<&EnvironmentFile::environment, &Environment::tenants>(
        {.key = "tenants",
         .text = "The known tenants. Others fall into 100 buckets that move with shares."}),
    field<&EnvironmentFile::environment, &Environment::services>(
        {.key = "services",
         .text = "All services whose health matters to a release.",
         .required = true,
         .items_min = 1}),
    field<&EnvironmentFile::environment, &Environment::people>(
        {.key = "people", .text = "Who may act.", .required = true, .items_min = 1}),
    field<&EnvironmentFile::environment, &Environment::unsigned_approvals>(
        {.key = "unsigned_approvals",
         .text = "Approvals without a signature are accepted also where the runbook demands signed "
                 "ones (major releases): who approves is then whom the operating system says. The "
                 "plan notes it."}),
    field<&EnvironmentFile::environment, &Environment::self_approval>(
        {.key = "self_approval",
         .text = "Who requested a release may approve it alone, and one person may give all "
                 "approvals. For one who works alone, and for demonstrations: it gives up the "
                 "separation of duties. The plan notes it."}),
    field<&EnvironmentFile::environment, &Environment::two_persons>(
        {.key = "two_persons",
         .text = "At least two different people approve each release; for a major release that is "
                 "so in any case."}),
    field<&EnvironmentFile::environment, &Environment::signed_commands>(
        {.key = "signed_commands",
         .text = "What people ask for must be signed with their key: approvals and rejections of "
                 "every release type, attest, resume, promote. Whom the operating system names may "
                 "still pause and roll back, because that only makes users safer. The plan notes "
                 "it."}),
    field<&EnvironmentFile::environment, &Environment::allowed_signers>(
        {.key = "allowed_signers",
         .text = "An allowed_signers file of OpenSSH: its keys are added to the people whose ids "
                 "are its principals.",
         .default_text = "none",
         .syntax = &kFile}),
    field<&EnvironmentFile::router>(
        {.key = "router", .text = "What moves the traffic.", .required = true}),
    field<&EnvironmentFile::workload>(
        {.key = "workload", .text = "What runs the instances.", .required = true}),
    field<&EnvironmentFile::notices>({.key = "notices", .text = "Where notices to people go."}),
    field<&EnvironmentFile::events>({.key = "events", .text = "Where published events go."}),
    field<&EnvironmentFile::audit>(
        {.key = "audit", .text = "Who outside this installation confirms its log."})};
constexpr Table<EnvironmentFile> kEnvironmentFile{
    .name = "stellwerk.yaml",
    .text =
        "The installation that releases run in. It lies beside the release or is named by "
        "--environment.",
    .fields = kFileFields,
    .finish = finish_environment};

}  // namespace

template <>
const Table<WitnessSetting>& table_of<WitnessSetting>() {
  return kWitness;
}
template <>
const Table<TimestampSetting>& table_of<TimestampSetting>() {
  return kTimestamps;
}
template <>
const Table<AuditSettings>& table_of<AuditSettings>() {
  return kAudit;
}
template <>
const Table<Tenant>& table_of<Tenant>() {
  return kTenant;
}
template <>
const Table<PersonKey>& table_of<PersonKey>() {
  return kPersonKey;
}
template <>
const Table<Person>& table_of<Person>() {
  return kPerson;
}
template <>
const Table<GaugeSpec>& table_of<GaugeSpec>() {
  return kGauge;
}
template <>
const Table<WorkloadSpec>& table_of<WorkloadSpec>() {
  return kWorkload;
}
template <>
const Table<Service>& table_of<Service>() {
  return kService;
}

const Table<EnvironmentFile>& environment_table() { return kEnvironmentFile; }

}  // namespace stellwerk::config
