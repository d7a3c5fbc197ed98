// Commands against a world in memory: what they print, where, and with what they end.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "adapters/memory/memory_content.h"
#include "adapters/memory/memory_journal.h"
#include "base/testing/temporary_folder.h"
#include "cli/cli.h"
#include "cli/explain.h"
#include "cli/probes.h"
#include "cli/testing/outcome.h"
#include "core/decide.h"
#include "engine/entries.h"
#include "support/sample_release.h"
#include "support/story.h"

namespace stellwerk::cli {
namespace {

using testing::Outcome;

constexpr base::Now kNow{{1'760'000'000'000'000}, {5'000'000}, {1'760'000'000'000'000}};

/// No engine, a journal in memory.
class FakeWorld final : public World {
 public:
  base::Result<std::unique_ptr<EngineHost>> open_engine(const config::EnvironmentFile&) override {
    return base::fail(base::Code::Conflict, "JRN-0005", "another stellwerk holds the data folder");
  }
  base::Result<Reader> open_reader(const std::string&) override {
    if (forbidden)
      return base::fail(base::Code::Forbidden, "JRN-0008", "the journal may not be read");
    if (!has_journal) return base::fail(base::Code::NotFound, "JRN-0007", "there is no journal");
    auto content = std::make_unique<adapters::MemoryContent>();
    if (auto kept = content->put(core::encode_plan(plan)); !kept)
      return base::fail(std::move(kept.error()));
    return Reader{std::make_unique<adapters::MemoryJournal>(journal), std::move(content)};
  }
  std::string socket_path(const std::string& folder) override { return folder + "/none.sock"; }
  bool engine_runs(const std::string&) override { return engine; }
  std::string os_user() override { return user; }
  base::Now now() override { return kNow; }
  bool sleep(base::Duration) override { return sleeps-- > 0; }
  std::string adapter_list() override { return "router: memory"; }

  /// Begins the sample release and journals what is decided.
  void begin_release() {
    const core::Input begin{kNow, base::PersonId("devops-1"),
                            core::RunRequested{core::digest_of(plan), 1}};
    const core::Decision decision = core::decide(plan, {}, begin);
    ports::AppendRequest batch;
    batch.stream = plan.release;
    for (const core::NewEvent& event : decision.entries)
      batch.entries.push_back(engine::encode(plan.release, event, kNow, decision.next.t0)->entry);
    ASSERT_TRUE(journal.append({batch}, {kNow.mono + base::seconds(1), {}}).has_value());
    has_journal = true;
  }

  /// The same as far as its first hold.
  void hold_release() {
    core::testing::Story story;
    story.run_until(core::Stage::Holding);
    std::uint64_t version = 0;
    for (const auto& told : story.told()) {
      ports::AppendRequest batch;
      batch.stream = plan.release;
      batch.expected_version = version++;
      batch.entries.push_back(
          engine::encode(plan.release, told.entry, told.at, story.state.t0)->entry);
      ASSERT_TRUE(journal.append({batch}, {kNow.mono + base::seconds(1), {}}).has_value());
    }
    has_journal = true;
  }

  core::Plan plan = stellwerk::testing::sample_plan();
  adapters::MemoryJournal journal;
  bool has_journal = false;
  bool forbidden = false;
  bool engine = false;
  std::string user = "devops-1";
  int sleeps = 0;
};

Outcome run(FakeWorld& world, const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  Console console{.out = out, .err = err, .locale = base::Locale::En};
  const auto line = parse_command_line(words, base::Locale::En);
  EXPECT_TRUE(line.has_value()) << (line ? "" : line.error().one_line());
  if (!line) return {};
  const Exit exit = execute(world, console, line->arguments);
  return {exit, out.str(), err.str()};
}

TEST(Explain, PrintsAPageWhateverItsCase) {
  FakeWorld world;
  const Outcome outcome = run(world, {"explain", "cli-0001"});
  EXPECT_EQ(outcome.exit, Exit::Done);
  EXPECT_TRUE(outcome.out.starts_with("# CLI-0001: ")) << outcome.out;
  EXPECT_TRUE(outcome.err.empty());
}

TEST(Explain, NamesTheNearestWhenThereIsNoSuchCode) {
  FakeWorld world;
  const Outcome outcome = run(world, {"explain", "CLY-0001"});
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_TRUE(outcome.out.empty());
  EXPECT_NE(outcome.err.find("did you mean CLI-0001?"), std::string::npos) << outcome.err;
}

TEST(Explain, CarriesAllPagesSorted) {
  const auto pages = error_pages();
  ASSERT_GT(pages.size(), 50U);
  EXPECT_TRUE(std::is_sorted(pages.begin(), pages.end(),
                             [](const auto& a, const auto& b) { return a.id < b.id; }));
}

TEST(Schema, PrintsJson) {
  FakeWorld world;
  const Outcome outcome = run(world, {"schema", "release"});
  EXPECT_EQ(outcome.exit, Exit::Done);
  EXPECT_TRUE(base::parse_json(outcome.out).has_value());
}

TEST(ReleaseList, IsEmptyWhereNothingWasEverDone) {
  FakeWorld world;
  const Outcome outcome = run(world, {"release", "list", "--data", "/d"});
  EXPECT_EQ(outcome.exit, Exit::Done);
  EXPECT_TRUE(outcome.out.empty());
  EXPECT_EQ(outcome.err, "No release was carried out here yet.\n");
}

TEST(ReleaseList, ReadsTheJournalWithoutAnEngine) {
  FakeWorld world;
  world.begin_release();
  const Outcome outcome = run(world, {"release", "list", "--data", "/d", "--json"});
  const auto json = base::parse_json(outcome.out);
  ASSERT_TRUE(json.has_value()) << outcome.out;
  ASSERT_EQ((*json)["releases"].size(), 1U);
  EXPECT_EQ((*json)["releases"][0]["release"], "rel-2025-10-001");
  EXPECT_EQ((*json)["releases"][0]["stage"], "preparing");
}

TEST(ReleaseShow, SaysWhoIsWaitedFor) {
  FakeWorld world;
  world.begin_release();
  const Outcome outcome = run(world, {"release", "show", "rel-2025-10-001", "--data", "/d"});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_NE(outcome.out.find("stage       preparation"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("stellwerk attest rel-2025-10-001 "), std::string::npos);
}

// Goal: a release in its hold whose engine is gone is not shown as guarded.
TEST(ReleaseShow, ClaimsNoGuardAndNoTrafficWithoutAnEngine) {
  FakeWorld world;
  world.hold_release();
  const Outcome shown =
      run(world, {"release", "show", "rel-2025-10-001", "--data", "/d", "--json"});
  const base::Json view = base::parse_json(shown.out).value();
  EXPECT_EQ(view["engine"], "none");
  EXPECT_EQ(view["guard_armed"], false);
  EXPECT_EQ(view["guard_wanted"], true);
  const auto last = base::parse_rfc3339(view["last_entry"].get<std::string>());
  const auto until = base::parse_rfc3339(view["lease_until"].get<std::string>());
  ASSERT_TRUE(last && until);
  EXPECT_EQ(*until - *last, world.plan.guard.lease);
  EXPECT_EQ(view["lease_over"], *until <= kNow.wall);
  const Outcome text = run(world, {"release", "show", "rel-2025-10-001", "--data", "/d"});
  EXPECT_EQ(text.out.find("guard       armed"), std::string::npos) << text.out;
  const Outcome list = run(world, {"release", "list", "--data", "/d"});
  EXPECT_NE(list.err.find("No engine runs: nobody guards"), std::string::npos) << list.err;
  const Outcome rows = run(world, {"release", "list", "--data", "/d", "--json"});
  EXPECT_EQ(base::parse_json(rows.out).value()["engine"], "none");
}

TEST(ReleaseList, SaysThatItMayNotLookInsteadOfThatThereIsNothing) {
  FakeWorld world;
  world.forbidden = true;
  const Outcome outcome = run(world, {"release", "list", "--data", "/d"});
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_NE(outcome.err.find("error[JRN-0008]"), std::string::npos) << outcome.err;
}

// Goal: what could not be printed is an error, for every command that prints.
TEST(Output, IsAnErrorWhenItCannotBeWritten) {
  FakeWorld world;
  world.begin_release();
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"release", "list", "--data", "/d"},
        std::vector<std::string>{"release", "show", "rel-2025-10-001", "--data", "/d"},
        std::vector<std::string>{"release", "watch", "rel-2025-10-001", "--data", "/d"},
        std::vector<std::string>{"schema", "release"}, std::vector<std::string>{"explain"}}) {
    std::ofstream full("/dev/full");
    std::ostringstream err;
    Console console{.out = full, .err = err, .locale = base::Locale::En};
    const auto line = parse_command_line(words, base::Locale::En);
    ASSERT_TRUE(line.has_value());
    EXPECT_EQ(execute(world, console, line->arguments), Exit::Failed) << words[0];
    EXPECT_NE(err.str().find("error[CLI-0010]"), std::string::npos) << err.str();
  }
}

TEST(ReleaseShow, RefusesAnIdThatIsNotThere) {
  FakeWorld world;
  world.begin_release();
  const Outcome outcome = run(world, {"release", "show", "rel-9", "--data", "/d"});
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_NE(outcome.err.find("error[ENG-0020]"), std::string::npos) << outcome.err;
}

TEST(ReleaseWatch, PrintsWhatHappenedAndSaysThatNobodyGuards) {
  FakeWorld world;
  world.begin_release();
  world.sleeps = 2;  // then a signal
  const Outcome outcome = run(world, {"release", "watch", "rel-2025-10-001", "--data", "/d"});
  EXPECT_EQ(outcome.exit, Exit::Paused);
  EXPECT_NE(outcome.out.find("audit.release.planned"), std::string::npos) << outcome.out;
  EXPECT_EQ(outcome.out.find("stellwerk."), std::string::npos);
}

TEST(Approve, NeedsARunningEngineWhileTheReleaseHasNotEnded) {
  FakeWorld world;
  world.begin_release();
  const Outcome outcome = run(world, {"approve", "rel-2025-10-001", "--data", "/d"});
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_NE(outcome.err.find("error[CLI-0005]"), std::string::npos) << outcome.err;
}

TEST(Steering, SaysThatTheEngineCannotBeReached) {
  FakeWorld world;
  world.engine = true;
  const base::testing::TemporaryFolder folder;
  const Outcome outcome = run(world, {"release", "pause", "rel-1", "--data", folder.path()});
  EXPECT_EQ(outcome.exit, Exit::Failed);
  EXPECT_NE(outcome.err.find("error[CLI-0007]"), std::string::npos) << outcome.err;
}

TEST(Plan, NamesBothPlacesWhereAnEnvironmentWasLookedFor) {
  FakeWorld world;
  const base::testing::TemporaryFolder folder;
  std::ofstream(folder / "release.yaml") << "id: rel-1\n";
  const Outcome outcome = run(world, {"plan", folder / "release.yaml"});
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_NE(outcome.err.find("error[CLI-0002]: there is no stellwerk.yaml"), std::string::npos);
  EXPECT_NE(outcome.err.find("error[CFG-"), std::string::npos)
      << "problems of the release file are told at once too: " << outcome.err;
}

TEST(Errors, AreJsonWhenJsonWasAskedFor) {
  FakeWorld world;
  const Outcome outcome = run(world, {"--json", "explain", "XYZ-9999"});
  EXPECT_EQ(outcome.exit, Exit::Usage);
  const auto json = base::parse_json(outcome.err);
  ASSERT_TRUE(json.has_value()) << outcome.err;
  EXPECT_EQ((*json)["errors"][0]["id"], "CLI-0008");
}

TEST(Doctor, LooksAtProgramsWithoutAnEnvironment) {
  FakeWorld world;
  const base::testing::TemporaryFolder folder;
  const Outcome outcome = run(world, {"doctor", "--json"});
  const auto json = base::parse_json(outcome.out);
  ASSERT_TRUE(json.has_value()) << outcome.out << outcome.err;
  EXPECT_EQ((*json)["findings"][0]["subject"], "haproxy");
}

TEST(Probes, ReadVersionsAndPrograms) {
  EXPECT_EQ(version_in("HAProxy version 2.6.12-1+deb12u2 2024/10/31"), "2.6.12");
  EXPECT_TRUE(at_least("2.6.12", 2, 6));
  EXPECT_TRUE(at_least("3.0", 2, 6));
  EXPECT_FALSE(at_least("2.4.30", 2, 6));
  EXPECT_FALSE(at_least("", 2, 6));
  EXPECT_EQ(output_of({"/bin/echo", "seen"}), "seen\n");
  EXPECT_FALSE(output_of({"/nowhere/at-all"}).has_value());
  EXPECT_TRUE(can_be_started("sh"));
  EXPECT_FALSE(can_be_started("no-such-program-anywhere"));
}

}  // namespace
}  // namespace stellwerk::cli
