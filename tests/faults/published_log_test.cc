// The published log where its tiles become full, and where all of it is made again: whatever fails,
// and wherever the power is lost, its checkpoint has all of its files, and the journal goes on.
#include "faults/published_log.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "faults/expected.h"
#include "faults/faulty_life.h"

namespace stellwerk::faults {
namespace {

constexpr std::uint64_t kBeforeFull = 252;  // the next commits end at 253, 256, 257, 260
constexpr std::uint64_t kAfterFull = 260;

/// A data folder with a journal of so many entries, and its log.
const Recorded& published(std::uint64_t entries) {
  static std::map<std::uint64_t, Recorded> made;
  if (!made.contains(entries)) {
    const MemoryFolder folder;
    StoreLife life(folder.path());
    const FaultDisk without_syncing(folder.path());
    life.publish_until(entries, nullptr);
    EXPECT_EQ(life.complaint(), "");
    EXPECT_EQ(life.now().published, entries);
    made[entries] = {Image::of(folder.path()), life.now()};
  }
  return made[entries];
}

void fill_tiles(FaultyLife& faulty) { faulty.life().publish_until(kAfterFull, &faulty.disk()); }

void go_on_behind_full_tiles(FaultyLife& faulty) {
  faulty.life().publish_until(kAfterFull + 1, &faulty.disk());
}

bool reads_tile(CallKind kind, const std::string& call) {
  const bool reads = kind == CallKind::Open || kind == CallKind::Read;
  return reads && call.find(" log/tile/") != call.npos && call.find(".tmp-") == call.npos;
}

TEST(PublishedLogFaults, NoFailingCallWhileTilesBecomeFullTakesAnythingAway) {
  fail_each_call(published(kBeforeFull), fill_tiles, {.error = EIO}, every_call, 7, check_long_log);
}

TEST(PublishedLogFaults, NoFullDiskWhileTilesBecomeFullTakesAnythingAway) {
  fail_each_call(published(kBeforeFull), fill_tiles, {.error = ENOSPC, .partly = true}, is_write, 2,
                 check_long_log);
}

TEST(PublishedLogFaults, NoPowerLossWhileTilesBecomeFullTakesAnythingAway) {
  const auto& before = published(kBeforeFull);
  std::vector<Operation> recording;
  std::size_t first = 0;
  std::vector<Promise> promises;
  {
    FaultyLife calm(before.image, before.promise);
    fill_tiles(calm);
    ASSERT_EQ(calm.life().complaint(), "");
    recording = calm.disk().recording();
    first = calm.disk().first();
    promises = calm.life().promises();
  }
  Trials trials(std::move(promises), check_long_log);
  trials.cut_everywhere(recording, first + Rounds::seed() % 3, 3);
  std::printf("%zu operations, %zu disks, %s\n", recording.size() - first, trials.count(),
              Rounds::text().c_str());
}

TEST(PublishedLogFaults, NoPowerLossAfterAFailedSyncTakesAnythingAway) {
  lose_power_after_failures(published(kBeforeFull), fill_tiles, is_sync, 80, check_long_log);
}

TEST(PublishedLogFaults, NoPowerLossAfterAFailedSyncOfTheProcessBeforeTakesAnythingAway) {
  lose_power_after_failures(
      published(kBeforeFull),
      [](FaultyLife& faulty) {
        faulty.life().publish_until_in_two_processes(kAfterFull, faulty.disk());
      },
      is_sync, 80, check_long_log);
}

TEST(PublishedLogFaults, NoPowerLossWhileAllIsMadeAgainTakesAnythingAway) {
  // What cannot be read is made again from the journal, full tiles and all, under a checkpoint that
  // needs them.
  lose_power_after_failures(published(kAfterFull), go_on_behind_full_tiles, reads_tile, 5,
                            check_long_log);
}

/// The data folder of published(kBeforeFull), whose log was signed by another key before.
Image with_key_changed(std::string& other_line) {
  Image image = published(kBeforeFull).image;
  const auto key = audit::VerifierKey::parse(adapters::MemorySigner().verifier_key()).value();
  audit::VerifierKey other = key;
  other.name = "before";
  other_line = other.to_string() + "\n";
  image.files["log/keys/all"] = other_line;
  std::erase_if(image.files, [](const auto& file) { return file.first.ends_with(".vkey"); });
  return image;
}

/// Publishes once more, again if it fails. @return the calls, and then `keys/all`
std::pair<std::vector<std::string>, std::string> keys_after(const Image& image,
                                                            const Fault& fault) {
  const MemoryFolder folder;
  FaultDisk disk(folder.path(), image);
  auto stores = OpenStores::open(folder.path());
  if (!stores) return {};
  const auto size = stores->journal->head().value().size;
  stores->journal->append(requests_of(size), {.deadline = {INT64_MAX}, .stop = {}}).value();
  disk.plan(fault);
  const auto head = stores->journal->head().value();
  if (!stores->log->publish(head)) {
    EXPECT_TRUE(stores->log->publish(head)) << disk.calls().at(fault.call);
  }
  const auto calls = disk.calls();
  stores = {};
  return {calls, Image::of(folder.path()).files["log/keys/all"]};
}

TEST(PublishedLogFaults, TheListOfKeysLosesNoneAndNamesNoneTwiceWhateverFails) {
  std::string other;
  const Image image = with_key_changed(other);
  const std::string both = other + adapters::MemorySigner().verifier_key() + "\n";
  const auto [calls, keys] = keys_after(image, {.call = SIZE_MAX});
  ASSERT_EQ(keys, both);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (calls[i].find(" log/keys") == calls[i].npos) continue;
    EXPECT_EQ(keys_after(image, {.call = i, .error = EIO}).second, both) << calls[i];
  }
}

TEST(PublishedLogFaults, AnUnusableLogKeepsNothingFromTheJournal) {
  const MemoryFolder folder;
  Image image;
  image.files["log"] = "in the folder's place";
  const FaultDisk disk(folder.path(), image);
  const auto stores = OpenStores::open(folder.path());
  ASSERT_TRUE(stores);
  for (std::uint64_t size = 0; size < 20; size = end_of(size)) {
    const auto appended =
        stores->journal->append(requests_of(size), {.deadline = {INT64_MAX}, .stop = {}});
    ASSERT_TRUE(appended) << appended.error().one_line();
    const auto refused = stores->log->publish(stores->journal->head().value());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().id, "AUD-0041");
    EXPECT_EQ(refused.error().code, base::Code::Unavailable);
  }
}

}  // namespace
}  // namespace stellwerk::faults
