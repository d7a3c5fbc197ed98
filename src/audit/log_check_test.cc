// Goal: a log is found good only when every entry leads to its checkpoint's root; every flipped
// byte, missing, swapped or foreign part is found, with the first entry that is wrong.
#include "audit/log_check.h"

#include <gtest/gtest.h>

#include "audit/log_policy.h"
#include "audit/merkle.h"
#include "audit/testing/memory_log.h"
#include "base/files.h"

namespace stellwerk::audit {
namespace {

using testing::MemoryLog;

struct SmallLog {
  MemoryLog log;
  TreeHead head;
};

SmallLog small_log(std::uint64_t size) {
  SmallLog made;
  TileBuilder builder(made.log.sink());
  made.head = made.log.grow(builder, 0, size).head;
  return made;
}

std::string failure(const SmallLog& small, const LogCheckOptions& options = {}) {
  const auto checked = check_log(small.head, small.log.reader(), options);
  return checked ? "" : checked.error().one_line();
}

LogCheckOptions without_tiles() { return {.hash_tiles = false, .check_entry = {}}; }

TEST(LogCheck, FindsLogsOfEverySizeGoodWithAndWithoutTiles) {
  for (const std::uint64_t size : {0U, 1U, 2U, 255U, 256U, 257U, 512U, 700U, 65536U, 65837U}) {
    auto small = small_log(size);
    EXPECT_EQ(failure(small), "") << size;
    std::erase_if(small.log.files,
                  [](const auto& file) { return !file.first.starts_with("tile/entries/"); });
    EXPECT_EQ(failure(small, without_tiles()), "") << size;
  }
}

TEST(LogCheck, ShowsEachEntryToTheCallerOnce) {
  const auto small = small_log(700);
  std::uint64_t next = 0;
  const LogCheckOptions options{
      .hash_tiles = true,
      .check_entry = [&](std::uint64_t index, std::string_view entry) -> base::Result<void> {
        EXPECT_EQ(index, next++);
        EXPECT_EQ(entry, MemoryLog::entry(index));
        return {};
      }};
  EXPECT_EQ(failure(small, options), "");
  EXPECT_EQ(next, 700U);
}

TEST(LogCheck, NamesTheEntryThatTheCallerRefuses) {
  const auto small = small_log(700);
  for (const bool hash_tiles : {true, false}) {
    const LogCheckOptions options{
        .hash_tiles = hash_tiles,
        .check_entry = [](std::uint64_t index, std::string_view) -> base::Result<void> {
          if (index < 600) return {};
          return base::fail(base::error(base::Code::Corruption, "AUD-0003", "not an entry"));
        }};
    const auto checked = check_log(small.head, small.log.reader(), options);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().message, "entry 600 in tile/entries/002.p/188 is not as it must be");
    EXPECT_EQ(checked.error().why, "AUD-0003: not an entry");
    EXPECT_EQ(checked.error().state,
              "entries 0 to 511 fit together; entries 512 to 599 fit their tile");
  }
}

TEST(LogCheck, FindsEveryFlippedByte) {
  const auto good = small_log(260);
  for (const auto& [path, bytes] : good.log.files) {
    for (std::size_t at = 0; at < bytes.size(); at += 13) {
      auto bad = good;
      bad.log.files[path][at] ^= 0x20;
      EXPECT_NE(failure(bad), "") << path << " byte " << at;
      if (path.starts_with("tile/entries/")) {
        EXPECT_NE(failure(bad, without_tiles()), "") << path << " byte " << at;
      }
    }
  }
}

TEST(LogCheck, NamesTheFirstEntryThatIsNotInItsTile) {
  auto small = small_log(700);
  auto& bundle = small.log.files["tile/entries/001"];
  bundle[bundle.find("400")] = '5';
  auto& last = small.log.files["tile/entries/002.p/188"];
  last[last.find("600")] = '5';
  const auto checked = check_log(small.head, small.log.reader());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, base::Code::Corruption);
  EXPECT_EQ(checked.error().id, "AUD-0012");
  EXPECT_EQ(checked.error().message, "entry 400 in tile/entries/001 does not fit its tile");
  EXPECT_EQ(checked.error().state,
            "entries 0 to 255 fit together; entries 256 to 399 fit their tile");
}

TEST(LogCheck, FindsABundleThatWasRewrittenWithItsTile) {
  auto small = small_log(700);
  auto& bundle = small.log.files["tile/entries/001"];
  const auto at = bundle.find("400");
  bundle[at] = '5';
  std::vector<base::Digest> hashes;
  const auto entries = decode_bundle({.level = kEntriesLevel, .index = 1}, bundle).value();
  for (const auto entry : entries) {
    hashes.push_back(leaf_hash(entry));
  }
  small.log.files["tile/0/001"] = encode_hashes(hashes);
  // A later fault must not hide it.
  small.log.files["tile/0/002.p/188"][0] ^= 1;
  const auto checked = check_log(small.head, small.log.reader());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, "tile/1/000.p/2 does not fit the entries from 256 on");
  EXPECT_NE(checked.error().why.find("entries 256 to 511"), std::string::npos);
  EXPECT_EQ(checked.error().state, "entries 0 to 255 fit together");
  const auto bare = check_log(small.head, small.log.reader(), without_tiles());
  ASSERT_FALSE(bare);
  EXPECT_EQ(bare.error().message, "the 700 entries are not those of the checkpoint");
}

TEST(LogCheck, FindsSwappedEntriesAndFilesThatAreMissingCutOrAnothers) {
  auto swapped = small_log(300);
  std::string bundle;
  for (std::uint64_t i = 256; i < 300; ++i) {
    const std::uint64_t other = i == 280 ? 281 : i == 281 ? 280 : i;
    ASSERT_TRUE(append_to_bundle(bundle, MemoryLog::entry(other)));
  }
  swapped.log.files["tile/entries/001.p/44"] = bundle;
  EXPECT_NE(failure(swapped).find("entry 280"), std::string::npos);
  EXPECT_NE(failure(swapped, without_tiles()), "");

  for (const auto& [path, bytes] : small_log(300).log.files) {
    auto missing = small_log(300);
    missing.log.files.erase(path);
    EXPECT_NE(failure(missing), "") << path;
    auto cut = small_log(300);
    cut.log.files[path].pop_back();
    EXPECT_NE(failure(cut).find("AUD-0011"), std::string::npos) << path;
    auto longer = small_log(300);
    longer.log.files[path] += 'x';
    EXPECT_NE(failure(longer).find("AUD-0011"), std::string::npos) << path;
  }
}

TEST(LogCheck, FindsALogThatIsShorterThanItsCheckpointOrRewrittenAsAWhole) {
  auto truncated = small_log(300);
  truncated.log = small_log(260).log;
  EXPECT_NE(failure(truncated), "");
  auto rewritten = small_log(300);
  rewritten.head.root = leaf_hash("another");
  const auto checked = check_log(rewritten.head, rewritten.log.reader());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, "the 300 entries are not those of the checkpoint");
  EXPECT_EQ(checked.error().state, "no entry is proven to be what was logged");
}

TEST(TreeCheck, TakesBundlesInTheirOrderOnlyAndEachOnce) {
  const auto small = small_log(700);
  const auto bundle_at = [&](std::uint64_t index) {
    const auto id = tile_of({.level = kEntriesLevel, .index = index}, 700).value();
    return check_bundle({.bundle = id, .entries = small.log.files.at(id.path()), .hashes = {}});
  };
  TreeCheck check(small.head, small.log.reader());
  EXPECT_EQ(check.add(bundle_at(1)).error().code, base::Code::InvalidArgument);
  ASSERT_TRUE(check.add(bundle_at(0)));
  EXPECT_FALSE(check.add(bundle_at(0)));
  ASSERT_TRUE(check.add(bundle_at(1)));
  EXPECT_EQ(check.finish().error().why, "the checkpoint is of 700 entries, 512 were checked");
  ASSERT_TRUE(check.add(bundle_at(2)));
  EXPECT_EQ(check.checked(), 700U);
  EXPECT_TRUE(check.finish());
  EXPECT_FALSE(check.add(bundle_at(2)));
}

/// tests/data/tlog/tessera, written by another program (see the README there).
std::string file_of_tessera(const std::string& path) {
  return base::read_file(STELLWERK_TEST_DATA "/tlog/tessera/" + path, 1 << 20).value();
}

TEST(LogOfAnotherProgram, IsFoundGoodFromItsKeyOnly) {
  std::string vkey = file_of_tessera("log.vkey");
  vkey.pop_back();
  const auto policy = LogPolicy::trusting(VerifierKey::parse(vkey).value());
  const auto verified = verify_checkpoint(file_of_tessera("checkpoint"), policy);
  ASSERT_TRUE(verified) << verified.error().one_line();
  const TreeHead head{.size = verified->checkpoint.size, .root = verified->checkpoint.root};
  EXPECT_EQ(head.size, 300U);
  const FileReader reader = [](const std::string& path) -> base::Result<std::string> {
    return file_of_tessera(path);
  };
  const LogCheckOptions options{
      .hash_tiles = true,
      .check_entry = [](std::uint64_t index, std::string_view entry) -> base::Result<void> {
        EXPECT_TRUE(entry.starts_with("entry " + std::to_string(index) + ",")) << index;
        return {};
      }};
  const auto checked = check_log(head, reader, options);
  EXPECT_TRUE(checked) << checked.error().one_line();
  EXPECT_TRUE(check_log(head, reader, without_tiles()));
}

TEST(LogOfAnotherProgram, HasTheFilesThatTheBuilderMakes) {
  MemoryLog log;
  TileBuilder builder(log.sink());
  for (std::uint64_t index = 0; index < 2; ++index) {
    const auto bundle = tile_of({.level = kEntriesLevel, .index = index}, 300).value();
    const auto bytes = file_of_tessera(bundle.path());
    const auto entries = decode_bundle(bundle, bytes).value();
    for (const auto entry : entries) ASSERT_TRUE(builder.append(entry));
  }
  const auto flushed = builder.flush();
  ASSERT_TRUE(flushed);
  EXPECT_EQ(log.files.size(), 5U);
  for (const auto& [path, bytes] : log.files) EXPECT_EQ(bytes, file_of_tessera(path)) << path;
}

}  // namespace
}  // namespace stellwerk::audit
