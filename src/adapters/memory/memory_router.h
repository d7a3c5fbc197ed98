// memory_router.h — a load balancer in memory: routes, leases and the answer to "who serves this".
//
// Role: keeps the contract of ports::TrafficRouter (tests/contract/traffic_router.h) without a
// product: for tests and the simulator.                             Start here: MemoryRouter
// Thread-safety: any thread.      Invariants: leases end by the clock it was given, by nothing
// else.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>

#include "ports/clock.h"
#include "ports/traffic_router.h"

namespace stellwerk::adapters {

class MemoryRouter final : public ports::TrafficRouter {
 public:
  /// @param known_tenants  tenants of the environment: they never fall into a bucket
  MemoryRouter(const ports::Clock& clock, std::set<base::TenantId> known_tenants);

  base::Result<void> endpoints(std::span<const ports::Endpoints> versions,
                               const ports::Call& call) override;
  base::Result<core::RoutingTable> apply(const core::RoutingTable& table,
                                         const ports::Call& call) override;
  base::Result<void> grant(const base::ReleaseId& release, base::Duration lease,
                           const ports::Call& call) override;
  base::Result<std::set<base::ReleaseId>> renew(std::span<const base::ReleaseId> releases,
                                                base::Duration lease,
                                                const ports::Call& call) override;
  base::Result<void> revoke(const base::ReleaseId& release, const ports::Call& call) override;
  base::Result<ports::RouterState> current(const ports::Call& call) override;
  /// Its requests end at once.
  base::Result<std::uint64_t> drain(const ports::VersionRef& version, ports::Drained what,
                                    const ports::Call& call) override;
  [[nodiscard]] std::uint16_t listen_port(const base::ComponentName& component) const override;

  /// The version that serves a request now; empty: nobody does, or the page of maintenance.
  /// @param tenant  the tenant header as it was sent; empty: none
  [[nodiscard]] std::optional<base::SemVer> serves(const base::ComponentName& component,
                                                   std::string_view tenant) const;

  /// How many servers it has of a version.
  [[nodiscard]] std::size_t servers(const ports::VersionRef& version) const;

  /// What the world may do to it.
  enum class Fault : std::uint8_t {
    Unavailable,  ///< the next change does nothing
    LostAnswer,   ///< the next change happens, and its answer is lost
    LostRequest,  ///< the next change does not happen, and nobody knows
  };
  void inject(Fault fault);  ///< for the next endpoints, apply, grant, renew or revoke
  void miss_readings(std::uint32_t count);  ///< so many calls of current() get no answer
  void crash();  ///< leases are gone; endpoints() or apply() start it again
  void tamper(core::RoutingTable table);  ///< a hand from outside

 private:
  using Versions = std::map<std::string, ports::Endpoints>;  ///< by version text

  [[nodiscard]] bool lives(const base::ReleaseId& release) const;
  [[nodiscard]] bool has_servers(const base::ComponentName& component,
                                 const base::SemVer& version) const;
  [[nodiscard]] bool takes(const core::CandidateRoute& candidate, std::string_view tenant) const;
  base::Result<void> check_removal(const ports::Endpoints& endpoints) const;
  /// Runs `change` as the injected fault wants it.
  template <class Change>
  base::Result<void> perform(const Change& change);

  const ports::Clock& clock_;
  const std::set<base::TenantId> known_;
  mutable std::mutex mutex_;
  std::map<base::ComponentName, Versions> servers_;  // all guarded by mutex_
  std::map<base::ComponentName, std::uint16_t> ports_;
  core::RoutingTable table_;
  std::map<base::ReleaseId, base::MonoTime> leases_;  ///< when each ends
  std::deque<Fault> faults_;
  std::uint32_t readings_missed_ = 0;  ///< still to come
  bool crashed_ = false;
};

}  // namespace stellwerk::adapters
