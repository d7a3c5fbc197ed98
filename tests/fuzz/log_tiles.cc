// The files of a tiled log: paths, bundles and tiles have one spelling each, and of all logs only
// one fits a checkpoint. The first byte is the width a bundle and a tile are read with.
#include <string>

#include "audit/log_check.h"
#include "audit/merkle.h"
#include "audit/tile.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

void check_path(std::string_view bytes) {
  const auto tile = audit::TileId::parse(bytes);
  if (!tile) {
    FUZZ_REQUIRE(tile.error().id == "AUD-0011");
    return;
  }
  FUZZ_REQUIRE(tile->path() == bytes);
  FUZZ_REQUIRE(audit::TileId::parse(tile->full().path()).value() == tile->full());
  FUZZ_REQUIRE(tile->first() / audit::kTileWidth == tile->index);
}

void check_bundle_bytes(const audit::TileId& bundle, std::string_view bytes) {
  const auto entries = audit::decode_bundle(bundle, bytes);
  const auto checked = audit::check_bundle({.bundle = bundle, .entries = bytes, .hashes = {}});
  FUZZ_REQUIRE(entries.has_value() == checked.has_value());
  if (!entries) {
    FUZZ_REQUIRE(entries.error().id == "AUD-0011");
    return;
  }
  FUZZ_REQUIRE(entries->size() == bundle.width);
  std::string written;
  audit::TreeFrontier frontier;
  for (const auto entry : *entries) {
    FUZZ_REQUIRE(audit::append_to_bundle(written, entry).has_value());
    frontier.append(audit::leaf_hash(entry));
  }
  FUZZ_REQUIRE(written == bytes);
  FUZZ_REQUIRE(checked->root == frontier.root());
}

void check_hashes(const audit::TileId& tile, std::string_view bytes) {
  const auto hashes = audit::decode_hashes(tile, bytes);
  if (!hashes) {
    FUZZ_REQUIRE(hashes.error().id == "AUD-0011");
    return;
  }
  FUZZ_REQUIRE(audit::encode_hashes(*hashes) == bytes);
}

/// A log of two entries; whatever the bundle's bytes, only the true ones are found good.
void check_log_of(std::string_view bytes) {
  static const std::string kBundle("\0\3one\0\3two", 10);
  static const auto kRoot = audit::node_hash(audit::leaf_hash("one"), audit::leaf_hash("two"));
  const audit::FileReader read = [&](const std::string& path) -> base::Result<std::string> {
    if (path == "tile/entries/000.p/2") return std::string(bytes);
    return base::fail(base::error(base::Code::NotFound, "AUD-0011", "no such file"));
  };
  const auto checked =
      audit::check_log({.size = 2, .root = kRoot}, read, {.hash_tiles = false, .check_entry = {}});
  FUZZ_REQUIRE(checked.has_value() == (bytes == kBundle));
}

}  // namespace

void take(std::string_view bytes) {
  check_path(bytes);
  check_log_of(bytes);
  if (bytes.empty()) return;
  const std::uint32_t width = static_cast<std::uint8_t>(bytes.front()) + 1U;
  bytes.remove_prefix(1);
  check_bundle_bytes({.level = audit::kEntriesLevel, .index = 7, .width = width}, bytes);
  check_hashes({.level = 0, .index = 7, .width = width}, bytes);
}

}  // namespace stellwerk::fuzz
