// http_client.h — port: one HTTP request and its bounded answer.
//
// Role: adapters/http; the runner of HTTP checks uses it.
// Thread-safety: any thread; calls overlap.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "ports/call.h"

namespace stellwerk::ports {

struct HttpRequest {
  std::string method = "GET";  ///< GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS
  std::string url;             ///< absolute; only http and https
  std::map<std::string, std::string> headers;
  std::string body;
  std::size_t answer_bytes_max = std::size_t{256} << 10;  ///< of the answer's body
};

struct HttpResponse {
  int status = 0;
  std::string body;       ///< at most the request's answer_bytes_max, any bytes
  bool body_cut = false;  ///< there was more
  base::Duration took;
  std::string content_type = {};  ///< as it was sent; may be empty
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Sends it and waits for the whole answer. Redirects are answers, they are not followed; proxies
  /// of the environment are not used.
  /// @errors InvalidArgument HLT-0001: no such method, a URL that is none, a header with line
  /// breaks;
  ///         Unavailable HLT-0002: not connected, so nothing was sent;
  ///         OutcomeUnknown HLT-0003: connected, and no whole answer came (deadline and stop too).
  virtual base::Result<HttpResponse> send(const HttpRequest& request, const Call& call) = 0;
};

}  // namespace stellwerk::ports
