#include "adapters/process/process_logs.h"

#include <gtest/gtest.h>

#include "ports/testing/real_clock.h"

namespace stellwerk::adapters::process {
namespace {

const ports::VersionRef kNew{base::ComponentName("doc"), base::SemVer{1, 3, 0, {}, {}}};

TEST(ProcessLogsTest, GivesWatchedVersionsOnceForEachChange) {
  const InstanceStore store("/data/workload");
  const ports::testing::RealClock clock;
  ProcessLogs logs(store, clock);
  int woken = 0;
  logs.on_data([&] { ++woken; });
  logs.counted(kNew, {10, 1, 2, 0});
  EXPECT_TRUE(logs.poll().empty()) << "nobody watches it";
  EXPECT_EQ(woken, 0);

  ports::MetricTarget target;
  target.version = kNew;
  ASSERT_TRUE(logs.watch({target}));
  const auto first = logs.poll();
  ASSERT_EQ(first.logs.size(), 1U) << "what is known already, so that none reads as none";
  EXPECT_EQ(first.logs.front().counts, (kpi::LogCounts{10, 1, 2, 0}));
  EXPECT_EQ(first.logs.front().folder, "/data/workload/doc/1.3.0");
  EXPECT_FALSE(first.alive_at) << "it says nothing about requests";

  logs.counted(kNew, {10, 1, 2, 0});
  EXPECT_TRUE(logs.poll().empty());
  logs.counted(kNew, {11, 2, 2, 0});
  logs.counted(kNew, {12, 2, 2, 0});
  EXPECT_EQ(woken, 2);
  const auto next = logs.poll();
  ASSERT_EQ(next.logs.size(), 1U);
  EXPECT_EQ(next.logs.front().counts.lines, 12U);

  ASSERT_TRUE(logs.watch({}));
  logs.counted(kNew, {13, 2, 2, 0});
  EXPECT_TRUE(logs.poll().empty());
}

}  // namespace
}  // namespace stellwerk::adapters::process
