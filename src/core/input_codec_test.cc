// What a decision was made on, as its first entry keeps it: these texts stand in journals for ever.
#include <gtest/gtest.h>

#include "core/decide.h"

namespace stellwerk::core {
namespace {

const base::Digest kDigest = base::sha256("x");
const std::string kText = kDigest.to_string();

struct Case {
  InputBody body;
  std::string json;  ///< with `@` for the digest
};

std::vector<Case> cases() {
  EffectReturned returned{base::EffectKey("rel/7/0"), Outcome::Failed, "exit 3", kDigest};
  returned.data = {{"read_back_us", 5}};
  returned.text = kDigest;
  returned.emergency_line = kDigest;
  return {
      {RunRequested{kDigest, 60}, R"({"kind":"run-requested","says":{"plan":"@","speed":60}})"},
      {ClockBound{{7}, 2}, R"({"kind":"clock-bound","says":{"runbook_us":7,"speed":2}})"},
      {WallClockStepped{{-9}}, R"({"kind":"wall-clock-stepped","says":{"by_us":-9}})"},
      {Ticked{}, R"({"kind":"ticked"})"},
      {returned,
       R"({"kind":"effect-returned","says":{"data":{"read_back_us":5},"emergency_line":"@",)"
       R"("evidence":"@","key":"rel/7/0","outcome":"failed","summary":"exit 3","text":"@"}})"},
      {HoldProgressed{2, {5}, {6}, 70, kDigest, {}, true, 3},
       R"({"kind":"hold-progressed","says":{"guard_state":"@","guarded_us":5,"real_us":6,)"
       R"("requests":70,"run":3,"watching":true,"wave":2}})"},
      {HoldProgressed{2, {5}, {6}, 70, {}, {}, false, {}},  // of a program that said no run
       R"({"kind":"hold-progressed","says":{"guarded_us":5,"real_us":6,"requests":70,)"
       R"("watching":false,"wave":2}})"},
      {Attested{base::StepId("a/b"), kDigest},
       R"({"kind":"attested","says":{"note":"@","step":"a/b"}})"},
      {Attested{base::StepId("a/b"), {}, "3 ERROR", kDigest},
       R"({"kind":"attested","says":{"evidence":"@","step":"a/b","summary":"3 ERROR"}})"},
      {Approved{kDigest, true}, R"({"kind":"approved","says":{"plan":"@","signed":true}})"},
      {Rejected{kDigest, kDigest}, R"({"kind":"rejected","says":{"plan":"@","reason":"@"}})"},
      {PauseRequested{}, R"({"kind":"pause-requested"})"},
      {ResumeRequested{kDigest, {base::StepId("a/b")}},
       R"({"kind":"resume-requested","says":{"again":["a/b"],"reason":"@"}})"},
      {PromoteRequested{}, R"({"kind":"promote-requested"})"},
      {RollbackRequested{kDigest}, R"({"kind":"rollback-requested","says":{"reason":"@"}})"},
      {StopRequested{}, R"({"kind":"stop-requested"})"},
      {Restarted{true, false, "ENG-0033"},
       R"({"kind":"restarted","says":{"guard_lost":"ENG-0033","lease_alive":true,)"
       R"("routes_moved":false}})"},
      {LeaseLost{31}, R"({"kind":"lease-lost","says":{"since":31}})"},
      {RoutesChanged{kDigest}, R"({"kind":"routes-changed","says":{"found":"@"}})"},
      {OldCapacityChanged{base::ComponentName("c"), true},
       R"({"kind":"old-capacity-changed","says":{"component":"c","gone":true}})"},
      {EmergencyFound{kDigest, 2, true},
       R"({"kind":"emergency-found","says":{"count":2,"lines":"@","traffic_returned":true}})"},
      {EmergencyFound{kDigest, 2, true, true},
       R"({"kind":"emergency-found","says":{"count":2,"failed":true,"lines":"@",)"
       R"("traffic_returned":true}})"},
      {RouterBroughtUp{}, R"({"kind":"router-brought-up"})"},
  };
}

std::string with_digest(std::string json) {
  for (std::size_t at = json.find('@'); at != std::string::npos; at = json.find('@'))
    json.replace(at, 1, kText);
  return json;
}

TEST(InputCodec, WritesEachInputAsItStandsInJournalsAndReadsItBack) {
  const Event other = StartNotified{};
  std::set<std::size_t> seen;
  for (const Case& each : cases()) {
    const base::Json record = encode_input({{}, {}, each.body}, other);
    EXPECT_EQ(*base::canonical(record), with_digest(each.json));
    const auto read = decode_input(record, other);
    ASSERT_TRUE(read) << read.error().one_line();
    EXPECT_EQ(read->body.index(), each.body.index());
    EXPECT_EQ(encode_input({{}, read->by, read->body}, other), record);
    seen.insert(each.body.index());
  }
  EXPECT_EQ(seen.size() + 1, std::variant_size_v<InputBody>) << "all but the verdict, below";
}

// Goal: what can be large stands once, in the entry's own data.
TEST(InputCodec, DoesNotRepeatAnAnswerOrAVerdictThatItsEntrySays) {
  const VerdictReached verdict{{Action::Pause, Cause::Latency, {}, 3}, {{"n", 1}}, {{9}}};
  const Event changed = VerdictChanged{verdict.verdict, verdict.evidence, verdict.received};
  base::Json record = encode_input({{}, {}, verdict}, changed);
  EXPECT_EQ(*base::canonical(record), R"({"kind":"verdict-reached"})");
  const auto read = decode_input(record, changed);
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<VerdictReached>(read->body).verdict, verdict.verdict);
  EXPECT_EQ(std::get<VerdictReached>(read->body).evidence, verdict.evidence);
  EXPECT_EQ(std::get<VerdictReached>(read->body).received, verdict.received);

  EffectReturned returned{base::EffectKey("rel/7/0"), Outcome::Unknown, "sent", kDigest};
  returned.data = {{"n", 1}};
  const Event finished = EffectFinished{returned.key,      returned.outcome, returned.summary,
                                        returned.evidence, returned.data,    returned.text};
  record = encode_input({{}, {}, returned}, finished);
  EXPECT_EQ(*base::canonical(record), R"({"kind":"effect-returned"})");
  const auto answer = decode_input(record, finished);
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<EffectReturned>(answer->body).key, returned.key);
  EXPECT_EQ(std::get<EffectReturned>(answer->body).outcome, returned.outcome);
  EXPECT_EQ(std::get<EffectReturned>(answer->body).evidence, returned.evidence);
  EXPECT_EQ(std::get<EffectReturned>(answer->body).data, returned.data);
}

TEST(InputCodec, KeepsWhoAsked) {
  const base::Json record =
      encode_input({{}, base::PersonId("rm"), PromoteRequested{}}, StartNotified{});
  EXPECT_EQ(*base::canonical(record), R"({"by":"rm","kind":"promote-requested"})");
  EXPECT_EQ(decode_input(record, StartNotified{})->by, base::PersonId("rm"));
}

TEST(InputCodec, RefusesWhatItDoesNotKnow) {
  for (const char* text :
       {R"([])", R"({})", R"({"kind":7})", R"({"kind":"moonlight"})", R"({"kind":"clock-bound"})",
        R"({"kind":"lease-lost","says":{"since":-1}})", R"({"kind":"approved","says":7})"}) {
    const auto read = decode_input(base::Json::parse(text), StartNotified{});
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().id, "ENG-0002");
  }
}

}  // namespace
}  // namespace stellwerk::core
