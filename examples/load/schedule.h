// schedule.h — when each request is meant to be sent, for whom, and what it does; decided before
// any answer is known.
//
// Role: Generator takes one Arrival after the other.                     Start here: Schedule
// Thread-safety: one thread.
// Invariants: offsets never decrease; the same settings give the same arrivals on every machine; in
// every round each
//             tenant has exactly one arrival, in an order chosen by the seed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "load/options.h"

namespace load {

/// splitmix64 (Steele, Lea and Flood 2014): small, and the same everywhere, unlike the library's
/// distributions.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// In [0, bound); bound must not be 0.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  /// In (0, 1].
  double unit();

 private:
  std::uint64_t state_;
};

struct Arrival {
  std::chrono::nanoseconds offset{0};  ///< after the start
  std::size_t tenant = 0;              ///< index into Options::tenants
  Operation operation = Operation::Create;
};

class Schedule {
 public:
  explicit Schedule(const Options& options);
  Arrival next();

 private:
  std::chrono::nanoseconds next_offset();
  std::size_t next_tenant();
  Operation next_operation();

  const Mix mix_;
  const Arrivals arrivals_;
  const std::uint64_t rate_;
  Random random_;
  std::uint64_t count_ = 0;
  double poisson_ns_ = 0;
  std::vector<std::size_t> round_;
  std::size_t place_ = 0;
};

}  // namespace load
