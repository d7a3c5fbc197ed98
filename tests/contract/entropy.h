// entropy.h — what every ports::Entropy keeps.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "ports/entropy.h"

namespace stellwerk::contract {

template <class E>
class EntropyContract : public ::testing::Test {
 protected:
  E entropy;
};
TYPED_TEST_SUITE_P(EntropyContract);

TYPED_TEST_P(EntropyContract, FillsAllItIsGivenAndNeverTheSameTwice) {
  std::set<std::vector<std::uint8_t>> seen;
  constexpr std::size_t kTimes = 200;
  for (std::size_t i = 0; i < kTimes; ++i) {
    std::vector<std::uint8_t> salt(16);
    ASSERT_TRUE(this->entropy.fill(salt));
    seen.insert(salt);
  }
  EXPECT_EQ(seen.size(), kTimes);
}

TYPED_TEST_P(EntropyContract, TouchesNothingBesideIt) {
  std::array<std::uint8_t, 40> bytes{};
  ASSERT_TRUE(this->entropy.fill(std::span(bytes).subspan(8, 24)));
  EXPECT_TRUE(std::all_of(bytes.begin(), bytes.begin() + 8, [](auto b) { return b == 0; }));
  EXPECT_TRUE(std::all_of(bytes.end() - 8, bytes.end(), [](auto b) { return b == 0; }));
  EXPECT_TRUE(std::any_of(bytes.begin() + 8, bytes.begin() + 32, [](auto b) { return b != 0; }));
  EXPECT_TRUE(this->entropy.fill({}));
}

REGISTER_TYPED_TEST_SUITE_P(EntropyContract, FillsAllItIsGivenAndNeverTheSameTwice,
                            TouchesNothingBesideIt);

}  // namespace stellwerk::contract
