// entropy.h — port: randomness (salts of private texts, jitter of back-off, keys).
//
// Role: app/system_entropy; adapters/memory gives the same bytes in every run.
// Thread-safety: any thread.
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
