// Goal: `stellwerk audit procedure` writes what the installation and its journal say, and records
// it only for whom the table of permissions names.
#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/testing/log_maker.h"
#include "cli/testing/quiet_world.h"
#include "core/event.h"
#include "engine/entries.h"
#include "support/memory_engine.h"
#include "support/shared_journal.h"
#include "support/story.h"

namespace stellwerk::cli {
namespace {

using testing::Outcome;
using testing::read_whole;
using testing::run_audit;
using testing::TestFolder;
using testing::write_whole;

constexpr const char* kInstallation = R"(installation: erp.example
locale: de
data_folder: data
tenants: [pilot-1, pilot-2]
services:
  - name: document-domain
    health: {url: /health}
    port: 8080
    run: {command: [/bin/true], instances: 1}
people:
  - {id: lena, os_user: lena, roles: [release-manager]}
  - {id: quinn, os_user: quinn, roles: [qa, product-owner]}
router: {adapter: haproxy}
workload: {adapter: process}
)";

class SharedStore final : public ports::ContentStore {
 public:
  explicit SharedStore(ports::ContentStore& content) : content_(content) {}
  base::Result<base::Digest> put(std::string_view bytes) override { return content_.put(bytes); }
  base::Result<std::string> get(const base::Digest& digest) override {
    return content_.get(digest);
  }
  base::Result<bool> has(const base::Digest& digest) override { return content_.has(digest); }
  base::Result<void> erase(const base::Digest& digest) override { return content_.erase(digest); }

 private:
  ports::ContentStore& content_;
};

/// An installation in memory, with an engine.
class ProcedureWorld final : public testing::QuietWorld {
 public:
  base::Result<std::unique_ptr<EngineHost>> open_engine(const config::EnvironmentFile&) override {
    return std::unique_ptr<EngineHost>(std::make_unique<Host>(memory));
  }
  base::Result<Reader> open_reader(const std::string&) override {
    if (!has_journal) return base::fail(base::Code::NotFound, "JRN-0007", "there is no journal");
    return Reader{std::make_unique<stellwerk::testing::SharedJournal>(memory.journal),
                  std::make_unique<SharedStore>(memory.content)};
  }
  base::Now now() override {
    memory.clock.advance(base::milliseconds(1));
    return {memory.clock.wall(), memory.clock.mono(), {memory.clock.wall().us}};
  }

  /// A release that has ended.
  void add_release() {
    core::testing::Story story;
    story.run_until(core::Stage::Completed);
    story.run_to_end();
    ASSERT_TRUE(memory.content.put(core::encode_plan(story.plan)));
    std::uint64_t written = 0;
    for (const auto& told : story.told()) {
      ports::AppendRequest batch;
      batch.stream = story.plan.release;
      batch.expected_version = written++;
      batch.entries.push_back(
          engine::encode(story.plan.release, told.entry, told.at, story.state.t0)->entry);
      batch.ends_stream = written == story.told().size();
      ASSERT_TRUE(memory.journal.append({batch}, {}));
    }
    release = story.plan.release.str();
    plan = core::digest_of(story.plan).short_text();
    has_journal = true;
  }

  bool has_journal = false;
  std::string release;
  std::string plan;
  stellwerk::testing::MemoryEngine memory;

 private:
  class Host final : public EngineHost {
   public:
    explicit Host(stellwerk::testing::MemoryEngine& memory)
        : memory_(memory), engine_(std::move(*memory.ports(lanes_)), engine::EngineSettings{}) {}
    engine::Engine& engine() override { return engine_; }
    void turn_within(base::Duration) override {
      engine_.step();
      memory_.clock.advance(base::milliseconds(20));
    }
    int take_signal() override { return 0; }
    [[nodiscard]] PeopleNow people_now() const override {
      return [] { return std::vector<core::Person>(); };
    }

   private:
    stellwerk::testing::MemoryEngine& memory_;
    stellwerk::testing::PatientLanes lanes_;
    engine::Engine engine_;
  };
};

class AuditProcedure : public ::testing::Test {
 protected:
  void SetUp() override { write_whole(file(), kInstallation); }
  [[nodiscard]] std::string file() const { return folder.path("stellwerk.yaml"); }
  Outcome run(std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"audit", "procedure"});
    words.insert(words.end(), {"--environment", file()});
    return run_audit(world, std::move(words));
  }
  /// The last entry of the journal.
  engine::ReadEntry last_read() {
    const auto size = world.memory.journal.head()->size;
    const auto entries = world.memory.journal.read(size - 1, 1);
    return engine::decode(entries->front(), world.memory.content).value();
  }
  core::Event last_entry() { return last_read().event; }

  TestFolder folder;
  ProcedureWorld world;
};

TEST_F(AuditProcedure, IsWrittenBeforeTheFirstReleaseInTheInstallationsLanguage) {
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("# Verfahrensdokumentation: Änderungswesen\n"));
  EXPECT_NE(outcome.out.find("Es gab noch kein Release."), std::string::npos);
  EXPECT_NE(outcome.out.find(base::sha256(std::string_view(kInstallation)).to_string()),
            std::string::npos);
  EXPECT_NE(outcome.out.find("| `lena` | Release Manager | ja | 0 |"), std::string::npos);
  EXPECT_NE(outcome.err.find(base::sha256(outcome.out).to_string()), std::string::npos);
}

TEST_F(AuditProcedure, HasTheReleasesOfTheJournal) {
  world.add_release();
  const Outcome outcome = run({"--locale", "en"});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("# Procedural documentation: change management\n"));
  const std::size_t row = outcome.out.find("\n| `" + world.release + "` | minor |");
  ASSERT_NE(row, std::string::npos);
  const std::string line = outcome.out.substr(row + 1, outcome.out.find('\n', row + 1) - row);
  EXPECT_NE(line.find("| completed | `" + world.plan + "` |"), std::string::npos) << line;
  EXPECT_NE(line.find("as Release Manager: `approve`, unsigned"), std::string::npos) << line;
  EXPECT_EQ(run({"--locale", "en"}).out, outcome.out);
}

TEST_F(AuditProcedure, GoesIntoAFile) {
  const std::string out = folder.path("procedure.md");
  const Outcome outcome = run({"--out", out, "--json"});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  const std::string text = read_whole(out);
  const base::Json json = base::Json::parse(outcome.out);
  EXPECT_EQ(json, (base::Json{{"digest", base::sha256(text).to_string()},
                              {"bytes", text.size()},
                              {"recorded", false},
                              {"file", out}}));
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(run({"--out", folder.path("none/procedure.md")}).exit, Exit::Failed);
}

TEST_F(AuditProcedure, IsKeptAndNamedByAnEntryWhenItIsRecorded) {
  world.add_release();
  const Outcome before = run();
  const Outcome outcome = run({"--record"});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_EQ(outcome.out, before.out);
  const auto recorded = std::get<core::ProcedureRecorded>(last_entry());
  EXPECT_EQ(recorded.document, base::sha256(outcome.out));
  EXPECT_EQ(last_read().input, (base::Json{{"known_by", "os-user"}}));
  EXPECT_EQ(recorded.environment, base::sha256(std::string_view(kInstallation)));
  EXPECT_EQ(world.memory.content.get(recorded.document).value(), outcome.out);
  // The next one names it.
  const Outcome next = run();
  EXPECT_NE(next.out.find("| `lena` | stellwerk "), std::string::npos);
  EXPECT_NE(next.out.find(recorded.document.to_string()), std::string::npos);
  EXPECT_EQ(next.out.find("Es wurde noch keine Fassung"), std::string::npos);
}

TEST_F(AuditProcedure, IsRecordedByNobodyElse) {
  world.add_release();
  const auto size = world.memory.journal.head()->size;
  for (const auto& [user, id] : {std::pair("quinn", "ENG-0011"), std::pair("eve", "ENG-0010")}) {
    world.user = user;
    const Outcome outcome = run({"--record"});
    EXPECT_EQ(outcome.exit, Exit::Usage);
    EXPECT_NE(outcome.err.find(id), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_EQ(world.memory.journal.head()->size, size);
  world.user = "quinn";
  EXPECT_EQ(run().exit, Exit::Done) << "reading takes no permission";
}

TEST_F(AuditProcedure, SaysWhereAReleasesPlanIsLost) {
  world.add_release();
  const auto planned = world.memory.journal.read(0, 1);
  const auto entry = engine::decode(planned->front(), world.memory.content).value();
  ASSERT_TRUE(world.memory.content.erase(std::get<core::ReleasePlanned>(entry.event).plan));
  EXPECT_NE(run().out.find("(nicht mehr lesbar)"), std::string::npos);
}

TEST_F(AuditProcedure, NeedsAnInstallation) {
  write_whole(file(), "installation: [");
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_NE(outcome.err.find("CFG-"), std::string::npos);
  EXPECT_EQ(outcome.out, "");
}

}  // namespace
}  // namespace stellwerk::cli
