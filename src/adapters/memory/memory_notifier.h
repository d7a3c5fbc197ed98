// memory_notifier.h — a channel that keeps what was sent, and can be told to fail.
//
// Role: ports::Notifier in tests and simulations.                     Start here: MemoryNotifier
// Thread-safety: any thread. Invariants: one message per id.
#pragma once

#include <mutex>

#include "ports/notifier.h"

namespace stellwerk::adapters {

class MemoryNotifier final : public ports::Notifier {
 public:
  explicit MemoryNotifier(std::string target = {}) : target_(std::move(target)) {}
  [[nodiscard]] std::string name() const override { return "memory"; }
  [[nodiscard]] std::string target() const override { return target_; }
  base::Result<void> send(const ports::Notice& notice, const ports::Call& call) override;

  /// The next `count` sendings fail.
  void fail_next(int count);
  [[nodiscard]] std::vector<ports::Notice> sent() const;

 private:
  std::string target_;
  mutable std::mutex mutex_;
  int failures_ = 0;
  std::vector<ports::Notice> sent_;
};

}  // namespace stellwerk::adapters
