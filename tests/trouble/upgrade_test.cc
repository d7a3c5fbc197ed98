// Stellwerk itself is exchanged in the middle of a release: what an older program began is carried
// to its end, what a newer one wrote is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "engine/loader.h"
#include "engine/world.h"
#include "support/kept_journal.h"

namespace stellwerk::trouble {
namespace {

using core::Stage;
using engine::testing::World;
using Entries = std::vector<ports::StoredEntry>;

/// In both kept journals it completes.
const base::ReleaseId kFirst("rel-2025-10-001");

/// The entries up to the end of the decision that wrote the last one of this type.
std::size_t end_of_decision(const Entries& entries, const base::ReleaseId& release,
                            const std::string& type) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& each) {
    return each.release == release && each.type == type;
  });
  EXPECT_NE(found, entries.end()) << type;
  if (found == entries.end()) return 0;
  const auto times = [](const ports::StoredEntry& entry) {
    const base::Json json = base::Json::parse(entry.bytes);
    return std::pair(json.at("time"), json.at("data").at("at_us"));
  };
  const auto next = std::find_if(found, entries.end(),
                                 [&](const auto& each) { return times(each) != times(*found); });
  return static_cast<std::size_t>(next - entries.begin());
}

/// Puts the first `count` entries into the world's own journal, as their program left them.
void leave(World& world, const Entries& entries, std::size_t count) {
  std::map<base::ReleaseId, std::uint64_t> versions;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& release = entries[i].release;
    const bool is_last =
        std::none_of(entries.begin() + static_cast<std::ptrdiff_t>(i) + 1, entries.end(),
                     [&](const ports::StoredEntry& each) { return each.release == release; });
    ASSERT_TRUE(world.journal.append(
        {{release, versions[release]++, {testing::split_at_index(entries[i])}, is_last}}, {}));
  }
}

/// What runs and is routed where the journal stops.
void bring_about(World& world, const engine::LoadedRelease& at) {
  const core::Plan& plan = at.plan;
  const bool has_new = at.state.stage >= Stage::Deployed;
  for (const core::PlannedComponent& component : plan.components) {
    for (const bool is_new : {false, true}) {
      if (is_new && !has_new) continue;
      const ports::VersionRef version{component.name, is_new ? component.to : component.from};
      const auto& spec = is_new ? component.new_workload : component.old_workload;
      const auto status = world.workload.ensure(version, spec, component.health, {});
      ASSERT_TRUE(status);
      const ports::Endpoints endpoints{version, status->instances, component.health};
      ASSERT_TRUE(world.router.endpoints({&endpoints, 1}, {}));
    }
  }
  const std::uint32_t wave = at.state.wave - (at.state.stage == Stage::Moving ? 1 : 0);
  ASSERT_TRUE(world.router.apply(core::routes_of_wave(plan, wave), {}));
  if (core::wants_lease(plan, at.state)) {
    ASSERT_TRUE(world.router.grant(plan.release, plan.guard.lease, {}));
  }
}

Entries kept_entries(const std::string& name, World& world) {
  adapters::MemoryJournal journal;
  testing::load_kept(testing::kept(name), journal, world.content);
  return *journal.read(0, 100'000);
}

struct Left {
  const char* journal;  ///< its name under tests/data/journal
  const base::ReleaseId* release;
  const char* after;  ///< where the older program ended
  Stage end;
};

class Older : public ::testing::TestWithParam<Left> {};

// Goal: an entry keeps its meaning for ever; the journal then has two programs' entries and replays
// as a whole.
TEST_P(Older, ProgramsReleaseIsCarriedToItsEnd) {
  const Left& left = GetParam();
  World world;
  world.kill();
  const Entries entries = kept_entries(left.journal, world);
  const std::size_t count = end_of_decision(entries, *left.release, left.after);
  leave(world, entries, count);
  const auto at = engine::load_release(world.journal, world.content, *left.release);
  ASSERT_TRUE(at) << at.error().one_line();
  bring_about(world, *at);
  world.plan = at->plan;
  world.clock.step_wall(at->last_entry - world.clock.wall());
  world.start();
  ASSERT_TRUE(world.run_until(left.end)) << core::to_string(world.state().stage);
  ASSERT_TRUE(world.run_until([&] { return world.engine().quiet(); }));

  const auto all = world.entries();
  for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(all[i].bytes, entries[i].bytes) << i;
  EXPECT_TRUE(world.journal.verify({}));
  EXPECT_EQ(world.times("scheduler.lease.expired"), 0U);
  EXPECT_EQ(world.serves("pilot-1"),
            (left.end == Stage::Completed ? world.plan.components.front().to
                                          : world.plan.components.front().from)
                .to_string());
}

std::vector<Left> everywhere() {
  std::vector<Left> all;
  for (const char* journal : {"without-inputs", "with-inputs"}) {
    for (const char* after : {"scheduler.release.planned", "audit.precheck.completed",
                              "scheduler.release.wave2", "scheduler.release.completed"})
      all.push_back({journal, &kFirst, after, Stage::Completed});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Kept, Older, ::testing::ValuesIn(everywhere()), [](const auto& each) {
  std::string name = std::string(each.param.journal) + "_" + each.param.after;
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  return name;
});

// ---- what a newer program wrote

struct Newer {
  const char* name;
  std::function<void(base::Json&)> how;
  const char* error;
};

const Newer kNewer[] = {
    {"Format", [](base::Json& json) { json["v"] = 2; }, "AUD-0004"},
    {"Event", [](base::Json& json) { json["type"] = "scheduler.release.teleported"; }, "ENG-0002"},
    {"Effect",
     [](base::Json& json) {
       json["effects"] = {{{"class", "readable"}, {"key", "x/1/0"}, {"kind", "teleport"}}};
     },
     "ENG-0002"},
};

engine::EnginePorts ports_of(World& world, ports::Lanes& lanes) {
  return {world.clock,
          lanes,
          world.writer,
          world.content,
          world.emergency,
          world.reserve,
          world.signer,
          world.log,
          world.entropy,
          world.workload,
          world.router,
          world.probe,
          world.steps,
          {&world.metrics},
          {},
          {},
          {}};
}

class NewerProgram : public ::testing::TestWithParam<std::size_t> {};

// Goal: a history that is only half understood is not continued, nor is anything else on this data
// folder; nothing is written, started or routed. What the new version has, the lease takes back.
TEST_P(NewerProgram, IsNotCarriedOnAndNothingIsChanged) {
  const Newer& newer = kNewer[GetParam()];
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.kill();
  ports::StoredEntry last = world.journal.read_stream(world.plan.release, 0, 10'000)->back();
  base::Json json = base::Json::parse(last.bytes);
  newer.how(json);
  json["index"] = world.entries().size();
  last.index = world.entries().size();
  last.bytes = *base::canonical(json);
  ports::NewEntry entry = testing::split_at_index(last);
  entry.type = json.at("type").get<std::string>();
  const auto version =
      engine::load_release(world.journal, world.content, world.plan.release)->state.version;
  ASSERT_TRUE(world.journal.append({{world.plan.release, version, {entry}, false}}, {}));

  const auto before = world.entries();
  const auto table = world.router.current({})->table;
  adapters::MemoryLanes lanes(world.clock);
  engine::Engine engine(ports_of(world, lanes), {});
  const auto refused = engine.recover();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, newer.error);
  EXPECT_FALSE(refused.error().why.empty());
  EXPECT_FALSE(refused.error().state.empty());
  EXPECT_FALSE(refused.error().next.empty());
  while (lanes.run()) engine.step();
  EXPECT_EQ(world.entries().size(), before.size());
  EXPECT_EQ(world.router.current({})->table, table);
  world.clock.advance(base::seconds(61));
  EXPECT_EQ(world.serves("pilot-1"), "1.2.0");
  world.replays = false;  // not by this program
}

INSTANTIATE_TEST_SUITE_P(Wrote, NewerProgram, ::testing::Range<std::size_t>(0, std::size(kNewer)),
                         [](const auto& each) { return std::string(kNewer[each.param].name); });

}  // namespace
}  // namespace stellwerk::trouble
