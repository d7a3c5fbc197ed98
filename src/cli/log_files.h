// log_files.h — a published log as files: tiles, checkpoint, keys, cosigned checkpoints, time
// stamps.
//
// Role: what `audit verify`, `prove`, `checkpoint` and `export` read of `<data folder>/log`, of an
// export or of a mirror. Start here: LogFiles. Thread-safety: any thread.
// Invariants: nothing is written; every file is read with a bound; names that are none of a log's
// are passed over. Spec: docs/journal.md "The published log", c2sp.org/tlog-tiles
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/note_key.h"
#include "audit/tile.h"
#include "base/result.h"

namespace stellwerk::cli {

class LogFiles {
 public:
  /// The largest bundle: 256 entries of 65,535 bytes, each behind its length.
  static constexpr std::size_t kTileBytesMax = std::size_t{256} * 65537;
  static constexpr std::size_t kNoteBytesMax = std::size_t{1} << 20;
  static constexpr std::size_t kKeysMax = 1000;

  explicit LogFiles(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// Reads tiles and bundles by their paths below the folder.
  [[nodiscard]] audit::FileReader reader() const;
  /// @errors NotFound AUD-0057: nothing was published there; Unavailable BAS-0012
  [[nodiscard]] base::Result<std::string> checkpoint() const;
  /// Of `keys/`; none when there is no such folder. @errors InvalidArgument AUD-0005: a file there
  /// that holds no key, or `keys/all` names another one
  [[nodiscard]] base::Result<std::vector<audit::VerifierKey>> keys() const;
  /// Sizes of trees whose cosigned checkpoint or time stamp is kept, ascending.
  [[nodiscard]] std::vector<std::uint64_t> cosigned_sizes() const;
  [[nodiscard]] std::vector<std::uint64_t> timestamp_sizes() const;
  [[nodiscard]] base::Result<std::string> cosigned(std::uint64_t size) const;
  [[nodiscard]] base::Result<std::string> timestamp(std::uint64_t size) const;
  /// What was stamped: the text of the checkpoint of that size.
  [[nodiscard]] base::Result<std::string> stamped_text(std::uint64_t size) const;
  /// Widths of the partial forms of a tile that lie there, ascending.
  [[nodiscard]] std::vector<std::uint32_t> partial_widths(const audit::TileId& tile) const;
  /// Paths below the folder of all files of `keys/`, sorted.
  [[nodiscard]] std::vector<std::string> key_files() const;

 private:
  [[nodiscard]] std::vector<std::uint64_t> sizes_in(const char* folder, const char* ending) const;

  std::string folder_;
};

/// Where a log's parts are; contents are empty when they are not at hand.
struct LogPlace {
  std::string log;
  std::string content;
  std::string release;       ///< of an export: whose contents are complete; empty: of every release
  std::string archive;       ///< the folder of an export; empty: it is none
  std::string awaited = {};  ///< with an empty `log`: where it will be, once it is published
};

/// The parts below a folder: of a data folder or an export (`log/`, `content/`), or of a log
/// itself.
/// @errors NotFound AUD-0057: no log is there; InvalidArgument AUD-0058: export.json is not right,
/// or is missing though other parts of an export are there
base::Result<LogPlace> place_of(const std::string& folder);

/// A content by its digest below `content/`; its bytes are not judged.
/// @errors NotFound CAS-0002; InvalidArgument, Unavailable BAS-0012
base::Result<std::string> content_in(const std::string& folder, const base::Digest& digest);

}  // namespace stellwerk::cli
