#include "adapters/haproxy/unlogged.h"

#include <gtest/gtest.h>

namespace stellwerk::adapters::haproxy {
namespace {

using Found = std::map<std::string, std::uint64_t, std::less<>>;

constexpr base::WallTime at(std::int64_t second) { return {second * 1'000'000}; }

EndedRequests ended(std::int64_t second, std::uint64_t requests) {
  return {.asked = at(second), .at = at(second), .by_backend = {{"new", requests}}};
}

constexpr std::string_view kStat =
    "# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin\n"
    "new,BACKEND,0,0,2,5,200,17,99\nold,BACKEND,0,0,0,5,200,4,99\n"
    "new,one,0,0,1,5,200,9,99\nodd,BACKEND,0,0,x,5,200,4,99\nshort,BACKEND\n\n";

TEST(RunningRequests, AreThoseOfBackends) {
  EXPECT_EQ(parse_running(kStat), 2U);
  EXPECT_EQ(parse_running("No such proxy.\n"), 0U);
}

TEST(RunningRequests, OfRemovedServersAreThoseOfNoneThatIsLeft) {
  EXPECT_EQ(parse_running_beyond(kStat, {}), 1U);
  EXPECT_EQ(parse_running_beyond(kStat, {"one"}), 0U);
  EXPECT_EQ(parse_running_beyond(kStat, {"two"}), 1U);
}

TEST(EndedRequests, AreAllOfABackendButTheRunningOnes) {
  const auto ended = parse_ended(kStat);
  EXPECT_EQ(ended.by_backend, (Found{{"new", 15}, {"old", 4}}));
  EXPECT_TRUE(parse_ended("Unknown command\n").by_backend.empty());
  EXPECT_TRUE(parse_ended("").by_backend.empty());
  EXPECT_TRUE(parse_ended("# pxname,svname,scur,stot\nnew,BACKEND,0,18446744073709551615\n")
                  .by_backend.empty());
}

TEST(UnloggedCounter, FindsWhatEndedWithoutALineOnceALaterLineCame) {
  UnloggedCounter counter(true);
  EXPECT_FALSE(counter.line("new", at(1)));
  counter.expect(ended(2, 4));
  EXPECT_FALSE(counter.line("new", at(2)));  // ended by then, read late
  EXPECT_TRUE(counter.line("old", at(3)));
  EXPECT_EQ(counter.compare(0), (Found{{"new", 2}}));
  EXPECT_FALSE(counter.line("new", at(3)));

  counter.expect(ended(4, 6));  // the three lines and one more without
  EXPECT_TRUE(counter.line("new", at(5)));
  EXPECT_EQ(counter.compare(0), (Found{{"new", 1}}));
}

TEST(UnloggedCounter, TakesNoLostLineForAnError) {
  UnloggedCounter counter(true);
  counter.expect(ended(2, 10));
  EXPECT_TRUE(counter.line("new", at(3)));
  EXPECT_TRUE(counter.compare(10).empty());
  counter.expect(ended(4, 14));
  EXPECT_TRUE(counter.line("new", at(5)));
  EXPECT_EQ(counter.compare(10), (Found{{"new", 3}}));  // 14, one logged, ten lost
}

TEST(UnloggedCounter, CountsFromTheFirstComparisonWhenItCameLate) {
  UnloggedCounter counter(false);
  counter.expect(ended(2, 1000));
  EXPECT_TRUE(counter.line("new", at(3)));
  EXPECT_TRUE(counter.compare(0).empty());
  counter.expect(ended(4, 1003));
  EXPECT_TRUE(counter.line("new", at(5)));
  EXPECT_EQ(counter.compare(0), (Found{{"new", 2}}));
}

// Goal: after a restart of ours, requests that ended between HAProxy's answer and our look at the
// clock are no errors of anybody.
TEST(UnloggedCounter, TakesNoLoggedRequestForAnErrorAfterALateBeginning) {
  UnloggedCounter counter(false);
  counter.expect({.asked = at(2), .at = at(5), .by_backend = {{"new", 1000}}});  // as of 3
  EXPECT_TRUE(counter.line("new", at(4)));
  EXPECT_TRUE(counter.compare(0).empty());
  EXPECT_FALSE(counter.line("new", at(4)));
  counter.expect(ended(6, 1002));
  EXPECT_TRUE(counter.line("new", at(7)));
  EXPECT_TRUE(counter.compare(0).empty());
}

// Goal: nor are those whose lines were read while HAProxy's answer was on its way to the reader.
TEST(UnloggedCounter, TakesNoLineReadBeforeTheAnswerCameForCountedInIt) {
  UnloggedCounter counter(false);
  for (int second : {1, 3, 3, 4}) EXPECT_FALSE(counter.line("new", at(second)));
  counter.expect(ended(2, 1001));
  EXPECT_TRUE(counter.line("new", at(5)));
  EXPECT_TRUE(counter.compare(0).empty());
  counter.expect(ended(6, 1006));
  EXPECT_TRUE(counter.line("new", at(7)));
  EXPECT_EQ(counter.compare(0), (Found{{"new", 1}}));  // 1001 and four lines
}

TEST(UnloggedCounter, KeepsWhatItExpectsUntilALineComesOrTheClockIsSetBack) {
  UnloggedCounter counter(true);
  counter.expect(ended(100, 1));
  counter.expect(ended(101, 5));  // the first one still waits
  EXPECT_TRUE(counter.line("old", at(101)));
  EXPECT_EQ(counter.compare(0), (Found{{"new", 1}}));
  counter.expect(ended(200, 3));
  counter.expect(ended(90, 4));  // set back
  EXPECT_TRUE(counter.line("old", at(91)));
  EXPECT_EQ(counter.compare(0), (Found{{"new", 3}}));
}

}  // namespace
}  // namespace stellwerk::adapters::haproxy
