// deployment.h — all instances of one version, and what is wanted of them.
//
// Role: owned and locked by the supervisor.
// Thread-safety: the supervisor's lock.                                   Start here: Deployment
// Invariants: instances have the numbers 1 to wanted, plus those that are still stopping.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "adapters/process/managed_instance.h"

namespace stellwerk::adapters::process {

class Deployment {
 public:
  Deployment(Surroundings& surroundings, WorkloadRecord record);

  /// Takes over what still runs of `record`, and starts the rest. For a version loaded at start-up.
  void resume();
  /// Changes what is wanted, durably; surplus instances are stopped. @errors Unavailable PRC-0002
  base::Result<void> want(WorkloadRecord record);
  /// Starts missing instances and does what is due.
  void tick();
  /// Those in back-off are started now, with a clean slate.
  void retry_now();

  [[nodiscard]] const WorkloadRecord& record() const { return record_; }
  [[nodiscard]] ports::WorkloadStatus status() const;
  [[nodiscard]] bool all_ready() const;
  /// True once nothing is wanted and nothing runs: it may be forgotten.
  [[nodiscard]] bool finished() const { return record_.wanted == 0 && instances_.empty(); }
  /// True once no instance is left beyond those that are wanted.
  [[nodiscard]] bool settled() const;
  /// Why an instance that runs is not what `planned` says, where that is known.
  [[nodiscard]] std::optional<base::Error> runs_other_than(const base::Digest& planned) const;
  /// Why waiting until all are ready is in vain; nothing while it is not.
  [[nodiscard]] std::optional<base::Error> hopeless() const;
  /// For the first instance that is not ready: what it said last. `patience` is how long it was
  /// given.
  [[nodiscard]] base::Error never_ready(base::Duration patience) const;

  /// Lines of all its instances since it was deployed, those that have ended included.
  [[nodiscard]] kpi::LogCounts log_counts() const;

  template <class Visit>
  void for_each(Visit visit) {
    for (auto& [number, instance] : instances_) visit(*instance);
  }
  ManagedInstance* find(std::uint32_t number);

 private:
  ManagedInstance& add(std::uint32_t number);
  void let_go(std::uint32_t number);
  [[nodiscard]] bool surplus(std::uint32_t number) const { return number > record_.wanted; }
  [[nodiscard]] base::Error not_ready(const ManagedInstance& instance, std::string message) const;

  Surroundings& surroundings_;
  WorkloadRecord record_;
  std::map<std::uint32_t, std::unique_ptr<ManagedInstance>> instances_;
  std::map<std::uint32_t, kpi::LogCounts> ended_logs_;  ///< of instances that are gone
};

}  // namespace stellwerk::adapters::process
