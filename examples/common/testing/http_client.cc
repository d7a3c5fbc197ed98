#include "common/testing/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace examples::testing {
namespace {

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* target) {
  static_cast<HttpAnswer*>(target)->body.append(data, size * count);
  return size * count;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* target) {
  const std::string_view line(data, size * count);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  std::string name(line.substr(0, colon));
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.remove_suffix(1);
  static_cast<HttpAnswer*>(target)->headers[std::move(name)] = value;
  return line.size();
}

}  // namespace

HttpClient::HttpClient(std::string base_url)
    : base_url_(std::move(base_url)), curl_(curl_easy_init(), &curl_easy_cleanup) {
  if (!curl_) throw std::runtime_error("curl_easy_init failed");
}

HttpClient::~HttpClient() = default;

std::optional<HttpAnswer> HttpClient::send(const HttpRequest& request) {
  CURL* curl = curl_.get();
  curl_easy_reset(curl);
  HttpAnswer answer;
  const bool waits_for_leave = std::ranges::any_of(
      request.headers, [](const std::string& header) { return header.starts_with("Expect:"); });
  curl_slist* headers = waits_for_leave ? nullptr : curl_slist_append(nullptr, "Expect:");
  for (const std::string& header : request.headers)
    headers = curl_slist_append(headers, header.c_str());
  const std::string url = base_url_ + request.path;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_EXPECT_100_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  if (request.method == "POST") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
  const CURLcode result = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_slist_free_all(headers);
  last_error_ = curl_easy_strerror(result);
  if (result != CURLE_OK) return std::nullopt;
  return answer;
}

std::optional<HttpAnswer> HttpClient::get(const std::string& path, const std::string& tenant) {
  HttpRequest request{.path = path};
  if (!tenant.empty()) request.headers.push_back("x-tenant-id: " + tenant);
  return send(request);
}

std::optional<HttpAnswer> HttpClient::post(const std::string& path, const std::string& tenant,
                                           const std::string& body) {
  HttpRequest request{.path = path, .method = "POST", .body = body};
  request.headers.emplace_back("content-type: application/json");
  if (!tenant.empty()) request.headers.push_back("x-tenant-id: " + tenant);
  return send(request);
}

}  // namespace examples::testing
