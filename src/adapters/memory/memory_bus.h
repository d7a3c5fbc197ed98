// memory_bus.h — a subscriber that keeps what it was given, and can be told to fail.
//
// Role: ports::EventBus in tests and simulations.                          Start here: MemoryBus
// Thread-safety: any thread. Invariants: each event once, in the journal's order.
#pragma once

#include <mutex>

#include "ports/event_bus.h"

namespace stellwerk::adapters {

class MemoryBus final : public ports::EventBus {
 public:
  explicit MemoryBus(std::string target = {}) : target_(std::move(target)) {}
  [[nodiscard]] std::string name() const override { return "memory"; }
  [[nodiscard]] std::string target() const override { return target_; }
  base::Result<void> publish(const std::vector<ports::PublicEvent>& events,
                             const ports::Call& call) override;

  /// The next `count` deliveries fail; with `after_taking`, only the answer is lost.
  void fail_next(int count, bool after_taking = false);
  [[nodiscard]] std::vector<ports::PublicEvent> events() const;

 private:
  [[nodiscard]] bool is_there(const ports::PublicEvent& event) const;

  std::string target_;
  mutable std::mutex mutex_;
  int failures_ = 0;
  bool after_taking_ = false;
  std::vector<ports::PublicEvent> events_;
};

}  // namespace stellwerk::adapters
