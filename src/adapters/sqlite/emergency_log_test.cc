#include "adapters/sqlite/emergency_log.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "adapters/sqlite/testing/journal_folder.h"

namespace stellwerk::adapters {
namespace {

namespace fs = std::filesystem;
using testing::JournalFolder;
using Lines = std::vector<std::string>;

class EmergencyLogTest : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path path() const { return folder_.path() / "emergency.log"; }
  EmergencyLog open(std::size_t size_bytes = 4096) {
    return EmergencyLog::open(path(), size_bytes).value();
  }
  void overwrite(std::streamoff offset, const std::string& bytes) const {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file << bytes;
  }
  JournalFolder folder_;
};

TEST_F(EmergencyLogTest, ReservesItsSpaceWhenItIsMade) {
  open(100000);
  EXPECT_EQ(fs::file_size(path()), 100000U);
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms(0600));
}

TEST_F(EmergencyLogTest, GivesBackItsLinesAfterARestart) {
  {
    auto log = open();
    ASSERT_TRUE(log.append("{\"key\":\"rel-1/7/0\"}"));
    ASSERT_TRUE(log.append("größe"));
  }
  auto log = open();
  EXPECT_EQ(log.read()->lines, (Lines{"{\"key\":\"rel-1/7/0\"}", "größe"}));
  EXPECT_FALSE(log.read()->cut_off);
  ASSERT_TRUE(log.append("third"));
  EXPECT_EQ(log.read()->lines.size(), 3U);
}

TEST_F(EmergencyLogTest, NeedsNoSpaceToAppend) {
  auto log = open();
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit full{.rlim_cur = 4096, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &full);
  const auto appended = log.append("{\"traffic\":\"old\"}");
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(appended);
  EXPECT_EQ(fs::file_size(path()), 4096U);
}

TEST_F(EmergencyLogTest, SaysWhenItIsFull) {
  auto log = open(200);
  ASSERT_TRUE(log.append(std::string(150, 'x')));
  EXPECT_EQ(log.append(std::string(50, 'y')).error().id, "JRN-0006");
  EXPECT_EQ(log.read()->lines.size(), 1U);
}

TEST_F(EmergencyLogTest, NeverReadsALineThatWasCutOff) {
  {
    auto log = open();
    ASSERT_TRUE(log.append("first"));
    ASSERT_TRUE(log.append("second"));
  }
  overwrite(23 + 20, std::string(4, '\0'));  // "first" takes 23 bytes; the second line ends early
  auto log = open();
  EXPECT_EQ(log.read()->lines, Lines{"first"});
  EXPECT_TRUE(log.read()->cut_off);
  ASSERT_TRUE(log.append("2nd, and longer than before"));
  EXPECT_EQ(log.read()->lines, (Lines{"first", "2nd, and longer than before"}));
}

TEST_F(EmergencyLogTest, ForgetsItsLinesWhenCleared) {
  auto log = open();
  ASSERT_TRUE(log.append("first"));
  ASSERT_TRUE(log.append("second"));
  ASSERT_TRUE(log.clear());
  EXPECT_TRUE(log.read()->lines.empty());
  EXPECT_FALSE(log.read()->cut_off);
  ASSERT_TRUE(log.append("new"));
  EXPECT_EQ(open().read()->lines, Lines{"new"});
}

TEST_F(EmergencyLogTest, DoesNotReviveOldLinesWhenClearingWasCutOff) {
  {
    auto log = open();
    ASSERT_TRUE(log.append("first"));
    ASSERT_TRUE(log.append("second"));
  }
  overwrite(0, std::string(1, '\0'));  // the first write of clear(), and then the power failed
  auto log = open();
  EXPECT_TRUE(log.read()->lines.empty());
  ASSERT_TRUE(
      log.append("third"));  // as long as "first": what follows it must not look like a line
  EXPECT_EQ(log.read()->lines, Lines{"third"});
}

TEST_F(EmergencyLogTest, RefusesLinesItCannotHoldAndPlacesThatCannotBe) {
  auto log = open();
  EXPECT_EQ(log.append("a\nb").error().id, "JRN-0006");
  EXPECT_EQ(log.append(std::string("a\0b", 3)).error().id, "JRN-0006");
  EXPECT_EQ(EmergencyLog::open(folder_.path() / "missing" / "log").error().id, "JRN-0006");
  EXPECT_EQ(EmergencyLog::open(folder_.path()).error().id, "JRN-0006");
}

}  // namespace
}  // namespace stellwerk::adapters
