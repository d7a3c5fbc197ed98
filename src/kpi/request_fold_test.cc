#include "kpi/request_fold.h"

#include <gtest/gtest.h>

#include <string>

#include "kpi/guard_world.h"
#include "kpi/sketch.h"

namespace stellwerk::kpi {
namespace {

using base::milliseconds;
using base::MonoTime;
using base::seconds;
using testing::kDocuments;
using testing::kNew;
using testing::kOld;

MonoTime at_ms(std::int64_t ms) { return MonoTime{ms * 1000}; }

/// A fold with one stream, and requests in short.
struct Fold {
  RequestFold fold;
  RequestFold::Stream stream;
  explicit Fold(const RequestFold::Options& options = {})
      : fold(options), stream(fold.open(kDocuments, kNew, milliseconds(500))) {}
  void add(std::string_view tenant, std::int64_t end_ms, std::int64_t latency_ms,
           Outcome outcome = Outcome::Ok) {
    fold.add({stream, tenant, at_ms(end_ms), milliseconds(latency_ms), outcome});
  }
};

// Goal: every outcome lands where the rules say; the limit itself is not slow.
TEST(RequestFold, CountsEachOutcomeWhenFolded) {
  Fold f;
  f.add("pilot-1", 10000, 20);
  f.add("pilot-1", 10500, 500);
  f.add("pilot-1", 10999, 501);
  f.add("pilot-1", 10100, 3, Outcome::Error);
  f.add("pilot-1", 10100, 900, Outcome::Error);
  f.add("pilot-1", 10200, 40, Outcome::ClientAbort);
  const auto drained = f.fold.drain();
  ASSERT_EQ(drained.groups.size(), 1U);
  const RequestGroup& g = drained.groups[0];
  EXPECT_EQ(g.component, kDocuments);
  EXPECT_EQ(g.version, kNew);
  EXPECT_EQ(g.tenant.str(), "pilot-1");
  EXPECT_EQ(g.second, at_ms(10000));
  EXPECT_EQ(g.requests, 5U);
  EXPECT_EQ(g.errors, 2U);
  EXPECT_EQ(g.slow, 2U);
  EXPECT_EQ(g.client_aborts, 1U);
  Sketch sketch;
  sketch.merge(g.latencies);
  EXPECT_EQ(sketch.count(), 5U);
}

// Goal: who waited longer than the limit and gave up is a slow request.
TEST(RequestFold, CountsAbortAsSlowRequestWhenItCameAfterTheLimit) {
  Fold f;
  f.add("pilot-1", 1000, 501, Outcome::ClientAbort);
  const auto groups = f.fold.drain().groups;
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].requests, 1U);
  EXPECT_EQ(groups[0].slow, 1U);
  EXPECT_EQ(groups[0].errors, 0U);
  EXPECT_EQ(groups[0].client_aborts, 0U);
}

TEST(RequestFold, KeepsOnlyTheCountWhenClientsAbortEarly) {
  Fold f;
  f.add("pilot-1", 1000, 1, Outcome::ClientAbort);
  auto groups = f.fold.drain().groups;
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].requests, 0U);
  EXPECT_EQ(groups[0].client_aborts, 1U);
  EXPECT_TRUE(groups[0].latencies.empty());
  f.add("pilot-1", 1000, 7);  // the same cell is used again: nothing of before may be left
  groups = f.fold.drain().groups;
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].latencies, (LatencyBuckets{{bucket_of(milliseconds(7)), 1}}));
}

TEST(RequestFold, SeparatesStreamsTenantsAndSecondsWhenFolded) {
  Fold f;
  const auto old = f.fold.open(kDocuments, kOld, milliseconds(500));
  EXPECT_NE(f.stream, old);
  EXPECT_EQ(f.stream, f.fold.open(kDocuments, kNew, milliseconds(100)));
  f.add("pilot-1", 10000, 101);
  f.add("pilot-2", 10000, 1);
  f.add("pilot-1", 11000, 1);
  f.add("", 11000, 1);
  f.fold.add({old, "pilot-1", at_ms(10000), milliseconds(101), Outcome::Ok});
  const auto groups = f.fold.drain().groups;
  ASSERT_EQ(groups.size(), 5U);
  EXPECT_EQ(groups[0].slow, 1U) << "opening again sets the new limit";
  EXPECT_EQ(groups[0].second, at_ms(10000));
  EXPECT_TRUE(groups[2].tenant.empty());
  EXPECT_EQ(groups[4].version, kOld);
  EXPECT_EQ(groups[4].slow, 0U);
}

TEST(RequestFold, DeliversSecondInPartsWhenDrainedInBetween) {
  Fold f;
  f.add("pilot-1", 10100, 1);
  EXPECT_EQ(f.fold.drain().groups.at(0).requests, 1U);
  EXPECT_TRUE(f.fold.drain().groups.empty());
  f.add("pilot-1", 10200, 1);
  f.add("pilot-1", 10300, 1);
  EXPECT_EQ(f.fold.drain().groups.at(0).requests, 2U);
}

// Goal: tenants come from a header that anybody can send; memory stays bounded and known tenants
// keep their place.
TEST(RequestFold, FoldsTenantsIntoOtherWhenTheyAreTooMany) {
  Fold f({.tenants_max = 3, .known = {base::TenantId("pilot-9")}});
  for (int i = 0; i < 50; ++i) f.add("stranger-" + std::to_string(i), 1000, 1);
  f.add("pilot-9", 1000, 1);
  const auto groups = f.fold.drain().groups;
  ASSERT_EQ(groups.size(), 4U);
  std::map<std::string, std::uint64_t> requests;
  for (const RequestGroup& g : groups) requests[g.tenant.str()] = g.requests;
  EXPECT_EQ(requests, (std::map<std::string, std::uint64_t>{
                          {"other", 48}, {"pilot-9", 1}, {"stranger-0", 1}, {"stranger-1", 1}}));
}

TEST(RequestFold, FoldsTenantIntoOtherWhenItsNameIsUnusable) {
  Fold f;
  f.add(std::string(64, 'a'), 1000, 1);
  f.add("bad\x1b[0m", 1000, 1);
  f.add("\xff\xfe", 1000, 1);
  f.add("other", 1000, 1);
  const auto groups = f.fold.drain().groups;
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].tenant.str(), "other");
  EXPECT_EQ(groups[0].requests, 4U);
}

TEST(RequestFold, SaysHowManyWereLostWhenNoCellIsLeft) {
  Fold f({.cells_max = 2});
  for (int second = 0; second < 5; ++second) f.add("pilot-1", second * 1000, 1);
  f.add("pilot-1", 0, 1);
  const auto drained = f.fold.drain();
  EXPECT_EQ(drained.groups.size(), 2U);
  EXPECT_EQ(drained.lost, 3U);
  EXPECT_EQ(drained.groups[0].requests, 2U);
  EXPECT_EQ(f.fold.drain().lost, 0U);
}

TEST(RequestFold, CountsNothingTwiceWhenManyCellsAreReused) {
  Fold f({.cells_max = 4096});
  std::uint64_t seen = 0;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 3000; ++i) f.add("t" + std::to_string(i % 190), (i / 190) * 1000, i % 700);
    for (const RequestGroup& g : f.fold.drain().groups) {
      std::uint64_t in_buckets = 0;
      for (const auto& [bucket, times] : g.latencies) in_buckets += times;
      EXPECT_EQ(in_buckets, g.requests);
      seen += g.requests;
    }
  }
  EXPECT_EQ(seen, 15000U);
}

TEST(RequestFold, PutsRequestsBeforeTheClocksZeroIntoTheirSecond) {
  Fold f;
  f.add("pilot-1", -1, 1);
  EXPECT_EQ(f.fold.drain().groups.at(0).second, at_ms(-1000));
}

TEST(RequestFold, CountsManyRequestsThatAreAlikeAtOnce) {
  RequestFold fold;
  const auto stream = fold.open(base::ComponentName("a"), {1, 0, 0, {}, {}}, base::seconds(1));
  constexpr std::uint64_t kMany = std::uint64_t{1} << 40;
  fold.add({.stream = stream,
            .tenant = kOtherTenant,
            .end = {},
            .latency = {},
            .outcome = Outcome::Error,
            .times = kMany});
  const auto drained = fold.drain();
  ASSERT_EQ(drained.groups.size(), 1U);
  EXPECT_EQ(drained.groups[0].requests, kMany);
  EXPECT_EQ(drained.groups[0].errors, kMany);
  EXPECT_EQ(drained.groups[0].slow, 0U);
}

}  // namespace
}  // namespace stellwerk::kpi
