#include "cli/api_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

#include "api/bodies.h"
#include "base/text.h"

namespace stellwerk::cli {
namespace {

constexpr long kConnectMs = 2000;
constexpr std::size_t kAnswerBytesMax = std::size_t{16} << 20;

struct CurlClosed {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* target) {
  auto& body = *static_cast<std::string*>(target);
  if (body.size() + size * count > kAnswerBytesMax) return 0;
  body.append(bytes, size * count);
  return size * count;
}

base::Error not_asked(const std::string& socket, std::string why) {
  return base::error(base::Code::Unavailable, "CLI-0007", "the running engine cannot be asked")
      .because(fmt::format("{}: {}", socket, why))
      .now("nothing was changed")
      .then("repeat it", "a process that just started may not listen yet");
}

base::Error not_answered(const std::string& why) {
  return base::error(base::Code::OutcomeUnknown, "CLI-0009", "the engine did not answer in time")
      .because(why)
      .now("the command may still be carried out")
      .then("stellwerk release show ID", "where the release stands");
}

base::Error read_error(const base::Json& answer) {
  try {
    return api::error_from_json(answer.at("error"));
  } catch (const base::Json::exception& problem) {
    return base::error(base::Code::Unavailable, "CLI-0007", "the engine's answer is unreadable")
        .because(problem.what());
  }
}

}  // namespace

struct ApiClient::Request {
  std::string path;
  const std::string* body = nullptr;  ///< POST when there is one
};

base::Result<base::Json> ApiClient::get(const std::string& path) const {
  return send({path, nullptr});
}

base::Result<base::Json> ApiClient::post(const std::string& path, const base::Json& body) const {
  const std::string text = body.dump(-1, ' ', false, base::Json::error_handler_t::replace);
  return send({path, &text});
}

base::Result<base::Json> ApiClient::send(const Request& request) const {
  const std::unique_ptr<CURL, CurlClosed> curl(curl_easy_init());
  if (!curl) return base::fail(not_asked(socket_, "libcurl cannot be used"));
  std::string answer;
  const std::string url = "http://stellwerk" + request.path;
  curl_easy_setopt(curl.get(), CURLOPT_UNIX_SOCKET_PATH, socket_.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");  // whatever the environment says
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(patience_.us / 1000));
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  if (request.body != nullptr) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, request.body->c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body->size()));
  }
  const CURLcode code = curl_easy_perform(curl.get());
  const bool sent =
      code == CURLE_OPERATION_TIMEDOUT || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
  if (sent && request.body != nullptr) return base::fail(not_answered(curl_easy_strerror(code)));
  if (code != CURLE_OK) return base::fail(not_asked(socket_, curl_easy_strerror(code)));
  auto json = base::parse_json(answer, {.size_bytes_max = kAnswerBytesMax});
  if (!json) return base::fail(not_asked(socket_, json.error().one_line()));
  if (json->is_object() && json->contains("error")) return base::fail(read_error(*json));
  return json;
}

}  // namespace stellwerk::cli
