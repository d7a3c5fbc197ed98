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
#include "config/schema.h"
#include "ports/clock.h"
#include "ports/event_bus.h"
#include "ports/health_probe.h"
#include "ports/http_client.h"
#include "ports/metric_source.h"
#include "ports/notifier.h"
#include "ports/traffic_router.h"
#include "ports/workload.h"

namespace stellwerk::app {

/// What adapters may use of the program; outlives them.
struct AdapterNeeds {
  const ports::Clock& clock;
  ports::HealthProbe& prober;
  ports::HttpClient& http;
  base::Scrubber& scrubber;
  const config::EnvironmentFile& file;
  bool supervises = true;  ///< the workload's instances are taken over
};

/// A router and the measurements that come with it.
struct RouterAndMetrics {
  std::unique_ptr<ports::TrafficRouter> router;
  std::unique_ptr<ports::MetricSource> metrics;
};

/// A workload and, where it can tell, what its instances' output says (else nullptr).
struct WorkloadAndLogs {
  std::unique_ptr<ports::Workload> workload;
  std::shared_ptr<ports::MetricSource> logs;
};

/// @errors CFG-0010: an unknown adapter; those of the section and of the adapter
base::Result<RouterAndMetrics> make_router(const config::Section& section,
                                           const AdapterNeeds& needs);
base::Result<WorkloadAndLogs> make_workload(const config::Section& section,
                                            const AdapterNeeds& needs);
base::Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::Section& section,
                                                             const AdapterNeeds& needs);
base::Result<std::unique_ptr<ports::EventBus>> make_bus(const config::Section& section,
                                                        const AdapterNeeds& needs);
/// Every problem of the adapters' sections, each section read by its own adapter's table: an
/// unknown adapter (CFG-0010), unknown keys, wrong values; two sections with one target (CFG-0007).
/// Opens nothing. A section without an adapter's name could not be read and is passed over.
std::vector<base::Error> section_problems(const config::EnvironmentFile& file);
/// The keys of every adapter, for `stellwerk schema environment` and docs/adapters.md.
std::vector<config::AdapterSettings> adapter_settings();
/// `router: haproxy; workload: process; notices: file; events: ndjson, audit-domain`
std::string adapter_names();

}  // namespace stellwerk::app
