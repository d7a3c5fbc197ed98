#include "audit/tile_builder.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "audit/merkle.h"

namespace stellwerk::audit {
namespace {

base::Failure other_files(std::string why, std::uint64_t size) {
  return fail(base::error(base::Code::Corruption, "AUD-0012", "the log's files do not fit together")
                  .because(std::move(why))
                  .now(fmt::format("nothing was written; the log of {} entries is as it was", size))
                  .then("check the whole log against its checkpoint",
                        "it says which entry is the first that does not fit"));
}

TileId last_of(int level, std::uint64_t index, std::size_t width) {
  return {.level = level, .index = index, .width = static_cast<std::uint32_t>(width)};
}

}  // namespace

TileBuilder::TileBuilder(FileSink sink) : sink_(std::move(sink)) {}

base::Result<TileBuilder> TileBuilder::resume(const TreeHead& head, const FileReader& read,
                                              FileSink sink) {
  if (head.size > kTreeSizeMax) {
    return fail(base::error(base::Code::InvalidArgument, "AUD-0010", "no such tree can be")
                    .because("it has more than 2^63 leaves")
                    .now("nothing was read"));
  }
  TileBuilder builder(std::move(sink));
  builder.size_ = head.size;
  for (const auto& level : tiles_of(head.size)) {
    if (auto done = builder.read_level(level, read); !done) return fail(std::move(done).error());
  }
  if (builder.head() != head) {
    return other_files("the tiles at the right edge do not give the checkpoint's root", head.size);
  }
  if (auto done = builder.read_bundle(read); !done) return fail(std::move(done).error());
  return builder;
}

base::Result<void> TileBuilder::read_level(const TileLevel& level, const FileReader& read) {
  edges_.push_back({.index = level.full, .hashes = {}, .width_written = level.partial});
  if (level.partial == 0) return {};
  const TileId tile = last_of(level.level, level.full, level.partial);
  const auto bytes = read_tile(read, tile);
  if (!bytes) return fail(bytes.error());
  auto hashes = decode_hashes(tile, *bytes);
  if (!hashes) return fail(std::move(hashes).error());
  edges_.back().hashes = std::move(*hashes);
  return {};
}

base::Result<void> TileBuilder::read_bundle(const FileReader& read) {
  if (edges_.empty() || edges_[0].hashes.empty()) return {};
  const TileId tile = last_of(kEntriesLevel, edges_[0].index, edges_[0].hashes.size());
  auto bytes = read_tile(read, tile);
  if (!bytes) return fail(std::move(bytes).error());
  const auto entries = decode_bundle(tile, *bytes);
  if (!entries) return fail(entries.error());
  for (std::size_t i = 0; i < entries->size(); ++i) {
    if (leaf_hash((*entries)[i]) == edges_[0].hashes[i]) continue;
    return other_files(fmt::format("entry {} in {} is not the one its tile was made of",
                                   tile.first() + i, tile.path()),
                       size_);
  }
  bundle_ = std::move(*bytes);
  return {};
}

base::Result<void> TileBuilder::append(std::string_view entry) {
  if (auto done = append_to_bundle(bundle_, entry); !done) return done;
  ++size_;
  if (edges_.empty()) edges_.emplace_back();
  const Edge& leaves = edges_.front();
  if (leaves.hashes.size() + 1 == kTileWidth) {
    const TileId full{.level = kEntriesLevel, .index = leaves.index};
    if (auto done = write_full(full, leaves, bundle_); !done) return done;
    bundle_.clear();
  }
  return add_hash(0, leaf_hash(entry));
}

base::Result<void> TileBuilder::add_hash(std::size_t level, const base::Digest& hash) {
  base::Digest carried = hash;
  for (;; ++level) {
    if (level == edges_.size()) edges_.emplace_back();
    Edge& edge = edges_[level];
    edge.hashes.push_back(carried);
    if (edge.hashes.size() < kTileWidth) return {};
    const TileId full{.level = static_cast<int>(level), .index = edge.index};
    if (auto done = write_full(full, edge, encode_hashes(edge.hashes)); !done) return done;
    carried = root_of(edge.hashes);
    edge = Edge{.index = edge.index + 1, .hashes = {}, .width_written = 0};
  }
}

base::Result<void> TileBuilder::write_full(const TileId& tile, const Edge& edge,
                                           std::string_view bytes) {
  if (auto done = sink_(tile.path(), bytes); !done) return done;
  if (edge.width_written != 0) replaced_folders_.push_back(tile.partial_folder());
  return {};
}

base::Result<Flushed> TileBuilder::flush() {
  for (std::size_t level = 0; level < edges_.size(); ++level) {
    Edge& edge = edges_[level];
    if (edge.hashes.empty() || edge.hashes.size() == edge.width_written) continue;
    const TileId tile = last_of(static_cast<int>(level), edge.index, edge.hashes.size());
    if (level == 0) {
      const TileId bundle = last_of(kEntriesLevel, edge.index, edge.hashes.size());
      if (auto done = sink_(bundle.path(), bundle_); !done) return fail(std::move(done).error());
    }
    if (auto done = sink_(tile.path(), encode_hashes(edge.hashes)); !done) {
      return fail(std::move(done).error());
    }
    edge.width_written = edge.hashes.size();
  }
  return Flushed{.head = head(), .replaced_folders = std::exchange(replaced_folders_, {})};
}

TreeHead TileBuilder::head() const {
  std::optional<base::Digest> root;
  for (const auto& edge : edges_) root = join(edge.hashes, root);
  return {.size = size_, .root = root.value_or(empty_root())};
}

}  // namespace stellwerk::audit
