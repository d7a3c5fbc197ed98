// system_entropy.h — randomness of the kernel.
#pragma once

#include "ports/entropy.h"

namespace stellwerk::app {

/// getrandom(2), which waits at most until the kernel's generator is ready after boot. Thread-safe.
class SystemEntropy final : public ports::Entropy {
 public:
  base::Result<void> fill(std::span<std::uint8_t> out) override;
};

}  // namespace stellwerk::app
