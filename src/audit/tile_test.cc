// Goal: the files of a tiled log, as c2sp.org/tlog-tiles has them: one spelling of each path, the
// tiles that a size has, and bytes that are refused with the place where they are wrong.
#include "audit/tile.h"

#include <gtest/gtest.h>

#include <array>

#include "audit/merkle.h"
#include "audit/testing/memory_log.h"

namespace stellwerk::audit {
namespace {

TEST(TileId, HasThePathsOfTheSpecification) {
  const std::vector<std::pair<TileId, std::string>> paths{
      {{.level = 0, .index = 1234067}, "tile/0/x001/x234/067"},
      {{.level = 0, .index = 1234067, .width = 17}, "tile/0/x001/x234/067.p/17"},
      {{.level = kEntriesLevel, .index = 0}, "tile/entries/000"},
      {{.level = kEntriesLevel, .index = 999, .width = 255}, "tile/entries/999.p/255"},
      {{.level = 63, .index = 1000, .width = 1}, "tile/63/x001/000.p/1"},
      {{.level = 1, .index = kTileIndexMax}, "tile/1/x072/x057/x594/x037/x927/935"}};
  for (const auto& [tile, path] : paths) {
    EXPECT_EQ(tile.path(), path);
    const auto parsed = TileId::parse(path);
    ASSERT_TRUE(parsed) << path << ": " << parsed.error().one_line();
    EXPECT_EQ(*parsed, tile);
  }
  EXPECT_EQ(paths[1].first.partial_folder(), "tile/0/x001/x234/067.p");
}

constexpr std::string_view kNoPaths[] = {
    "",
    "tile",
    "tile/",
    "tile/0",
    "tile/0/",
    "tile//000",
    "/tile/0/000",
    "tile/0/000/",
    "tile/0/0",
    "tile/0/00",
    "tile/0/0000",
    "tile/0/x000/000",
    "tile/0/x000",
    "tile/0/x001/x234",
    "tile/0/001/234",
    "tile/0/X001/234",
    "tile/0/xx01/234",
    "tile/00/000",
    "tile/64/000",
    "tile/-1/000",
    "tile/+1/000",
    "tile/data/000",
    "tile/0/000.p",
    "tile/0/000.p/",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/0/000.p/256",
    "tile/0/000.p/-1",
    "tile/0/000.p/1/",
    "tile/0/.p/1",
    "tile/0/x001.p/000",
    "tile/0/ 01",
    "tile/0/0x1",
    "tile/0/x072/x057/x594/x037/x927/936",
    "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/999"};

TEST(TileId, RefusesEveryOtherSpelling) {
  for (const auto path : kNoPaths) {
    const auto parsed = TileId::parse(path);
    ASSERT_FALSE(parsed) << path;
    EXPECT_EQ(parsed.error().id, "AUD-0011");
  }
}

TEST(Tiles, AreThoseOfTheSpecificationsExample) {
  EXPECT_EQ(tiles_of(70000), (std::vector<TileLevel>{{.level = 0, .full = 273, .partial = 112},
                                                     {.level = 1, .full = 1, .partial = 17},
                                                     {.level = 2, .full = 0, .partial = 1}}));
  EXPECT_EQ(tiles_of(256), (std::vector<TileLevel>{{.level = 0, .full = 1, .partial = 0},
                                                   {.level = 1, .full = 0, .partial = 1}}));
  EXPECT_TRUE(tiles_of(0).empty());
  EXPECT_EQ(tiles_of(~std::uint64_t{0}).size(), 8U);
}

TEST(Tiles, OfASizeHaveTheirWidthAndEndThere) {
  EXPECT_EQ(tile_of({.level = 0, .index = 273}, 70000)->width, 112U);
  EXPECT_EQ(tile_of({.level = 0, .index = 272}, 70000)->width, 256U);
  EXPECT_EQ(tile_of({.level = kEntriesLevel, .index = 273}, 70000)->width, 112U);
  EXPECT_FALSE(tile_of({.level = 0, .index = 274}, 70000));
  EXPECT_FALSE(tile_of({.level = 0, .index = 1}, 256));
  EXPECT_FALSE(tile_of({.level = 3, .index = 0}, 70000));
  EXPECT_FALSE(tile_of({.level = 63, .index = 0}, ~std::uint64_t{0}));
  EXPECT_FALSE(tile_of({.level = 0, .index = 0}, 0));
  EXPECT_FALSE(tile_of({.level = 0, .index = kTileIndexMax}, 70000));
}

TEST(HashTile, ReadsBackAndHasOneLength) {
  const std::array hashes{leaf_hash("a"), leaf_hash("b")};
  const TileId tile{.level = 0, .index = 3, .width = 2};
  const auto bytes = encode_hashes(hashes);
  EXPECT_EQ(bytes.size(), 64U);
  const auto decoded = decode_hashes(tile, bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, std::vector(hashes.begin(), hashes.end()));
  for (const std::size_t size : {0U, 63U, 65U, 32U, 96U}) {
    const auto refused = decode_hashes(tile, std::string(size, 'h'));
    ASSERT_FALSE(refused) << size;
    EXPECT_EQ(refused.error().id, "AUD-0011");
    EXPECT_EQ(refused.error().code, base::Code::Corruption);
    EXPECT_NE(refused.error().message.find("tile/0/003.p/2"), std::string::npos);
  }
}

TEST(Bundle, ReadsBackEmptyAndLargestEntries) {
  std::string bytes;
  const std::vector<std::string> entries{"", "a", std::string(65535, 'x'), "z"};
  for (const auto& entry : entries) ASSERT_TRUE(append_to_bundle(bytes, entry));
  EXPECT_EQ(bytes.substr(0, 5), std::string("\0\0\0\1a", 5));
  const auto decoded = decode_bundle({.level = kEntriesLevel, .index = 0, .width = 4}, bytes);
  ASSERT_TRUE(decoded) << decoded.error().one_line();
  EXPECT_EQ(std::vector<std::string>(decoded->begin(), decoded->end()), entries);

  const std::string before = bytes;
  const auto refused = append_to_bundle(bytes, std::string(65536, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "AUD-0011");
  EXPECT_EQ(bytes, before);
}

TEST(Bundle, IsRefusedWithTheEntryAndByteWhereItIsWrong) {
  std::string bytes;
  for (const auto* entry : {"one", "two", "three"}) ASSERT_TRUE(append_to_bundle(bytes, entry));
  const TileId bundle{.level = kEntriesLevel, .index = 1, .width = 3};
  ASSERT_TRUE(decode_bundle(bundle, bytes));
  const auto why = [&](std::string_view changed) {
    const auto decoded = decode_bundle(bundle, changed);
    return decoded ? "accepted" : decoded.error().why;
  };
  EXPECT_EQ(why(std::string_view(bytes).substr(0, 11)),
            "at byte 10 the length of entry 258 is cut off");
  EXPECT_EQ(why(std::string_view(bytes).substr(0, bytes.size() - 1)),
            "entry 258 at byte 10 should have 5 bytes, 4 are left");
  EXPECT_EQ(why(bytes + "x"), "1 bytes from byte 17 on are behind its 3 entries");
  EXPECT_EQ(why(""), "at byte 0 the length of entry 256 is cut off");
}

TEST(ReadTile, CutsAPartialOneFromTheFullOneThatReplacedIt) {
  testing::MemoryLog log;
  TileBuilder builder(log.sink());
  log.grow(builder, 0, 70);
  const std::string hashes = log.files.at("tile/0/000.p/70");
  const std::string entries = log.files.at("tile/entries/000.p/70");
  const auto flushed = log.grow(builder, 70, 300);
  EXPECT_EQ(flushed.replaced_folders,
            (std::vector<std::string>{"tile/entries/000.p", "tile/0/000.p"}));
  EXPECT_FALSE(log.files.contains("tile/0/000.p/70"));
  EXPECT_EQ(read_tile(log.reader(), {.level = 0, .index = 0, .width = 70}).value(), hashes);
  EXPECT_EQ(read_tile(log.reader(), {.level = kEntriesLevel, .index = 0, .width = 70}).value(),
            entries);
  // Neither there: what was asked for is named.
  const auto missing = read_tile(log.reader(), {.level = 0, .index = 9, .width = 70});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "no file tile/0/009.p/70");
  // A full one that is malformed is not cut.
  log.files["tile/0/000"].pop_back();
  log.files["tile/entries/000"].pop_back();
  EXPECT_EQ(read_tile(log.reader(), {.level = 0, .index = 0, .width = 70}).error().id, "AUD-0011");
  EXPECT_EQ(read_tile(log.reader(), {.level = kEntriesLevel, .index = 0, .width = 70}).error().id,
            "AUD-0011");
}

}  // namespace
}  // namespace stellwerk::audit
