#include <gtest/gtest.h>

#include "core/compile.h"
#include "engine/kept_journal.h"
#include "engine/replay.h"
#include "engine/world.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

core::Plan second_plan() {
  core::Release release = stellwerk::testing::sample_release();
  release.id = base::ReleaseId("rel-2025-10-002");
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

std::string told(const ReplayReport& report) {
  std::string text = report.release.str() + "\n";
  for (const Difference& each : report.differences)
    text += std::string(to_string(each.kind)) + " " + std::to_string(each.index) + " " +
            each.input + " " + each.where + "\n  recorded " + each.recorded.dump() +
            "\n  derived  " + each.derived.dump() + "\n";
  for (const Gap& each : report.gaps)
    text += "gap " + std::string(to_string(each.kind)) + " " + std::to_string(each.first_index) +
            " x" + std::to_string(each.count) + " " + each.detail + "\n";
  return text;
}

constexpr std::string_view kFirst = "rel-2025-10-001";
/// Of the verdict before the process was killed in wave 2.
constexpr const char* kGood = "rel-2025-10-001\ngap windows-lost 62 x1 \n";

ReplayReport replayed(World& world, const char* release) {
  auto report = replay_release(world.journal, world.content, base::ReleaseId(release));
  EXPECT_TRUE(report) << report.error().one_line();
  return report ? *report : ReplayReport{};
}

TEST(Replay, OfWhatWasJustDoneIsTheSame) {
  World world;
  carry_two_releases(world);
  const ReplayReport good = replayed(world, "rel-2025-10-001");
  EXPECT_EQ(told(good), kGood);
  const ReplayReport back = replayed(world, "rel-2025-10-002");
  EXPECT_EQ(told(back), "rel-2025-10-002\n");
}

TEST(Replay, ReadsJournalsThatDoNotSayWhatWasDecidedOn) {
  World world;
  load_kept("without-inputs", world.journal, world.content);
  for (const char* id : {"rel-2025-10-001", "rel-2025-10-002"}) {
    const ReplayReport report = replayed(world, id);
    EXPECT_EQ(told(report), id == kFirst ? kGood : std::string(id) + "\n");
  }
}

// Run by hand (--gtest_also_run_disabled_tests) by a program whose journals must stay replayable.
TEST(KeptJournal, DISABLED_IsWritten) {
  World world;
  carry_two_releases(world);
  keep("without-inputs", world.journal, world.content);
}

}  // namespace
}  // namespace stellwerk::engine::testing
