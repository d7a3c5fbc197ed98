#include "document-domain/routes.h"

#include <array>

namespace document_domain {

std::string_view pattern_of(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::Health:
      return "/health";
    case Endpoint::Ready:
      return "/ready";
    case Endpoint::Live:
      return "/live";
    case Endpoint::Lag:
      return "/lag";
    case Endpoint::Metrics:
      return "/metrics";
    case Endpoint::Documents:
      return "/documents";
    case Endpoint::Batch:
      return "/documents/batch";
    case Endpoint::Document:
      return "/documents/{id}";
    case Endpoint::File:
      return "/documents/{id}/file";
    case Endpoint::Unknown:
      return "other";
  }
  return "other";
}

bool is_api(Endpoint endpoint) {
  return endpoint == Endpoint::Documents || endpoint == Endpoint::Batch ||
         endpoint == Endpoint::Document || endpoint == Endpoint::File;
}

bool is_write(Endpoint endpoint) {
  return endpoint == Endpoint::Documents || endpoint == Endpoint::Batch;
}

Route route_of(std::string_view path) {
  constexpr std::array kFixed = {Endpoint::Health, Endpoint::Ready, Endpoint::Live, Endpoint::Lag,
                                 Endpoint::Metrics};
  for (const Endpoint endpoint : kFixed)
    if (path == pattern_of(endpoint)) return {endpoint, ""};
  if (path.starts_with(kApiPrefix)) path.remove_prefix(kApiPrefix.size());
  constexpr std::string_view kDocuments = "/documents";
  if (!path.starts_with(kDocuments)) return {};
  path.remove_prefix(kDocuments.size());
  if (path.empty()) return {Endpoint::Documents, ""};
  if (path == "/batch") return {Endpoint::Batch, ""};
  if (!path.starts_with('/')) return {};
  path.remove_prefix(1);
  const std::size_t slash = path.find('/');
  const std::string id(path.substr(0, slash));
  if (slash == std::string_view::npos) return {Endpoint::Document, id};
  if (path.substr(slash) == "/file") return {Endpoint::File, id};
  return {};
}

}  // namespace document_domain
