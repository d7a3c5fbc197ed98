// process_logs.h — the ERROR and WARN lines of the versions that run here, for whoever measures.
//
// Role: ports::MetricSource; the supervisor puts counts in once a second, the engine takes them
// out. Start here: ProcessLogs                                  Thread-safety: any thread.
// Invariants: a sample for each watched version that has counts when watching begins, then one
// whenever they change; `alive_at` is never set: that a service writes says nothing about requests.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "adapters/process/instance_store.h"
#include "ports/clock.h"
#include "ports/metric_source.h"

namespace stellwerk::adapters::process {

class ProcessLogs final : public ports::MetricSource {
 public:
  /// Both are used by counted() only, so that this object may outlive them.
  ProcessLogs(const InstanceStore& store, const ports::Clock& clock)
      : store_(store), clock_(clock) {}

  /// Never fails.
  base::Result<void> watch(std::vector<ports::MetricTarget> targets) override;
  kpi::MetricBatch poll() override;
  void on_data(std::function<void()> wake) override;

  /// What this version has written since it was deployed.
  void counted(const ports::VersionRef& version, const kpi::LogCounts& counts);

 private:
  const InstanceStore& store_;
  const ports::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, kpi::LogSample> latest_;  // all guarded by mutex_
  std::set<std::string> watched_;
  std::set<std::string> fresh_;  ///< with counts that no poll() has given
  std::function<void()> wake_;
};

}  // namespace stellwerk::adapters::process
