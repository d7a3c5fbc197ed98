// routing.h — which version serves whom: the ranking of tenants, buckets of unknown ones, and the
// routing table.
//
// Role: pure data between compile, decide and the TrafficRouter port.            Start here:
// RoutingTable Thread-safety: values.                                                        Spec:
// docs/routing.md
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/semver.h"
#include "core/environment.h"

namespace stellwerk::core {

inline constexpr std::uint32_t kBuckets = 100;

/// Tenants by SHA-256(installation "/" tenant), ascending: the order in which they join every
/// release of the installation, the same for all components.
std::vector<base::TenantId> rank_tenants(const base::InstallationId& installation,
                                         std::span<const Tenant> tenants);

/// The bucket of a tenant the environment does not know: xxh32(tenant, seed 0) mod 100, as
/// HAProxy's `xxh32,mod(100)` computes it. The text is the lower-cased header value.
std::uint32_t bucket_of(std::string_view tenant);

/// `document-domain-v1.3.0`: the load balancer's name for a version of a component ('+' of build
/// metadata becomes '_').
base::BackendName backend_name(const base::ComponentName& component, const base::SemVer& version);

/// Who is served by the new version while a release is under way, as long as its lease lives.
struct CandidateRoute {
  base::ReleaseId release;  ///< whose lease keeps these routes alive
  base::SemVer version;
  bool leased = true;  ///< false (`guard.lost: hold`): holds without a lease
  std::set<base::TenantId> tenants;
  std::set<std::uint32_t> buckets;  ///< of unknown tenants, 0 to 99
  bool everyone = false;            ///< last wave: also requests without a tenant and all buckets
  friend bool operator==(const CandidateRoute&, const CandidateRoute&) = default;
};

/// Who is shown the page of maintenance unless the new version serves them. It needs no lease: with
/// Stellwerk gone, neither version may be taken for the right one.
struct MaintenanceRoute {
  base::ReleaseId release;
  bool everyone = false;             ///< also unknown tenants and requests without one
  std::set<base::TenantId> tenants;  ///< otherwise these
  friend bool operator==(const MaintenanceRoute&, const MaintenanceRoute&) = default;
};

struct ComponentRoutes {
  base::SemVer stable;  ///< serves all others, and everyone when the lease is gone
  std::optional<CandidateRoute> candidate;
  std::optional<MaintenanceRoute> maintenance = {};
  friend bool operator==(const ComponentRoutes&, const ComponentRoutes&) = default;
};

/// The routes of some components; those not named are not touched by `TrafficRouter::apply`.
struct RoutingTable {
  std::map<base::ComponentName, ComponentRoutes> components;
  friend bool operator==(const RoutingTable&, const RoutingTable&) = default;
};

}  // namespace stellwerk::core
