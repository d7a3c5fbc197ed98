#include <algorithm>

#include "ports/clock.h"
#include "ports/entropy.h"
#include "ports/event_bus.h"
#include "ports/health_probe.h"
#include "ports/journal_store.h"
#include "ports/lanes.h"
#include "ports/metric_source.h"
#include "ports/notifier.h"
#include "ports/signer.h"
#include "ports/step_runner.h"
#include "ports/traffic_router.h"
#include "ports/workload.h"

namespace stellwerk::ports {

std::string_view to_string(InstanceState state) {
  switch (state) {
    case InstanceState::Starting:
      return "starting";
    case InstanceState::Ready:
      return "ready";
    case InstanceState::Unhealthy:
      return "unhealthy";
    case InstanceState::BackingOff:
      return "backing-off";
    case InstanceState::Stopping:
      return "stopping";
    case InstanceState::Stopped:
      return "stopped";
  }
  return "?";
}

std::uint32_t WorkloadStatus::ready() const {
  return static_cast<std::uint32_t>(std::count_if(
      instances.begin(), instances.end(),
      [](const Instance& instance) { return instance.state == InstanceState::Ready; }));
}

}  // namespace stellwerk::ports
