// tile.h — the files of a tiled log: which there are for a tree's size, their paths and their
// bytes.
//
// Role: who writes a log's files and who reads them agree here on names and bytes; reading and
// writing themselves are callbacks.
// Start here: TileId, tiles_of, decode_bundle. Thread-safety: values; any thread.
// Invariants: a tile holds up to 256 hashes of complete subtrees of 256^level leaves, a bundle up
// to 256 entries; only the last of a level is partial; a path has one spelling. Spec:
// c2sp.org/tlog-tiles
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace stellwerk::audit {

/// Hashes in a full tile, entries in a full bundle.
constexpr std::uint32_t kTileWidth = 256;
constexpr int kTileLevelMax = 63;
/// No tree has more tiles at a level, so first() never overflows.
constexpr std::uint64_t kTileIndexMax = (std::uint64_t{1} << 56) - 1;
/// The level of a TileId that names a bundle of entries.
constexpr int kEntriesLevel = -1;
/// The file beside the tiles: the latest signed checkpoint.
constexpr std::string_view kCheckpointPath = "checkpoint";

/// A file of hashes, or of entries. Values that no path can say are a defect of the caller's.
struct TileId {
  int level = 0;                     ///< 0 to kTileLevelMax: of hashes; kEntriesLevel: of entries
  std::uint64_t index = 0;           ///< at most kTileIndexMax
  std::uint32_t width = kTileWidth;  ///< 1 to 256: how many it holds
  friend bool operator==(const TileId&, const TileId&) = default;

  [[nodiscard]] bool is_partial() const { return width < kTileWidth; }
  [[nodiscard]] bool is_bundle() const { return level == kEntriesLevel; }
  /// The same tile when it is full.
  [[nodiscard]] TileId full() const { return {.level = level, .index = index}; }
  /// The index of its first hash among those of its level, or of its first entry.
  [[nodiscard]] std::uint64_t first() const { return index * kTileWidth; }

  /// `tile/0/x001/x234/067.p/17`, `tile/entries/000`.
  [[nodiscard]] std::string path() const;
  /// The folder in which the partial forms of this tile lie: `tile/0/x001/x234/067.p`.
  [[nodiscard]] std::string partial_folder() const;
  /// @errors InvalidArgument AUD-0011: not a path of a tile, or another spelling of one.
  static base::Result<TileId> parse(std::string_view path);
};

/// How many tiles one level of a tree has.
struct TileLevel {
  int level = 0;
  std::uint64_t full = 0;
  std::uint32_t partial = 0;  ///< the width of the one behind them; 0: there is none
  friend bool operator==(const TileLevel&, const TileLevel&) = default;
};

/// The levels of hash tiles of a tree, from the leaves up; none for an empty one. Bundles are as
/// the tiles of level 0.
std::vector<TileLevel> tiles_of(std::uint64_t tree_size);
/// The tile of that level and index in a tree of that size; nothing when the tree has none there.
std::optional<TileId> tile_of(TileId full, std::uint64_t tree_size);

/// 32 bytes a hash.
std::string encode_hashes(std::span<const base::Digest> hashes);
/// @errors Corruption AUD-0011: not as many bytes as the tile's width needs.
base::Result<std::vector<base::Digest>> decode_hashes(const TileId& tile, std::string_view bytes);

/// Appends length (2 bytes, big-endian) and entry to a bundle.
/// @errors InvalidArgument AUD-0011: over 65,535 bytes; nothing was appended.
base::Result<void> append_to_bundle(std::string& bundle, std::string_view entry);
/// The entries of a bundle, as views into `bytes`.
/// @errors Corruption AUD-0011: cut off, or more entries than its width says; `why` names the entry
/// and the byte.
base::Result<std::vector<std::string_view>> decode_bundle(const TileId& bundle,
                                                          std::string_view bytes);

/// Reads a log's file by its path below the log's prefix.
/// @errors NotFound: there is no such file; else as the place has.
using FileReader = std::function<base::Result<std::string>(const std::string& path)>;
/// Reads a tile or bundle. A partial one that is gone is cut from the full one that replaced it.
/// @errors Corruption AUD-0011: the full one is malformed; else the reader's, for the path asked.
base::Result<std::string> read_tile(const FileReader& read, const TileId& tile);

}  // namespace stellwerk::audit
