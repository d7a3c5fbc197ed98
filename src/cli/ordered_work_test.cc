#include "cli/ordered_work.h"

#include <gtest/gtest.h>

#include <atomic>

namespace stellwerk::cli {
namespace {

// Goal: whatever the threads do, results come in order and each once.
TEST(OrderedWork, TakesResultsInTheirOrder) {
  int next = 0;
  std::vector<int> taken;
  ordered_work<int, int>(
      {4, 6},
      [&]() -> std::optional<int> { return next < 1000 ? std::optional(next++) : std::nullopt; },
      [](int piece) { return piece * 2; },
      [&](int made) {
        taken.push_back(made);
        return true;
      });
  ASSERT_EQ(taken.size(), 1000U);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(taken[static_cast<std::size_t>(i)], 2 * i);
}

// Goal: memory is bounded: no more pieces are under way than allowed, and none after the end.
TEST(OrderedWork, KeepsItsBoundAndStops) {
  std::atomic<int> under_way = 0;
  std::atomic<int> most = 0;
  int next = 0;
  int taken = 0;
  ordered_work<int, int>(
      {3, 5},
      [&]() -> std::optional<int> {
        const int now = ++under_way;
        most = std::max(most.load(), now);
        return next++;
      },
      [](int piece) { return piece; },
      [&](int) {
        --under_way;
        return ++taken < 200;
      });
  EXPECT_EQ(taken, 200);
  EXPECT_LE(most.load(), 6);
  EXPECT_LE(next, 210);
}

}  // namespace
}  // namespace stellwerk::cli
