// memory_workload.h — instances that exist only as records, and start, fail and die as told.
//
// Role: ports::Workload in tests and simulations.                     Start here: MemoryWorkload
// Thread-safety: any thread.
// Invariants: nothing takes time; behave() says what becomes of a version (see MemoryBehaviour).
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "ports/workload.h"

namespace stellwerk::adapters {

/// How instances of a version behave from the next call on.
enum class MemoryBehaviour : std::uint8_t {
  Healthy,
  Missing,          ///< ensure: Rejected PRC-0001
  NeverHealthy,     ///< ensure: Unavailable PRC-0002, and nothing is left
  NoPort,           ///< ensure: Conflict PRC-0003
  AnswerLost,       ///< ensure, retire: done, but OutcomeUnknown PRC-0004; then healthy
  IgnoresStopping,  ///< retire: OutcomeUnknown PRC-0004, still running
  LastStaysDown     ///< ensure: all but the last come up; Unavailable PRC-0002
};

class MemoryWorkload final : public ports::Workload {
 public:
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

  /// What the version is started from, from the next call on; without it nothing is compared.
  void made_of(const ports::VersionRef& version, const base::Digest& artifact);
  void behave(const ports::VersionRef& version, MemoryBehaviour behaviour);
  /// All instances of the version end and back off.
  void crash(const ports::VersionRef& version);
  /// What ended runs again, as by the supervisor.
  void restart(const ports::VersionRef& version);

 private:
  using Key = std::string;
  static Key key_of(const ports::VersionRef& version);
  base::Result<void> refuse(const ports::VersionRef& version, const core::WorkloadSpec& spec);
  std::uint16_t free_port();
  void resize(ports::WorkloadStatus& status, const core::WorkloadSpec& spec);
  base::Result<ports::WorkloadStatus> without_the_last(ports::WorkloadStatus& status, bool ran);
  [[nodiscard]] bool behaves(const Key& key, MemoryBehaviour behaviour) const;
  bool loses_answer(const Key& key);

  std::mutex mutex_;
  std::map<Key, ports::WorkloadStatus> running_;
  std::map<Key, MemoryBehaviour> behaviours_;
  std::map<Key, base::Digest> artifacts_;
  std::set<std::uint16_t> ports_;
};

}  // namespace stellwerk::adapters
