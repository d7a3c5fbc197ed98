#include "cli/log_pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/entry.h"
#include "audit/merkle.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kLengthBytes = 2;

base::Error differs(std::uint64_t index, std::string why) {
  return base::error(base::Code::Corruption, "AUD-0063",
                     fmt::format("database and published log differ at entry {}", index))
      .because(std::move(why))
      .then("stellwerk audit verify FOLDER/log", "the published log alone")
      .then("compare both with a copy of the log", "one of them was changed");
}

base::Error not_in_database(std::uint64_t index) {
  return base::error(base::Code::Corruption, "AUD-0063",
                     fmt::format("the database has no entry {}", index))
      .because("entries before and after it are there")
      .then("compare with a copy of the log", "entries are never removed");
}

/// The entry at which a bundle's bytes no longer are a bundle.
std::uint64_t cut_at(const audit::TileId& bundle, std::string_view bytes) {
  std::uint64_t index = bundle.first();
  while (index + 1 < bundle.first() + bundle.width && bytes.size() >= kLengthBytes) {
    const std::size_t length = static_cast<std::uint8_t>(bytes[0]) * std::size_t{256} +
                               static_cast<std::uint8_t>(bytes[1]);
    if (bytes.size() < kLengthBytes + length) break;
    bytes.remove_prefix(kLengthBytes + length);
    ++index;
  }
  return index;
}

/// What each entry must be by itself; keeps what it says.
class Entries {
 public:
  Entries(const Piece& piece, bool tree_only) : piece_(piece), tree_only_(tree_only) {}

  base::Result<void> check(std::uint64_t index, std::string_view bytes) {
    if (tree_only_) {
      auto same = compare(bytes);
      if (same) ++good_;
      return same;
    }
    const auto entry = audit::decode_entry(bytes);
    if (!entry) return base::fail(entry.error());
    if (entry->index != index)
      return base::fail(base::Code::Corruption, "AUD-0003",
                        fmt::format("it says that it is entry {}", entry->index));
    if (auto same = compare(bytes); !same) return same;
    times_.push_back({entry->time, entry->type == "scheduler.clock.stepped"});
    auto facts = audit::facts_of(*entry);
    if (!facts.empty()) facts_.push_back(std::move(facts));
    ++good_;
    return {};
  }
  [[nodiscard]] std::uint64_t good() const { return good_; }
  void take_into(LookedAt& looked) {
    looked.facts = std::move(facts_);
    looked.times = std::move(times_);
  }
  /// Set when the database has other bytes than the bundle.
  [[nodiscard]] const std::optional<base::Error>& difference() const { return difference_; }

 private:
  base::Result<void> compare(std::string_view bytes) {
    if (!piece_.bundle || piece_.rows.empty()) return {};
    const std::uint64_t index = piece_.bundle->first() + good_;
    const bool is_there = good_ < piece_.rows.size() && piece_.rows[good_].index == index;
    if (is_there && piece_.rows[good_].bytes == bytes) return {};
    difference_ =
        differs(index, is_there ? "their bytes are not the same" : "the database does not have it");
    return base::fail(*difference_);
  }

  const Piece& piece_;
  bool tree_only_;
  std::uint64_t good_ = 0;
  std::vector<audit::EntryFacts> facts_;
  std::vector<EntryTime> times_;
  std::optional<base::Error> difference_;
};

LookedAt look_at_bundle(const Piece& piece, const audit::FileReader& read, bool tree_only) {
  const audit::TileId& bundle = *piece.bundle;
  LookedAt looked{.first = bundle.first(), .published = true, .problem_at = bundle.first()};
  const auto bytes = audit::read_tile(read, bundle);
  const audit::TileId tile{.level = 0, .index = bundle.index, .width = bundle.width};
  const auto hashes = audit::read_tile(read, tile);
  if (!bytes || !hashes) {
    looked.bundle = base::fail(bytes ? hashes.error() : bytes.error());
    return looked;
  }
  Entries entries(piece, tree_only);
  looked.bundle = audit::check_bundle(
      {.bundle = bundle, .entries = *bytes, .hashes = *hashes},
      [&](std::uint64_t index, std::string_view entry) { return entries.check(index, entry); });
  if (!looked.bundle) {
    const bool is_malformed = looked.bundle.error().id == "AUD-0011" && entries.good() == 0;
    looked.problem_at = is_malformed ? cut_at(bundle, *bytes) : looked.first + entries.good();
    if (entries.difference()) looked.bundle = base::fail(*entries.difference());
    return looked;
  }
  looked.leaves = audit::decode_hashes(tile, *hashes).value_or(std::vector<base::Digest>{});
  entries.take_into(looked);
  return looked;
}

LookedAt look_at_rows(const Piece& piece, bool tree_only) {
  LookedAt looked{.first = piece.first};
  Entries entries(piece, tree_only);
  for (std::uint64_t index = piece.first; index < piece.first + piece.width; ++index) {
    const std::uint64_t place = index - piece.first;
    looked.problem_at = index;
    if (place >= piece.rows.size() || piece.rows[place].index != index) {
      looked.bundle = base::fail(not_in_database(index));
      break;
    }
    const ports::StoredEntry& row = piece.rows[place];
    if (auto good = entries.check(index, row.bytes); !good) {
      looked.bundle =
          base::fail(std::move(good.error()).during(fmt::format("reading entry {}", index)));
      break;
    }
    looked.leaves.push_back(audit::leaf_hash(row.bytes));
  }
  entries.take_into(looked);
  return looked;
}

}  // namespace

std::optional<Piece> PieceReader::next() {
  if (at_ >= all_) return std::nullopt;
  Piece piece{.first = at_};
  const std::uint64_t index = at_ / audit::kTileWidth;
  std::uint64_t width = audit::kTileWidth;
  if (at_ < published_) {
    piece.bundle = audit::tile_of({.level = audit::kEntriesLevel, .index = index}, published_);
    width = piece.bundle->width;
  } else {
    width = std::min<std::uint64_t>(width, all_ - at_);
  }
  piece.width = width;
  if (journal_ != nullptr) read_rows(piece);
  at_ += width;
  return piece;
}

void PieceReader::read_rows(Piece& piece) {
  piece.error_at = piece.first;
  auto rows = journal_->read(piece.first, static_cast<std::size_t>(piece.width));
  if (rows) {
    piece.rows = std::move(*rows);
    if (piece.rows.empty()) piece.error = not_in_database(piece.first);
    return;
  }
  piece.error = std::move(rows.error());
  // Which of them it is: the store refuses all that it reads together with a damaged one.
  for (; piece.error_at + 1 < piece.first + piece.width; ++piece.error_at) {
    auto one = journal_->read(piece.error_at, 1);
    if (!one) {
      piece.error = std::move(one.error());
      return;
    }
  }
}

LookedAt look_at(const Piece& piece, const audit::FileReader& read, bool tree_only) {
  if (piece.error && !piece.bundle) {
    LookedAt failed{.first = piece.first};
    failed.bundle = base::fail(*piece.error);
    failed.problem_at = piece.error_at;
    return failed;
  }
  LookedAt looked =
      piece.bundle ? look_at_bundle(piece, read, tree_only) : look_at_rows(piece, tree_only);
  if (!piece.error || !looked.bundle) return looked;
  looked.bundle = base::fail(*piece.error);
  looked.problem_at = piece.error_at;
  return looked;
}

}  // namespace stellwerk::cli
