// transfer.h — one curl easy handle with everything it points to.
//
// Thread-safety: one thread at a time.
// Invariants: redirects, proxies, other protocols and reuse of connections are off.
#pragma once

#include "adapters/http/curl_loop.h"

namespace stellwerk::adapters::http {

struct CurlLoop::Transfer {
  Transfer(TransferId number, const ports::HttpRequest& request, base::Duration timeout,
           TransferDone done);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  [[nodiscard]] TransferResult result(CURLcode code) const;

  TransferId id;
  CURL* easy;
  curl_slist* headers = nullptr;
  std::string request_body;
  std::size_t answer_bytes_max;
  base::Duration timeout;
  TransferDone done;
  std::string answer_body;
  bool body_cut = false;

 private:
  void set_method(const ports::HttpRequest& request);
  void set_headers(const ports::HttpRequest& request);
  static std::size_t receive(char* bytes, std::size_t size, std::size_t count, void* transfer);
};

}  // namespace stellwerk::adapters::http
