// supervisor.h — keeps wanted instances running: one thread on pidfds and timers, one that probes.
//
// Role: everything that happens to instances happens under its lock. Probes run on a thread of
// their own, so that a service that does not answer delays no restart and no kill. Thread-safety:
// any thread.                                          Start here: Supervisor Invariants:
// destroying it stops no instance.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "adapters/process/deployment.h"
#include "adapters/process/process_logs.h"
#include "base/unique_fd.h"

namespace stellwerk::adapters::process {

class Supervisor {
 public:
  Supervisor(Surroundings surroundings, ports::HealthProbe& prober,
             std::shared_ptr<ProcessLogs> logs);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Takes over everything on record and begins to supervise. Call once, first.
  base::Result<void> begin();
  base::Result<ports::WorkloadStatus> ensure(const WorkloadRecord& record, const ports::Call& call);
  base::Result<void> retire(const ports::VersionRef& version, base::Duration stop_timeout,
                            const ports::Call& call);
  [[nodiscard]] ports::WorkloadStatus status(const ports::VersionRef& version) const;

 private:
  using Lock = std::unique_lock<std::mutex>;
  struct Probe {
    std::string key;
    std::uint32_t number = 0;
    std::uint64_t generation = 0;
    ports::HealthTarget target;
  };

  Deployment* find(const ports::VersionRef& version);
  Deployment& deployment(const WorkloadRecord& record);
  /// Waits a moment for news; false when the call is over.
  bool wait(Lock& lock, const ports::Call& call);
  base::Result<ports::WorkloadStatus> wait_until_ready(Lock& lock, const WorkloadRecord& record,
                                                       const ports::Call& call);
  base::Result<ports::WorkloadStatus> wait_until_settled(Lock& lock,
                                                         const ports::VersionRef& version,
                                                         const ports::Call& call);
  base::Failure undo(Lock& lock, const WorkloadRecord& before, base::Error cause,
                     const ports::Call& call);
  void wake();

  void supervise();
  void tick();
  void look_after_logs();
  [[nodiscard]] std::vector<int> descriptors();
  [[nodiscard]] base::Duration until_next_due();
  void probe_for_ever();
  std::vector<Probe> due_probes();
  void apply(const std::vector<Probe>& probes, const std::vector<ports::HealthResult>& results);

  Surroundings surroundings_;
  ports::HealthProbe& prober_;
  std::shared_ptr<ProcessLogs> logs_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::unique_ptr<Deployment>> deployments_;  ///< by component/version
  base::MonoTime logs_looked_at_;
  bool ending_ = false;
  ports::StopToken stop_probes_;
  base::UniqueFd wake_;
  std::thread supervising_;
  std::thread probing_;
};

}  // namespace stellwerk::adapters::process
