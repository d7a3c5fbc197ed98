// http_client.h — a small blocking HTTP client for tests, one kept-alive connection per object.
//
// Thread-safety: one thread per object.                                  Start here: HttpClient
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace examples::testing {

struct HttpRequest {
  std::string path;
  std::string method = "GET";
  std::string body = {};
  std::vector<std::string> headers = {};  ///< "name: value"
  std::chrono::milliseconds timeout = std::chrono::seconds(20);
};

struct HttpAnswer {
  long status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  ///< names in lower case
};

class HttpClient {
 public:
  explicit HttpClient(std::string base_url);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// nullopt: no HTTP answer (refused, cut, timed out, not HTTP); last_error() says which.
  std::optional<HttpAnswer> send(const HttpRequest& request);
  std::optional<HttpAnswer> get(const std::string& path, const std::string& tenant = "");
  std::optional<HttpAnswer> post(const std::string& path, const std::string& tenant,
                                 const std::string& body);
  [[nodiscard]] const std::string& last_error() const { return last_error_; }

 private:
  std::string base_url_;
  std::string last_error_;
  std::unique_ptr<void, void (*)(void*)> curl_;
};

}  // namespace examples::testing
