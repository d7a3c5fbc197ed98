#include "audit/log_check.h"

#include <fmt/format.h>

#include <utility>

#include "audit/merkle.h"

namespace stellwerk::audit {
namespace {

base::Error does_not_fit(std::string message, std::string why) {
  return base::error(base::Code::Corruption, "AUD-0012", std::move(message))
      .because(std::move(why));
}

/// @param what  of the entry, to complete "entry 7 in tile/entries/000"
base::Error wrong_entry(const TileId& bundle, std::uint64_t index, std::string_view what) {
  return base::error(base::Code::Corruption, "AUD-0012",
                     fmt::format("entry {} in {} {}", index, bundle.path(), what))
      .now(index == bundle.first()
               ? ""
               : fmt::format("entries {} to {} fit their tile", bundle.first(), index - 1))
      .then("compare this bundle with another copy of the log", "and keep both as evidence");
}

TileId tile_under(const TileId& bundle) {
  return {.level = 0, .index = bundle.index, .width = bundle.width};
}

base::Result<void> check_entries(const BundleFiles& files,
                                 const std::vector<std::string_view>& entries,
                                 const std::vector<base::Digest>& hashes,
                                 const EntryCheck& check_entry) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::uint64_t index = files.bundle.first() + i;
    if (files.hashes && leaf_hash(entries[i]) != hashes[i]) {
      const auto tile = tile_under(files.bundle).path();
      return fail(wrong_entry(files.bundle, index, "does not fit its tile")
                      .because(fmt::format("its hash is not the one in {}", tile)));
    }
    if (!check_entry) continue;
    if (const auto fits = check_entry(index, entries[i]); !fits) {
      return fail(wrong_entry(files.bundle, index, "is not as it must be")
                      .because(fits.error().one_line()));
    }
  }
  return {};
}

base::Result<CheckedBundle> read_and_check(const TileId& bundle, const FileReader& read,
                                           const LogCheckOptions& options) {
  const auto entries = read_tile(read, bundle);
  if (!entries) return fail(entries.error());
  BundleFiles files{.bundle = bundle, .entries = *entries, .hashes = std::nullopt};
  if (!options.hash_tiles) return check_bundle(files, options.check_entry);
  const auto hashes = read_tile(read, tile_under(bundle));
  if (!hashes) return fail(hashes.error());
  files.hashes = *hashes;
  return check_bundle(files, options.check_entry);
}

}  // namespace

base::Result<CheckedBundle> check_bundle(const BundleFiles& files, const EntryCheck& check_entry) {
  const auto entries = decode_bundle(files.bundle, files.entries);
  if (!entries) return fail(entries.error());
  std::vector<base::Digest> leaves;
  leaves.reserve(entries->size());
  if (files.hashes) {
    auto hashes = decode_hashes(tile_under(files.bundle), *files.hashes);
    if (!hashes) return fail(std::move(hashes).error());
    leaves = std::move(*hashes);
  } else {
    for (const auto entry : *entries) leaves.push_back(leaf_hash(entry));
  }
  // From here on the tile's hashes are the entries' own, or an entry was found that has another.
  if (auto fit = check_entries(files, *entries, leaves, check_entry); !fit) {
    return fail(std::move(fit).error());
  }
  return CheckedBundle{
      .first = files.bundle.first(), .width = files.bundle.width, .root = root_of(leaves)};
}

TreeCheck::TreeCheck(const TreeHead& head, FileReader tiles)
    : head_(head), tiles_(std::move(tiles)) {}

base::Failure TreeCheck::still_good(base::Error error) const {
  std::string good = checked_ == 0 ? "no entry was found good before it"
                                   : fmt::format("entries 0 to {} fit together", checked_ - 1);
  if (!error.state.empty()) good += "; " + error.state;
  return fail(std::move(error).now(std::move(good)));
}

base::Result<void> TreeCheck::add(const base::Result<CheckedBundle>& bundle) {
  if (!bundle) return still_good(bundle.error());
  const auto expected =
      tile_of({.level = kEntriesLevel, .index = checked_ / kTileWidth}, head_.size);
  const bool is_next =
      expected && !right_ && bundle->first == expected->first() && bundle->width == expected->width;
  if (!is_next) {
    return fail(base::error(base::Code::InvalidArgument, "AUD-0012", "not the next bundle")
                    .because(fmt::format("{} entries from {} on were given, entry {} of {} is next",
                                         bundle->width, bundle->first, checked_, head_.size))
                    .now("the check is over"));
  }
  return take(*bundle);
}

base::Result<void> TreeCheck::take(const CheckedBundle& bundle) {
  if (bundle.width == kTileWidth) {
    if (auto fits = climb(bundle.root); !fits) return still_good(std::move(fits).error());
  } else {
    right_ = bundle.root;
  }
  checked_ += bundle.width;
  return {};
}

base::Result<void> TreeCheck::climb(const base::Digest& hash) {
  base::Digest carried = hash;
  for (std::size_t above = 0;; ++above) {
    if (above == levels_.size()) levels_.emplace_back();
    if (auto fits = compare(above + 1, carried); !fits) return fits;
    Level& level = levels_[above];
    level.hashes.push_back(carried);
    if (level.hashes.size() < kTileWidth) return {};
    carried = root_of(level.hashes);
    level = Level{.index = level.index + 1, .hashes = {}, .expected = {}};
  }
}

base::Result<void> TreeCheck::compare(std::size_t level, const base::Digest& hash) {
  if (!tiles_) return {};
  Level& open = levels_[level - 1];
  const TileId tile =
      tile_of({.level = static_cast<int>(level), .index = open.index}, head_.size).value();
  if (open.hashes.empty()) {
    const auto bytes = read_tile(tiles_, tile);
    if (!bytes) return fail(bytes.error());
    auto expected = decode_hashes(tile, *bytes);
    if (!expected) return fail(std::move(expected).error());
    open.expected = std::move(*expected);
  }
  if (open.expected[open.hashes.size()] == hash) return {};
  const std::uint64_t leaves = std::uint64_t{1} << (8 * level);
  const std::uint64_t first = (tile.first() + open.hashes.size()) * leaves;
  return fail(
      does_not_fit(
          fmt::format("{} does not fit the entries from {} on", tile.path(), first),
          fmt::format("it holds another hash for entries {} to {}, which fit the tiles below",
                      first, first + leaves - 1))
          .then("check again without hash tiles", "if that succeeds, only the tile is wrong")
          .then("compare with another copy of the log", "and keep both as evidence"));
}

base::Result<void> TreeCheck::finish() const {
  if (checked_ != head_.size) {
    return still_good(does_not_fit(
        "the log is not complete",
        fmt::format("the checkpoint is of {} entries, {} were checked", head_.size, checked_)));
  }
  std::optional<base::Digest> root = right_;
  for (const auto& level : levels_) root = join(level.hashes, root);
  if (root.value_or(empty_root()) == head_.root) return {};
  const auto message = fmt::format("the {} entries are not those of the checkpoint", checked_);
  const std::string_view why =
      tiles_ ? "all files fit each other, but their root is not the checkpoint's"
             : "their root is not the checkpoint's; without hash tiles no entry can be named";
  return fail(does_not_fit(message, std::string(why))
                  .now("no entry is proven to be what was logged")
                  .then("compare with another copy of the log, and with older checkpoints",
                        "a log rewritten as a whole looks like this"));
}

base::Result<void> check_log(const TreeHead& head, const FileReader& read,
                             const LogCheckOptions& options) {
  TreeCheck check(head, options.hash_tiles ? read : FileReader{});
  for (std::uint64_t index = 0;; ++index) {
    const auto bundle = tile_of({.level = kEntriesLevel, .index = index}, head.size);
    if (!bundle) break;
    if (auto fits = check.add(read_and_check(*bundle, read, options)); !fits) return fits;
  }
  return check.finish();
}

}  // namespace stellwerk::audit
