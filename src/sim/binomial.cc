#include "sim/binomial.h"

#include <algorithm>
#include <cmath>

namespace stellwerk::sim {
namespace {

constexpr double kInvertedMax = 20;

/// 0 to 1, without 1.
double uniform(Random& dice) { return static_cast<double>(dice.next() >> 11U) * 0x1p-53; }

/// By multiplication alone: the same bits on every machine.
double power(double base, std::uint64_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2, base *= base)
    if (exponent % 2 == 1) result *= base;
  return result;
}

std::uint64_t inverted(Random& dice, std::uint64_t trials, double p) {
  const double odds = p / (1 - p);
  double density = power(1 - p, trials);
  double left = uniform(dice);
  std::uint64_t count = 0;
  while (left > density && count < trials) {
    left -= density;
    density *= odds * static_cast<double>(trials - count) / static_cast<double>(count + 1);
    ++count;
  }
  return count;
}

/// A sum of twelve uniform numbers has variance 1.
std::uint64_t normal(Random& dice, std::uint64_t trials, double p) {
  double z = -6;
  for (int i = 0; i < 12; ++i) z += uniform(dice);
  const double mean = static_cast<double>(trials) * p;
  const double drawn = mean + z * std::sqrt(mean * (1 - p));
  return static_cast<std::uint64_t>(
      std::clamp(std::floor(drawn + 0.5), 0.0, static_cast<double>(trials)));
}

}  // namespace

std::uint64_t binomial(Random& dice, std::uint64_t trials, base::Ppm share) {
  if (trials == 0 || share.value <= 0) return 0;
  if (share >= base::kWhole) return trials;
  if (share > base::percent(50))
    return trials - binomial(dice, trials, {base::kWhole.value - share.value});
  const double p = static_cast<double>(share.value) / static_cast<double>(base::kWhole.value);
  return static_cast<double>(trials) * p < kInvertedMax ? inverted(dice, trials, p)
                                                        : normal(dice, trials, p);
}

}  // namespace stellwerk::sim
