// Goal: a growing log has exactly the files its sizes need, whatever the steps it grew in and
// wherever it was continued; and proofs can be made from them.
#include "audit/tile_builder.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "audit/merkle.h"
#include "audit/testing/memory_log.h"
#include "audit/tile_reader.h"

namespace stellwerk::audit {
namespace {

using testing::MemoryLog;

std::vector<base::Digest> leaves_of(std::uint64_t size) {
  std::vector<base::Digest> leaves;
  for (std::uint64_t i = 0; i < size; ++i) leaves.push_back(leaf_hash(MemoryLog::entry(i)));
  return leaves;
}

/// The paths a tree of this size needs, by the specification.
std::set<std::string> paths_of(std::uint64_t size) {
  std::set<std::string> paths;
  const auto add = [&](int level, const TileLevel& tiles) {
    for (std::uint64_t i = 0; i < tiles.full; ++i) {
      paths.insert(TileId{.level = level, .index = i}.path());
    }
    const TileId partial{.level = level, .index = tiles.full, .width = tiles.partial};
    if (tiles.partial != 0) paths.insert(partial.path());
  };
  for (const auto& tiles : tiles_of(size)) {
    add(tiles.level, tiles);
    if (tiles.level == 0) add(kEntriesLevel, tiles);
  }
  return paths;
}

std::set<std::string> paths_of(const MemoryLog& log) {
  std::set<std::string> paths;
  for (const auto& [path, bytes] : log.files) paths.insert(path);
  return paths;
}

MemoryLog log_of(std::uint64_t size) {
  MemoryLog log;
  TileBuilder builder(log.sink());
  log.grow(builder, 0, size);
  return log;
}

TEST(TileBuilder, WritesTheFilesASizeNeedsAndNoOthers) {
  for (const std::uint64_t size : {0U, 1U, 255U, 256U, 257U, 511U, 512U, 700U}) {
    MemoryLog log;
    TileBuilder builder(log.sink());
    const auto flushed = log.grow(builder, 0, size);
    EXPECT_EQ(flushed.head, (TreeHead{.size = size, .root = root_of(leaves_of(size))})) << size;
    EXPECT_EQ(paths_of(log), paths_of(size)) << size;
    EXPECT_TRUE(flushed.replaced_folders.empty());
  }
}

TEST(TileBuilder, ReachesTheThirdLevel) {
  constexpr std::uint64_t kSize = 65536 + 300;
  MemoryLog log;
  TileBuilder builder(log.sink());
  TreeFrontier frontier;
  for (std::uint64_t i = 0; i < kSize; ++i) frontier.append(leaf_hash(MemoryLog::entry(i)));
  EXPECT_EQ(log.grow(builder, 0, kSize).head.root, frontier.root());
  EXPECT_EQ(paths_of(log), paths_of(kSize));
  EXPECT_TRUE(log.files.contains("tile/2/000.p/1"));
  TileReader reader(kSize, log.reader());
  EXPECT_EQ(root_at(kSize, reader).value(), frontier.root());
}

TEST(TileBuilder, WritesTheSameFilesInAnyStepsAndContinuedAnywhere) {
  const auto whole = log_of(700);
  for (const std::uint64_t step : {1U, 7U, 100U, 255U, 256U, 257U}) {
    MemoryLog log;
    TreeHead head{.size = 0, .root = empty_root()};
    for (std::uint64_t size = 0; size < 700; size += step) {
      auto builder = TileBuilder::resume(head, log.reader(), log.sink());
      ASSERT_TRUE(builder) << builder.error().one_line();
      head = log.grow(*builder, size, std::min<std::uint64_t>(size + step, 700)).head;
    }
    for (const auto& [path, bytes] : whole.files) EXPECT_EQ(log.files.at(path), bytes) << path;
  }
}

TEST(TileBuilder, WritesNothingWhenNothingChanged) {
  MemoryLog log;
  TileBuilder builder(log.sink());
  const auto head = log.grow(builder, 0, 300).head;
  log.files.clear();
  EXPECT_EQ(builder.flush().value().head, head);
  EXPECT_TRUE(log.files.empty());
}

TEST(TileBuilder, ContinuesFromFullTilesThatAnInterruptedRunLeft) {
  auto log = log_of(200);
  const TreeHead head{.size = 200, .root = root_of(leaves_of(200))};
  log.files = log_of(300).files;  // nothing partial of 200 is left
  auto builder = TileBuilder::resume(head, log.reader(), log.sink());
  ASSERT_TRUE(builder) << builder.error().one_line();
  EXPECT_EQ(log.grow(*builder, 200, 300).head.root, root_of(leaves_of(300)));
}

TEST(TileBuilder, RefusesToContinueFilesThatAreNotTheCheckpoints) {
  const TreeHead head{.size = 300, .root = root_of(leaves_of(300))};
  const auto refusal = [&](const MemoryLog& log, const TreeHead& of) {
    const auto builder = TileBuilder::resume(of, log.reader(), {});
    return builder ? "accepted" : builder.error().id;
  };
  EXPECT_EQ(refusal(log_of(300), head), "accepted");
  EXPECT_EQ(refusal(log_of(300), {.size = 300, .root = leaf_hash("other")}), "AUD-0012");
  EXPECT_EQ(refusal(log_of(300), {.size = kTreeSizeMax + 1, .root = {}}), "AUD-0010");
  for (const auto* path : {"tile/0/001.p/44", "tile/1/000.p/1"}) {
    auto log = log_of(300);
    log.files[path][5] ^= 1;
    EXPECT_EQ(refusal(log, head), "AUD-0012") << path;
    log.files[path].pop_back();
    EXPECT_EQ(refusal(log, head), "AUD-0011") << path;
  }
  auto log = log_of(300);
  log.files["tile/entries/001.p/44"][5] ^= 1;
  const auto builder = TileBuilder::resume(head, log.reader(), {});
  ASSERT_FALSE(builder);
  EXPECT_EQ(builder.error().why,
            "entry 256 in tile/entries/001.p/44 is not the one its tile was made of");
}

TEST(TileBuilder, PassesOnWhatItsSinkSays) {
  const FileSink full_disk = [](std::string_view, std::string_view) -> base::Result<void> {
    return base::fail(base::error(base::Code::Unavailable, "CAS-0001", "no space"));
  };
  TileBuilder builder(full_disk);
  EXPECT_EQ(builder.append(std::string(65536, 'x')).error().id, "AUD-0011");
  EXPECT_EQ(builder.head().size, 0U);
  ASSERT_TRUE(builder.append("one"));
  EXPECT_EQ(builder.flush().error().id, "CAS-0001");
}

TEST(TileReader, MakesTheProofsThatTheLeavesMake) {
  const std::array<std::uint64_t, 5> sizes_published{1, 255, 256, 300, 700};
  MemoryLog log;
  TileBuilder builder(log.sink());
  for (const auto size : sizes_published) log.grow(builder, builder.head().size, size);
  LeafReader leaves(leaves_of(700));
  for (const auto size : sizes_published) {
    TileReader tiles(size,
                     log.reader());  // partial tiles that were replaced are cut from full ones
    EXPECT_EQ(root_at(size, tiles).value(), root_at(size, leaves).value());
    for (std::uint64_t index = 0; index < size; index += 37) {
      const LeafPosition position{.index = index, .tree_size = size};
      EXPECT_EQ(inclusion_proof(position, tiles).value(),
                inclusion_proof(position, leaves).value());
      const TreeSizes sizes{.older = index, .newer = size};
      EXPECT_EQ(consistency_proof(sizes, tiles).value(), consistency_proof(sizes, leaves).value());
    }
  }
}

TEST(TileReader, ReadsATileOnceAndNothingBeyondItsTree) {
  const auto log = log_of(700);
  std::size_t reads = 0;
  const auto inner = log.reader();
  TileReader reader(300, [&](const std::string& path) {
    ++reads;
    return inner(path);
  });
  for (std::uint64_t i = 0; i < 256; ++i) ASSERT_TRUE(reader.subtree(0, i));
  EXPECT_EQ(reads, 1U);
  EXPECT_EQ(reader.subtree(0, 300).error().id, "AUD-0010");
  EXPECT_EQ(reader.subtree(8, 1).error().id, "AUD-0010");
  EXPECT_EQ(reader.subtree(64, 0).error().id, "AUD-0010");
  EXPECT_EQ(reader.subtree(-1, 0).error().id, "AUD-0010");
  TileReader empty(0, inner);
  EXPECT_FALSE(empty.subtree(0, 0));
}

TEST(TileReader, KeepsAFewTilesOnly) {
  const auto log = log_of(65536);
  std::size_t reads = 0;
  const auto inner = log.reader();
  TileReader reader(65536, [&](const std::string& path) {
    ++reads;
    return inner(path);
  });
  for (std::uint64_t round = 0; round < 2; ++round) {
    for (std::uint64_t tile = 0; tile <= TileReader::kTilesKept; ++tile) {
      ASSERT_TRUE(reader.subtree(0, tile * 256));
    }
  }
  EXPECT_EQ(reads, 2 * (TileReader::kTilesKept + 1));
}

}  // namespace
}  // namespace stellwerk::audit
