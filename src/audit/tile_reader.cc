#include "audit/tile_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "audit/merkle.h"

namespace stellwerk::audit {
namespace {

constexpr int kTileHeight = 8;

}  // namespace

TileReader::TileReader(std::uint64_t tree_size, FileReader read)
    : tree_size_(tree_size), read_(std::move(read)) {}

base::Result<base::Digest> TileReader::subtree(int level, std::uint64_t index) {
  const bool is_complete =
      tree_size_ <= kTreeSizeMax && level >= 0 && level < 64 && index < (tree_size_ >> level);
  if (!is_complete) {
    return fail(base::error(base::Code::NotFound, "AUD-0010", "no such subtree")
                    .because(fmt::format("number {} at level {} is not complete in a tree of {}",
                                         index, level, tree_size_))
                    .now("nothing was proven"));
  }
  // The subtree is made of 2^height hashes that lie side by side in one tile.
  const int height = level % kTileHeight;
  const std::uint64_t first = index << height;
  const auto tile =
      tile_of({.level = level / kTileHeight, .index = first / kTileWidth}, tree_size_);
  const auto hashes = hashes_of(tile.value());
  if (!hashes) return fail(hashes.error());
  return root_of(std::span(**hashes).subspan(static_cast<std::size_t>(first % kTileWidth),
                                             std::size_t{1} << height));
}

base::Result<const std::vector<base::Digest>*> TileReader::hashes_of(const TileId& tile) {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.tile == tile; });
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
    return &kept_.front().hashes;
  }
  const auto bytes = read_tile(read_, tile);
  if (!bytes) return fail(bytes.error());
  auto hashes = decode_hashes(tile, *bytes);
  if (!hashes) return fail(std::move(hashes).error());
  kept_.push_front({.tile = tile, .hashes = std::move(*hashes)});
  if (kept_.size() > kTilesKept) kept_.pop_back();
  return &kept_.front().hashes;
}

}  // namespace stellwerk::audit
