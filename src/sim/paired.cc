#include "sim/paired.h"

#include <algorithm>
#include <cmath>

namespace stellwerk::sim {

Spread spread_of(std::vector<std::int64_t> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t count = values.size();
  const auto at = [&](std::size_t percent) { return values[(count * percent + 99) / 100 - 1]; };
  return {count, at(50), at(95), values.back()};
}

double sign_test(std::uint64_t better, std::uint64_t worse) {
  const std::uint64_t all = better + worse;
  if (all == 0) return 1;
  double logarithm = -static_cast<double>(all) * std::log(2.0);
  double tail = 0;
  for (std::uint64_t k = 0; k <= std::min(better, worse); ++k) {
    tail += std::exp(logarithm);
    logarithm += std::log(static_cast<double>(all - k) / static_cast<double>(k + 1));
  }
  return std::min(1.0, 2 * tail);
}

Pairs compare_pairs(const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs,
                    std::int64_t least) {
  Pairs result;
  for (const auto& [before, after] : pairs) {
    result.before += static_cast<double>(before);
    result.after += static_cast<double>(after);
    if (std::abs(after - before) < std::max<std::int64_t>(1, least))
      ++result.same;
    else
      ++(after < before ? result.better : result.worse);
  }
  if (!pairs.empty()) {
    result.before /= static_cast<double>(pairs.size());
    result.after /= static_cast<double>(pairs.size());
  }
  result.chance = sign_test(result.better, result.worse);
  return result;
}

}  // namespace stellwerk::sim
