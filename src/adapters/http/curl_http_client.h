// curl_http_client.h — one request and its answer, for checks.
//
// Role: ports::HttpClient.                                     Start here: CurlHttpClient
// Thread-safety: any thread.
#pragma once

#include "adapters/http/curl_loop.h"

namespace stellwerk::adapters::http {

class CurlHttpClient : public ports::HttpClient {
 public:
  /// `loop` outlives the client.
  explicit CurlHttpClient(CurlLoop& loop) : loop_(loop) {}
  base::Result<ports::HttpResponse> send(const ports::HttpRequest& request,
                                         const ports::Call& call) override;

 private:
  CurlLoop& loop_;
};

}  // namespace stellwerk::adapters::http
