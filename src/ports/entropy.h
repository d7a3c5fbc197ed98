// entropy.h — port: randomness (salts of private evidence, jitter of back-off, keys).
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

namespace stellwerk::ports {

class Entropy {
 public:
  virtual ~Entropy() = default;
  /// Fills `out` with unpredictable bytes. @errors Unavailable ENG-0001: the system gives none;
  /// `out` is undefined.
  virtual base::Result<void> fill(std::span<std::uint8_t> out) = 0;
};

}  // namespace stellwerk::ports
