#include "kpi/board.h"

#include <gtest/gtest.h>

#include "kpi/guard_world.h"

namespace stellwerk::kpi {
namespace {

using testing::at;
using testing::batch;
using testing::group;

TEST(KpiBoard, ShowsRowsPerTenantAndVersionWhenAsked) {
  KpiBoard board;
  MetricBatch b = batch(100, {group({100, 50, 1, 0}), group({100, 30, 0, 0}, testing::kNew, "x"),
                              group({100, 20, 0, 0}, testing::kOld)});
  b.groups[0].latencies[bucket_of(base::milliseconds(20))] = 50;
  b.lost_lines = 3;
  board.observe(b);
  const auto tenants = board.tenants(at(101));
  ASSERT_EQ(tenants.size(), 3U);
  EXPECT_EQ(tenants[1].key.tenant.str(), "pilot-1");
  EXPECT_EQ(tenants[1].figures.error_rate.value, 20000);
  EXPECT_NEAR(static_cast<double>(tenants[1].figures.p95->us), 20000, 200);
  const auto versions = board.versions(at(101));
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[1].key.version, "1.3.0");
  EXPECT_EQ(versions[1].figures.requests, 80U);
  EXPECT_EQ(board.lost_lines(), 3U);
  EXPECT_EQ(to_json(versions)[1].at("requests"), 80);
}

TEST(KpiBoard, ForgetsWhenTheWindowHasPassed) {
  KpiBoard board(base::seconds(60));
  board.observe(batch(100, {group({100, 50, 1, 0})}));
  EXPECT_EQ(board.tenants(at(159)).size(), 1U);
  EXPECT_EQ(board.tenants(at(170)).size(), 0U);
  board.observe(batch(300, {group({300, 1, 0, 0}, testing::kOld)}));
  board.observe(batch(300, {group({100, 50, 1, 0})}));  // too late to matter
  EXPECT_EQ(board.versions(at(300)).size(), 1U);
}

TEST(KpiBoard, KeepsTheLastNumberOfEachGaugeUntilTheWindowHasPassed) {
  KpiBoard board(base::seconds(60));
  MetricBatch b;
  const base::ComponentName component("document-domain");
  const base::SemVer version = group({100, 1, 0, 0}).version;
  b.gauges = {{component, version, "consumer_lag", 7, "", at(100)},
              {component, version, "consumer_lag", 12, "", at(101)},
              {component, version, "consumer_lag", std::nullopt, "no answer", at(102)}};
  board.observe(b);
  const auto gauges = board.gauges(at(110));
  ASSERT_EQ(gauges.size(), 1U);
  EXPECT_EQ(to_json(gauges).dump(),
            R"([{"age_us":9000000,"component":"document-domain","name":"consumer_lag",)"
            R"("value":12,"version":"1.3.0"}])");
  EXPECT_TRUE(board.gauges(at(200)).empty());
}

TEST(KpiBoard, StaysBoundedWhenTenantsAreMany) {
  KpiBoard board;
  for (int i = 0; i < 5000; ++i)
    board.observe(batch(100, {group({100, 1, 0, 0}, testing::kNew, "t" + std::to_string(i))}));
  EXPECT_EQ(board.tenants(at(100)).size(), KpiBoard::kRowsMax);
  EXPECT_EQ(board.left_out(), 5000U - KpiBoard::kRowsMax);
}

}  // namespace
}  // namespace stellwerk::kpi
