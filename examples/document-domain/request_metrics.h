// request_metrics.h — counts of answered requests, with a bounded set of labels.
//
// Thread-safety: any thread.                                             Start here: RequestMetrics
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

namespace document_domain {

class RequestMetrics {
 public:
  /// @param endpoint  the route's pattern ("/documents/{id}"), never the path: labels must stay few
  void count(std::string_view method, std::string_view endpoint, unsigned status);
  /// Lines `http_requests_total{method="GET",endpoint="/documents/{id}",status="200"} 7`.
  [[nodiscard]] std::string prometheus_lines() const;

 private:
  using Labels = std::tuple<std::string_view, std::string_view, unsigned>;
  mutable std::mutex mutex_;
  std::map<Labels, std::uint64_t> counts_;
};

}  // namespace document_domain
