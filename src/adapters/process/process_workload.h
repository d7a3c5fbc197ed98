// process_workload.h — the instances of a version as processes of this machine.
//
// Role: ports::Workload for a single machine.               Start here: ProcessWorkload::open
// Thread-safety: any thread; calls for one component one at a time.
// Invariants: one object per folder (a lock file says so); destroying it stops no instance.
// Spec: README.md of this folder. Contract: tests/contract/workload.h
#pragma once

#include <memory>
#include <string>

#include "adapters/process/supervisor.h"
#include "base/secret.h"
#include "ports/clock.h"
#include "ports/health_probe.h"
#include "ports/workload.h"

namespace stellwerk::adapters::process {

struct ProcessWorkloadOptions {
  std::string folder;      ///< absolute; `<data>/workload`; made when missing
  bool supervises = true;  ///< false: nothing on record is taken over, started or stopped
  std::uint64_t log_bytes_max = std::uint64_t{8} << 20;  ///< per instance; as much again is kept
};

/// All outlive the workload.
struct ProcessWorkloadNeeds {
  const ports::Clock& clock;
  ports::HealthProbe& prober;  ///< only probe() is used; it may block its caller
  const base::Scrubber& scrubber;
};

class ProcessWorkload : public ports::Workload {
 public:
  /// Takes over all instances on record and supervises them from now on; those that have ended are
  /// started again.
  /// @errors Conflict PRC-0005: somebody else supervises this folder; Unavailable BAS-0012.
  static base::Result<std::unique_ptr<ProcessWorkload>> open(ProcessWorkloadOptions options,
                                                             const ProcessWorkloadNeeds& needs);

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

  /// What their output says, as a source of measurements; it may outlive the workload.
  [[nodiscard]] std::shared_ptr<ports::MetricSource> logs() const { return logs_; }

 private:
  ProcessWorkload(const ProcessWorkloadOptions& options, const ProcessWorkloadNeeds& needs,
                  base::UniqueFd lock);

  base::UniqueFd lock_;
  InstanceStore store_;
  PortBook port_book_;
  ArtifactBook artifacts_;
  std::shared_ptr<ProcessLogs> logs_;
  Supervisor supervisor_;
};

}  // namespace stellwerk::adapters::process
