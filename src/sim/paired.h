// paired.h — two samples of the same seeds compared: what got better, what got worse, and whether
// that is more than chance; and the spread of one sample.
//
// Role: statistics of `stellwerk simulate`.                          Start here: compare_pairs()
// Thread-safety: pure functions.     Spec: the sign test (Dixon and Mood, 1946), two-sided, exact
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace stellwerk::sim {

/// How the values of a sample lie; of an empty one all are 0.
struct Spread {
  std::uint64_t count = 0;
  std::int64_t median = 0;
  std::int64_t p95 = 0;  ///< the smallest value that 95 % of them do not exceed
  std::int64_t most = 0;
  friend bool operator==(const Spread&, const Spread&) = default;
};
Spread spread_of(std::vector<std::int64_t> values);

/// Less is better.
struct Pairs {
  std::uint64_t better = 0;
  std::uint64_t worse = 0;
  std::uint64_t same = 0;
  double before = 0;  ///< mean of all pairs
  double after = 0;
  double chance = 1;  ///< that pairs without any difference look at least so different

  [[nodiscard]] std::uint64_t count() const { return better + worse + same; }
};
/// @param pairs  before and after
/// @param least  smaller differences count as the same
Pairs compare_pairs(const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs,
                    std::int64_t least);
/// The probability that a fair coin falls at least so unevenly; 1 when there is nothing to see.
double sign_test(std::uint64_t better, std::uint64_t worse);

}  // namespace stellwerk::sim
