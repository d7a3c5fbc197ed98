// Goal: `stellwerk audit mirror` names what was done to the ERP's chain, and takes what is merely
// not delivered yet for nothing.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/erp_mirror.h"
#include "audit/merkle.h"
#include "cli/cli.h"
#include "cli/testing/log_maker.h"
#include "cli/testing/quiet_world.h"
#include "support/shared_journal.h"

namespace stellwerk::cli {
namespace {

using testing::LogMaker;
using testing::Outcome;
using testing::run_audit;
using testing::TestFolder;
using testing::write_whole;

const audit::MirrorSource kMirrorSource{"erp.example", "127.0.0.1"};
constexpr const char* kTarget = "http://erp.example:3090#tenant";

/// A chain as the service makes it.
class RowMaker {
 public:
  void mirror(std::uint64_t index, const std::string& entry) {
    const auto event = audit::parse_js(audit::mirror_body({.index = index,
                                                           .name = "scheduler.release.started",
                                                           .release = "rel-1",
                                                           .time = "2025-10-15T20:00:00.000Z",
                                                           .runbook_time = "T+0",
                                                           .entry = entry},
                                                          kMirrorSource))
                           .value();
    const auto time = fmt::format("2025-10-15T20:00:00.{:03}Z", rows.size());
    audit::ErpRow row{.id = fmt::format("row-{}", rows.size()),
                      .tenant = "tenant",
                      .timestamp = time,
                      .created_at = time,
                      .action = "EVENT",
                      .actor = *event.find("actor"),
                      .target = *event.find("target"),
                      .payload = *event.find("payload"),
                      .ip = *event.find("ip"),
                      .user_agent = *event.find("userAgent"),
                      .prev_hash = rows.empty() ? "" : rows.back().hash,
                      .hash = {}};
    row.hash = audit::erp_hash(row, audit::NullFields::LeftOut);
    rows.push_back(std::move(row));
  }

  std::vector<audit::ErpRow> rows;
};

class MirrorOfRows final : public Mirror {
 public:
  explicit MirrorOfRows(base::Result<std::vector<audit::ErpRow>> rows) : rows_(std::move(rows)) {}
  [[nodiscard]] std::string name() const override { return "audit-domain"; }
  [[nodiscard]] std::string target() const override { return kTarget; }
  [[nodiscard]] std::string user_agent() const override { return kMirrorSource.user_agent(); }
  base::Result<std::vector<audit::ErpRow>> rows() override { return rows_; }

 private:
  base::Result<std::vector<audit::ErpRow>> rows_;
};

class MirrorWorld final : public testing::QuietWorld {
 public:
  base::Result<Reader> open_reader(const std::string&) override {
    return Reader{std::make_unique<stellwerk::testing::SharedJournal>(maker.journal), nullptr};
  }
  base::Result<std::vector<std::unique_ptr<Mirror>>> open_mirrors(
      const config::EnvironmentFile&) override {
    std::vector<std::unique_ptr<Mirror>> mirrors;
    if (is_there) mirrors.push_back(std::make_unique<MirrorOfRows>(answer));
    return mirrors;
  }

  LogMaker maker;
  base::Result<std::vector<audit::ErpRow>> answer;
  bool is_there = true;
};

class AuditMirror : public ::testing::Test {
 protected:
  void SetUp() override {
    write_whole(folder.path("stellwerk.yaml"), R"(installation: erp.example
locale: en
data_folder: data
tenants: [pilot-1]
services: [{name: document-domain, health: {url: /health}, port: 8080, run: {command: [/bin/true]}}]
people: [{id: lena, os_user: lena, roles: [release-manager]}]
router: {adapter: haproxy}
workload: {adapter: process}
)");
    for (int i = 0; i < 4; ++i) {
      world.maker.add("scheduler.release.started", base::Json::object());
      world.maker.add("stellwerk.precheck.started", base::Json::object());
    }
    // Entries 0, 2, 4 and 6 are public; the last is not delivered yet.
    for (const std::uint64_t index : {0U, 2U, 4U}) rows.mirror(index, entry(index));
    delivered(5);
  }
  [[nodiscard]] std::string entry(std::uint64_t index) const { return world.maker.entries[index]; }
  void delivered(std::uint64_t cursor) {
    ASSERT_TRUE(world.maker.journal.put_note(fmt::format("cursor:bus:audit-domain:{}", kTarget),
                                             std::to_string(cursor)));
  }
  Outcome run(std::vector<std::string> words = {}) {
    world.answer = rows.rows;
    words.insert(words.begin(), {"audit", "mirror"});
    words.insert(words.end(), {"--environment", folder.path("stellwerk.yaml")});
    return run_audit(world, std::move(words));
  }
  base::Json first_json() { return base::Json::parse(run({"--json"}).out).at("mirrors").at(0); }

  RowMaker rows;
  MirrorWorld world;
  TestFolder folder;
};

TEST_F(AuditMirror, IsSoundWithWhatWaitsStill) {
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.out << outcome.err;
  EXPECT_EQ(outcome.out,
            "audit-domain  http://erp.example:3090#tenant\n"
            "  3 rows, 3 of them of this journal\n"
            "  entries of the journal that should have rows: 3; not delivered yet: 1\n"
            "  the ERP's own check would answer: valid\n"
            "  sound\n");
}

// Goal: the engine may deliver while the rows are read.
TEST_F(AuditMirror, MayBeFurtherThanTheCursorSays) {
  rows.mirror(6, entry(6));
  EXPECT_EQ(run().exit, Exit::Done);
  delivered(0);
  EXPECT_EQ(first_json().at("waiting"), 0);
}

TEST_F(AuditMirror, NamesTheRowThatWasDeletedAlthoughTheErpFindsNothing) {
  rows.rows.erase(rows.rows.begin() + 1);
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, Exit::VerificationFailed);
  EXPECT_NE(outcome.out.find("would answer: valid"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("predecessor_missing  row 1 (row-2)"), std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("entry_missing  entry 2"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.err.find("AUD-0072"), std::string::npos) << outcome.err;
}

TEST_F(AuditMirror, FindsThatTheEndWasDeletedAfterItsDelivery) {
  rows.rows.pop_back();
  const base::Json json = first_json();
  EXPECT_EQ(json.at("sound"), false);
  EXPECT_EQ(json.at("findings").at(0).at("kind"), "end_missing");
  EXPECT_EQ(json.at("findings").at(0).at("index"), 4);
}

TEST_F(AuditMirror, NamesAnAlteredRowWhereTheErpStops) {
  rows.rows[1].action = "CREATE";
  const base::Json json = first_json();
  EXPECT_EQ(json.at("upstream"), (base::Json{{"valid", false}, {"stops_at", 1}}));
  EXPECT_EQ(json.at("findings").at(0).at("kind"), "altered_row");
  EXPECT_EQ(json.at("findings").at(0).at("position"), 1);
  EXPECT_EQ(json.at("findings").at(0).at("row"), "row-1");
}

// Goal: a row that claims a later entry cannot make others look missing.
TEST_F(AuditMirror, BelievesNoRowAboutHowFarItIs) {
  rows.mirror(6, "another entry");
  const base::Json json = first_json();
  EXPECT_EQ(json.at("entries"), 3);
  EXPECT_EQ(json.at("sound"), false);
}

TEST_F(AuditMirror, IsNotJudgedWhenItsRowsCannotBeRead) {
  world.answer = base::fail(base::Code::Unavailable, "ERP-0002", "no answer");
  const Outcome outcome =
      run_audit(world, {"audit", "mirror", "--environment", folder.path("stellwerk.yaml")});
  EXPECT_EQ(outcome.exit, Exit::Failed);
  EXPECT_NE(outcome.err.find("ERP-0002"), std::string::npos);
}

TEST_F(AuditMirror, MustBeSetUp) {
  world.is_there = false;
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_NE(outcome.err.find("AUD-0071"), std::string::npos);
}

}  // namespace
}  // namespace stellwerk::cli
