#include "adapters/haproxy/request_line.h"

#include <gtest/gtest.h>

#include <string>

#include "adapters/haproxy/end_clock.h"
#include "adapters/haproxy/line_counter.h"
#include "adapters/haproxy/request_stream.h"
#include "adapters/haproxy/session_list.h"
#include "base/text.h"

namespace stellwerk::adapters::haproxy {
namespace {

constexpr std::string_view kGood =
    "R 17 1795400355450400 1 2 30 4 40 200 -- document-domain document-domain-v1.3.0 =pilot-1";

/// The good line with one field replaced.
std::string with(std::size_t field, const std::string& text) {
  std::string line;
  std::size_t at = 0;
  for (const auto part : base::split(kGood, ' ')) {
    if (at > 0) line += ' ';
    line += at++ == field ? text : std::string(part);
  }
  return line;
}

TEST(RequestLine, ReadsEveryField) {
  const auto parsed = parse_line(kGood);
  ASSERT_EQ(parsed.kind, LineKind::Request);
  const RequestLine& line = parsed.request;
  EXPECT_EQ(line.sequence, 17u);
  EXPECT_EQ(line.ended.us, 1795400355450400);
  EXPECT_EQ(line.status, 200);
  EXPECT_EQ(line.frontend, "document-domain");
  EXPECT_EQ(line.backend, "document-domain-v1.3.0");
  EXPECT_EQ(line.tenant, "pilot-1");
  EXPECT_EQ(latency_of(line), base::milliseconds(33));
  EXPECT_EQ(outcome_of(line), kpi::Outcome::Ok);
}

TEST(RequestLine, TellsNoTenantFromATenantCalledDash) {
  EXPECT_EQ(parse_line(with(12, "-")).request.tenant, "");
  EXPECT_EQ(parse_line(with(12, "=-")).request.tenant, "-");
  EXPECT_EQ(parse_line(with(12, "=")).request.tenant, "other");  // a name that was no UTF-8
  EXPECT_EQ(parse_line(with(12, "=a b \\\"c\\\"")).request.tenant, "a b \\\"c\\\"");
}

TEST(RequestLine, TakesNothingForARequestThatIsNone) {
  for (const char* line : {"R ", "R 1", "R 1 2 3 4 5 6 7 8 -- f b", "R x 2 3 4 5 6 7 8 -- f b -"})
    EXPECT_EQ(parse_line(line).kind, LineKind::Damaged) << line;
  EXPECT_EQ(parse_line(with(1, "99999999999999999999")).kind, LineKind::Damaged);
  EXPECT_EQ(parse_line(with(9, "---")).kind, LineKind::Damaged);
  EXPECT_EQ(parse_line(with(11, "")).kind, LineKind::Damaged);
  EXPECT_EQ(parse_line(with(12, "pilot-1")).kind, LineKind::Damaged);
  EXPECT_EQ(parse_line("Server document-domain-v1.3.0/a is DOWN").kind, LineKind::Notice);
  EXPECT_EQ(parse_line("").kind, LineKind::Notice);
}

// Goal: numbers that HAProxy cannot have counted make a line damaged; cut to 32 bits the status
// below would be 200, and the latency would overflow.
TEST(RequestLine, TakesNoNumbersThatHaproxyCannotHaveCounted) {
  EXPECT_EQ(parse_line(with(8, "4294967496")).kind, LineKind::Damaged);
  EXPECT_EQ(parse_line(with(8, "1000")).kind, LineKind::Damaged);
  EXPECT_EQ(parse_line(with(8, "-1")).kind, LineKind::Request);
  for (const std::size_t field : {3U, 4U, 5U, 6U, 7U}) {
    EXPECT_EQ(parse_line(with(field, "99999999999999999")).kind, LineKind::Damaged) << field;
    EXPECT_EQ(parse_line(with(field, "-2")).kind, LineKind::Damaged) << field;
    EXPECT_EQ(parse_line(with(field, "2147483647")).kind, LineKind::Request) << field;
  }
  EXPECT_EQ(parse_line(with(1, "99999999999999999")).kind, LineKind::Damaged);
  EXPECT_EQ(parse_line(with(2, "-1")).kind, LineKind::Damaged);
}

TEST(RequestLine, SurvivesEveryCutOfALine) {
  for (std::size_t size = 0; size < kGood.size(); ++size) {
    const std::string cut(kGood.substr(0, size));
    const auto kind = parse_line(cut).kind;
    EXPECT_EQ(kind == LineKind::Request, size > kGood.size() - 8) << cut;  // `=`, `=p`, …
  }
}

TEST(RequestLine, ReadsTheNoticeOfDroppedEvents) {
  for (const char* line : {"12 events dropped", "<6>12 events dropped", "12 event dropped."}) {
    EXPECT_EQ(parse_line(line).kind, LineKind::Dropped) << line;
    EXPECT_EQ(parse_line(line).dropped, 12u) << line;
  }
}

struct Case {
  const char* termination;
  const char* status;
  kpi::Outcome outcome;
};

TEST(RequestLine, JudgesByStatusAndByWhoEndedIt) {
  using kpi::Outcome;
  const Case cases[] = {{"--", "404", Outcome::Ok},          {"--", "500", Outcome::Error},
                        {"SC", "503", Outcome::Error},       {"sH", "504", Outcome::Error},
                        {"SH", "502", Outcome::Error},       {"SD", "200", Outcome::Error},
                        {"sD", "200", Outcome::Error},       {"--", "-1", Outcome::Error},
                        {"CH", "-1", Outcome::ClientAbort},  {"CD", "200", Outcome::ClientAbort},
                        {"cD", "200", Outcome::ClientAbort}, {"CQ", "503", Outcome::Error},
                        {"CD", "500", Outcome::Error},       {"LR", "200", Outcome::Ok}};
  for (const Case& one : cases) {
    std::string line = with(9, one.termination);
    line.replace(line.find(" 200 "), 5, " " + std::string(one.status) + " ");
    EXPECT_EQ(outcome_of(parse_line(line).request), one.outcome) << line;
  }
}

TEST(RequestLine, MeasuresTheWaitWhereNoAnswerCame) {
  EXPECT_EQ(latency_of(parse_line(with(5, "-1")).request), base::milliseconds(36));  // 40 - 4
}

TEST(EndClock, ReadsALineByTheOffsetOfItsTime) {
  EndClock clock;
  const base::WallTime wall = {1795400355000000};
  const base::MonoTime mono = {5000000};
  clock.observe(wall, mono);
  EXPECT_EQ(clock.end_of(wall - base::milliseconds(300)), mono - base::milliseconds(300));
  EXPECT_EQ(clock.end_of(wall + base::milliseconds(5)), mono);  // never after its receipt

  const auto later = mono + base::seconds(1);
  clock.observe(wall + base::hours(1), later);  // the wall clock was set forward
  EXPECT_EQ(clock.end_of(wall + base::milliseconds(900)), later - base::milliseconds(100));
  EXPECT_EQ(clock.end_of(wall + base::hours(1) - base::milliseconds(50)),
            later - base::milliseconds(50));
}

TEST(EndClock, ReadsALineFromBeforeTheWallClockWasSetBack) {
  EndClock clock;
  const base::WallTime wall = {1795400355000000};
  clock.observe(wall, {5000000});
  clock.observe(wall - base::hours(1), {6000000});
  EXPECT_EQ(clock.end_of(wall + base::milliseconds(800)), base::MonoTime{5800000});
  EXPECT_EQ(clock.end_of(wall + base::hours(5)), base::MonoTime{6000000});  // of no known clock
}

TEST(LineCounter, CountsGapsAndNoticesOnce) {
  LineCounter counter(false);
  for (const std::uint64_t number : {10u, 11u, 12u}) EXPECT_TRUE(counter.line("a", number));
  EXPECT_EQ(counter.take_lost(), 0u);
  counter.dropped(5);
  EXPECT_EQ(counter.take_lost(), 5u);
  EXPECT_TRUE(counter.line("a", 18));  // 13 to 17 were those five
  EXPECT_EQ(counter.take_lost(), 0u);
  EXPECT_TRUE(counter.line("a", 20));
  EXPECT_TRUE(counter.line("b", 7));
  EXPECT_EQ(counter.take_lost(), 1u);
}

TEST(LineCounter, KnowsLinesThatComeAgain) {
  LineCounter counter(true);
  EXPECT_TRUE(counter.line("a", 2));
  EXPECT_EQ(counter.take_lost(), 2u);  // 0 and 1
  counter.dropped(1);
  for (const std::uint64_t number : {0u, 1u, 2u}) EXPECT_FALSE(counter.line("a", number));
  EXPECT_TRUE(counter.line("a", 3));
  EXPECT_EQ(counter.take_lost(), 0u);
}

TEST(RequestStream, CountsEachLineOnce) {
  RequestStream stream({});
  stream.received({1795400356000000}, {9000000});
  const ports::VersionRef version = {base::ComponentName("document-domain"),
                                     base::SemVer::parse("1.3.0").value()};
  stream.watch(
      {{.version = version, .instances = {}, .gauges = {}, .slow_limit = base::milliseconds(30)}});
  stream.begin(1, false);
  stream.feed(kGood, 1);
  stream.received({1795400356100000}, {9100000});
  stream.feed(kGood, 1);  // again, after its connection was made anew
  stream.feed(with(1, "19"), 1);
  stream.feed(with(1, "1"), 2);  // another worker counts for itself
  stream.feed(with(11, "document-domain-v1.2.0"), 3);
  stream.feed("R what", 1);
  stream.feed("Proxy document-domain stopped", 1);
  const auto batch = stream.drain();
  ASSERT_EQ(batch.groups.size(), 1u);
  EXPECT_EQ(batch.groups.front().requests, 3u);
  EXPECT_EQ(batch.groups.front().slow, 3u);
  EXPECT_EQ(batch.groups.front().second, base::MonoTime{8000000});
  EXPECT_EQ(batch.lost_lines, 1u);
  EXPECT_EQ(batch.unreadable_lines, 1u);
  EXPECT_EQ(batch.received_at, base::MonoTime{9000000});  // of the first
  const auto nothing = stream.drain();
  EXPECT_TRUE(nothing.groups.empty());
  EXPECT_FALSE(nothing.received_at);
}

TEST(LineCutter, JoinsPartsAndDropsLinesWithoutEnd) {
  LineCutter cutter;
  std::vector<std::string> lines;
  const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
  for (const char* part : {"on", "e\ntw", "", "o\n", "\nthree\nfo"})
    EXPECT_EQ(cutter.cut(part, keep), 0u);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "", "three"}));
  lines.clear();
  std::uint64_t too_long = 0;
  for (int i = 0; i < 10; ++i) too_long += cutter.cut(std::string(1000, 'x'), keep);
  too_long += cutter.cut("end\nshort\n", keep);
  EXPECT_EQ(too_long, 1u);
  EXPECT_EQ(lines, (std::vector<std::string>{"short"}));
}

TEST(SessionList, FindsRequestsThatWaitForAnAnswer) {
  constexpr std::string_view kSessions =
      "0x1: proto=? ts=00 epoch=0 age=25s calls=2 rq[f=848202h,i=0,an=00h,rx=] "
      "rp[f=80408000h,i=0,an=00h,rx=]\n"
      "0x2: proto=tcpv4 src=127.0.0.1:1 fe=d be=d-v1.3.0 srv=a ts=00 epoch=0 age=1m3s calls=3 "
      "rq[f=49c40000h,i=0,an=8000h,rx=] rp[f=80400000h,i=0,an=1400000h,rx=27s]\n"
      "0x3: proto=tcpv4 src=127.0.0.1:2 fe=d be=d-v1.2.0 srv=<none> ts=00 epoch=0 age=4s calls=3 "
      "rq[f=49c40000h,i=0,an=8000h,rx=] rp[f=80400000h,i=0,an=00h,rx=]\n"
      "0x4: proto=tcpv4 src=127.0.0.1:3 fe=d be=d-v1.2.0 srv=a ts=00 epoch=0 age=9s calls=3 "
      "rq[f=49c40000h,i=0,an=8000h,rx=] rp[f=80400000h,i=0,an=2000000h,rx=]\n\n";
  const auto waiting = waiting_requests(kSessions);
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].backend, "d-v1.3.0");
  EXPECT_EQ(waiting[0].age_min, base::seconds(62));
  EXPECT_EQ(waiting[1].backend, "d-v1.2.0");
  EXPECT_EQ(waiting[1].age_min, base::seconds(3));
}

// Goal: no number is too large to be read; what no session can be is very old.
TEST(WaitingRequests, AreVeryOldWhenTheirAgeIsBeyondAllBounds) {
  for (const char* age : {"9223372036854775807d", "-5d", "3651d9223372036854775807s"}) {
    const std::string line =
        std::string("0x1: be=b age=") + age + " rq[f=1h,an=800h] rp[f=1h,an=0h]";
    const auto waiting = waiting_requests(line);
    ASSERT_EQ(waiting.size(), 1U) << age;
    EXPECT_EQ(waiting[0].age_min, base::hours(3650 * 24) - base::seconds(1)) << age;
  }
}

}  // namespace
}  // namespace stellwerk::adapters::haproxy
