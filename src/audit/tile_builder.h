// tile_builder.h — which files a growing log needs: tiles and bundles for entries as they come.
//
// Role: who keeps a log's files hands in entries and writes what comes out; nothing is written
// here. Start here: TileBuilder. Thread-safety: one call at a time. Invariants: a full tile or
// bundle is given out once, when it is full; partial ones at flush, when they changed; in memory
// are at most a bundle and 255 hashes a level. Write a flush's files before the checkpoint of its
// head is published, and remove afterwards. Spec: c2sp.org/tlog-tiles
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/proof.h"
#include "audit/tile.h"

namespace stellwerk::audit {

/// Takes one file; the views end with the call. Its error ends the builder's work.
using FileSink = std::function<base::Result<void>(std::string_view path, std::string_view bytes)>;

/// What a checkpoint may now be made of, and what is no longer needed once it is published.
struct Flushed {
  TreeHead head;
  /// Folders of partial tiles that full ones replace (`tile/0/000.p`), with all that is in them.
  std::vector<std::string> replaced_folders;
};

/// After an error of append or flush it is of no more use: begin anew from the last checkpoint.
class TileBuilder {
 public:
  /// Begins an empty log.
  explicit TileBuilder(FileSink sink);
  /// Continues a log of that head. Reads its right edge: a partial bundle and a tile a level.
  /// @errors InvalidArgument AUD-0010: too large; Corruption AUD-0011: a malformed file; Corruption
  /// AUD-0012: the files do not give the head; else the reader's.
  static base::Result<TileBuilder> resume(const TreeHead& head, const FileReader& read,
                                          FileSink sink);

  /// @errors InvalidArgument AUD-0011: over 65,535 bytes, nothing was done; else the sink's.
  base::Result<void> append(std::string_view entry);
  /// Gives out the partial tiles that changed since the last flush.
  /// @errors the sink's.
  base::Result<Flushed> flush();
  /// Of all entries so far.
  [[nodiscard]] TreeHead head() const;

 private:
  /// The last, not yet full tile of a level.
  struct Edge {
    std::uint64_t index = 0;
    std::vector<base::Digest> hashes;
    std::size_t width_written = 0;  ///< of its partial form; 0: none was
  };

  base::Result<void> read_level(const TileLevel& level, const FileReader& read);
  base::Result<void> read_bundle(const FileReader& read);
  base::Result<void> add_hash(std::size_t level, const base::Digest& hash);
  base::Result<void> write_full(const TileId& tile, const Edge& edge, std::string_view bytes);

  FileSink sink_;
  std::uint64_t size_ = 0;
  std::string bundle_;  ///< of the entries of edges_[0]
  std::vector<Edge> edges_;
  std::vector<std::string> replaced_folders_;
};

}  // namespace stellwerk::audit
