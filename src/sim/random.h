// random.h — the simulator's dice: the same numbers from the same seed, on every machine.
//
// Role: everything a simulated world does by chance is drawn here. Integers only.
// Start here: Random                                     Thread-safety: one thread.
// Spec: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014)
#pragma once

#include <cstdint>

#include "base/ratio.h"
#include "base/time.h"

namespace stellwerk::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }
  /// 0 to bound-1; the bias is at most bound / 2^64. `bound` is not 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  /// Both ends included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  base::Duration between(base::Duration low, base::Duration high) {
    return {between(low.us, high.us)};
  }
  bool chance(base::Ppm share) { return static_cast<std::int64_t>(below(1'000'000)) < share.value; }
  /// Dice of their own for one purpose: what is drawn from them changes nothing here.
  [[nodiscard]] Random fork(std::uint64_t purpose) const {
    return Random(Random(state_ ^ (purpose * 0xd1342543de82ef95ULL)).next());
  }

 private:
  std::uint64_t state_;
};

}  // namespace stellwerk::sim
