#include "adapters/http/http_timestamps.h"

#include <fmt/format.h>

#include <utility>

#include "audit/timestamp.h"
#include "base/text.h"

namespace stellwerk::adapters::http {
namespace {

constexpr std::string_view kReplyType = "application/timestamp-reply";

base::Failure no_stamp(const std::string& url, std::string why) {
  return base::fail(base::error(base::Code::Rejected, "AUD-0035",
                                fmt::format("{} gave no time stamp", base::printable(url)))
                        .because(std::move(why))
                        .now("nothing was stamped"));
}

/// `type/subtype` of a Content-Type, without parameters.
std::string media_type(std::string_view content_type) {
  return base::lower_ascii(base::trim(content_type.substr(0, content_type.find(';'))));
}

}  // namespace

HttpTimestamps::HttpTimestamps(ports::HttpClient& client, std::string url)
    : client_(client), url_(std::move(url)) {}

base::Result<std::string> HttpTimestamps::stamp(std::string_view request, const ports::Call& call) {
  const ports::HttpRequest post{.method = "POST",
                                .url = url_,
                                .headers = {{"Content-Type", "application/timestamp-query"},
                                            {"Accept", std::string(kReplyType)}},
                                .body = std::string(request)};
  auto answer = client_.send(post, call);
  if (!answer) return base::fail(std::move(answer.error()).during("asking for a time stamp"));
  if (answer->status != 200)
    return no_stamp(url_, fmt::format("it answered with status {}", answer->status));
  if (media_type(answer->content_type) != kReplyType)
    return no_stamp(
        url_, fmt::format("its answer is {}, not {}",
                          answer->content_type.empty() ? "of no type"
                                                       : base::in_quotes(answer->content_type),
                          kReplyType));
  if (answer->body_cut || answer->body.size() > audit::kTimestampBytesMax)
    return no_stamp(url_, "its answer is larger than 64 KiB");
  return std::move(answer->body);
}

}  // namespace stellwerk::adapters::http
