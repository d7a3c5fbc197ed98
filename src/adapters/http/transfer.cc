#include "adapters/http/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/check.h"
#include "base/text.h"

namespace stellwerk::adapters::http {
namespace {

constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                   "PATCH", "DELETE", "OPTIONS"};

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code < 0x20 || code == 0x7f;
  });
}

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";  // RFC 9110 §5.6.2
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool is_http_url(const std::string& url) {
  CURLU* parsed = curl_url();
  const bool readable = curl_url_set(parsed, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  char* scheme = nullptr;
  const bool known = readable && curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                     (std::string_view(scheme) == "http" || std::string_view(scheme) == "https");
  curl_free(scheme);
  curl_url_cleanup(parsed);
  return known && !has_control(url);
}

template <class Value>
Value info(CURL* easy, CURLINFO which) {
  Value value{};
  curl_easy_getinfo(easy, which, &value);
  return value;
}

std::string problem_text(CURL* easy, CURLcode code, base::Duration timeout) {
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      if (info<long>(easy, CURLINFO_OS_ERRNO) == ECONNREFUSED) return "connection refused";
      return "not connected";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "unknown host";
    case CURLE_OPERATION_TIMEDOUT:
      return fmt::format("no answer within {}", base::to_string(timeout));
    case CURLE_GOT_NOTHING:
      return "connection closed without an answer";
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return "connection closed within the answer";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return "the answer is no HTTP";
    default:
      return base::printable(curl_easy_strerror(code));
  }
}

}  // namespace

std::string problem_with(const ports::HttpRequest& request) {
  if (std::find(kMethods.begin(), kMethods.end(), request.method) == kMethods.end())
    return fmt::format("{} is no method that is sent", base::printable(request.method));
  if (!is_http_url(request.url))
    return fmt::format("{} is no http or https URL", base::printable(request.url));
  for (const auto& [name, value] : request.headers)
    if (!is_token(name) || has_control(value))
      return fmt::format("the header {} is not valid", base::printable(name));
  return {};
}

CurlLoop::Transfer::Transfer(TransferId number, const ports::HttpRequest& request,
                             base::Duration time, TransferDone callback)
    : id(number),
      easy(curl_easy_init()),
      request_body(request.body),
      answer_bytes_max(request.answer_bytes_max),
      timeout(time),
      done(std::move(callback)) {
  STELLWERK_CHECK(easy != nullptr);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Else removing a transfer that resolves a name waits for the resolver.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "Stellwerk");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(std::max<std::int64_t>(timeout.ms(), 1)));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  set_method(request);
  set_headers(request);
}

CurlLoop::Transfer::~Transfer() {
  curl_easy_cleanup(easy);
  curl_slist_free_all(headers);
}

void CurlLoop::Transfer::set_method(const ports::HttpRequest& request) {
  if (request.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  const bool sends_body = !request_body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
  if (sends_body && request.method != "HEAD") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_body.c_str());
  }
  if (request.method != "HEAD")
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void CurlLoop::Transfer::set_headers(const ports::HttpRequest& request) {
  // Waiting for "100 Continue" only costs time; an empty line removes curl's own form type.
  for (const char* line : {"Expect:", "Content-Type:"}) headers = curl_slist_append(headers, line);
  for (const auto& [name, value] : request.headers) {
    // curl sends a header without value only when it is written with a semicolon.
    const auto line = value.empty() ? name + ";" : fmt::format("{}: {}", name, value);
    headers = curl_slist_append(headers, line.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

std::size_t CurlLoop::Transfer::receive(char* bytes, std::size_t size, std::size_t count,
                                        void* transfer) {
  auto& self = *static_cast<Transfer*>(transfer);
  const auto offered = size * count;
  const auto room = self.answer_bytes_max - self.answer_body.size();
  self.answer_body.append(bytes, std::min(offered, room));
  if (offered <= room) return offered;
  self.body_cut = true;
  return 0;  // ends the transfer with CURLE_WRITE_ERROR
}

TransferResult CurlLoop::Transfer::result(CURLcode code) const {
  TransferResult result;
  // After TLS too: a refused certificate is not a connection that anything was sent on.
  result.connected = info<curl_off_t>(easy, CURLINFO_PRETRANSFER_TIME_T) > 0;
  result.answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && body_cut);
  if (!result.answered) {
    result.problem = problem_text(easy, code, timeout);
    return result;
  }
  result.response.status = static_cast<int>(info<long>(easy, CURLINFO_RESPONSE_CODE));
  result.response.body = answer_body;
  result.response.body_cut = body_cut;
  if (const auto* type = info<char*>(easy, CURLINFO_CONTENT_TYPE); type != nullptr)
    result.response.content_type = type;
  result.response.took = {info<curl_off_t>(easy, CURLINFO_TOTAL_TIME_T)};
  return result;
}

}  // namespace stellwerk::adapters::http
