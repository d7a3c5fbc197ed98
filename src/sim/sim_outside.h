// sim_outside.h — what the engine acts on and listens to, with misfortunes: load balancer,
// instances, checks, subscribers and people who are told.
//
// Role: the ports over adapters/memory; each asks the invariants before it acts.
// Start here: SimOutside                                         Thread-safety: one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/memory/memory_bus.h"
#include "adapters/memory/memory_metrics.h"
#include "adapters/memory/memory_notifier.h"
#include "adapters/memory/memory_probe.h"
#include "adapters/memory/memory_router.h"
#include "adapters/memory/memory_workload.h"
#include "sim/interference.h"
#include "sim/invariants.h"

namespace stellwerk::sim {

/// What every simulated port of the outside needs.
struct Guarded {
  Interference& interference;
  Invariants& invariants;
};

class SimRouter final : public ports::TrafficRouter {
 public:
  SimRouter(adapters::MemoryRouter& real, const Guarded& around) : real_(real), around_(around) {}

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
  base::Result<std::uint64_t> drain(const ports::VersionRef& version, ports::Drained what,
                                    const ports::Call& call) override;
  [[nodiscard]] std::uint16_t listen_port(const base::ComponentName& component) const override {
    return real_.listen_port(component);
  }

 private:
  /// @param act  is told whether it acts late, when nobody waits for it any more
  template <class Act>
  auto write(const ports::Call& call, const Act& act) -> decltype(act(false));

  adapters::MemoryRouter& real_;
  Guarded around_;
};

class SimWorkload final : public ports::Workload {
 public:
  SimWorkload(adapters::MemoryWorkload& real, const Guarded& around)
      : real_(real), around_(around) {}

  base::Result<ports::WorkloadStatus> ensure(const ports::VersionRef& version,
                                             const core::WorkloadSpec& spec,
                                             const core::HealthCheck& health,
                                             const ports::Call& call) override;
  base::Result<void> retire(const ports::VersionRef& version, const core::WorkloadSpec& spec,
                            const ports::Call& call) override;
  base::Result<std::optional<base::Digest>> artifact(const ports::VersionRef& version,
                                                     const core::WorkloadSpec& spec,
                                                     const ports::Call& call) override;
  base::Result<ports::WorkloadStatus> status(const ports::VersionRef& version) override;

 private:
  std::uint32_t running(const ports::VersionRef& version);
  core::WorkloadSpec half_started(const ports::VersionRef& version, core::WorkloadSpec spec);

  adapters::MemoryWorkload& real_;
  Guarded around_;
};

/// Checks pass, unless a misfortune says otherwise.
class SimSteps final : public ports::StepRunner {
 public:
  explicit SimSteps(const Guarded& around) : around_(around) {}
  base::Result<ports::StepReport> run(const ports::StepRequest& request,
                                      const ports::Call& call) override;

 private:
  Guarded around_;
};

class SimBus final : public ports::EventBus {
 public:
  explicit SimBus(const Guarded& around) : around_(around) {}
  [[nodiscard]] std::string name() const override { return "memory"; }
  [[nodiscard]] std::string target() const override { return {}; }
  base::Result<void> publish(const std::vector<ports::PublicEvent>& events,
                             const ports::Call& call) override;

 private:
  Guarded around_;
};

class SimNotifier final : public ports::Notifier {
 public:
  explicit SimNotifier(const Guarded& around) : around_(around) {}
  [[nodiscard]] std::string name() const override { return "memory"; }
  [[nodiscard]] std::string target() const override { return {}; }
  base::Result<void> send(const ports::Notice& notice, const ports::Call& call) override;

 private:
  Guarded around_;
};

/// The world beyond the process, and the ports to it.
struct SimOutside {
  SimOutside(const ports::Clock& clock, std::set<base::TenantId> known_tenants)
      : balancer(clock, std::move(known_tenants)), probe(clock) {}
  /// Before the first process: everything that acts asks `around`.
  void guard(const Guarded& around);

  adapters::MemoryRouter balancer;
  adapters::MemoryWorkload instances;
  adapters::MemoryProbe probe;
  adapters::MemoryMetrics metrics;
  std::unique_ptr<SimRouter> router;
  std::unique_ptr<SimWorkload> workload;
  std::unique_ptr<SimSteps> steps;
  std::unique_ptr<SimBus> bus;
  std::unique_ptr<SimNotifier> notifier;
};

}  // namespace stellwerk::sim
