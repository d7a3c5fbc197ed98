// traffic_router.h — port: which version serves which tenant, and the lease that keeps a new
// version's routes alive.
//
// Role: adapters/haproxy, adapters/memory; later Kubernetes Gateway API (docs/decisions).   Start
// here: apply() Thread-safety: apply, grant, renew, revoke, endpoints: one call at a time (the
// router's lane); current, drain, listen_port: any thread. Invariants: readers see a
// table whole or not at all; a candidate's routes hold only while its release's lease lives (unless
// it is not leased); without lease everyone is served by `stable`; a lease that ran out comes back
// by grant() alone. Contract: tests/contract/traffic_router.h (memory and every adapter).     Spec:
// docs/routing.md
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "core/routing.h"
#include "ports/call.h"
#include "ports/workload.h"

namespace stellwerk::ports {

/// Where the instances of one version listen.
struct Endpoints {
  VersionRef version;
  std::vector<Instance> instances;
  core::HealthCheck health;  ///< for the router's own check of its servers
};

/// What the router really does now.
struct RouterState {
  core::RoutingTable
      table;  ///< read back; the candidate's routes as written, whether its lease lives or not
  std::set<base::ReleaseId> leases;  ///< alive now
};

/// Whose requests are waited for.
enum class Drained : std::uint8_t {
  Version,           ///< all of it; none new may be sent to it by the routes in force
  RemovedInstances,  ///< those at instances of it that are its servers no longer
};

class TrafficRouter {
 public:
  virtual ~TrafficRouter() = default;
  /// Makes these instances the servers of their version; a version not named keeps its servers; an
  /// empty list of instances removes the version (which no route may name any more). Open requests
  /// are not cut. Repeatable.
  /// @errors Rejected HAP-0001: the configuration is refused (its own message in `why`; the old one
  /// stays in force);
  ///         Unavailable HAP-0002: the router is not there; OutcomeUnknown HAP-0003: call current()
  ///         first.
  virtual base::Result<void> endpoints(std::span<const Endpoints> versions, const Call& call) = 0;
  /// Makes `table` the routing of all its components in one step that readers see whole or not at
  /// all. Repeatable. A router that is gone is brought up with it, and without any lease.
  /// @return the table read back after the change, never an echo of the request.
  /// @errors Unavailable HAP-0002: nothing changed, retry. Rejected HAP-0004: a version without
  /// servers, never retry.
  ///         OutcomeUnknown HAP-0003: call current() first.
  virtual base::Result<core::RoutingTable> apply(const core::RoutingTable& table,
                                                 const Call& call) = 0;
  /// Gives the release a lease that ends `lease` after now unless renewed, whether it had one or
  /// not: a change of traffic that was decided. Same errors.
  virtual base::Result<void> grant(const base::ReleaseId& release, base::Duration lease,
                                   const Call& call) = 0;
  /// Lets the leases that are alive end `lease` after now; one that ran out stays so. Same errors;
  /// OutcomeUnknown: some may be renewed, none came back to life.
  /// @return those of `releases` that have no living lease
  virtual base::Result<std::set<base::ReleaseId>> renew(std::span<const base::ReleaseId> releases,
                                                        base::Duration lease, const Call& call) = 0;
  /// Ends a lease now; read back: afterwards everyone is served by `stable`. No lease is success.
  /// Same errors.
  virtual base::Result<void> revoke(const base::ReleaseId& release, const Call& call) = 0;
  /// What the last apply() did in the router and could not keep on disk, in words; usually empty.
  /// Only a table without candidates is applied although it cannot be kept. The lane of apply().
  [[nodiscard]] virtual std::string unsaved() const { return {}; }
  /// Reads only. Same errors.
  virtual base::Result<RouterState> current(const Call& call) = 0;
  /// Waits until no such request of this version is under way or the call is over. Changes nothing.
  /// @return requests still under way: 0 when it is drained, or unknown to this router
  /// @errors Unavailable HAP-0002: the router is not there, so nothing is under way through it
  virtual base::Result<std::uint64_t> drain(const VersionRef& version, Drained what,
                                            const Call& call) = 0;
  /// The port on loopback where users' requests for this component arrive; 0: not known to this
  /// router.
  [[nodiscard]] virtual std::uint16_t listen_port(const base::ComponentName& component) const = 0;
};

}  // namespace stellwerk::ports
