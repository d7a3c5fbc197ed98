// The table of a check in release.yaml.
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
const Table<CheckDraft>& table_of<CheckDraft>();

namespace {

using base::hours;
using base::milliseconds;
using core::CheckRequest;
using core::CommandCheck;
using core::CommandSpec;
using core::HttpCheck;
using core::SecretHeader;

constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD",  "POST",
                                                      "PUT", "PATCH", "DELETE"};

constexpr std::array kSecretHeaderFields = {
    field<&SecretHeader::file>(
        {.key = "file",
         .text = "The file that holds the secret; only its owner may read it.",
         .syntax = &kFile}),
    field<&SecretHeader::environment>(
        {.key = "env",
         .text = "The environment variable that holds the secret, of the process that runs the "
                 "release.",
         .syntax = &kVariableName}),
    field<&SecretHeader::prefix>(
        {.key = "prefix",
         .text = "What stands before the secret, with its blank: \"Bearer \".",
         .default_text = "nothing"})};
constexpr Table<SecretHeader> kSecretHeader{
    .name = "secret-header",
    .text = "Where the value of a header is kept: {file: PATH} or {env: NAME}.",
    .fields = kSecretHeaderFields,
    .finish = finish_secret_header};

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
        only_for("command", kCheckRunSpec)),
    field<&CheckDraft::command, &CommandCheck::command, &CommandSpec::environment>(
        only_for("command", kCheckVariablesSpec)),
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
         .text = "The tenant whose request it is, when it goes to a component.",
         .kinds = "http"}),
    field<&CheckDraft::http, &HttpCheck::body>(
        {.key = "body", .text = "The request's body.", .syntax = &kBlock, .kinds = "http"}),
    field<&CheckDraft::http, &HttpCheck::headers>({.key = "headers",
                                                   .text = "More headers of the request. They "
                                                           "stand in the plan: credentials are "
                                                           "secret_headers.",
                                                   .syntax = &kLine,
                                                   .key_syntax = &kHeaderName,
                                                   .kinds = "http"}),
    field<&CheckDraft::http, &HttpCheck::secret_headers>(
        {.key = "secret_headers",
         .text = "Headers whose value is a secret. It is read when the request is made, and stands "
                 "neither in the plan nor in the journal nor in any evidence.",
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
        {.key = "critical",
         .text =
             "In the post-check a failure rolls the release back; in the rollout it ends it."})};
constexpr Table<CheckDraft> kCheck{.name = "check",
                                   .text = "A check that this release adds to its runbook.",
                                   .fields = kCheckFields,
                                   .discriminator = "kind",
                                   .finish = finish_check};

}  // namespace

template <>
const Table<SecretHeader>& table_of<SecretHeader>() {
  return kSecretHeader;
}
template <>
const Table<CheckDraft>& table_of<CheckDraft>() {
  return kCheck;
}

bool Codec<core::CheckRequest>::read(Reading& reading, const FieldSpec&, const Node& node,
                                     core::CheckRequest& target) {
  CheckDraft draft;
  if (!read_object(reading, kCheck, node, draft)) return false;
  target = std::move(draft.request);
  return true;
}
OrderedJson Codec<core::CheckRequest>::write(const FieldSpec&, const core::CheckRequest& value) {
  return write_object(kCheck, draft_of(value));
}
ValueInfo Codec<core::CheckRequest>::describe(const FieldSpec&) {
  return detail::object_info(describe_object(kCheck));
}

}  // namespace stellwerk::config
