// event_bus.h — port: subscribers of the public events. Fed by the outbox: at least once, in order
// of the journal.
//
// Role: adapters/file (NDJSON), adapters/audit_domain; later NATS (docs/decisions).
// Thread-safety: one call at a time per bus object (its own lane). A subscriber that fails delays
// only itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "ports/call.h"

namespace stellwerk::ports {

struct PublicEvent {
  std::uint64_t index = 0;  ///< of the journal entry: the message's identity (for duplicates)
  std::string name;         ///< `scheduler.release.wave1`
  base::ReleaseId release;
  base::WallTime time;
  std::string runbook_time;  ///< `T+15m`
  std::string data;          ///< the entry's canonical JSON
};

class EventBus {
 public:
  virtual ~EventBus() = default;
  [[nodiscard]] virtual std::string name() const = 0;  ///< the adapter's: `ndjson`
  /// Where it delivers: with the name the key of its cursor. Unique among the buses of one name,
  /// and the same across restarts, whatever the order of the sections; empty where there can be one
  /// only.
  [[nodiscard]] virtual std::string target() const = 0;
  /// Delivers in order; afterwards all are with the subscriber. May be repeated from the first.
  /// @errors Unavailable NTF-0001: none counts as delivered.
  virtual base::Result<void> publish(const std::vector<PublicEvent>& events, const Call& call) = 0;
};

}  // namespace stellwerk::ports
