// Goal: every line is counted once, whatever happens to the file or to the process that counts.
#include "adapters/process/log_counter.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/files.h"
#include "base/testing/temporary_folder.h"

namespace stellwerk::adapters::process {
namespace {

using kpi::LogCounts;

class LogCounterTest : public ::testing::Test {
 protected:
  [[nodiscard]] LogCounter counter() const { return {log_, folder_.path() + "/x.counts"}; }
  [[nodiscard]] LogCounter begun() const {
    auto made = counter();
    made.begin();
    return made;
  }
  void append(const std::string& text) const {
    std::ofstream(log_, std::ios::app | std::ios::binary) << text;
  }
  void empty() const { ASSERT_EQ(::truncate(log_.c_str(), 0), 0); }

  base::testing::TemporaryFolder folder_;
  std::string log_ = folder_.path() + "/x.log";
};

TEST_F(LogCounterTest, CountsWhatComesAfterItBegan) {
  append("ERROR of an earlier deployment\n");
  auto counter = begun();
  counter.count();
  EXPECT_EQ(counter.counts(), LogCounts{});
  append("ERROR one\nWARN tw");
  counter.count();
  EXPECT_EQ(counter.counts(), (LogCounts{1, 1, 0, 0})) << "a torn line is not one yet";
  append("o\nINFO three\n");
  counter.count();
  counter.count();
  EXPECT_EQ(counter.counts(), (LogCounts{3, 1, 1, 0}));
}

TEST_F(LogCounterTest, CountsNothingBeforeItBeganNorOfWhatIsNoFile) {
  append("ERROR\n");
  auto idle = counter();
  EXPECT_EQ(idle.count(), 0U);
  idle.end();
  EXPECT_FALSE(base::read_file(folder_.path() + "/x.counts", 4096)) << "nothing is recorded either";

  ::unlink(log_.c_str());
  auto missing = begun();
  EXPECT_EQ(missing.count(), 0U);
  ASSERT_EQ(::mkfifo(log_.c_str(), 0600), 0);
  EXPECT_EQ(missing.count(), 0U) << "and it does not wait for a writer";
  ::unlink(log_.c_str());
  append("ERROR\n");
  missing.count();
  EXPECT_EQ(missing.counts(), (LogCounts{1, 1, 0, 0}));
}

TEST_F(LogCounterTest, GoesOnAfterAKillWithoutCountingTwice) {
  {
    auto killed = begun();
    append("ERROR one\nERROR tw");
    killed.count();
  }
  append("o\n");
  auto next = counter();
  next.begin();
  next.count();
  EXPECT_EQ(next.counts(), (LogCounts{2, 2, 0, 0}));
  next.end();
  auto third = counter();
  third.count();
  EXPECT_EQ(third.counts(), (LogCounts{2, 2, 0, 0}));
}

TEST_F(LogCounterTest, KeepsItsCountsWhenTheLogIsEmptiedByUs) {
  auto counting = begun();
  append("ERROR one\nWARN torn");
  counting.before_emptied();
  empty();
  counting.emptied();
  append(" off\nERROR two\n");
  counting.count();
  EXPECT_EQ(counting.counts(), (LogCounts{3, 2, 1, 0}));
}

TEST_F(LogCounterTest, CountsOnceWhenTheProcessDiesBesideTheEmptying) {
  append("");
  {
    auto dies = begun();
    append("ERROR one\nERROR two\n");
    dies.before_emptied();
  }
  auto before = counter();
  before.count();
  EXPECT_EQ(before.counts(), (LogCounts{2, 2, 0, 0})) << "died before the log was emptied";

  empty();
  append("ERROR three\n");
  auto after = counter();
  after.count();
  EXPECT_EQ(after.counts(), (LogCounts{3, 3, 0, 0})) << "died after it";

  empty();
  append("WARN a longer line than was there\nERROR and so on\n");
  auto regrown = counter();
  regrown.count();
  EXPECT_EQ(regrown.counts(), (LogCounts{4, 3, 1, 0})) << "from the last record: two, and these";
}

TEST_F(LogCounterTest, ReadsAReplacedFileFromItsBeginning) {
  auto counting = begun();
  append("ERROR one\nERROR torn");
  counting.count();
  ASSERT_TRUE(base::replace_file(log_, "WARN another file, longer than the one before it\n"));
  counting.count();
  EXPECT_EQ(counting.counts(), (LogCounts{3, 2, 1, 0}));
}

TEST_F(LogCounterTest, ReadsMuchInSeveralLooksAndSaysWhatItLeftOut) {
  auto counting = begun();
  const std::string line = "ERROR " + std::string(93, 'x') + "\n";
  constexpr std::uint64_t kLines = 180000;
  std::string much;
  for (std::uint64_t i = 0; i < kLines; ++i) much += line;
  append(much);
  EXPECT_EQ(counting.count(), kLines * 100);
  EXPECT_EQ(counting.behind(), kLines * 100 - LogCounter::kLookBytesMax);
  counting.before_emptied();
  const auto counts = counting.counts();
  EXPECT_EQ(counts.unread_bytes, kLines * 100 - 2 * LogCounter::kLookBytesMax);
  EXPECT_EQ(counts.lines, 2 * LogCounter::kLookBytesMax / 100 + 1) << "the torn one is a line";
  empty();
  counting.emptied();
  append("WARN\n");
  counting.count();
  EXPECT_EQ(counting.counts().warnings, 1U);
  EXPECT_EQ(counting.behind(), 0U);
}

TEST_F(LogCounterTest, BeginsAnewWithARecordThatCannotBeRead) {
  append("ERROR\n");
  for (const char* record : {"", "{}", "[1]", R"({"format":1,"offset":-1})", "\xff"}) {
    ASSERT_TRUE(base::replace_file(folder_.path() + "/x.counts", record));
    auto counting = begun();
    counting.count();
    EXPECT_EQ(counting.counts(), LogCounts{}) << record;
  }
}

}  // namespace
}  // namespace stellwerk::adapters::process
