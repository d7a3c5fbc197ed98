// log_check.h — the check of a whole log: every entry, every tile, and the root of its checkpoint.
//
// Role: an auditor's check of an export or a mirror, ours or another's. check_bundle is pure and
// may run on many bundles at once; TreeCheck takes the results in order. Start here: check_log,
// then check_bundle and TreeCheck. Thread-safety: check_bundle any thread; TreeCheck one call at a
// time. Invariants: nothing is believed that does not lead to the checkpoint's root; in memory are
// one bundle and, a level, one tile. The checkpoint's signatures are the caller's (log_policy.h).
// Spec: c2sp.org/tlog-tiles, RFC 6962 §2.1
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/proof.h"
#include "audit/tile.h"

namespace stellwerk::audit {

/// What the caller demands of an entry's own form; called for entries that hash to their tile.
using EntryCheck = std::function<base::Result<void>(std::uint64_t index, std::string_view entry)>;

/// The files of one bundle.
struct BundleFiles {
  TileId bundle;
  std::string_view entries;
  std::optional<std::string_view> hashes;  ///< the tile of level 0; nothing: check without it
};

/// A bundle that was looked at.
struct CheckedBundle {
  std::uint64_t first = 0;
  std::uint32_t width = 0;
  base::Digest root;  ///< over its entries
  friend bool operator==(const CheckedBundle&, const CheckedBundle&) = default;
};

/// Hashes every entry, compares with the tile, and asks check_entry, if there is one.
/// @errors Corruption AUD-0011: a malformed file; Corruption AUD-0012: an entry that is not the
/// tile's, or that check_entry refuses; the message names its index.
base::Result<CheckedBundle> check_bundle(const BundleFiles& files,
                                         const EntryCheck& check_entry = {});

/// From the bundles up to the root.
class TreeCheck {
 public:
  /// @param head   of the verified checkpoint
  /// @param tiles  reads the tiles above level 0; nothing: check without hash tiles
  TreeCheck(const TreeHead& head, FileReader tiles);

  /// Takes the result of the next bundle. A failure comes back with what is still good; after it
  /// the check is over.
  /// @errors those of check_bundle; InvalidArgument AUD-0012: not the next bundle; Corruption
  /// AUD-0012: a higher tile holds another hash; Corruption AUD-0011: it is malformed; else the
  /// reader's.
  base::Result<void> add(const base::Result<CheckedBundle>& bundle);
  /// Says whether the log is good, when all bundles were added.
  /// @errors Corruption AUD-0012: bundles are missing, or the root is not the checkpoint's.
  [[nodiscard]] base::Result<void> finish() const;
  /// Entries that fit so far.
  [[nodiscard]] std::uint64_t checked() const { return checked_; }

 private:
  /// A tile that is being compared, hash by hash as they come.
  struct Level {
    std::uint64_t index = 0;
    std::vector<base::Digest> hashes;    ///< computed
    std::vector<base::Digest> expected;  ///< of the tile's file
  };

  base::Result<void> take(const CheckedBundle& bundle);
  base::Result<void> climb(const base::Digest& hash);
  base::Result<void> compare(std::size_t level, const base::Digest& hash);
  [[nodiscard]] base::Failure still_good(base::Error error) const;

  TreeHead head_;
  FileReader tiles_;
  std::uint64_t checked_ = 0;
  std::vector<Level> levels_;          ///< from level 1 up
  std::optional<base::Digest> right_;  ///< the root of a partial bundle, which is the last
};

struct LogCheckOptions {
  bool hash_tiles = true;  ///< false: bundles and checkpoint alone
  EntryCheck check_entry;
};

/// The whole check, one bundle after the other.
/// @errors as TreeCheck; else the reader's.
base::Result<void> check_log(const TreeHead& head, const FileReader& read,
                             const LogCheckOptions& options = {});

}  // namespace stellwerk::audit
