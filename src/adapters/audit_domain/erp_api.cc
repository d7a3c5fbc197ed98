#include "adapters/audit_domain/erp_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.h"

namespace stellwerk::adapters::audit_domain {
namespace {

constexpr std::string_view kEvents = "/audit/api/v1/events";
/// More than one row ever has: audit-domain takes bodies of 1 MiB.
constexpr std::size_t kAnswerBytesMax = std::size_t{4} << 20;

base::Error not_done(base::Code code, std::string_view what, std::string why) {
  const auto state = code == base::Code::Unavailable ? "nothing was changed there"
                                                     : "whether the event has a row is not known";
  return base::error(code, "ERP-0002", fmt::format("audit-domain {}", what))
      .because(std::move(why))
      .now(state);
}

/// `HTTP 500: {"statusCode":500,…`
std::string refusal(const ports::HttpResponse& response) {
  constexpr std::size_t kShownMax = 200;
  return fmt::format("HTTP {}: {}", response.status, base::printable(response.body, kShownMax));
}

/// What could not be sent was not done; the rest may have been.
base::Code code_of(const base::Error& error) {
  return error.code == base::Code::OutcomeUnknown ? error.code : base::Code::Unavailable;
}

}  // namespace

base::Result<ports::HttpResponse> ErpApi::send(ports::HttpRequest request,
                                               const ports::Call& call) {
  request.url = fmt::format("{}{}", settings_.url, request.url);
  request.headers.emplace("x-tenant-id", settings_.tenant);
  request.answer_bytes_max = kAnswerBytesMax;
  if (settings_.token) {
    const auto token = base::load_secret(*settings_.token);
    if (!token) return base::fail(token.error());
    needs_.scrubber.learn(*token);
    request.headers.emplace("Authorization", "Bearer " + token->reveal());
  }
  ports::Call limited = call;
  limited.deadline = std::min(call.deadline, needs_.clock.mono() + settings_.timeout);
  return needs_.http.send(request, limited);
}

base::Result<void> ErpApi::post_event(std::string body, const ports::Call& call) {
  constexpr std::string_view kWhat = "did not take an event";
  const auto answer = send({.method = "POST",
                            .url = std::string(kEvents),
                            .headers = {{"Content-Type", "application/json"}},
                            .body = std::move(body)},
                           call);
  if (!answer)
    return base::fail(not_done(code_of(answer.error()), kWhat, answer.error().one_line()));
  if (answer->status == 201) return {};
  // A gateway answers 5xx also when the service behind it has done it.
  const auto code = answer->status >= 500 ? base::Code::OutcomeUnknown : base::Code::Unavailable;
  return base::fail(not_done(code, kWhat, refusal(*answer)));
}

base::Result<ports::HttpResponse> ErpApi::get_events(std::string_view query,
                                                     const ports::Call& call) {
  constexpr std::string_view kWhat = "did not give its rows";
  auto answer = send(
      {.method = "GET", .url = fmt::format("{}?{}", kEvents, query), .headers = {}, .body = {}},
      call);
  if (!answer)
    return base::fail(not_done(base::Code::Unavailable, kWhat, answer.error().one_line()));
  if (answer->status != 200)
    return base::fail(not_done(base::Code::Unavailable, kWhat, refusal(*answer)));
  return answer;
}

}  // namespace stellwerk::adapters::audit_domain
