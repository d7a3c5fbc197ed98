// What was carried by the real engine replays as it is recorded, also from journals kept by older
// programs. (Every other test with a World checks the same when it ends.)
#include "engine/replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/testing/temporary_folder.h"
#include "base/version.h"
#include "core/compile.h"
#include "engine/entries.h"
#include "engine/world.h"
#include "support/kept_journal.h"
#include "support/story.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

constexpr const char* kFirst = "rel-2025-10-001";
constexpr const char* kSecond = "rel-2025-10-002";

core::Plan second_plan() {
  core::Release release = stellwerk::testing::sample_release();
  release.id = base::ReleaseId(kSecond);
  release.components.front().from = *base::SemVer::parse("1.3.0");
  release.components.front().to = *base::SemVer::parse("1.4.0");
  return core::compile(release, stellwerk::testing::sample_environment()).plan.value();
}

/// One release with a pause, a promotion and a restart, then one that the guard rolls back.
void carry_two_releases(World& world) {
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  ASSERT_FALSE(world.command(core::PauseRequested{}).refusal);
  ASSERT_FALSE(world.command(core::ResumeRequested{}).refusal);
  ASSERT_TRUE(world.run_until(Stage::Holding, 2));
  world.kill();
  world.clock.advance(base::seconds(20));
  world.start();
  ASSERT_TRUE(world.run_until(Stage::Holding, 3));
  ASSERT_FALSE(world.command(core::PromoteRequested{}).refusal);
  ASSERT_TRUE(world.run_until(Stage::Completed));
  ASSERT_TRUE(world.run_until([&] { return world.engine().quiet(); }));
  world.plan = second_plan();
  world.plan.guard.hold_real_min = base::seconds(2);
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.errors_of_new = 5;
  ASSERT_TRUE(world.run_until(Stage::RolledBack));
  ASSERT_TRUE(world.run_until([&] { return world.engine().quiet(); }));
}

ReplayReport replayed(World& world, const char* release = kFirst) {
  auto report = replay_release(world.journal, world.content, base::ReleaseId(release));
  EXPECT_TRUE(report) << report.error().one_line();
  return report ? *report : ReplayReport{};
}

/// Nothing but what a killed process lost.
void expect_same(const ReplayReport& report) {
  EXPECT_TRUE(report.differences.empty()) << told(report);
  for (const Gap& gap : report.gaps) EXPECT_EQ(gap.kind, GapKind::WindowsLost) << told(report);
}

// Goal: all of a good release and of a rollback is derived again; what a killed process had in
// memory is said to be lost.
TEST(Replay, MakesEveryDecisionAndEveryVerdictAgain) {
  World world;
  carry_two_releases(world);
  const ReplayReport good = replayed(world);
  EXPECT_EQ(told(good), "rel-2025-10-001\ngap windows-lost 64 x1 \n");
  EXPECT_TRUE(good.same());
  EXPECT_TRUE(good.ended);
  EXPECT_GT(good.decisions, 40U);
  EXPECT_EQ(good.decisions_inferred, 0U);
  EXPECT_GT(good.verdicts, 4U);
  EXPECT_EQ(good.verdicts_judged, good.verdicts);
  EXPECT_EQ(good.verdicts_derived, good.verdicts - 1);
  EXPECT_EQ(good.comparisons, 1U);
  ASSERT_EQ(good.writers.size(), 1U);
  EXPECT_EQ(good.writers[0].version, base::program_version());

  const ReplayReport back = replayed(world, kSecond);
  EXPECT_EQ(told(back), "rel-2025-10-002\n");
  EXPECT_EQ(back.verdicts_derived, back.verdicts);
  EXPECT_EQ(good.entries + back.entries, world.entries().size());
}

// Goal: each stream says which program wrote it, once for each process.
TEST(Replay, FindsTheProgramNamedOnceByEachProcess) {
  World world;
  carry_two_releases(world);
  std::size_t named = 0;
  for (const ports::StoredEntry& entry : world.entries())
    named += base::Json::parse(entry.bytes)
                     .at("data")
                     .value("input", base::Json::object())
                     .contains(kProgramKey)
                 ? 1U
                 : 0U;
  EXPECT_EQ(named, 3U) << "two processes for the first release, one for the second";
}

TEST(Replay, OfAReleaseUnderWaySaysWhatIsNotKeptYet) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 2));
  world.turn();
  const ReplayReport report = replayed(world);
  EXPECT_TRUE(report.same()) << told(report);
  EXPECT_FALSE(report.ended);
  ASSERT_EQ(report.gaps.size(), 1U) << told(report);
  EXPECT_EQ(report.gaps[0].kind, GapKind::WindowsOpen);
  EXPECT_GT(report.verdicts_derived, 0U) << "those of the first wave";
}

TEST(Replay, OfWhatPeopleDid) {
  for (const char* how : {"reject", "roll back", "roll back paused", "cancel at once", "cancel"}) {
    World world;
    world.begin();
    const std::string what = how;
    if (what == "reject") {
      ASSERT_FALSE(world
                       .command(core::Rejected{core::digest_of(world.plan), base::sha256("no")},
                                "release-manager-123")
                       .refusal);
    } else if (what.starts_with("cancel")) {
      if (what == "cancel") {
        ASSERT_TRUE(world.run_until(Stage::Ready));
      }
      ASSERT_FALSE(world.command(core::RollbackRequested{base::sha256("not today")}).refusal);
    } else {
      ASSERT_TRUE(world.run_until(Stage::Holding, 2));
      if (what == "roll back paused") {
        ASSERT_FALSE(world.command(core::PauseRequested{}).refusal);
      }
      ASSERT_FALSE(world.command(core::RollbackRequested{base::sha256("enough")}).refusal);
    }
    ASSERT_TRUE(world.run_until([&] { return core::is_terminal(world.state().stage); })) << how;
    expect_same(replayed(world));
  }
}

TEST(Replay, OfALeaseThatRanOutAndAWaveStartedAnew) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.kill();
  world.clock.advance(base::seconds(61));
  world.start();
  world.turn();
  ASSERT_FALSE(world.command(core::ResumeRequested{}).refusal);
  ASSERT_TRUE(world.run_until(Stage::Completed));
  expect_same(replayed(world));
}

/// The answers to requests to keep windows, by what was asked for.
std::map<std::string, core::EffectFinished> kept_windows(World& world) {
  std::map<base::EffectKey, std::string> asked;
  std::map<std::string, core::EffectFinished> kept;
  for (const ports::StoredEntry& stored : world.entries()) {
    const auto entry = decode(stored, world.content);
    for (const core::Intent& intent : entry->intents)
      if (intent.kind == core::EffectKind::KeepWindows) asked[intent.key] = intent.subject;
    const auto* answer = std::get_if<core::EffectFinished>(&entry->event);
    if (answer != nullptr && asked.contains(answer->key)) kept[asked[answer->key]] = *answer;
  }
  return kept;
}

/// The lease runs out in the first wave, a person begins it anew and then rolls back, and all that
/// while nothing can be kept.
void begin_the_first_wave_twice(World& world, bool killed) {
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  for (int i = 0; i < 5; ++i) world.turn();
  world.lanes().hold("content");
  world.clock.advance(base::seconds(61));
  ASSERT_TRUE(world.run_until([&] { return world.state().paused.has_value(); }, 20));
  ASSERT_FALSE(world.command(core::ResumeRequested{}).refusal);
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  if (killed) {
    world.kill();
    world.start();
    world.lanes().hold("content");
  }
  for (int i = 0; i < 15; ++i) world.turn();
  ASSERT_FALSE(world.command(core::RollbackRequested{base::sha256("enough")}).refusal);
  for (int i = 0; i < 5; ++i) world.turn();
  world.lanes().let_go("content");
  ASSERT_TRUE(world.run_until(Stage::RolledBack));
}

// Goal: each run of a wave keeps its own evidence, however late it can be stored.
TEST(Replay, OfAWaveBegunAnewBeforeItsFirstWindowsWereKept) {
  World world;
  begin_the_first_wave_twice(world, false);
  const auto kept = kept_windows(world);
  ASSERT_EQ(kept.size(), 2U);
  ASSERT_TRUE(kept.at("wave 1").evidence);
  ASSERT_TRUE(kept.at("wave 1 run 2").evidence);
  EXPECT_NE(*kept.at("wave 1").evidence, *kept.at("wave 1 run 2").evidence);
  const ReplayReport report = replayed(world);
  EXPECT_EQ(told(report), "rel-2025-10-001\n");
  EXPECT_EQ(report.verdicts_derived, report.verdicts);
}

// Goal: what the killed process had is lost and said to be, and not taken from what came later.
TEST(Replay, OfAWaveBegunAnewWhoseFirstWindowsWereLost) {
  World world;
  begin_the_first_wave_twice(world, true);
  const auto kept = kept_windows(world);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept.at("wave 1").outcome, core::Outcome::Failed);
  EXPECT_FALSE(kept.at("wave 1").evidence);
  EXPECT_TRUE(kept.at("wave 1 run 2").evidence);
  expect_same(replayed(world));
}

TEST(Replay, OfAStepOfUnknownOutcomeRunAgain) {
  World world(core::testing::plan_with_once_command());
  world.lanes().hold("step:");
  world.begin();
  const auto runs = [](const auto& each) {
    return each.second.subject == core::testing::once_step().str();
  };
  ASSERT_TRUE(world.run_until(
      [&] {
        const auto& open = world.state().open;
        return std::any_of(open.begin(), open.end(), runs);
      },
      20));
  world.kill();
  world.start();
  world.turn();
  ASSERT_FALSE(
      world.command(core::ResumeRequested{{}, {core::testing::once_step()}}, "devops-1").refusal);
  ASSERT_TRUE(world.run_until(Stage::Completed));
  expect_same(replayed(world));
}

// Goal: also what was done before its entry, and taken in by the same process or by the next one.
TEST(Replay, OfTheEmergencyPath) {
  for (const bool killed : {false, true}) {
    World world;
    world.begin();
    ASSERT_TRUE(world.run_until(Stage::Holding, 1));
    world.turn();
    world.journal.fail_appends(adapters::MemoryJournal::Fault::NothingWritten, 1'000'000);
    world.errors_of_new = world.requests;
    ASSERT_TRUE(world.run_until([&] { return world.serves("pilot-1") == "1.2.0"; }, 200));
    if (killed) world.kill();
    world.journal.fail_appends(adapters::MemoryJournal::Fault::NothingWritten, 0);
    if (killed) world.start();
    ASSERT_TRUE(world.run_until(Stage::RolledBack));
    ASSERT_GT(world.times("audit.journal.gap"), 0U);
    const ReplayReport report = replayed(world);
    EXPECT_TRUE(report.differences.empty()) << told(report);
  }
}

TEST(Replay, RefusesAReleaseThatIsNotThereAndAPlanThatIsGone) {
  World world;
  EXPECT_EQ(replay_release(world.journal, world.content, base::ReleaseId("rel-9")).error().id,
            "ENG-0020");
  world.begin();
  world.turn();
  world.content.erase(core::digest_of(world.plan));
  EXPECT_EQ(replay_release(world.journal, world.content, world.plan.release).error().id,
            "CAS-0002");
  world.replays = false;
}

// ---- journals of older programs

// Goal: a journal whose entries do not say what they were decided on is replayed from what they
// do say, to the byte.
TEST(KeptJournal, WithoutInputsReplaysAsItWasRecorded) {
  World world;
  stellwerk::testing::load_kept(stellwerk::testing::kept("without-inputs"), world.journal,
                                world.content);
  const ReplayReport good = replayed(world);
  EXPECT_EQ(told(good), "rel-2025-10-001\ngap windows-lost 62 x1 \n");
  EXPECT_EQ(good.decisions_inferred, good.decisions);
  EXPECT_GT(good.decisions, 40U);
  ASSERT_EQ(good.writers.size(), 1U);
  EXPECT_EQ(good.writers[0].version, "") << "it does not say who wrote it";
  const ReplayReport back = replayed(world, kSecond);
  EXPECT_EQ(told(back), "rel-2025-10-002\n");
  EXPECT_EQ(back.verdicts_derived, back.verdicts);
}

// Goal: what this program writes is replayed when it is read again from its files. With
// STELLWERK_KEEP_JOURNAL=NAME they stay, under tests/data/journal: a program whose journals must
// stay replayable keeps one, and the name says what is special about it.
TEST(KeptJournal, OfThisProgramReplaysWhenItIsReadAgain) {
  const base::testing::TemporaryFolder folder;
  const char* name =
      std::getenv("STELLWERK_KEEP_JOURNAL");  // NOLINT(concurrency-mt-unsafe): one thread
  const std::string path = name != nullptr ? stellwerk::testing::kept(name) : folder / "now";
  World written;
  carry_two_releases(written);
  stellwerk::testing::keep(path, written.journal, written.content);
  World read;
  stellwerk::testing::load_kept(path, read.journal, read.content);
  for (const char* release : {kFirst, kSecond})
    EXPECT_EQ(told(replayed(read, release)), told(replayed(written, release)));
  EXPECT_EQ(read.entries().size(), written.entries().size());
}

}  // namespace
}  // namespace stellwerk::engine::testing
