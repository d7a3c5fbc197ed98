#include "audit/merkle.h"

#include <gtest/gtest.h>

#include <array>

namespace stellwerk::audit {
namespace {

// The leaves and roots that implementations of RFC 6962 share (Certificate Transparency's own
// tests).
const std::array<std::string, 8> kLeaves{
    std::string{},
    std::string("\x00", 1),
    "\x10",
    "\x20\x21",
    "\x30\x31",
    "\x40\x41\x42\x43",
    "\x50\x51\x52\x53\x54\x55\x56\x57",
    "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
const std::array<std::string, 8> kRoots{
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<base::Digest> numbered_leaves(std::size_t count) {
  std::vector<base::Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(std::to_string(i)));
  return leaves;
}

TEST(MerkleTree, HasTheRootsOfThePublishedVectors) {
  EXPECT_EQ(base::to_base64(empty_root().bytes), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  TreeFrontier frontier;
  EXPECT_EQ(frontier.root(), empty_root());
  std::vector<base::Digest> leaves;
  for (std::size_t i = 0; i < kLeaves.size(); ++i) {
    leaves.push_back(leaf_hash(kLeaves[i]));
    frontier.append(leaves.back());
    EXPECT_EQ(frontier.root().hex(), kRoots[i]) << i;
    EXPECT_EQ(root_of(leaves).hex(), kRoots[i]) << i;
  }
}

TEST(TreeFrontier, AgreesWithTheRecursiveDefinitionAtEverySize) {
  const auto leaves = numbered_leaves(300);
  TreeFrontier frontier;
  for (std::size_t n = 0; n < leaves.size(); ++n) {
    ASSERT_EQ(frontier.root(), root_of(std::span(leaves).first(n))) << n;
    frontier.append(leaves[n]);
  }
}

TEST(TreeFrontier, TakesCompleteSubtreesForTheirLeaves) {
  const auto leaves = numbered_leaves(88);
  TreeFrontier one_by_one;
  for (const auto& leaf : leaves) one_by_one.append(leaf);
  TreeFrontier frontier;
  for (const int level : {4, 4, 5, 3, 3, 2, 1, 0, 0}) {
    const auto next = std::span(leaves).subspan(frontier.size(), std::size_t{1} << level);
    frontier.append_complete(level, root_of(next));
  }
  EXPECT_EQ(frontier, one_by_one);
}

TEST(TreeFrontier, ContinuesFromItsSerialisedForm) {
  const auto leaves = numbered_leaves(70);
  TreeFrontier frontier;
  for (const auto& leaf : leaves) {
    auto copy = TreeFrontier::parse(frontier.serialise());
    ASSERT_TRUE(copy);
    ASSERT_EQ(*copy, frontier);
    copy->append(leaf);
    frontier.append(leaf);
    ASSERT_EQ(copy->root(), frontier.root());
  }
}

TEST(TreeFrontier, RefusesBytesThatItNeverWrote) {
  TreeFrontier frontier;
  for (const auto& leaf : numbered_leaves(5)) frontier.append(leaf);
  const std::string bytes = frontier.serialise();
  EXPECT_FALSE(TreeFrontier::parse(""));
  EXPECT_FALSE(TreeFrontier::parse(bytes.substr(0, 7)));
  EXPECT_FALSE(TreeFrontier::parse(bytes.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(TreeFrontier::parse(bytes + "x"));
  std::string other_size = bytes;
  other_size[7] = 7;  // three subtrees, but two are there
  EXPECT_FALSE(TreeFrontier::parse(other_size));
}

}  // namespace
}  // namespace stellwerk::audit
