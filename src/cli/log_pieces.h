// log_pieces.h — a log cut into pieces that are hashed and decoded on all cores.
//
// Role: between the log's files (or the journal's database) and the check in order
// (log_verifier.h). Start here: PieceReader, look_at. Thread-safety: PieceReader one call at a
// time; look_at any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/entry_facts.h"
#include "audit/log_check.h"
#include "audit/tile.h"
#include "cli/world.h"

namespace stellwerk::cli {

/// Up to 256 entries that follow each other.
struct Piece {
  std::uint64_t first = 0;
  std::uint64_t width = 0;
  std::optional<audit::TileId> bundle = {};  ///< none: entries that no checkpoint covers yet
  std::vector<ports::StoredEntry> rows =
      {};  ///< the same entries in the database; empty: not looked at
  std::optional<base::Error> error = {};  ///< the database could not be read
  std::uint64_t error_at = 0;             ///< … from this entry on
};

struct EntryTime {
  base::WallTime time;
  bool tells_step = false;  ///< the entry says that the clock was set
};

struct LookedAt {
  std::uint64_t first = 0;
  bool published = false;
  std::vector<base::Digest> leaves = {};
  std::vector<audit::EntryFacts> facts = {};  ///< only of entries that have some
  std::vector<EntryTime> times = {};          ///< of all entries; none where they may be anything
  base::Result<audit::CheckedBundle> bundle = audit::CheckedBundle{};
  std::uint64_t problem_at = 0;  ///< when `bundle` is an error: the entry
};

class PieceReader {
 public:
  /// @param published  entries that a checkpoint covers
  /// @param all        entries there are in the database, at least `published`; without a journal
  ///                   the same
  PieceReader(std::uint64_t published, std::uint64_t all, ports::JournalStore* journal)
      : published_(published), all_(all), journal_(journal) {}
  std::optional<Piece> next();

 private:
  void read_rows(Piece& piece);

  std::uint64_t published_;
  std::uint64_t all_;
  ports::JournalStore* journal_;
  std::uint64_t at_ = 0;
};

/// @param tree_only  entries may be anything: another program's
LookedAt look_at(const Piece& piece, const audit::FileReader& read, bool tree_only);

}  // namespace stellwerk::cli
