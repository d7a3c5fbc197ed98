// metric_source.h — port: where measurements come from.
//
// Role: adapters/haproxy (request lines), adapters/http (gauges), adapters/memory; later Prometheus
// (docs/decisions). Thread-safety: watch and poll from the engine's thread; the adapter reads on a
// thread of its own.
#pragma once

#include <functional>
#include <vector>

#include "base/result.h"
#include "core/environment.h"
#include "kpi/sample.h"
#include "ports/workload.h"

namespace stellwerk::ports {

/// One version of a component to measure.
struct MetricTarget {
  VersionRef version;
  std::vector<Instance> instances;
  std::vector<core::GaugeSpec> gauges;
  base::Duration slow_limit =
      base::milliseconds(500);  ///< latency above it counts as slow, exactly
};

class MetricSource {
 public:
  virtual ~MetricSource() = default;
  /// Replaces the set of what is measured. Repeatable. @errors Unavailable GAU-0001: the source
  /// cannot be opened.
  virtual base::Result<void> watch(std::vector<MetricTarget> targets) = 0;
  /// What came in since the last poll; never blocks.
  virtual kpi::MetricBatch poll() = 0;
  /// `wake` is called from the adapter's thread when something came in (at most every 10 ms, at
  /// least within 50 ms).
  virtual void on_data(std::function<void()> wake) = 0;
};

}  // namespace stellwerk::ports
