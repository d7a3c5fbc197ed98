#include "kpi/evidence.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "kpi/guard_world.h"
#include "kpi/judge.h"

namespace stellwerk::kpi {
namespace {

using testing::at;
using testing::batch;
using testing::gauge;
using testing::group;
using testing::probe;
using testing::seen;

/// A guard and its log, told the same.
struct Pair {
  core::GuardPolicy policy;
  Guard guard;
  EvidenceLog log;
  std::vector<ReplayedVerdict> marked;

  explicit Pair(std::size_t size_bytes_max = EvidenceLog::kSizeBytesMax)
      : guard(policy, {testing::documents({"consumer_lag"})}), log(guard, size_bytes_max) {}

  template <class Observation>
  void observe(const Observation& observation) {
    guard.observe(observation);
    log.observe(observation);
  }
  void begin_wave(base::MonoTime when) {
    guard.begin_wave(when);
    log.begin_wave(when);
  }
  void integrity(bool ok, base::MonoTime when) {
    guard.observe_integrity(ok, when);
    log.observe_integrity(ok, when);
  }
  void expect(const std::vector<std::string>& targets, base::MonoTime when) {
    guard.expect_health(targets, when);
    log.expect_health(targets, when);
  }
  void mark(base::MonoTime when) {
    marked.push_back({when, guard.evidence(when), guard.evaluate(when)});
    log.mark(when);
  }
  base::Result<Replay> replay() const {
    return replay_evidence(policy, guard.components(), log.text());
  }
};

TEST(EvidenceLog, GivesTheSameVerdictWhenReplayed) {
  Pair pair;
  pair.begin_wave(at(100));
  for (std::int64_t s = 100; s < 160; ++s) pair.observe(seen({s, 20, s < 150 ? 0U : 3U, 1}));
  pair.mark(at(160));
  const auto replay = pair.replay();
  ASSERT_TRUE(replay.has_value());
  ASSERT_EQ(replay->verdicts.size(), 1U);
  EXPECT_EQ(replay->verdicts[0].verdict, pair.marked[0].verdict);
  EXPECT_EQ(replay->verdicts[0].verdict.action, core::Action::Rollback);
  EXPECT_FALSE(replay->truncated);
}

// Goal: the text grows with time, not with traffic.
TEST(EvidenceLog, StaysSmallWhenBatchesAreMany) {
  Pair pair;
  pair.begin_wave(at(0));
  for (std::int64_t s = 0; s < 600; ++s) {
    for (int i = 0; i < 20; ++i)
      pair.observe(batch(
          s, {group({s, 50, 1, 1}, testing::kNew, "a"), group({s, 50, 1, 1}, testing::kNew, "b")}));
    if (s % 60 == 59) pair.mark(at(s));
  }
  EXPECT_LT(pair.log.text().size(), 10U * 2500U);
}

TEST(EvidenceLog, SaysSoWhenItsBoundIsReached) {
  Pair pair(2000);
  pair.begin_wave(at(100));
  for (std::int64_t s = 100; s < 1000; ++s) {
    pair.observe(seen({s, 20, 0, 1}));
    pair.mark(at(s));
  }
  EXPECT_TRUE(pair.log.truncated());
  EXPECT_LE(pair.log.text().size(), 2000U);
  const auto replay = pair.replay();
  ASSERT_TRUE(replay.has_value());
  EXPECT_TRUE(replay->truncated);
  ASSERT_FALSE(replay->verdicts.empty());
  EXPECT_EQ(replay->verdicts.back().verdict, pair.marked[replay->verdicts.size() - 1].verdict);
}

TEST(EvidenceLog, IsRefusedWhenTheTextIsNotOne) {
  Pair pair;
  pair.begin_wave(at(100));
  pair.observe(seen({101, 20, 0, 1}));
  pair.mark(at(102));
  const auto& components = pair.guard.components();
  const auto refused = [&](const std::string& text) {
    const auto replay = replay_evidence(pair.policy, components, text);
    return !replay.has_value() && replay.error().id == "KPI-0001";
  };
  const std::string text = pair.log.text();
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("garbage\n"));
  EXPECT_TRUE(refused("{\"mark_us\":1}\n")) << "no guard first";
  EXPECT_TRUE(refused(text + text)) << "a second guard";
  EXPECT_TRUE(refused(text + "{\"drum\":1}\n")) << "a kind of line that is not known";
  EXPECT_TRUE(refused(text + R"({"batch":{"gauge_names":[],"gauges":[],"groups":[7,1,1,1,1,1],)"
                             R"("in_flight":[],"lost":0,"unreadable":0}})"));
  EXPECT_TRUE(refused(text + R"({"batch":{"gauge_names":[],"gauges":[0,0,1,1],"groups":[],)"
                             R"("in_flight":[],"lost":0,"unreadable":0}})"));
  EXPECT_FALSE(refused(text));
  const std::string most = R"({"batch":{"gauge_names":[],"gauges":[],)"
                           R"("groups":[0,101,9007199254740991,0,0,0],)"
                           R"("in_flight":[],"lost":0,"unreadable":0}})"
                           "\n";
  const std::string verdict = R"({"mark_us":103000000})";
  EXPECT_TRUE(refused(text + most + verdict)) << "with those of before more than an entry can say";
  EXPECT_FALSE(refused(text + most)) << "no verdict rests on them";
}

TEST(EvidenceFileTest, HoldsLogCountsThatNoVerdictRestsOn) {
  Pair pair;
  pair.begin_wave(at(100));
  pair.mark(at(101));
  const auto before = pair.log.text().size();
  const std::vector<LogSample> logs{
      {testing::kDocuments, testing::kNew, {9, 1, 2, 0}, "/data", at(101)},
      {testing::kDocuments, testing::kNew, {12, 3, 2, 4}, "/data", at(102)},
      {testing::kDocuments, testing::kOld, {70, 5, 6, 0}, "/data", at(102)},
      {base::ComponentName("other"), testing::kOld, {1, 1, 1, 0}, "", at(102)}};
  pair.log.observe(logs);
  EXPECT_EQ(pair.log.text().size(), before) << "with the next verdict";
  pair.mark(at(103));
  EXPECT_NE(pair.log.text().find(R"({"logs":{"counts":[0,0,70,5,6,0,102000000,)"
                                 R"(0,1,12,3,2,4,102000000]}})"),
            std::string::npos)
      << pair.log.text();
  const auto replay = pair.replay();
  ASSERT_TRUE(replay);
  EXPECT_EQ(replay->verdicts.size(), 2U);
  const auto text = pair.log.text();
  for (const char* wrong :
       {R"([7,0,1,1,1,1,1])", R"([0,2,1,1,1,1,1])", R"([0,1,-1,1,1,1,1])", R"([0,1])"})
    EXPECT_FALSE(replay_evidence(pair.policy, pair.guard.components(),
                                 text + R"({"logs":{"counts":)" + wrong + "}}\n"))
        << wrong;
}

/// One random thing told to both.
void happen(Pair& pair, std::int64_t now) {
  const auto small = [](int max) { return static_cast<std::uint64_t>(*rc::gen::inRange(0, max)); };
  const std::int64_t second = now - *rc::gen::inRange(-2, 5);
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
    case 1:
    case 2: {
      MetricBatch b = batch(now, {group({second, small(40), small(3), small(3)}),
                                  group({now, small(9), small(2), 0}, testing::kOld),
                                  group({now, small(9), small(2), 0}, testing::kNew, "")});
      b.lost_lines = small(8) == 0 ? 1 : 0;
      if (small(4) == 0) b.alive_at.reset();
      if (small(3) == 0)
        b.in_flight.push_back({testing::kDocuments, testing::kNew, small(5), at(second)});
      if (small(3) == 0)
        b.gauges.push_back(gauge(second, *rc::gen::inRange<std::int64_t>(900, 1100)));
      return pair.observe(b);
    }
    case 3:
    case 4:
      return pair.observe(probe(now, small(4) != 0, small(2) == 0 ? "a" : "b"));
    case 5:
      return pair.begin_wave(at(now));
    case 6:
      return pair.integrity(small(20) != 0, at(now));
    default:
      return small(4) == 0 ? pair.expect({"a"}, at(now)) : pair.mark(at(now));
  }
}

// Goal: what the journal and the evidence file hold is enough: judge(evidence) is evaluate, through
// JSON too, and replay gives every verdict again, whatever happened in whatever order.
RC_GTEST_PROP(GuardProperty, VerdictFollowsFromEvidenceAlone, ()) {
  Pair pair;
  std::int64_t now = 1000;
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    now += *rc::gen::element(0, 0, 0, 1, 1, 2, 7, 40);
    happen(pair, now);
    const GuardEvidence evidence = pair.guard.evidence(at(now));
    RC_ASSERT(judge(pair.policy, evidence) == pair.guard.evaluate(at(now)));
  }
  pair.mark(at(now));
  const auto replay = pair.replay();
  RC_ASSERT(replay.has_value());
  RC_ASSERT(replay->verdicts.size() == pair.marked.size());
  for (std::size_t i = 0; i < pair.marked.size(); ++i) {
    RC_ASSERT(replay->verdicts[i].evidence == pair.marked[i].evidence);
    const auto recorded = evidence_from_json(to_json(pair.marked[i].evidence));
    RC_ASSERT(recorded.has_value());
    RC_ASSERT(judge(pair.policy, *recorded) == pair.marked[i].verdict);
  }
}

}  // namespace
}  // namespace stellwerk::kpi
