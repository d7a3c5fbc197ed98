// binomial.h — how many of so many requests go wrong when each does by chance.
//
// Role: a stated error rate scatters in a window as it does in production. Start here: binomial()
// Thread-safety: one thread per dice. Invariants: the same dice give the same counts.
// Spec: inversion, Kachitvichyanukul and Schmeiser, "Binomial Random Variate Generation", 1988
#pragma once

#include "sim/random.h"

namespace stellwerk::sim {

/// @param share  0 to 100 %; beyond is taken for the nearer of the two
/// @return 0 to `trials`; from 20 expected ones on by the normal distribution with the same mean
/// and variance
std::uint64_t binomial(Random& dice, std::uint64_t trials, base::Ppm share);

}  // namespace stellwerk::sim
