// `stellwerk run` with an engine in memory.
#include "cli/run_command.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/testing/temporary_folder.h"
#include "cli/command_line.h"
#include "cli/console.h"
#include "core/event.h"
#include "engine/entries.h"
#include "support/memory_engine.h"
#include "support/story.h"

namespace stellwerk::cli {
namespace {

constexpr const char* kRelease = R"(id: rel-2025-10-001
type: minor
title: "document-domain 1.3.0"
strategy: canary
components: [{domain: document-domain, from: 1.2.0, to: 1.3.0}]
waves: [{share: 100%, tenants: all, hold: 1h}]
)";

constexpr const char* kEnvironment = R"(installation: test
locale: en
data_folder: data
tenants: [pilot-1, pilot-2]
services:
  - name: document-domain
    health: {url: /health}
    port: 8080
    run: {command: [/bin/true], instances: 1}
people: [{id: lena, os_user: devops-1, roles: [release-manager, devops, qa, product-owner, audit-officer]}]
self_approval: true
router: {adapter: haproxy}
workload: {adapter: process}
)";

/// An installation in memory whose only release has ended; nobody was told of it yet.
class EndedWorld final : public World {
 public:
  EndedWorld() {
    core::testing::Story story;
    story.run_until(core::Stage::Completed);
    story.run_to_end();
    EXPECT_TRUE(memory_.content.put(core::encode_plan(story.plan)));
    memory_.clock.advance(story.now.mono - memory_.clock.mono());
    std::uint64_t written = 0;
    for (const auto& told : story.told()) {
      ports::AppendRequest batch;
      batch.stream = story.plan.release;
      batch.expected_version = written++;
      batch.entries.push_back(
          engine::encode(story.plan.release, told.entry, told.at, story.state.t0)->entry);
      batch.ends_stream = written == story.told().size();
      EXPECT_TRUE(memory_.journal.append({batch}, {memory_.clock.mono() + base::seconds(1), {}}));
      if (core::is_public(core::type_of(told.entry.event))) ++public_entries;
    }
  }

  base::Result<std::unique_ptr<EngineHost>> open_engine(const config::EnvironmentFile&) override {
    return std::unique_ptr<EngineHost>(std::make_unique<Host>(*this));
  }
  base::Result<Reader> open_reader(const std::string&) override {
    return base::fail(base::Code::Internal, "JRN-0007", "not here");
  }
  std::string socket_path(const std::string&) override { return {}; }
  bool engine_runs(const std::string&) override { return false; }
  std::string os_user() override { return "devops-1"; }
  base::Now now() override {
    return {memory_.clock.wall(), memory_.clock.mono(), {memory_.clock.wall().us}};
  }
  bool sleep(base::Duration) override { return true; }
  std::string adapter_list() override { return {}; }

  adapters::MemoryBus bus;
  std::size_t public_entries = 0;

 private:
  class Host final : public EngineHost {
   public:
    explicit Host(EndedWorld& world)
        : world_(world),
          engine_(std::move(*world.memory_.ports(lanes_, {&world.bus})), engine::EngineSettings{}) {
    }
    engine::Engine& engine() override { return engine_; }
    void turn_within(base::Duration) override {
      engine_.step();
      world_.memory_.clock.advance(base::milliseconds(20));
    }
    int take_signal() override { return 0; }
    [[nodiscard]] PeopleNow people_now() const override {
      return [] { return std::vector<core::Person>(); };
    }

   private:
    EndedWorld& world_;
    stellwerk::testing::PatientLanes lanes_;
    engine::Engine engine_;
  };

  stellwerk::testing::MemoryEngine memory_;
};

// Goal: killed between its last entry and telling of it, a release still becomes known to everyone
// when the person who finds it dead does what is always done then.
TEST(Run, DeliversWhatIsOutstandingWhenTheReleaseHasEnded) {
  const base::testing::TemporaryFolder folder;
  std::ofstream(folder / "release.yaml") << kRelease;
  std::ofstream(folder / "stellwerk.yaml") << kEnvironment;
  for (const bool says_resume : {true, false}) {
    EndedWorld world;
    std::ostringstream out;
    std::ostringstream err;
    Console console{.out = out, .err = err, .locale = base::Locale::En};
    std::vector<std::string> words = {"run", folder / "release.yaml"};
    if (says_resume) words.emplace_back("--resume");
    const auto line = parse_command_line(words, base::Locale::En);
    ASSERT_TRUE(line);
    EXPECT_EQ(run_command(world, console, line->arguments), Exit::Usage);
    EXPECT_NE(err.str().find(says_resume ? "CLI-0004" : "ENG-0024"), std::string::npos)
        << err.str();
    EXPECT_GT(world.public_entries, 20U);
    EXPECT_EQ(world.bus.events().size(), world.public_entries);
  }
}

}  // namespace
}  // namespace stellwerk::cli
