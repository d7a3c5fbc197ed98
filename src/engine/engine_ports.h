// engine_ports.h — everything the engine needs of the world, in one struct of references.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ports/clock.h"
#include "ports/emergency_log.h"
#include "ports/entropy.h"
#include "ports/event_bus.h"
#include "ports/health_probe.h"
#include "ports/journal_store.h"
#include "ports/lanes.h"
#include "ports/log_store.h"
#include "ports/metric_source.h"
#include "ports/notifier.h"
#include "ports/signer.h"
#include "ports/space_reserve.h"
#include "ports/step_runner.h"
#include "ports/timestamp_service.h"
#include "ports/traffic_router.h"
#include "ports/witness.h"
#include "ports/workload.h"

namespace stellwerk::engine {

/// All outlive the engine. Which lane calls what is said at each port.
/// A witness and the key that it cosigns with (c2sp.org/tlog-cosignature, type 0x04).
struct WitnessPort {
  ports::Witness* client = nullptr;
  std::string key;
};
/// A time stamping service, and the certificates (PEM) that its stamps must lead to.
struct TimestampPort {
  ports::TimestampService* client = nullptr;
  std::string trusted;
};

struct EnginePorts {
  ports::Clock& clock;
  ports::Lanes& lanes;
  ports::JournalStore& journal;  ///< the writer: lane `store` only
  ports::ContentStore& content;
  ports::EmergencyLog& emergency;  ///< lane `emergency`, as is the reserve
  ports::SpaceReserve& reserve;
  ports::Signer& signer;
  ports::LogStore& log;     ///< lane `log` only
  ports::Entropy& entropy;  ///< any lane
  ports::Workload& workload;
  ports::TrafficRouter& router;
  ports::HealthProbe& health;
  ports::StepRunner& steps;
  std::vector<ports::MetricSource*> metrics;
  std::vector<ports::EventBus*> buses;
  std::vector<ports::Notifier*> notifiers;
  /// A reader of its own for each subscriber's lane.
  std::function<base::Result<std::unique_ptr<ports::JournalStore>>()> open_reader;
  std::vector<WitnessPort> witnesses = {};  ///< each in a lane of its own
  TimestampPort timestamps = {};
};

}  // namespace stellwerk::engine
