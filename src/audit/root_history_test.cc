#include "audit/root_history.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace stellwerk::audit {
namespace {

std::vector<base::Digest> some_leaves(std::size_t count) {
  std::vector<base::Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(std::to_string(i)));
  return leaves;
}

// Goal: every root of the past is the root of that many leaves (RFC 6962 §2.1).
TEST(RootHistory, KnowsTheRootOfEverySize) {
  const auto leaves = some_leaves(700);
  RootHistory history;
  history.append(std::span(leaves).first(300));
  history.append(std::span(leaves).subspan(300));
  for (std::size_t size = 0; size <= leaves.size(); ++size)
    ASSERT_EQ(history.root_at(size), root_of(std::span(leaves).first(size))) << size;
  EXPECT_EQ(history.root_at(701), std::nullopt);
}

// Goal: leaves whose root is known give the same history, whatever they come after.
TEST(RootHistory, TakesTheRootOfCompleteLeaves) {
  const auto leaves = some_leaves(1500);
  RootHistory history;
  for (const std::size_t wanted : {256U, 700U, 1024U}) history.want(wanted);
  for (std::size_t begin = 0; begin < leaves.size();) {
    // Bundles, one in two pieces, and the rest.
    const std::size_t width = begin == 256 ? 100 : 256 - begin % 256;
    const auto next = std::span(leaves).subspan(begin, std::min(width, leaves.size() - begin));
    history.append(next, root_of(next));
    begin += next.size();
  }
  EXPECT_EQ(history.root(), root_of(leaves));
  for (std::size_t size = 0; size <= leaves.size(); ++size)
    ASSERT_EQ(history.root_at(size), root_of(std::span(leaves).first(size))) << size;
}

// Goal: memory is bounded; what was asked for beforehand is kept all the same.
TEST(RootHistory, ForgetsWhatIsLongAgoUnlessItWasWanted) {
  const auto leaves = some_leaves(RootHistory::kLeavesKept + 2000);
  RootHistory history;
  history.want(0);
  history.want(17);
  history.want(1000);
  history.want(leaves.size() + 5);
  history.append(leaves);
  EXPECT_EQ(history.root_at(0), empty_root());
  EXPECT_EQ(history.root_at(17), root_of(std::span(leaves).first(17)));
  EXPECT_EQ(history.root_at(1000), root_of(std::span(leaves).first(1000)));
  EXPECT_EQ(history.root_at(16), std::nullopt);
  EXPECT_EQ(history.root_at(2500), root_of(std::span(leaves).first(2500)));
  EXPECT_EQ(history.root_at(leaves.size() + 5), std::nullopt);
}

}  // namespace
}  // namespace stellwerk::audit
