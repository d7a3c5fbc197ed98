// tile_reader.h — the hashes of a log's tree, read from its tiles.
//
// Role: proofs are made from it (proof.h) where a log's files are: an export, a server, a mirror.
// Start here: TileReader. Thread-safety: one call at a time.
// Invariants: of a tree of that size, nothing beyond; at most kTilesKept tiles are in memory.
// What it gives is as good as the files: verify what is made of it, or check the log (log_check.h).
// Spec: c2sp.org/tlog-tiles
#pragma once

#include <cstdint>
#include <list>
#include <vector>

#include "audit/proof.h"
#include "audit/tile.h"

namespace stellwerk::audit {

class TileReader final : public HashReader {
 public:
  static constexpr std::size_t kTilesKept = 32;  ///< those of one proof and the right edge

  /// @param tree_size  at most kTreeSizeMax; that of a verified checkpoint
  TileReader(std::uint64_t tree_size, FileReader read);

  /// @errors NotFound AUD-0010: not complete in this tree; Corruption AUD-0011: a malformed tile;
  /// else the reader's.
  base::Result<base::Digest> subtree(int level, std::uint64_t index) override;

 private:
  struct Kept {
    TileId tile;
    std::vector<base::Digest> hashes;
  };
  /// The tile's hashes, from memory or read; valid until the next call.
  base::Result<const std::vector<base::Digest>*> hashes_of(const TileId& tile);

  std::uint64_t tree_size_;
  FileReader read_;
  std::list<Kept> kept_;  ///< the latest used first
};

}  // namespace stellwerk::audit
