// routes.h — which endpoint a path names.
//
// Thread-safety: pure.                                                   Start here: route_of
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace document_domain {

/// The document paths exist below this and at the root.
inline constexpr std::string_view kApiPrefix = "/document/api/v1";

enum class Endpoint : std::uint8_t {
  Health,
  Ready,
  Live,
  Lag,
  Metrics,
  Documents,
  Batch,
  Document,
  File,
  Unknown,
};

struct Route {
  Endpoint endpoint = Endpoint::Unknown;
  std::string id;  ///< of Document and File; as it came, not validated
};

Route route_of(std::string_view path);
/// The path with `{id}` for an id: a label with few values.
std::string_view pattern_of(Endpoint endpoint);
/// Whether it is about documents: those need a tenant, and faults of the API concern only them.
bool is_api(Endpoint endpoint);
bool is_write(Endpoint endpoint);

}  // namespace document_domain
