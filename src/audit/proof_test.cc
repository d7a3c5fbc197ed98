// Goal: proofs of RFC 6962 §2.1.1 and §2.1.2, byte for byte those of other programs; and no proof
// that was changed anywhere holds.
#include "audit/proof.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "audit/merkle.h"

namespace stellwerk::audit {
namespace {

using Hashes = std::vector<base::Digest>;

Hashes proof_leaves(std::size_t count) {
  Hashes leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(std::to_string(i)));
  return leaves;
}

/// The eight leaves that implementations of RFC 6962 share (Certificate Transparency's own tests).
Hashes shared_leaves() {
  Hashes leaves;
  for (const std::string_view hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                     "606162636465666768696a6b6c6d6e6f"}) {
    leaves.push_back(leaf_hash(base::from_hex(hex).value()));
  }
  return leaves;
}

std::vector<std::string> hexes(const base::Result<Hashes>& proof) {
  std::vector<std::string> texts;
  if (!proof) return {proof.error().one_line()};
  for (const auto& hash : *proof) texts.push_back(hash.hex());
  return texts;
}

constexpr std::string_view kOne =
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
constexpr std::string_view kTwoThree =
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
constexpr std::string_view kFourToSeven =
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
constexpr std::string_view kFour =
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
constexpr std::string_view kSixSeven =
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
constexpr std::string_view kZeroToThree =
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
constexpr std::string_view kZeroOne =
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
constexpr std::string_view kZero =
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
constexpr std::string_view kFourFive =
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

TEST(InclusionProof, IsThatOfThePublishedVectors) {
  LeafReader reader(shared_leaves());
  const auto proof = [&](std::uint64_t index, std::uint64_t size) {
    return hexes(inclusion_proof({.index = index, .tree_size = size}, reader));
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(proof(0, 1), Texts{});
  EXPECT_EQ(proof(0, 8),
            (Texts{std::string(kOne), std::string(kTwoThree), std::string(kFourToSeven)}));
  EXPECT_EQ(proof(5, 8),
            (Texts{std::string(kFour), std::string(kSixSeven), std::string(kZeroToThree)}));
  EXPECT_EQ(proof(2, 3), (Texts{std::string(kZeroOne)}));
  EXPECT_EQ(proof(1, 5), (Texts{std::string(kZero), std::string(kTwoThree), std::string(kFour)}));
}

TEST(ConsistencyProof, IsThatOfThePublishedVectors) {
  LeafReader reader(shared_leaves());
  const auto proof = [&](std::uint64_t older, std::uint64_t newer) {
    return hexes(consistency_proof({.older = older, .newer = newer}, reader));
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(proof(1, 1), Texts{});
  EXPECT_EQ(proof(0, 8), Texts{});
  EXPECT_EQ(proof(1, 8),
            (Texts{std::string(kOne), std::string(kTwoThree), std::string(kFourToSeven)}));
  EXPECT_EQ(proof(6, 8),
            (Texts{std::string(kFourFive), std::string(kSixSeven), std::string(kZeroToThree)}));
  EXPECT_EQ(proof(2, 5), (Texts{std::string(kTwoThree), std::string(kFour)}));
}

constexpr std::size_t kEverySize = 260;

class EverySize : public ::testing::Test {
 protected:
  void SetUp() override {
    TreeFrontier frontier;
    roots_.push_back(frontier.root());
    for (const auto& leaf : leaves_) {
      frontier.append(leaf);
      roots_.push_back(frontier.root());
    }
  }
  [[nodiscard]] TreeHead head(std::uint64_t size) const {
    return {.size = size, .root = roots_[static_cast<std::size_t>(size)]};
  }
  static void add(std::string& bytes, const Hashes& proof) {
    for (const auto& hash : proof) bytes.append(hash.bytes.begin(), hash.bytes.end());
  }

  Hashes leaves_ = proof_leaves(kEverySize);
  LeafReader reader_{leaves_};
  Hashes roots_;
};

TEST_F(EverySize, HasTheRootThatTheFrontierHas) {
  for (std::uint64_t size = 0; size <= kEverySize; ++size) {
    EXPECT_EQ(root_at(size, reader_).value(), head(size).root) << size;
  }
}

// The digests over all proofs are those that golang.org/x/mod/sumdb/tlog makes.
TEST_F(EverySize, ProvesEachLeafAsAnotherProgramDoes) {
  std::string bytes;
  for (std::uint64_t size = 1; size <= kEverySize; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof({.index = index, .tree_size = size}, reader_).value();
      add(bytes, proof);
      const auto& leaf = leaves_[static_cast<std::size_t>(index)];
      ASSERT_TRUE(
          verify_inclusion(leaf, {.index = index, .tree_size = size}, proof, head(size).root))
          << index << " of " << size;
    }
  }
  EXPECT_EQ(base::sha256(bytes).hex(),
            "5e04071784b634e25880a5649bdb31ee2ce519a4148031581548f5b103291df2");
}

TEST_F(EverySize, ProvesEachGrowthAsAnotherProgramDoes) {
  std::string bytes;
  for (std::uint64_t newer = 0; newer <= kEverySize; ++newer) {
    for (std::uint64_t older = 0; older <= newer; ++older) {
      const auto proof = consistency_proof({.older = older, .newer = newer}, reader_).value();
      add(bytes, proof);
      ASSERT_TRUE(verify_consistency(head(older), head(newer), proof)) << older << " to " << newer;
    }
  }
  EXPECT_EQ(base::sha256(bytes).hex(),
            "85c9af087af68ad08261f1bc1cb6eb4889dacfb8c8ec571acb21958666faa86a");
}

/// Every proof that differs from this one in a bit, or lacks or has a hash more, or a pair swapped.
void for_each_mutation(const Hashes& proof, const std::function<void(const Hashes&)>& check) {
  for (std::size_t i = 0; i < proof.size(); ++i) {
    for (std::size_t bit = 0; bit < 256; ++bit) {
      Hashes changed = proof;
      changed[i].bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      check(changed);
    }
    Hashes shorter = proof;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    check(shorter);
    if (i == 0) continue;
    Hashes swapped = proof;
    std::swap(swapped[i - 1], swapped[i]);
    check(swapped);
  }
  for (std::size_t i = 0; i <= proof.size(); ++i) {
    Hashes longer = proof;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(i), leaf_hash("more"));
    check(longer);
  }
}

TEST_F(EverySize, RefusesEveryChangeOfAnInclusionProof) {
  for (const auto& [index, size] : std::array<std::pair<std::uint64_t, std::uint64_t>, 6>{
           {{0, 1}, {0, 8}, {5, 7}, {100, 259}, {258, 259}, {256, 257}}}) {
    const LeafPosition position{.index = index, .tree_size = size};
    const auto& leaf = leaves_[static_cast<std::size_t>(index)];
    const auto proof = inclusion_proof(position, reader_).value();
    for_each_mutation(proof, [&](const Hashes& changed) {
      const auto verified = verify_inclusion(leaf, position, changed, head(size).root);
      ASSERT_FALSE(verified);
      EXPECT_EQ(verified.error().id, "AUD-0010");
      EXPECT_EQ(verified.error().code, base::Code::Rejected);
    });
    EXPECT_FALSE(verify_inclusion(leaf_hash("other"), position, proof, head(size).root));
    EXPECT_FALSE(verify_inclusion(leaf, position, proof, head(size - 1).root));
  }
}

TEST_F(EverySize, RefusesAnInclusionProofOfAnotherPlace) {
  const auto proof = inclusion_proof({.index = 100, .tree_size = 259}, reader_).value();
  for (std::uint64_t index = 0; index < 259; ++index) {
    if (index == 100) continue;
    EXPECT_FALSE(
        verify_inclusion(leaves_[100], {.index = index, .tree_size = 259}, proof, head(259).root))
        << index;
  }
}

TEST_F(EverySize, RefusesEveryChangeOfAConsistencyProof) {
  for (const auto& [older, newer] : std::array<std::pair<std::uint64_t, std::uint64_t>, 7>{
           {{0, 5}, {4, 4}, {1, 2}, {4, 8}, {6, 8}, {100, 259}, {256, 259}}}) {
    const auto proof = consistency_proof({.older = older, .newer = newer}, reader_).value();
    for_each_mutation(proof, [&](const Hashes& changed) {
      const auto verified = verify_consistency(head(older), head(newer), changed);
      ASSERT_FALSE(verified) << older << " to " << newer;
      EXPECT_EQ(verified.error().id, "AUD-0010");
    });
    EXPECT_FALSE(
        verify_consistency({.size = older, .root = leaf_hash("other")}, head(newer), proof));
    EXPECT_EQ(verify_consistency(head(older), {.size = newer, .root = leaf_hash("other")}, proof)
                  .has_value(),
              older == 0);  // nothing can be said of a tree that continues the empty one
  }
}

TEST(Proofs, AreRefusedForLeavesAndSizesThatCannotBe) {
  LeafReader reader(proof_leaves(8));
  const auto invalid = [](const auto& result) {
    return !result && result.error().code == base::Code::InvalidArgument &&
           result.error().id == "AUD-0010";
  };
  const base::Digest any;
  EXPECT_TRUE(invalid(inclusion_proof({.index = 8, .tree_size = 8}, reader)));
  EXPECT_TRUE(invalid(inclusion_proof({.index = 0, .tree_size = 0}, reader)));
  EXPECT_TRUE(invalid(consistency_proof({.older = 9, .newer = 8}, reader)));
  EXPECT_TRUE(invalid(verify_inclusion(any, {.index = 0, .tree_size = 0}, {}, any)));
  EXPECT_TRUE(invalid(verify_consistency({.size = 2, .root = {}}, {.size = 1, .root = {}}, {})));
  EXPECT_TRUE(invalid(root_at(kTreeSizeMax + 1, reader)));
  EXPECT_TRUE(invalid(inclusion_proof({.index = 0, .tree_size = ~std::uint64_t{0}}, reader)));
  EXPECT_TRUE(invalid(
      verify_consistency({.size = 1, .root = {}}, {.size = kTreeSizeMax + 1, .root = {}}, {})));
  // Beyond the stored leaves: the reader's own error.
  EXPECT_EQ(inclusion_proof({.index = 0, .tree_size = 9}, reader).error().code,
            base::Code::NotFound);
  EXPECT_FALSE(LeafReader({}).subtree(0, 0));
  EXPECT_FALSE(reader.subtree(-1, 0));
  EXPECT_FALSE(reader.subtree(64, 0));
}

/// A tree of 2^63 equal leaves: each level has one hash.
class EqualLeaves final : public HashReader {
 public:
  EqualLeaves() {
    levels_.push_back(leaf_hash("same"));
    while (levels_.size() < 64) levels_.push_back(node_hash(levels_.back(), levels_.back()));
  }
  base::Result<base::Digest> subtree(int level, std::uint64_t) override {
    ++reads;
    return levels_[static_cast<std::size_t>(level)];
  }
  std::size_t reads = 0;

 private:
  Hashes levels_;
};

TEST(Proofs, HoldUpToTheLargestSizeWithFewReads) {
  EqualLeaves reader;
  for (const std::uint64_t size : {kTreeSizeMax, kTreeSizeMax - 1, (kTreeSizeMax >> 1) + 1}) {
    const auto root = root_at(size, reader).value();
    for (const std::uint64_t index : {std::uint64_t{0}, size / 3, size - 1}) {
      reader.reads = 0;
      const LeafPosition position{.index = index, .tree_size = size};
      const auto proof = inclusion_proof(position, reader).value();
      EXPECT_LE(reader.reads, 126U);
      EXPECT_TRUE(verify_inclusion(leaf_hash("same"), position, proof, root));
      reader.reads = 0;
      const auto growth = consistency_proof({.older = index + 1, .newer = size}, reader).value();
      EXPECT_LE(reader.reads, 126U);
      const TreeHead older{.size = index + 1, .root = root_at(index + 1, reader).value()};
      EXPECT_TRUE(verify_consistency(older, {.size = size, .root = root}, growth));
    }
  }
}

}  // namespace
}  // namespace stellwerk::audit
