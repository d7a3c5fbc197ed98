#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "checks/run.h"
#include "core/http_judgement.h"

namespace stellwerk::checks {
namespace {

constexpr base::Duration kBetweenAttempts = base::seconds(1);
constexpr std::size_t kAnswerBytesMax = std::size_t{300} << 10;
constexpr std::size_t kRequestBytesMax = std::size_t{64} << 10;
constexpr std::size_t kAttemptsShownMax = 20;

/// What one attempt came to.
/// How long before its deadline the HTTP client may end a request.
constexpr base::Duration kGivesUpEarly = base::milliseconds(20);

struct Attempt {
  core::HttpJudgement judgement;
  std::string result;  ///< `status 503 in 4 ms`, or the id of the error
  std::string body;
  bool answered = false;
  bool repeatable = true;  ///< false: it may have been carried out, and must not be sent again
};

/// RFC 9110 §9.2.2: sent twice they do what they do once.
bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 5> kMethods{"GET", "HEAD", "OPTIONS", "PUT", "DELETE"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

base::Error unfit(const std::string& header) {
  return base::error(base::Code::InvalidArgument, "BAS-0009",
                     fmt::format("the secret of the header {} is not usable", header))
      .because("it has more than one line or characters that no header may have");
}

/// The value of a secret header; from now on it is scrubbed from whatever leaves the process.
base::Result<std::string> secret_value(const std::string& name, const core::SecretHeader& header,
                                       base::Scrubber& scrubber) {
  const auto secret = base::load_secret({header.file, header.environment});
  if (!secret) return base::fail(secret.error());
  scrubber.learn(*secret);
  const std::string& value = secret->reveal();
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(value.begin(), value.end(), control)) return base::fail(unfit(name));
  return header.prefix + value;
}

base::Result<ports::HttpRequest> request_for(const core::HttpCheck& check, const Run& run) {
  ports::HttpRequest request{
      .method = check.method, .url = check.url, .headers = check.headers, .body = check.body};
  if (!check.tenant.empty()) request.headers.emplace(run.needs.tenant_header, check.tenant.str());
  for (const auto& [name, header] : check.secret_headers) {
    auto value = secret_value(name, header, run.needs.scrubber);
    if (!value) return base::fail(std::move(value.error()));
    request.headers[name] = std::move(*value);
  }
  return request;
}

Attempt judged(const core::HttpCheck& check, base::Result<ports::HttpResponse> response) {
  if (!response) {
    const bool unknown = response.error().code == base::Code::OutcomeUnknown;
    return {.judgement = {false, response.error().why},
            .result = response.error().id,
            .body = {},
            .answered = false,
            .repeatable = !unknown || is_idempotent(check.method)};
  }
  auto judgement = core::judge(check.expect, {.status = response->status,
                                              .body = response->body,
                                              .body_cut = response->body_cut,
                                              .took = response->took});
  return {.judgement = std::move(judgement),
          .result = fmt::format("status {} in {} ms", response->status, response->took.ms()),
          .body = std::move(response->body),
          .answered = true,
          .repeatable = is_idempotent(check.method)};
}

/// Header values may hold credentials that the scrubber does not know: only names are kept.
base::Json asked_json(const core::HttpCheck& check) {
  auto names = base::Json::array();
  for (const auto& [name, value] : check.headers) names.push_back(name);
  for (const auto& [name, header] : check.secret_headers) names.push_back(name);
  auto conditions = base::Json::array();
  for (const auto& condition : check.expect.json)
    conditions.push_back(fmt::format("{} = {}", condition.pointer, condition.equals));
  return {{"kind", "http"},
          {"attempts", check.attempts},
          {"body", readable(check.body, kRequestBytesMax)},
          {"conditions", std::move(conditions)},
          {"header_names", std::move(names)},
          {"method", check.method},
          {"status", check.expect.status},
          {"tenant", check.tenant.str()},
          {"timeout_ms", check.timeout.ms()},
          {"url", check.url}};
}

base::Json answer_json(const std::vector<std::string>& details, const std::string& body,
                       const base::Scrubber& scrubber) {
  const auto shown = std::min(details.size(), kAttemptsShownMax);
  return {
      {"attempts", details.size()},
      {"body", readable(scrubber.scrub(body), kAnswerBytesMax)},
      {"last_attempts", std::vector<std::string>(details.end() - static_cast<std::ptrdiff_t>(shown),
                                                 details.end())}};
}

Finding found(const core::HttpCheck& check, const Attempt& last, std::size_t attempts) {
  const auto tries = attempts == 1 ? "" : fmt::format(" (attempt {})", attempts);
  if (last.judgement.good) return {true, last.result + tries, {}};
  return {false, last.result + tries,
          fmt::format("; {} {}: {}", check.method, check.url, last.judgement.detail)};
}

}  // namespace

base::Result<ports::StepReport> run_http(const core::HttpCheck& check, const Run& run) {
  const auto request = request_for(check, run);
  if (!request) return not_begun(run, request.error());
  std::vector<std::string> details;
  Attempt last;
  do {
    const ports::Call limited = run.limited_to(check.timeout);
    const bool steps_limit = limited.deadline >= run.call.deadline;
    auto response = run.needs.http.send(*request, limited);
    if (!response && response.error().code == base::Code::InvalidArgument)
      return not_begun(run, response.error());
    last = judged(check, std::move(response));
    details.push_back(last.judgement.detail);
    // Not the check's own limit has ended it but the step's: that says nothing about the service.
    // The client may give up just before the limit.
    const bool given_up =
        !last.answered && steps_limit && limited.deadline - run.needs.clock.mono() < kGivesUpEarly;
    if (!last.judgement.good && (run.over() || given_up))
      return outcome_unknown(run,
                             "the step's deadline passed or it was cancelled; " + details.back());
  } while (!last.judgement.good && last.repeatable && details.size() < check.attempts &&
           run.pause(kBetweenAttempts));
  if (!last.judgement.good && run.over())
    return outcome_unknown(run,
                           "the step's deadline passed or it was cancelled; " + details.back());
  return report(run, found(check, last, details.size()), asked_json(check),
                answer_json(details, last.body, run.needs.scrubber));
}

}  // namespace stellwerk::checks
