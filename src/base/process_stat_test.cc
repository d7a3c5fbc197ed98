#include "base/process_stat.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace stellwerk::base {
namespace {

constexpr std::string_view kRest =
    " 1 4711 4712 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654321 5 6";

// Goal: a program may call itself whatever it likes.
TEST(ProcessStat, IsReadBehindTheLastParenthesis) {
  for (const char* name : {"(cat)", "(a) Z 0 (b)", "()", "(a b c d)"}) {
    const auto stat = parse_process_stat("42 " + std::string(name) + " S" + std::string(kRest));
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->state, 'S');
    EXPECT_EQ(stat->session, 4712);
    EXPECT_EQ(stat->start_ticks, 987654321U);
    EXPECT_TRUE(stat->runs());
  }
  EXPECT_FALSE(parse_process_stat("42 (cat) Z" + std::string(kRest))->runs());
}

TEST(ProcessStat, IsNothingWhenAPartIsMissingOrNoNumber) {
  const std::string whole = "42 (cat) S" + std::string(kRest);
  const std::size_t end_of_ticks = whole.find("987654321");
  for (std::size_t size = 0; size < end_of_ticks; ++size)
    EXPECT_FALSE(parse_process_stat(whole.substr(0, size))) << size;
  EXPECT_FALSE(parse_process_stat("42 (cat) S 1 4711 x" + std::string(kRest)));
  EXPECT_FALSE(parse_process_stat("42 (cat) Sx" + std::string(kRest)));
}

TEST(ProcessStat, IsThatOfARunningProcessAndOfNoOther) {
  const auto own = process_stat(::getpid());
  ASSERT_TRUE(own);
  EXPECT_TRUE(own->runs());
  EXPECT_EQ(own->session, ::getsid(0));
  EXPECT_FALSE(process_stat(-1));
  EXPECT_FALSE(boot_id().empty());
}

}  // namespace
}  // namespace stellwerk::base
