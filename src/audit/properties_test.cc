// Goal: what must hold for every tree and every proof, tried on generated ones; a failure prints
// the smallest counterexample and the RC_PARAMS that reproduce it.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <iterator>

#include "audit/log_check.h"
#include "audit/merkle.h"
#include "audit/proof.h"
#include "audit/testing/memory_log.h"
#include "audit/tile_reader.h"

namespace stellwerk::audit {
namespace {

namespace gen = rc::gen;

std::vector<base::Digest> generated_leaves() {
  const auto count = *gen::inRange<std::size_t>(1, 700);
  const auto salt = *gen::arbitrary<std::uint16_t>();
  std::vector<base::Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(std::to_string(salt + i)));
  return leaves;
}

base::Digest root_of_first(const std::vector<base::Digest>& leaves, std::uint64_t size) {
  return root_of(std::span(leaves).first(static_cast<std::size_t>(size)));
}

RC_GTEST_PROP(InclusionProofs, HoldForTheirLeafAndNoOther, ()) {
  const auto leaves = generated_leaves();
  LeafReader reader(leaves);
  const auto size = *gen::inRange<std::uint64_t>(1, leaves.size() + 1);
  const auto index = *gen::inRange<std::uint64_t>(0, size);
  const auto other = *gen::inRange<std::uint64_t>(0, size);
  const auto proof = inclusion_proof({.index = index, .tree_size = size}, reader).value();
  const auto root = root_of_first(leaves, size);
  const auto& leaf = leaves[static_cast<std::size_t>(index)];
  RC_ASSERT(verify_inclusion(leaf, {.index = index, .tree_size = size}, proof, root).has_value());
  RC_ASSERT(verify_inclusion(leaf, {.index = other, .tree_size = size}, proof, root).has_value() ==
            (other == index));
}

RC_GTEST_PROP(ConsistencyProofs, HoldForTheirTreesAndNoRewrittenOne, ()) {
  auto leaves = generated_leaves();
  LeafReader reader(leaves);
  const auto newer = *gen::inRange<std::uint64_t>(1, leaves.size() + 1);
  const auto older = *gen::inRange<std::uint64_t>(1, newer + 1);
  const auto proof = consistency_proof({.older = older, .newer = newer}, reader).value();
  const TreeHead old_head{.size = older, .root = root_of_first(leaves, older)};
  const TreeHead new_head{.size = newer, .root = root_of_first(leaves, newer)};
  RC_ASSERT(verify_consistency(old_head, new_head, proof).has_value());

  const auto rewritten = *gen::inRange<std::uint64_t>(0, older);
  leaves[static_cast<std::size_t>(rewritten)] = leaf_hash("rewritten");
  LeafReader forger(leaves);
  const auto forged = consistency_proof({.older = older, .newer = newer}, forger).value();
  const TreeHead forged_head{.size = newer, .root = root_of_first(leaves, newer)};
  RC_ASSERT(!verify_consistency(old_head, forged_head, forged).has_value());
}

RC_GTEST_PROP(Proofs, OfAnyHashesAreAnsweredAndNeverBelieved, ()) {
  const auto count = *gen::inRange<std::size_t>(0, 70);
  std::vector<base::Digest> proof;
  for (std::size_t i = 0; i < count; ++i) proof.push_back(leaf_hash(std::to_string(i)));
  const auto a = *gen::arbitrary<std::uint64_t>();
  const auto b = *gen::arbitrary<std::uint64_t>();
  const auto root = leaf_hash("root");
  RC_ASSERT(!verify_inclusion(leaf_hash("x"), {.index = a, .tree_size = b}, proof, root));
  RC_ASSERT(
      !verify_consistency({.size = a, .root = root}, {.size = b, .root = leaf_hash("r")}, proof) ||
      a == 0);
}

RC_GTEST_PROP(TilePaths, ReadBack, ()) {
  const TileId tile{.level = *gen::inRange(kEntriesLevel, kTileLevelMax + 1),
                    .index = *gen::arbitrary<std::uint64_t>() >> *gen::inRange(8, 64),
                    .width = *gen::inRange<std::uint32_t>(1, kTileWidth + 1)};
  RC_ASSERT(TileId::parse(tile.path()).value() == tile);
}

RC_GTEST_PROP(TileBuilders, GrowInAnyStepsToALogThatIsFoundGood, ()) {
  testing::MemoryLog log;
  TileBuilder builder(log.sink());
  const auto steps =
      *gen::container<std::vector<std::uint64_t>>(gen::inRange<std::uint64_t>(0, 200));
  TreeHead head = builder.head();
  for (const auto step : steps) {
    const TreeHead before = head;
    head = log.grow(builder, head.size, head.size + step).head;
    TileReader reader(head.size, log.reader());
    const TreeSizes sizes{.older = before.size, .newer = head.size};
    const auto proof = consistency_proof(sizes, reader).value();
    RC_ASSERT(verify_consistency(before, head, proof).has_value());
    RC_ASSERT(TileBuilder::resume(head, log.reader(), {}).has_value());
  }
  RC_ASSERT(check_log(head, log.reader()).has_value());
}

RC_GTEST_PROP(LogChecks, FindAnyChangedByte, ()) {
  testing::MemoryLog log;
  TileBuilder builder(log.sink());
  const auto head = log.grow(builder, 0, *gen::inRange<std::uint64_t>(1, 600)).head;
  auto file = log.files.begin();
  std::advance(file, *gen::inRange<std::size_t>(0, log.files.size()));
  const auto at = *gen::inRange<std::size_t>(0, file->second.size());
  const auto flip = *gen::inRange<unsigned>(1, 256);
  file->second[at] = static_cast<char>(static_cast<unsigned char>(file->second[at]) ^ flip);
  RC_ASSERT(!check_log(head, log.reader()).has_value());
  const bool is_bundle = file->first.starts_with("tile/entries/");
  const LogCheckOptions bare{.hash_tiles = false, .check_entry = {}};
  RC_ASSERT(check_log(head, log.reader(), bare).has_value() != is_bundle);
}

}  // namespace
}  // namespace stellwerk::audit
