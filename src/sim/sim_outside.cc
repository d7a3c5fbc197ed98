#include "sim/sim_outside.h"

#include <type_traits>

namespace stellwerk::sim {
namespace {

base::Failure router_unavailable() {
  return base::fail(
      base::error(base::Code::Unavailable, "HAP-0002", "the load balancer does not answer"));
}

base::Failure router_unknown() {
  return base::fail(base::error(base::Code::OutcomeUnknown, "HAP-0003",
                                "it is not known whether the load balancer did it"));
}

base::Failure workload_failed(Twist twist) {
  if (twist == Twist::Refuse)
    return base::fail(base::Code::Unavailable, "PRC-0002", "an instance did not become healthy");
  return base::fail(base::Code::OutcomeUnknown, "PRC-0004", "stopped waiting for the instances");
}

}  // namespace

/// A request whose answer is lost may act later, when its caller has long gone on.
template <class Act>
auto SimRouter::write(const ports::Call& call, const Act& act) -> decltype(act(false)) {
  Interference& interference = around_.interference;
  const Twist twist = interference.before(Place::RouterWrite, &call);
  if (twist != Twist::None) around_.invariants.router_failed();
  if (twist == Twist::Refuse) return router_unavailable();
  if (twist == Twist::LoseRequest) {
    if (interference.strikes(Fault::LateWrites))
      interference.later(base::seconds(3), [this, act] {
        around_.invariants.foreign_change();
        static_cast<void>(act(true));
      });
    return router_unknown();
  }
  auto result = act(false);
  interference.after(Place::RouterWrite);
  if (twist == Twist::LoseAnswer) return router_unknown();
  return result;
}

base::Result<void> SimRouter::endpoints(std::span<const ports::Endpoints> versions,
                                        const ports::Call& call) {
  const std::vector<ports::Endpoints> wanted(versions.begin(), versions.end());
  return write(call, [this, wanted](bool late) {
    if (!late) around_.invariants.servers_set(wanted);
    return real_.endpoints(wanted, {});
  });
}

base::Result<core::RoutingTable> SimRouter::apply(const core::RoutingTable& table,
                                                  const ports::Call& call) {
  return write(call, [this, table](bool late) {
    if (!late) around_.invariants.routes_written(table);
    return real_.apply(table, {});
  });
}

base::Result<void> SimRouter::grant(const base::ReleaseId& release, base::Duration lease,
                                    const ports::Call& call) {
  return write(call, [this, release, lease](bool late) {
    if (!late) around_.invariants.lease_granted(release);
    return real_.grant(release, lease, {});
  });
}

base::Result<std::set<base::ReleaseId>> SimRouter::renew(std::span<const base::ReleaseId> releases,
                                                         base::Duration lease,
                                                         const ports::Call& call) {
  const std::vector<base::ReleaseId> wanted(releases.begin(), releases.end());
  return write(call, [this, wanted, lease](bool late) {
    if (!late) around_.invariants.leases_renewed(wanted);
    return real_.renew(wanted, lease, {});
  });
}

base::Result<void> SimRouter::revoke(const base::ReleaseId& release, const ports::Call& call) {
  return write(call, [this, release](bool late) {
    if (!late) around_.invariants.lease_revoked(release);
    return real_.revoke(release, {});
  });
}

base::Result<ports::RouterState> SimRouter::current(const ports::Call& call) {
  if (around_.interference.before(Place::RouterRead, &call) != Twist::None)
    return router_unavailable();
  return real_.current(call);
}

base::Result<std::uint64_t> SimRouter::drain(const ports::VersionRef& version, ports::Drained what,
                                             const ports::Call& call) {
  if (around_.interference.before(Place::RouterRead, &call) != Twist::None)
    return router_unavailable();
  return real_.drain(version, what, call);
}

std::uint32_t SimWorkload::running(const ports::VersionRef& version) {
  const auto status = real_.status(version);
  return status ? static_cast<std::uint32_t>(status->instances.size()) : 0;
}

/// Half of what is missing.
core::WorkloadSpec SimWorkload::half_started(const ports::VersionRef& version,
                                             core::WorkloadSpec spec) {
  const std::uint32_t there = running(version);
  if (spec.instances > there) spec.instances = there + (spec.instances - there + 1) / 2;
  return spec;
}

base::Result<ports::WorkloadStatus> SimWorkload::ensure(const ports::VersionRef& version,
                                                        const core::WorkloadSpec& spec,
                                                        const core::HealthCheck& health,
                                                        const ports::Call& call) {
  const Twist twist = around_.interference.before(Place::Ensure, &call);
  if (twist == Twist::Refuse || twist == Twist::LoseRequest) return workload_failed(twist);
  const bool half = around_.interference.strikes(Fault::WorkloadHalfDone);
  around_.invariants.version_started(version);
  const bool lacks_one = around_.interference.strikes(Fault::WorkloadLacksOne);
  if (lacks_one) real_.behave(version, adapters::MemoryBehaviour::LastStaysDown);
  auto status = real_.ensure(version, half ? half_started(version, spec) : spec, health, call);
  if (lacks_one) real_.behave(version, adapters::MemoryBehaviour::Healthy);
  around_.interference.after(Place::Ensure);
  if (half || twist == Twist::LoseAnswer) return workload_failed(Twist::LoseAnswer);
  return status;
}

base::Result<void> SimWorkload::retire(const ports::VersionRef& version,
                                       const core::WorkloadSpec& spec, const ports::Call& call) {
  const Twist twist = around_.interference.before(Place::Retire, &call);
  if (twist == Twist::Refuse || twist == Twist::LoseRequest)
    return workload_failed(Twist::LoseRequest);
  around_.invariants.version_stopped(version);
  const bool half = around_.interference.strikes(Fault::WorkloadHalfDone);
  core::WorkloadSpec left = spec;
  left.instances = running(version) / 2;
  base::Result<void> retired;
  if (half && left.instances > 0)
    static_cast<void>(real_.ensure(version, left, {}, call));
  else
    retired = real_.retire(version, spec, call);
  around_.interference.after(Place::Retire);
  if (half || twist == Twist::LoseAnswer) return workload_failed(Twist::LoseAnswer);
  return retired;
}

base::Result<std::optional<base::Digest>> SimWorkload::artifact(const ports::VersionRef& version,
                                                                const core::WorkloadSpec& spec,
                                                                const ports::Call& call) {
  return real_.artifact(version, spec, call);
}

base::Result<ports::WorkloadStatus> SimWorkload::status(const ports::VersionRef& version) {
  if (around_.interference.before(Place::WorkloadRead) != Twist::None)
    return base::fail(base::Code::Unavailable, "PRC-0002", "the instances cannot be read");
  return real_.status(version);
}

base::Result<ports::StepReport> SimSteps::run(const ports::StepRequest& request,
                                              const ports::Call& call) {
  const Twist twist = around_.interference.before(Place::Step, &call);
  if (twist == Twist::Refuse || twist == Twist::LoseRequest)
    return base::fail(base::Code::OutcomeUnknown, "CHK-0001",
                      "it is not known what became of the check");
  around_.invariants.step_run(request);
  around_.interference.after(Place::Step);
  if (twist == Twist::LoseAnswer)
    return base::fail(base::Code::OutcomeUnknown, "CHK-0001",
                      "it is not known what became of the check");
  const bool bad =
      around_.interference.weather.steps_fail || around_.interference.strikes(Fault::StepFails);
  if (bad) return ports::StepReport{false, "exit 1", "exit 1: not good", "{}"};
  return ports::StepReport{true, "exit 0", "exit 0", "{}"};
}

base::Result<void> SimBus::publish(const std::vector<ports::PublicEvent>& events,
                                   const ports::Call& call) {
  const Twist twist = around_.interference.before(Place::Deliver, &call);
  if (twist == Twist::None || twist == Twist::LoseAnswer)
    for (const ports::PublicEvent& event : events) around_.invariants.published(event);
  around_.interference.after(Place::Deliver);
  if (twist == Twist::None) return {};
  return base::fail(base::Code::Unavailable, "NTF-0001", "the subscriber does not answer");
}

base::Result<void> SimNotifier::send(const ports::Notice& notice, const ports::Call& call) {
  const Twist twist = around_.interference.before(Place::Deliver, &call);
  if (twist == Twist::None || twist == Twist::LoseAnswer) around_.invariants.told(notice);
  around_.interference.after(Place::Deliver);
  if (twist == Twist::None) return {};
  return base::fail(base::Code::Unavailable, "NTF-0002", "the channel does not answer");
}

void SimOutside::guard(const Guarded& around) {
  router = std::make_unique<SimRouter>(balancer, around);
  workload = std::make_unique<SimWorkload>(instances, around);
  steps = std::make_unique<SimSteps>(around);
  bus = std::make_unique<SimBus>(around);
  notifier = std::make_unique<SimNotifier>(around);
}

}  // namespace stellwerk::sim
