#include "adapters/memory/memory_entropy.h"

namespace stellwerk::adapters {
namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): one well mixed word for each number.
std::uint64_t mixed(std::uint64_t number) {
  std::uint64_t z = (number + 1) * 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

}  // namespace

base::Result<void> MemoryEntropy::fill(std::span<std::uint8_t> out) {
  if (broken_) return base::fail(base::Code::Unavailable, "ENG-0001", "no randomness");
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i % sizeof word == 0) word = mixed(next_++);
    out[i] = static_cast<std::uint8_t>(word >> (8 * (i % sizeof word)));
  }
  return {};
}

}  // namespace stellwerk::adapters
