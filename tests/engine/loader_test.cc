// A record that was forged is refused with an error, by whoever reads it: never a broken invariant
// of ours.
#include "engine/loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "engine/notices.h"
#include "engine/world.h"
#include "support/kept_journal.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;
using Change = std::function<void(base::Json&)>;

/// A journal of its own with the first `count` entries of another, the last of them changed.
struct Forged {
  Forged(World& world, std::size_t count, const Change& how) {
    auto entries = world.entries();
    entries.resize(count);
    base::Json json = base::Json::parse(entries.back().bytes);
    how(json);
    entries.back().bytes = *base::canonical(json);
    entries.back().type = json.at("type").get<std::string>();
    std::uint64_t version = 0;
    for (const ports::StoredEntry& entry : entries)
      EXPECT_TRUE(journal.append(
          {{entry.release, version++, {stellwerk::testing::split_at_index(entry)}, false}}, {}));
  }
  adapters::MemoryJournal journal;
};

/// How many entries there are up to the first of this type.
std::size_t count_to(World& world, const std::string& type) {
  const auto types = world.types();
  const auto found = std::find(types.begin(), types.end(), type);
  EXPECT_NE(found, types.end()) << type;
  return static_cast<std::size_t>(found - types.begin()) + 1;
}

// Goal: one list says what cannot be, for recovery, commands and notices as for replay.
TEST(Loader, RefusesAnEntryThatCannotFollow) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  const std::size_t moved = count_to(world, "scheduler.release.wave1") - 1;
  const std::size_t progress = count_to(world, "notification.release.progress");
  const std::pair<std::size_t, Change> forgeries[] = {
      {moved, [](base::Json& json) { json["data"]["data"]["lease_given"] = "perhaps"; }},
      {moved, [](base::Json& json) { json["data"]["data"] = "perhaps"; }},
      {count_to(world, "stellwerk.traffic.intended"),
       [](base::Json& json) { json["effects"].back()["subject"] = "99"; }},
      {count_to(world, "scheduler.release.planned"),
       [](base::Json& json) { json["effects"].back()["subject"] = "billing"; }},
      {progress, [](base::Json& json) { json["type"] = "notification.rollback.executed"; }},
  };
  for (const auto& [count, how] : forgeries) {
    Forged forged(world, count, how);
    const auto loaded = load_release(forged.journal, world.content, world.plan.release);
    ASSERT_FALSE(loaded) << count;
    EXPECT_EQ(loaded.error().id, "ENG-0002") << loaded.error().one_line();
    const auto last = forged.journal.read(count - 1, 1);
    if (last->front().type != "notification.rollback.executed") continue;
    const auto notice = NoticeWriter(world.content).notice_for(last->front(), forged.journal);
    ASSERT_FALSE(notice);
    EXPECT_EQ(notice.error().id, "ENG-0002");
  }
}

// Goal: a member that no event has is no reason to fall: a notice passes it over.
TEST(Loader, LetsANoticePassOverWhatItDoesNotKnow) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  ASSERT_FALSE(world.command(core::PauseRequested{}).refusal);
  const std::size_t count = count_to(world, "scheduler.release.paused");
  Forged forged(world, count, [](base::Json& json) { json["data"]["wave"] = "the first"; });
  const auto paused = forged.journal.read(count - 1, 1);
  const auto notice = NoticeWriter(world.content).notice_for(paused->front(), forged.journal);
  ASSERT_TRUE(notice) << notice.error().one_line();
  EXPECT_TRUE(*notice);
}

// Goal: releases are known by the names of their streams; a plan of another would take its place.
TEST(Loader, RefusesThePlanOfAnotherRelease) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  const base::ReleaseId other("rel-other");
  adapters::MemoryJournal journal;
  ASSERT_TRUE(journal.append(
      {{other, 0, {stellwerk::testing::split_at_index(world.entries().front())}, false}}, {}));
  EXPECT_EQ(load_release(journal, world.content, other).error().id, "ENG-0002");
  EXPECT_EQ(load_plan(journal, world.content, other).error().id, "ENG-0002");
}

// Goal: a plan that nothing could be carried out by is seen when it is read, with its own error.
TEST(Loader, RefusesAPlanThatContradictsItself) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  core::Plan plan = world.plan;
  plan.components.clear();
  const base::Digest digest = *world.content.put(core::encode_plan(plan));
  Forged forged(world, 1, [&](base::Json& json) { json["data"]["plan"] = digest.to_string(); });
  const auto& release = world.plan.release;
  EXPECT_EQ(load_release(forged.journal, world.content, release).error().id, "PLN-0013");
  EXPECT_EQ(load_plan(forged.journal, world.content, release).error().id, "PLN-0013");
  EXPECT_EQ(replay_release(forged.journal, world.content, release).error().id, "PLN-0013");
  EXPECT_EQ(replay(plan, world.entries(), world.content).error().id, "PLN-0013");
}

}  // namespace
}  // namespace stellwerk::engine::testing
