#include "adapters/memory/memory_workload.h"

#include <fmt/format.h>

namespace stellwerk::adapters {
namespace {

using base::Code;
using ports::InstanceState;

constexpr std::uint16_t kFirstPort = 40000;
constexpr std::uint32_t kInstancesMax = 64;

base::Failure lost_answer() {
  return base::fail(Code::OutcomeUnknown, "PRC-0004", "stopped waiting for the instances");
}

}  // namespace

MemoryWorkload::Key MemoryWorkload::key_of(const ports::VersionRef& version) {
  return fmt::format("{}-{}", version.component.str(), version.version.to_string());
}

std::uint16_t MemoryWorkload::free_port() {
  auto port = kFirstPort;
  while (ports_.contains(port)) ++port;
  ports_.insert(port);
  return port;
}

base::Result<void> MemoryWorkload::refuse(const ports::VersionRef& version,
                                          const core::WorkloadSpec& spec) {
  const auto found = behaviours_.find(key_of(version));
  const auto behaviour = found == behaviours_.end() ? MemoryBehaviour::Healthy : found->second;
  const bool runnable = spec.instances >= 1 && spec.instances <= kInstancesMax;
  if (behaviour == MemoryBehaviour::Missing || !runnable)
    return base::fail(Code::Rejected, "PRC-0001", "the program cannot be started");
  if (behaviour == MemoryBehaviour::NeverHealthy)
    return base::fail(Code::Unavailable, "PRC-0002", "an instance did not become healthy");
  if (behaviour == MemoryBehaviour::NoPort)
    return base::fail(Code::Conflict, "PRC-0003", "no free port");
  const auto artifact = artifacts_.find(key_of(version));
  const auto running = running_.find(key_of(version));
  const bool starts =
      running == running_.end() || running->second.instances.size() < spec.instances;
  if (spec.digest && starts && artifact != artifacts_.end() && artifact->second != *spec.digest)
    return base::fail(Code::Rejected, "PRC-0006", "the artifact is not what was planned");
  return {};
}

bool MemoryWorkload::behaves(const Key& key, MemoryBehaviour behaviour) const {
  const auto found = behaviours_.find(key);
  return found != behaviours_.end() && found->second == behaviour;
}

/// What came up stays where some of the version was wanted before.
base::Result<ports::WorkloadStatus> MemoryWorkload::without_the_last(ports::WorkloadStatus& status,
                                                                     bool ran) {
  auto failed = base::error(Code::Unavailable, "PRC-0002", "the last instance keeps ending");
  auto& last = status.instances.back();
  last.state = InstanceState::BackingOff;
  last.detail = "exit 1 after 1.0 s";
  if (ran) return base::fail(std::move(failed).now("the others are ready"));
  for (const auto& instance : status.instances) ports_.erase(instance.port);
  running_.erase(key_of(status.version));
  return base::fail(std::move(failed).now("what was started is stopped again"));
}

bool MemoryWorkload::loses_answer(const Key& key) {
  if (!behaves(key, MemoryBehaviour::AnswerLost)) return false;
  behaviours_.erase(key);
  return true;
}

void MemoryWorkload::resize(ports::WorkloadStatus& status, const core::WorkloadSpec& spec) {
  status.wanted = spec.instances;
  while (status.instances.size() > spec.instances) {
    ports_.erase(status.instances.back().port);
    status.instances.pop_back();
  }
  while (status.instances.size() < spec.instances)
    status.instances.push_back(
        {.id = fmt::format("{}-{}", key_of(status.version), status.instances.size() + 1),
         .host = "127.0.0.1",
         .port = free_port(),
         .state = InstanceState::Ready,
         .detail = "200 in 1 ms",
         .restarts = 0});
  for (auto& instance : status.instances) instance.state = InstanceState::Ready;
}

base::Result<ports::WorkloadStatus> MemoryWorkload::ensure(const ports::VersionRef& version,
                                                           const core::WorkloadSpec& spec,
                                                           const core::HealthCheck& /*health*/,
                                                           const ports::Call& call) {
  const std::lock_guard lock(mutex_);
  if (call.stop.stopped()) return lost_answer();
  if (auto refused = refuse(version, spec); !refused) return base::fail(refused.error());
  const bool ran = running_.contains(key_of(version));
  auto& status = running_[key_of(version)];
  status.version = version;
  resize(status, spec);
  if (behaves(key_of(version), MemoryBehaviour::LastStaysDown))
    return without_the_last(status, ran);
  if (loses_answer(key_of(version))) return lost_answer();
  return status;
}

base::Result<void> MemoryWorkload::retire(const ports::VersionRef& version,
                                          const core::WorkloadSpec& /*spec*/,
                                          const ports::Call& /*call*/) {
  const std::lock_guard lock(mutex_);
  const auto key = key_of(version);
  const auto found = running_.find(key);
  if (found == running_.end()) return {};
  const auto behaviour = behaviours_.find(key);
  if (behaviour != behaviours_.end() && behaviour->second == MemoryBehaviour::IgnoresStopping) {
    for (auto& instance : found->second.instances) instance.state = InstanceState::Stopping;
    return lost_answer();
  }
  for (const auto& instance : found->second.instances) ports_.erase(instance.port);
  running_.erase(found);
  if (loses_answer(key)) return lost_answer();
  return {};
}

base::Result<std::optional<base::Digest>> MemoryWorkload::artifact(
    const ports::VersionRef& version, const core::WorkloadSpec& /*spec*/,
    const ports::Call& /*call*/) {
  const std::lock_guard lock(mutex_);
  const auto found = artifacts_.find(key_of(version));
  if (found == artifacts_.end()) return std::nullopt;
  return found->second;
}

void MemoryWorkload::made_of(const ports::VersionRef& version, const base::Digest& artifact) {
  const std::lock_guard lock(mutex_);
  artifacts_[key_of(version)] = artifact;
}

base::Result<ports::WorkloadStatus> MemoryWorkload::status(const ports::VersionRef& version) {
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(key_of(version));
  if (found != running_.end()) return found->second;
  return ports::WorkloadStatus{.version = version, .wanted = 0, .instances = {}};
}

void MemoryWorkload::behave(const ports::VersionRef& version, MemoryBehaviour behaviour) {
  const std::lock_guard lock(mutex_);
  behaviours_[key_of(version)] = behaviour;
}

void MemoryWorkload::crash(const ports::VersionRef& version) {
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(key_of(version));
  if (found == running_.end()) return;
  for (auto& instance : found->second.instances) {
    instance.state = InstanceState::BackingOff;
    instance.detail = "exit 1 after 1.0 s";
  }
}

void MemoryWorkload::restart(const ports::VersionRef& version) {
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(key_of(version));
  if (found == running_.end()) return;
  for (auto& instance : found->second.instances) {
    instance.state = InstanceState::Ready;
    ++instance.restarts;
  }
}

}  // namespace stellwerk::adapters
