// back_off.h — how long to wait before a program that ended is started again.
//
// Thread-safety: pure.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace stellwerk::adapters::process {

inline constexpr base::Duration kBackOffFirst = base::milliseconds(200);
inline constexpr base::Duration kBackOffMax = base::seconds(30);
/// Ready this long, a program counts as sound again: its next failure waits the first delay.
inline constexpr base::Duration kSoundAfter = base::minutes(1);

/// @param failures  ends in a row, from 1
constexpr base::Duration back_off(std::uint32_t failures) {
  constexpr std::uint32_t kDoublingsMax = 8;  // 200 ms × 2^8 is beyond the maximum
  const auto doublings = std::min(failures == 0 ? 0 : failures - 1, kDoublingsMax);
  return std::min(kBackOffFirst * (std::int64_t{1} << doublings), kBackOffMax);
}

}  // namespace stellwerk::adapters::process
