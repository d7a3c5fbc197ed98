#include "document-domain/request_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace document_domain {
namespace {

/// A method as one of a few labels that live for ever; clients choose methods freely.
std::string_view label_of(std::string_view method) {
  constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD",   "POST",
                                                        "PUT", "DELETE", "OPTIONS"};
  const auto known = std::find(kMethods.begin(), kMethods.end(), method);
  return known == kMethods.end() ? "other" : *known;
}

}  // namespace

void RequestMetrics::count(std::string_view method, std::string_view endpoint, unsigned status) {
  const std::lock_guard lock(mutex_);
  ++counts_[Labels{label_of(method), endpoint, status}];
}

std::string RequestMetrics::prometheus_lines() const {
  std::string lines;
  const std::lock_guard lock(mutex_);
  for (const auto& [labels, count] : counts_)
    lines += fmt::format("http_requests_total{{method=\"{}\",endpoint=\"{}\",status=\"{}\"}} {}\n",
                         std::get<0>(labels), std::get<1>(labels), std::get<2>(labels), count);
  return lines;
}

}  // namespace document_domain
