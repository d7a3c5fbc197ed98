// memory_entropy.h — the same bytes in every run: for tests and the simulator.
//
// Role: ports::Entropy without a system.   Start here: MemoryEntropy   Thread-safety: any thread.
// Invariants: no two calls give the same bytes (a counter, spread by SplitMix64).
#pragma once

#include <atomic>

#include "ports/entropy.h"

namespace stellwerk::adapters {

class MemoryEntropy final : public ports::Entropy {
 public:
  explicit MemoryEntropy(std::uint64_t seed = 0) : next_(seed) {}
  base::Result<void> fill(std::span<std::uint8_t> out) override;
  /// Until `mend`, fill() fails with ENG-0001.
  void break_down() { broken_ = true; }
  void mend() { broken_ = false; }

 private:
  std::atomic<std::uint64_t> next_;
  std::atomic<bool> broken_ = false;
};

}  // namespace stellwerk::adapters
