#include "audit/tile.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/encoding.h"
#include "audit/entry.h"
#include "base/check.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

constexpr std::string_view kPrefix = "tile/";
constexpr std::string_view kEntries = "entries";
constexpr std::size_t kPathBytesMax = 64;  // the longest: level 63, seven groups, .p/255
constexpr std::size_t kHashBytes = sizeof(base::Digest::bytes);
constexpr std::size_t kLengthBytes = 2;

base::Failure not_a_path(std::string_view path, std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0011",
                          "not the path of a tile: " + base::in_quotes(path))
                  .because(std::move(why))
                  .then("compare it with tile/0/x001/x234/067.p/17 or tile/entries/000",
                        "an index has one spelling only"));
}

base::Failure malformed_tile(const TileId& tile, std::string why) {
  return fail(base::error(base::Code::Corruption, "AUD-0011", "malformed file " + tile.path())
                  .because(std::move(why))
                  .now("nothing of this file was used")
                  .then("get the file again from where the log is kept",
                        "its bytes never change once a checkpoint covers it"));
}

/// Groups of three digits, all but the last with an x before; nothing for other characters.
std::optional<std::uint64_t> index_of(std::span<const std::string_view> groups) {
  std::string digits;
  for (std::string_view group : groups) {
    if (group.starts_with('x')) group.remove_prefix(1);
    digits += group;
  }
  const auto significant = digits.find_first_not_of('0');
  if (significant == digits.npos)
    return digits.empty() ? std::nullopt : std::optional<std::uint64_t>(0);
  return decimal(std::string_view(digits).substr(significant));
}

std::optional<int> level_of(std::string_view text) {
  if (text == kEntries) return kEntriesLevel;
  const auto level = decimal(text);
  if (!level || *level > std::uint64_t{kTileLevelMax}) return std::nullopt;
  return static_cast<int>(*level);
}

/// How many hashes of that level, or entries, a tree has.
std::uint64_t count_of(int level, std::uint64_t tree_size) {
  const int shift = 8 * std::max(level, 0);
  return shift >= 64 ? 0 : tree_size >> shift;
}

/// Where the first `width` entries of a bundle's bytes end.
std::size_t end_of_entries(const std::vector<std::string_view>& entries, std::uint32_t width) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < width; ++i) end += kLengthBytes + entries[i].size();
  return end;
}

base::Result<std::string> cut_from_full(std::string bytes, const TileId& tile) {
  if (tile.is_bundle()) {
    const auto entries = decode_bundle(tile.full(), bytes);
    if (!entries) return fail(entries.error());
    bytes.resize(end_of_entries(*entries, tile.width));
    return bytes;
  }
  if (auto hashes = decode_hashes(tile.full(), bytes); !hashes) {
    return fail(std::move(hashes).error());
  }
  bytes.resize(tile.width * kHashBytes);
  return bytes;
}

}  // namespace

std::string TileId::path() const {
  STELLWERK_CHECK(level >= kEntriesLevel && level <= kTileLevelMax);
  STELLWERK_CHECK(width >= 1 && width <= kTileWidth);
  std::string groups = fmt::format("{:03d}", index % 1000);
  for (std::uint64_t rest = index / 1000; rest != 0; rest /= 1000) {
    groups = fmt::format("x{:03d}/{}", rest % 1000, groups);
  }
  const std::string name = is_bundle() ? std::string(kEntries) : std::to_string(level);
  const std::string partial = is_partial() ? fmt::format(".p/{}", width) : "";
  return fmt::format("{}{}/{}{}", kPrefix, name, groups, partial);
}

std::string TileId::partial_folder() const { return full().path() + ".p"; }

base::Result<TileId> TileId::parse(std::string_view path) {
  if (path.size() > kPathBytesMax) return not_a_path(path, "it is too long");
  if (!path.starts_with(kPrefix)) return not_a_path(path, "it does not begin with tile/");
  auto parts = base::split(path.substr(kPrefix.size()), '/');
  TileId tile;
  if (parts.size() >= 3 && parts[parts.size() - 2].ends_with(".p")) {
    const auto width = decimal(parts.back());
    const bool fits = width && *width >= 1 && *width < kTileWidth;
    if (!fits) return not_a_path(path, "the width of a partial tile is 1 to 255");
    tile.width = static_cast<std::uint32_t>(*width);
    parts.pop_back();
    parts.back().remove_suffix(2);
  }
  const auto level = level_of(parts.front());
  if (!level) return not_a_path(path, "behind tile/ comes a level of 0 to 63, or entries");
  tile.level = *level;
  const auto index = index_of(std::span(parts).subspan(1));
  if (!index) return not_a_path(path, "its index is no number of three-digit groups");
  if (*index > kTileIndexMax) return not_a_path(path, "no tree has a tile of that index");
  tile.index = *index;
  if (tile.path() != path) return not_a_path(path, "it should be written " + tile.path());
  return tile;
}

std::vector<TileLevel> tiles_of(std::uint64_t tree_size) {
  std::vector<TileLevel> levels;
  for (int level = 0; count_of(level, tree_size) != 0; ++level) {
    const std::uint64_t hashes = count_of(level, tree_size);
    levels.push_back({.level = level,
                      .full = hashes / kTileWidth,
                      .partial = static_cast<std::uint32_t>(hashes % kTileWidth)});
  }
  return levels;
}

std::optional<TileId> tile_of(TileId full, std::uint64_t tree_size) {
  const std::uint64_t hashes = count_of(full.level, tree_size);
  if (full.index > hashes / kTileWidth) return std::nullopt;
  const std::uint64_t behind = hashes - full.first();
  if (behind == 0) return std::nullopt;
  full.width = static_cast<std::uint32_t>(std::min<std::uint64_t>(behind, kTileWidth));
  return full;
}

std::string encode_hashes(std::span<const base::Digest> hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * kHashBytes);
  for (const auto& hash : hashes) bytes.append(hash.bytes.begin(), hash.bytes.end());
  return bytes;
}

base::Result<std::vector<base::Digest>> decode_hashes(const TileId& tile, std::string_view bytes) {
  if (bytes.size() != tile.width * kHashBytes) {
    return malformed_tile(tile, fmt::format("it has {} bytes, {} hashes need {}", bytes.size(),
                                            tile.width, tile.width * kHashBytes));
  }
  std::vector<base::Digest> hashes(tile.width);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    hashes[i] = digest_from(bytes.substr(i * kHashBytes, kHashBytes)).value();
  }
  return hashes;
}

base::Result<void> append_to_bundle(std::string& bundle, std::string_view entry) {
  if (entry.size() > kEntryBytesMax) {
    return fail(base::error(base::Code::InvalidArgument, "AUD-0011", "the entry fits no bundle")
                    .because(fmt::format("it has {} bytes, a bundle's entry has at most {}",
                                         entry.size(), kEntryBytesMax))
                    .now("nothing was written")
                    .then("log its digest instead", "and keep the bytes beside the log"));
  }
  append_big_endian(bundle, entry.size(), kLengthBytes);
  bundle += entry;
  return {};
}

base::Result<std::vector<std::string_view>> decode_bundle(const TileId& bundle,
                                                          std::string_view bytes) {
  std::vector<std::string_view> entries;
  entries.reserve(bundle.width);
  std::size_t at = 0;
  while (entries.size() < bundle.width) {
    const auto rest = bytes.substr(at);
    const std::uint64_t index = bundle.first() + entries.size();
    if (rest.size() < kLengthBytes) {
      return malformed_tile(bundle,
                            fmt::format("at byte {} the length of entry {} is cut off", at, index));
    }
    const std::size_t length = read_big_endian(rest.substr(0, kLengthBytes));
    if (rest.size() - kLengthBytes < length) {
      return malformed_tile(
          bundle, fmt::format("entry {} at byte {} should have {} bytes, {} are left", index, at,
                              length, rest.size() - kLengthBytes));
    }
    entries.push_back(rest.substr(kLengthBytes, length));
    at += kLengthBytes + length;
  }
  if (at != bytes.size()) {
    return malformed_tile(bundle, fmt::format("{} bytes from byte {} on are behind its {} entries",
                                              bytes.size() - at, at, bundle.width));
  }
  return entries;
}

base::Result<std::string> read_tile(const FileReader& read, const TileId& tile) {
  auto bytes = read(tile.path());
  const bool is_gone = !bytes && bytes.error().code == base::Code::NotFound;
  if (!is_gone || !tile.is_partial()) return bytes;
  auto full = read(tile.full().path());
  if (full) return cut_from_full(std::move(*full), tile);
  return full.error().code == base::Code::NotFound ? bytes : full;
}

}  // namespace stellwerk::audit
