// The raw windows of a wave are named in the journal however the wave ends, and once.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/testing/machine.h"
#include "kpi/evidence.h"

namespace stellwerk::engine {
namespace {

using core::Stage;
using testing::Machine;

struct Named {
  std::string wave;
  core::EffectFinished answer;
};

/// What the journal says about evidence files, in order.
std::vector<Named> named_windows(Machine& machine) {
  std::map<base::EffectKey, std::string> wanted;
  std::vector<Named> named;
  for (const ReadEntry& entry : machine.entries()) {
    for (const core::Intent& intent : entry.intents)
      if (intent.kind == core::EffectKind::KeepWindows) wanted[intent.key] = intent.subject;
    const auto* finished = std::get_if<core::EffectFinished>(&entry.event);
    if (finished != nullptr && wanted.contains(finished->key))
      named.push_back({wanted[finished->key], *finished});
  }
  return named;
}

kpi::Replay replay(Machine& machine, const Named& named) {
  EXPECT_TRUE(named.answer.evidence);
  const auto text = machine.disk.content.get(*named.answer.evidence);
  EXPECT_TRUE(text);
  auto replayed = kpi::replay_evidence(machine.plan.guard, guarded_components(machine.plan), *text);
  EXPECT_TRUE(replayed) << replayed.error().one_line();
  return *replayed;
}

/// The recorded verdict comes out of the file again, to the bit.
void expect_recomputed(const kpi::Replay& replayed, const core::VerdictChanged& recorded) {
  const auto found = std::find_if(
      replayed.verdicts.begin(), replayed.verdicts.end(),
      [&](const auto& each) { return kpi::to_json(each.evidence) == recorded.evidence; });
  ASSERT_NE(found, replayed.verdicts.end());
  EXPECT_EQ(found->verdict, recorded.verdict);
}

// Goal: every verdict can be recomputed, the one that rolls back before all.
TEST(Windows, OfARolledBackWaveGiveItsVerdictAgain) {
  Machine machine;
  machine.reach_wave(2);
  machine.errors = 5;
  machine.reach(Stage::RolledBack);
  const auto verdict = machine.last<core::VerdictChanged>();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->verdict.action, core::Action::Rollback);

  const auto named = named_windows(machine);
  ASSERT_EQ(named.size(), 2U);
  EXPECT_EQ(named[0].wave, "wave 1");
  EXPECT_EQ(named[1].wave, "wave 2");
  expect_recomputed(replay(machine, named[1]), *verdict);
}

TEST(Windows, AreNamedWhenAPersonRollsBack) {
  Machine machine;
  machine.reach_wave(1);
  machine.turns(20);
  ASSERT_TRUE(machine.roll_back("somebody knows better"));
  machine.reach(Stage::RolledBack);
  const auto named = named_windows(machine);
  ASSERT_EQ(named.size(), 1U);
  const kpi::Replay replayed = replay(machine, named[0]);
  ASSERT_FALSE(replayed.verdicts.empty());
  // Up to the rollback, not only to the last verdict that was recorded.
  EXPECT_GE(replayed.verdicts.back().evidence.requests.front().requests_wave, 200U);
  expect_recomputed(replayed, *machine.last<core::VerdictChanged>());
}

TEST(Windows, AreNamedForEveryWaveOfAGoodRelease) {
  Machine machine;
  ASSERT_TRUE(machine.begin());
  machine.reach(Stage::Concluding);
  machine.until("the settled traffic", [&] { return machine.has("scheduler.traffic.settled"); });
  machine.turns(5);
  std::vector<std::string> waves;
  for (const Named& each : named_windows(machine)) {
    EXPECT_EQ(each.answer.outcome, core::Outcome::Done);
    waves.push_back(each.wave);
  }
  EXPECT_EQ(waves, (std::vector<std::string>{"wave 1", "wave 2", "wave 3"}));
}

// Goal: a long wave costs its minutes' states, never its windows again and again.
TEST(Windows, AreNotStoredEachMinute) {
  Machine machine;
  machine.reach_wave(1);
  machine.requests = 0;  // the hold is extended for ever
  machine.turns(10);
  const std::size_t before = machine.disk.content.puts;
  machine.turns(5 * 60 * 6);
  EXPECT_EQ(machine.disk.content.puts - before, 6U);
  const auto named = named_windows(machine);
  EXPECT_TRUE(named.empty());
}

// Goal: windows that a killed process took with it are said to be lost; the end does not wait.
TEST(Windows, ThatWereLostAreSaidToBe) {
  Machine machine;
  machine.reach_wave(1);
  machine.lanes.hold("content");
  machine.lanes.hold("router");
  ASSERT_TRUE(machine.roll_back("somebody knows better"));
  machine.turns(3);
  machine.end();
  machine.lanes.let_go("content");
  machine.lanes.let_go("router");
  machine.start();
  machine.recover();
  machine.reach(Stage::RolledBack);
  const auto named = named_windows(machine);
  ASSERT_EQ(named.size(), 1U);
  EXPECT_EQ(named[0].answer.outcome, core::Outcome::Failed);
  EXPECT_FALSE(named[0].answer.evidence);
}

}  // namespace
}  // namespace stellwerk::engine
