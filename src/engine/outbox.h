// outbox.h — tells subscribers and people what the journal says: at least once, in order, across
// restarts.
//
// Role: one cursor for each event bus and each notice channel, kept as a note beside the journal
// under the adapter's name and the target, so that it is found again whatever the order of the
// sections; a subscriber that fails delays only itself and is tried again with back-off.
// Start here: wake() Thread-safety: the engine's thread; reading and delivering run in each
// subscriber's lane.
// Invariants: a cursor moves only after delivery; nothing in the engine waits for a subscriber.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine_ports.h"

namespace stellwerk::engine {

/// Where public events go: an event bus, by its name and target.
struct Subscription {
  std::string name;
  std::string target;  ///< empty where there can be one only
};
/// Every public entry before this index was delivered there; 0: none, as far as the journal knows.
/// @errors Corruption ENG-0002: what is noted is no number; those of the store
base::Result<std::uint64_t> delivered_to(ports::JournalStore& journal,
                                         const Subscription& subscription);

class Outbox {
 public:
  Outbox(EnginePorts& ports, std::function<void(const base::Error&)> report);
  ~Outbox();

  /// There are entries up to (not including) `size`; deliver what is missing.
  void wake(std::uint64_t size);
  /// Retries that are due.
  void pump(base::MonoTime now);
  [[nodiscard]] std::optional<base::MonoTime> wake_at() const;
  /// Every subscriber has everything up to the last wake().
  [[nodiscard]] bool drained() const;

 private:
  struct Subscriber;
  void deliver(Subscriber& subscriber);
  void finished(Subscriber& subscriber, const base::Result<std::uint64_t>& reached);
  void save_cursor(const Subscriber& subscriber);

  EnginePorts& ports_;
  std::function<void(const base::Error&)> report_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;
  std::uint64_t size_ = 0;
};

}  // namespace stellwerk::engine
