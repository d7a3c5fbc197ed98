#include "load/tally.h"

#include <gtest/gtest.h>

namespace load {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

std::vector<std::string> path_of(const VersionTrack& track) {
  std::vector<std::string> path;
  for (const VersionChange& change : track.changes()) path.push_back(change.version);
  return path;
}

TEST(LatencyCounts, GivesExactNearestRankQuantiles) {
  LatencyCounts latency;
  for (int i = 100; i >= 1; --i) latency.add(microseconds(i));
  EXPECT_EQ(latency.quantiles_us({0.01, 0.5, 0.95, 0.99, 1.0}),
            (std::vector<std::uint64_t>{1, 50, 95, 99, 100}));
}

TEST(LatencyCounts, CountsEqualValuesAndMerges) {
  LatencyCounts one;
  LatencyCounts two;
  for (int i = 0; i < 98; ++i) one.add(microseconds(10));
  two.add(microseconds(7000));
  two.add(microseconds(9000));
  one.merge(two);
  EXPECT_EQ(one.count(), 100U);
  EXPECT_EQ(one.quantiles_us({0.98, 0.99, 1.0}), (std::vector<std::uint64_t>{10, 7000, 9000}));
}

TEST(LatencyCounts, IsZeroWithoutSamples) {
  EXPECT_EQ(LatencyCounts().quantiles_us({0.5, 0.99}), (std::vector<std::uint64_t>{0, 0}));
}

TEST(VersionTrack, CountsAMoveAndItsReturn) {
  VersionTrack track;
  track.answered("1.2.0", {milliseconds(0), milliseconds(1)});
  track.answered("1.2.0", {milliseconds(2), milliseconds(3)});
  EXPECT_EQ(track.flips(), 0U);
  track.answered("1.3.0", {milliseconds(4), milliseconds(5)});
  EXPECT_EQ(track.flips(), 1U);
  track.answered("1.2.0", {milliseconds(6), milliseconds(7)});
  EXPECT_EQ(track.flips(), 2U);
  EXPECT_EQ(path_of(track), (std::vector<std::string>{"1.2.0", "1.3.0", "1.2.0"}));
}

TEST(VersionTrack, TakesAnAnswerThatWasOvertakenForNoFlip) {
  VersionTrack track;
  track.answered("1.2.0", {milliseconds(0), milliseconds(1)});
  track.answered("1.3.0", {milliseconds(10), milliseconds(12)});
  track.answered("1.2.0", {milliseconds(9), milliseconds(20)});   // sent before, slow
  track.answered("1.2.0", {milliseconds(11), milliseconds(21)});  // sent while 1.3.0 was unseen
  track.answered("1.3.0", {milliseconds(15), milliseconds(22)});
  EXPECT_EQ(track.flips(), 1U);
  EXPECT_EQ(track.overlapping(), 2U);
}

TEST(VersionTrack, CountsAnOldAnswerToARequestSentAfterTheMove) {
  VersionTrack track;
  track.answered("1.2.0", {milliseconds(0), milliseconds(1)});
  track.answered("1.3.0", {milliseconds(10), milliseconds(12)});
  track.answered("1.2.0", {milliseconds(12), milliseconds(13)});
  EXPECT_EQ(track.flips(), 2U);
}

TEST(TenantTally, CountsServerErrorsAndFailuresButNotRefusals) {
  TenantTally tally;
  tally.by_status = {{200, 5}, {404, 3}, {500, 2}, {503, 1}};
  tally.failed = 4;
  EXPECT_EQ(tally.errors(), 7U);
}

}  // namespace
}  // namespace load
