#include "kpi/log_book.h"

#include <gtest/gtest.h>

#include "kpi/guard_world.h"

namespace stellwerk::kpi {
namespace {

using testing::at;
using testing::group;
using testing::kDocuments;
using testing::kNew;
using testing::kOld;

MetricBatch logs(std::int64_t second, const LogCounts& counts, const base::SemVer& version = kNew) {
  MetricBatch batch;
  batch.logs.push_back({kDocuments, version, counts, "/data/" + version.to_string(), at(second)});
  return batch;
}

TEST(LogBookTest, CountsBothVersionsSinceTheNewOneWasDeployed) {
  LogBook book({testing::documents()});
  EXPECT_TRUE(book.rows(at(0)).empty()) << "nobody knows that nothing was logged";
  book.observe(logs(10, {900, 50, 60, 0}, kOld));
  book.observe(testing::batch(10, {group({10, 7}, kOld)}));
  book.observe(logs(11, {905, 52, 61, 0}, kOld));
  ASSERT_EQ(book.rows(at(11)).size(), 1U);
  EXPECT_EQ(book.rows(at(11))[0].counts, (LogCounts{5, 2, 1, 0})) << "since it is looked at";

  book.observe(logs(20, {30, 1, 2, 0}));
  book.observe(logs(21, {915, 55, 61, 0}, kOld));
  book.observe(testing::batch(22, {group({22, 40}, kOld), group({22, 10, 3})}));
  const auto rows = book.rows(at(22));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_FALSE(rows[0].is_new);
  EXPECT_EQ(rows[0].counts, (LogCounts{10, 3, 0, 0})) << "over the same time as the new one";
  EXPECT_EQ(rows[0].requests, 40U);
  EXPECT_TRUE(rows[1].is_new);
  EXPECT_EQ(rows[1].counts, (LogCounts{30, 1, 2, 0})) << "with what it wrote while it started";
  EXPECT_EQ(rows[1].requests, 10U);
  EXPECT_EQ(rows[1].folder, "/data/1.3.0");
}

TEST(LogBookTest, LosesNothingWhenASourceBeginsAnew) {
  LogBook book({testing::documents()});
  book.observe(logs(10, {30, 5, 2, 0}));
  book.observe(logs(11, {4, 1, 0, 0}));
  book.observe(logs(12, {6, 1, 0, 100}));
  EXPECT_EQ(book.rows(at(12)).at(0).counts, (LogCounts{36, 6, 2, 100}));
}

TEST(LogBookTest, KnowsTheLastMinute) {
  LogBook book({testing::documents()});
  book.observe(logs(100, {10, 1, 3, 0}));
  book.observe(logs(130, {20, 5, 3, 0}));
  EXPECT_EQ(book.rows(at(130)).at(0).errors_minute, 5U);
  EXPECT_EQ(book.rows(at(130)).at(0).warnings_minute, 3U);
  EXPECT_EQ(book.rows(at(170)).at(0).errors_minute, 4U);
  EXPECT_EQ(book.rows(at(300)).at(0).errors_minute, 0U);
  EXPECT_EQ(book.rows(at(300)).at(0).counts.errors, 5U);
}

TEST(LogBookTest, GoesOnWhereItWasSaved) {
  LogBook book({testing::documents()});
  book.observe(logs(10, {900, 50, 60, 0}, kOld));
  book.observe(logs(20, {30, 1, 2, 0}));
  book.observe(testing::batch(22, {group({22, 10})}));
  auto restored = LogBook::restore({testing::documents()}, book.save());
  ASSERT_TRUE(restored);
  EXPECT_EQ(to_json(restored->rows(at(22))), to_json(book.rows(at(22))));
  for (LogBook* each : {&book, &*restored}) {
    each->observe(logs(30, {31, 2, 2, 0}));
    each->observe(logs(30, {950, 51, 60, 0}, kOld));
  }
  EXPECT_EQ(to_json(restored->rows(at(30))), to_json(book.rows(at(30))));
  EXPECT_EQ(restored->rows(at(30)).at(0).counts, (LogCounts{50, 1, 0, 0}));

  for (const auto& wrong : {base::Json::object(), base::Json::array(), base::Json(nullptr)}) {
    const auto refused = LogBook::restore({testing::documents()}, wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().id, "KPI-0001");
  }
}

TEST(LogBookTest, PassesOverWhatIsNotOfTheRelease) {
  LogBook book({testing::documents()});
  book.observe(logs(10, {1, 1, 1, 0}, base::SemVer{9, 9, 9, {}, {}}));
  auto other = logs(10, {1, 1, 1, 0});
  other.logs.front().component = base::ComponentName("pricing-domain");
  book.observe(other);
  EXPECT_TRUE(book.rows(at(10)).empty());
  EXPECT_TRUE(book.latest().empty());
}

TEST(LogBookTest, TellsTheFiguresInOneLine) {
  LogBook book({testing::documents()});
  book.observe(logs(20, {5120, 3, 12, 0}));
  book.observe(testing::batch(22, {group({22, 880})}));
  EXPECT_EQ(log_line(book.rows(at(22))),
            "document-domain 1.3.0: 3 ERROR, 12 WARN, 5120 lines, 880 requests");
  EXPECT_EQ(log_line({}), "");
  const std::vector<LogRow> many(100, book.rows(at(22)).at(0));
  EXPECT_LT(log_line(many).size(), 1000U);
}

}  // namespace
}  // namespace stellwerk::kpi
