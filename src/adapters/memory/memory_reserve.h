// memory_reserve.h — the space set aside for a rollback, in memory: only whether it is.
//
// Role: ports::SpaceReserve in tests and simulations.    Start here: MemoryReserve
// Thread-safety: one call at a time.
#pragma once

#include <utility>

#include "ports/space_reserve.h"

namespace stellwerk::adapters {

class MemoryReserve final : public ports::SpaceReserve {
 public:
  base::Result<void> hold() override {
    held_ = true;
    return {};
  }
  base::Result<bool> release() override { return std::exchange(held_, false); }
  [[nodiscard]] bool held() const { return held_; }

 private:
  bool held_ = false;
};

}  // namespace stellwerk::adapters
