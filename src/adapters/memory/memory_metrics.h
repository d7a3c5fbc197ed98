// memory_metrics.h — a metric source that delivers what a test or the simulator puts in.
//
// Role: ports::MetricSource without a product.   Start here: MemoryMetrics   Thread-safety: any
// thread.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "ports/metric_source.h"

namespace stellwerk::adapters {

class MemoryMetrics final : public ports::MetricSource {
 public:
  base::Result<void> watch(std::vector<ports::MetricTarget> targets) override;
  kpi::MetricBatch poll() override;
  void on_data(std::function<void()> wake) override;

  /// Comes with the next poll, together with what else was pushed; wakes whoever listens. Groups
  /// and levels of versions that are not watched are left out, as a real source leaves them out.
  void push(kpi::MetricBatch batch);
  /// Until `mend`, watch() fails with GAU-0001.
  void break_down();
  void mend();
  [[nodiscard]] std::vector<ports::MetricTarget> targets() const;

 private:
  [[nodiscard]] bool watched(const base::ComponentName& component,
                             const base::SemVer& version) const;

  mutable std::mutex mutex_;
  std::vector<ports::MetricTarget> targets_;  // all guarded by mutex_
  kpi::MetricBatch pending_;
  std::function<void()> wake_;
  bool broken_ = false;
};

}  // namespace stellwerk::adapters
