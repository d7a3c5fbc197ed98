// adapters.h — the one table of adapters: which names stellwerk.yaml may use, and what makes them.
//
// Role: a new adapter is its folder and a row here. An unknown name is an error that lists the
// valid ones; nothing falls back to a guess. Thread-safety: called at start-up.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/secret.h"
#include "config/load.h"
#include "ports/clock.h"
#include "ports/event_bus.h"
#include "ports/health_probe.h"
#include "ports/metric_source.h"
#include "ports/notifier.h"
#include "ports/traffic_router.h"
#include "ports/workload.h"

namespace stellwerk::app {

/// What adapters may use of the program; outlives them.
struct AdapterNeeds {
  const ports::Clock& clock;
  ports::HealthProbe& prober;
  const base::Scrubber& scrubber;
  const config::EnvironmentFile& file;
};

/// A router and the measurements that come with it.
struct RouterAndMetrics {
  std::unique_ptr<ports::TrafficRouter> router;
  std::unique_ptr<ports::MetricSource> metrics;
};

/// @errors CFG-0010: an unknown adapter; those of the section and of the adapter
base::Result<RouterAndMetrics> make_router(const config::Section& section,
                                           const AdapterNeeds& needs);
base::Result<std::unique_ptr<ports::Workload>> make_workload(const config::Section& section,
                                                             const AdapterNeeds& needs);
base::Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::Section& section,
                                                             const AdapterNeeds& needs);
base::Result<std::unique_ptr<ports::EventBus>> make_bus(const config::Section& section,
                                                        const AdapterNeeds& needs);
/// `router: haproxy; workload: process; notices: file; events: ndjson`
std::string adapter_names();

}  // namespace stellwerk::app
