#include "adapters/http/curl_http_client.h"

#include <fmt/format.h>

#include <condition_variable>

#include "base/text.h"

namespace stellwerk::adapters::http {
namespace {

/// Filled by the loop's thread, awaited by the caller's.
struct Pending {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<TransferResult> result;
};

/// Nothing at a stop, or when the loop is late after the deadline.
std::optional<TransferResult> wait_for(Pending& pending, const ports::Call& call,
                                       const ports::Clock& clock) {
  constexpr auto kLook = std::chrono::milliseconds(10);
  // The transfer has the same deadline and knows better why it failed; it is given a moment to say
  // so.
  constexpr auto kGrace = base::milliseconds(50);
  std::unique_lock lock(pending.mutex);
  while (!pending.result) {
    if (call.stop.stopped() || clock.mono() >= call.deadline + kGrace) return std::nullopt;
    pending.changed.wait_for(lock, kLook);
  }
  return std::move(pending.result);
}

base::Error not_answered(const ports::HttpRequest& request, bool connected, std::string why) {
  const auto what = fmt::format("{} {}", request.method, base::printable(request.url));
  if (!connected)
    return base::error(base::Code::Unavailable, "HLT-0002", what + " could not be sent")
        .because(std::move(why))
        .now("nothing was sent");
  return base::error(base::Code::OutcomeUnknown, "HLT-0003", what + " was not answered")
      .because(std::move(why))
      .now("whether the service did it is not known");
}

}  // namespace

base::Result<ports::HttpResponse> CurlHttpClient::send(const ports::HttpRequest& request,
                                                       const ports::Call& call) {
  if (auto problem = problem_with(request); !problem.empty())
    return base::fail(
        base::error(base::Code::InvalidArgument, "HLT-0001", "a request cannot be sent")
            .because(std::move(problem))
            .now("nothing was sent"));
  const auto timeout = call.deadline - loop_.clock().mono();
  if (timeout <= base::Duration{0} || call.stop.stopped())
    return base::fail(not_answered(request, false, "there is no time left"));
  auto pending = std::make_shared<Pending>();
  const auto id = loop_.submit(request, timeout, [pending](TransferResult result) {
    const std::lock_guard lock(pending->mutex);
    pending->result = std::move(result);
    pending->changed.notify_all();
  });
  auto result = wait_for(*pending, call, loop_.clock());
  if (!result) {
    loop_.cancel(id);
    return base::fail(not_answered(request, true, "it was cancelled"));
  }
  if (!result->answered)
    return base::fail(not_answered(request, result->connected, std::move(result->problem)));
  return std::move(result->response);
}

}  // namespace stellwerk::adapters::http
