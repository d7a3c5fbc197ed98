#include "adapters/memory/memory_router.h"

#include <fmt/format.h>

#include "base/text.h"

namespace stellwerk::adapters {
namespace {

constexpr std::uint16_t kFirstPort = 20000;

base::Error unavailable() {
  return base::error(base::Code::Unavailable, "HAP-0002", "the load balancer does not answer")
      .now("nothing was changed");
}

base::Error outcome_unknown() {
  return base::error(base::Code::OutcomeUnknown, "HAP-0003",
                     "the load balancer was told, and it is not known whether it did it");
}

bool names(const core::ComponentRoutes& routes, const base::SemVer& version) {
  return routes.stable == version || (routes.candidate && routes.candidate->version == version);
}

}  // namespace

MemoryRouter::MemoryRouter(const ports::Clock& clock, std::set<base::TenantId> known_tenants)
    : clock_(clock), known_(std::move(known_tenants)) {}

template <class Change>
base::Result<void> MemoryRouter::perform(const Change& change) {
  if (faults_.empty()) return change();
  const Fault fault = faults_.front();
  faults_.pop_front();
  switch (fault) {
    case Fault::Unavailable:
      return base::fail(unavailable());
    case Fault::LostAnswer:
      static_cast<void>(change());
      return base::fail(outcome_unknown());
    case Fault::LostRequest:
      return base::fail(outcome_unknown());
  }
  return {};
}

void MemoryRouter::inject(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(fault);
}

void MemoryRouter::miss_readings(std::uint32_t count) {
  const std::lock_guard lock(mutex_);
  readings_missed_ = count;
}

void MemoryRouter::crash() {
  const std::lock_guard lock(mutex_);
  crashed_ = true;
  leases_.clear();
}

void MemoryRouter::tamper(core::RoutingTable table) {
  const std::lock_guard lock(mutex_);
  table_ = std::move(table);
}

base::Result<void> MemoryRouter::check_removal(const ports::Endpoints& endpoints) const {
  const auto& [component, version] = endpoints.version;
  const auto routes = table_.components.find(component);
  if (!endpoints.instances.empty() || routes == table_.components.end() ||
      !names(routes->second, version))
    return {};
  return base::fail(base::error(base::Code::Rejected, "HAP-0007",
                                fmt::format("{} {} cannot be taken from the load balancer",
                                            component.str(), version.to_string()))
                        .because("routes still name it"));
}

base::Result<void> MemoryRouter::endpoints(std::span<const ports::Endpoints> versions,
                                           const ports::Call&) {
  const std::lock_guard lock(mutex_);
  for (const ports::Endpoints& endpoints : versions)
    if (auto good = check_removal(endpoints); !good) return good;
  return perform([&]() -> base::Result<void> {
    crashed_ = false;
    for (const ports::Endpoints& endpoints : versions) {
      const auto& [component, version] = endpoints.version;
      ports_.emplace(component, static_cast<std::uint16_t>(kFirstPort + ports_.size()));
      if (endpoints.instances.empty())
        servers_[component].erase(version.to_string());
      else
        servers_[component].insert_or_assign(version.to_string(), endpoints);
    }
    return {};
  });
}

bool MemoryRouter::has_servers(const base::ComponentName& component,
                               const base::SemVer& version) const {
  const auto found = servers_.find(component);
  return found != servers_.end() && found->second.contains(version.to_string());
}

std::size_t MemoryRouter::servers(const ports::VersionRef& version) const {
  const std::lock_guard lock(mutex_);
  if (!has_servers(version.component, version.version)) return 0;
  return servers_.at(version.component).at(version.version.to_string()).instances.size();
}

base::Result<core::RoutingTable> MemoryRouter::apply(const core::RoutingTable& table,
                                                     const ports::Call&) {
  const std::lock_guard lock(mutex_);
  for (const auto& [component, routes] : table.components)
    if (!has_servers(component, routes.stable) ||
        (routes.candidate && !has_servers(component, routes.candidate->version)))
      return base::fail(base::error(base::Code::Rejected, "HAP-0004",
                                    fmt::format("no traffic for {}: a version of the table has no "
                                                "servers",
                                                component.str()))
                            .now("the routes in force are unchanged"));
  auto done = perform([&]() -> base::Result<void> {
    crashed_ = false;
    for (const auto& [component, routes] : table.components)
      table_.components.insert_or_assign(component, routes);
    return {};
  });
  if (!done) return base::fail(std::move(done).error());
  core::RoutingTable read_back;
  for (const auto& [component, routes] : table.components)
    read_back.components.emplace(component, table_.components.at(component));
  return read_back;
}

base::Result<void> MemoryRouter::grant(const base::ReleaseId& release, base::Duration lease,
                                       const ports::Call&) {
  const std::lock_guard lock(mutex_);
  if (crashed_) return base::fail(unavailable());
  return perform([&]() -> base::Result<void> {
    leases_.insert_or_assign(release, clock_.mono() + lease);
    return {};
  });
}

base::Result<std::set<base::ReleaseId>> MemoryRouter::renew(
    std::span<const base::ReleaseId> releases, base::Duration lease, const ports::Call&) {
  const std::lock_guard lock(mutex_);
  if (crashed_) return base::fail(unavailable());
  std::set<base::ReleaseId> expired;
  auto done = perform([&]() -> base::Result<void> {
    for (const base::ReleaseId& release : releases) {
      if (lives(release))
        leases_.insert_or_assign(release, clock_.mono() + lease);
      else
        expired.insert(release);
    }
    return {};
  });
  if (!done) return base::fail(std::move(done).error());
  return expired;
}

base::Result<void> MemoryRouter::revoke(const base::ReleaseId& release, const ports::Call&) {
  const std::lock_guard lock(mutex_);
  if (crashed_) return base::fail(unavailable());
  return perform([&]() -> base::Result<void> {
    leases_.erase(release);
    return {};
  });
}

base::Result<ports::RouterState> MemoryRouter::current(const ports::Call&) {
  const std::lock_guard lock(mutex_);
  if (crashed_) return base::fail(unavailable());
  if (readings_missed_ > 0) {
    --readings_missed_;
    return base::fail(unavailable());
  }
  ports::RouterState state{.table = table_, .leases = {}};
  for (const auto& [release, ends] : leases_)
    if (lives(release)) state.leases.insert(release);
  return state;
}

base::Result<std::uint64_t> MemoryRouter::drain(const ports::VersionRef&, ports::Drained,
                                                const ports::Call&) {
  const std::lock_guard lock(mutex_);
  if (crashed_) return base::fail(unavailable());
  return std::uint64_t{0};
}

std::uint16_t MemoryRouter::listen_port(const base::ComponentName& component) const {
  const std::lock_guard lock(mutex_);
  const auto found = ports_.find(component);
  return found == ports_.end() ? std::uint16_t{0} : found->second;
}

bool MemoryRouter::lives(const base::ReleaseId& release) const {
  const auto found = leases_.find(release);
  return found != leases_.end() && clock_.mono() < found->second;
}

bool MemoryRouter::takes(const core::CandidateRoute& candidate, std::string_view tenant) const {
  if (candidate.leased && !lives(candidate.release)) return false;
  if (candidate.everyone) return true;
  if (tenant.empty()) return false;
  const base::TenantId id(base::lower_ascii(tenant));
  if (candidate.tenants.contains(id)) return true;
  return !known_.contains(id) && candidate.buckets.contains(core::bucket_of(id.str()));
}

std::optional<base::SemVer> MemoryRouter::serves(const base::ComponentName& component,
                                                 std::string_view tenant) const {
  const std::lock_guard lock(mutex_);
  const auto found = table_.components.find(component);
  if (crashed_ || found == table_.components.end()) return std::nullopt;
  const core::ComponentRoutes& routes = found->second;
  if (routes.candidate && takes(*routes.candidate, tenant)) return routes.candidate->version;
  if (const auto& shown = routes.maintenance)
    if (shown->everyone || shown->tenants.contains(base::TenantId(std::string(tenant))))
      return std::nullopt;
  return routes.stable;
}

}  // namespace stellwerk::adapters
