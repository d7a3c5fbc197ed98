// `stellwerk audit …` against a kept journal: what it prints, where, and with what it ends.
#include "cli/audit_command.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/version.h"
#include "cli/cli.h"
#include "cli/testing/outcome.h"
#include "support/kept_journal.h"
#include "support/shared_journal.h"

namespace stellwerk::cli {
namespace {

using testing::Outcome;

/// What a reader opens of a content store that lives elsewhere.
class SharedContent final : public ports::ContentStore {
 public:
  explicit SharedContent(ports::ContentStore& content) : content_(content) {}
  base::Result<base::Digest> put(std::string_view bytes) override { return content_.put(bytes); }
  base::Result<std::string> get(const base::Digest& digest) override {
    return content_.get(digest);
  }
  base::Result<bool> has(const base::Digest& digest) override { return content_.has(digest); }
  base::Result<void> erase(const base::Digest& digest) override { return content_.erase(digest); }

 private:
  ports::ContentStore& content_;
};

/// A data folder in memory with a journal of an older program.
class KeptWorld final : public World {
 public:
  KeptWorld() {
    stellwerk::testing::load_kept(stellwerk::testing::kept("without-inputs"), journal, content);
  }

  base::Result<std::unique_ptr<EngineHost>> open_engine(const config::EnvironmentFile&) override {
    return base::fail(base::Code::Conflict, "JRN-0005", "another stellwerk holds the data folder");
  }
  base::Result<Reader> open_reader(const std::string&) override {
    return Reader{std::make_unique<stellwerk::testing::SharedJournal>(journal),
                  std::make_unique<SharedContent>(content)};
  }
  std::string socket_path(const std::string& folder) override { return folder + "/none.sock"; }
  bool engine_runs(const std::string&) override { return true; }
  std::string os_user() override { return "auditor"; }
  base::Now now() override { return {}; }
  bool sleep(base::Duration) override { return false; }
  std::string adapter_list() override { return "router: memory"; }

  /// The first entry of a type, changed and made whole again.
  void forge(const std::string& type, const std::function<void(base::Json&)>& how) {
    adapters::MemoryJournal forged;
    std::map<base::ReleaseId, std::uint64_t> versions;
    bool done = false;
    const auto entries = journal.read(0, 100'000);
    for (ports::StoredEntry entry : *entries) {
      base::Json json = base::Json::parse(entry.bytes);
      if (entry.type == type && !std::exchange(done, true)) how(json);
      entry.bytes = *base::canonical(json);
      ASSERT_TRUE(forged.append({{entry.release,
                                  versions[entry.release]++,
                                  {stellwerk::testing::split_at_index(entry)},
                                  false}},
                                {}));
    }
    journal = forged;
  }

  adapters::MemoryJournal journal;
  adapters::MemoryContent content;
};

Outcome run(KeptWorld& world, std::vector<std::string> words,
            base::Locale locale = base::Locale::En) {
  words.insert(words.end(), {"--data", "/d"});
  std::ostringstream out;
  std::ostringstream err;
  Console console{.out = out, .err = err, .locale = locale};
  const auto line = parse_command_line(words, locale);
  EXPECT_TRUE(line.has_value()) << (line ? "" : line.error().one_line());
  if (!line) return {};
  const Exit exit = execute(world, console, line->arguments);
  return {exit, out.str(), err.str()};
}

const std::string kVersion(base::program_version());

TEST(AuditReplay, SaysOfEachReleaseThatAllIsTheSameAndWhatCouldNotBeDerived) {
  KeptWorld world;
  const Outcome outcome = run(world, {"audit", "replay"});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_EQ(
      outcome.out,
      "rel-2025-10-001  the same · entries 128 · decisions 60, inputs of 60 inferred · "
      "verdicts 14, 13 of them derived from raw windows · comparisons 1\n"
      "  written by a stellwerk that does not name itself from entry 0; replayed by "
      "stellwerk " +
          kVersion +
          "\n"
          "  not derived  verdicts 1 from 62: judged from the recorded evidence; the raw windows "
          "were lost with a process that ended before it kept them\n"
          "rel-2025-10-002  the same · entries 72 · decisions 28, inputs of 28 inferred · "
          "verdicts 4, 4 of them derived from raw windows\n"
          "  written by a stellwerk that does not name itself from entry 128; replayed by "
          "stellwerk " +
          kVersion + "\n");
  EXPECT_EQ(outcome.err, "");
}

TEST(AuditReplay, SpeaksGerman) {
  KeptWorld world;
  const Outcome outcome = run(world, {"audit", "replay", "rel-2025-10-002"}, base::Locale::De);
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_EQ(outcome.out,
            "rel-2025-10-002  gleich · Einträge 72 · Entscheidungen 28, Eingaben von 28 "
            "erschlossen · Urteile 4, davon 4 aus Messfenstern hergeleitet\n"
            "  geschrieben von einem Stellwerk, das sich nicht nennt, ab Eintrag 128; geprüft von "
            "Stellwerk " +
                kVersion + "\n");
}

TEST(AuditReplay, ShowsTheFirstDifferenceWithBothSidesAndWhatToDo) {
  KeptWorld world;
  world.forge("scheduler.release.paused",
              [](base::Json& json) { json["data"]["detail"] = "devops-1"; });
  world.forge("notification.release.started", [](base::Json& json) { json["actor"] = "devops-1"; });
  const Outcome outcome = run(world, {"audit", "replay", "rel-2025-10-001"});
  EXPECT_EQ(outcome.exit, Exit::VerificationFailed);
  EXPECT_EQ(
      outcome.out,
      "rel-2025-10-001  DIFFERENT · entries 128 · decisions 60, inputs of 60 inferred · "
      "verdicts 14, 13 of them derived from raw windows · comparisons 1 · differences 2\n"
      "  written by a stellwerk that does not name itself from entry 0; replayed by "
      "stellwerk " +
          kVersion +
          "\n"
          "  not derived  verdicts 1 from 62: judged from the recorded evidence; the raw windows "
          "were lost with a process that ended before it kept them\n"
          "  entry 33, decided on ticked at entry 31: another entry would be written\n"
          "    recorded  notification.release.started  devops-1\n"
          "    derived   notification.release.started  stellwerk\n"
          "    - actor: \"devops-1\"\n"
          "    + actor: \"stellwerk\"\n"
          "  further differences 1: --all-differences\n");
  EXPECT_EQ(outcome.err,
            "error[AUD-0007]: rel-2025-10-001 does not replay as it is recorded\n"
            "  why    the first difference is at entry 33, actor; it was written by a version\n"
            "         that is not recorded, and this is " +
                kVersion +
                ", which decides otherwise\n"
                "  state  nothing was changed: this only reads\n"
                "  next   stellwerk audit replay rel-2025-10-001 --all-differences --json\n"
                "             both sides of every difference, in full\n"
                "  help   stellwerk explain AUD-0007\n");
  const Outcome all = run(world, {"audit", "replay", "rel-2025-10-001", "--all-differences"});
  EXPECT_EQ(all.out.find("--all-differences"), std::string::npos) << all.out;
  EXPECT_NE(all.out.find("- data.detail: \"devops-1\""), std::string::npos) << all.out;
}

TEST(AuditReplay, HasBothSidesOfEveryDifferenceInItsJson) {
  KeptWorld world;
  world.forge("scheduler.release.paused",
              [](base::Json& json) { json["data"]["detail"] = "devops-1"; });
  const Outcome outcome = run(world, {"audit", "replay", "--json"});
  EXPECT_EQ(outcome.exit, Exit::VerificationFailed);
  const base::Json said = base::parse_json(outcome.out).value();
  EXPECT_EQ(said["same"], false);
  EXPECT_EQ(said["program"], kVersion);
  ASSERT_EQ(said["releases"].size(), 2U);
  EXPECT_EQ(said["releases"][1]["same"], true);
  const base::Json& release = said["releases"][0];
  ASSERT_EQ(release["differences"].size(), 1U);
  const base::Json& difference = release["differences"][0];
  EXPECT_EQ(difference["kind"], "entry");
  EXPECT_EQ(difference["where"], "data.detail");
  EXPECT_EQ(difference["input"], "pause-requested");
  EXPECT_EQ(difference["recorded"]["data"]["detail"], "devops-1");
  EXPECT_EQ(difference["derived"]["data"]["detail"], "release-manager-123");
  EXPECT_EQ(base::parse_json(outcome.err).value()["errors"][0]["id"], "AUD-0007");
}

TEST(AuditReplay, DoesNotTakeMissingEvidenceForAPass) {
  KeptWorld world;
  const auto entries = world.journal.read(0, 100'000);
  for (const ports::StoredEntry& entry : *entries) {
    const base::Json data = base::Json::parse(entry.bytes).at("data");
    if (data.value("detail", "").starts_with("raw windows"))
      world.content.erase(*base::Digest::parse(data.at("evidence").get<std::string>()));
    if (entry.type == "stellwerk.hold.completed")
      world.content.erase(*base::Digest::parse(data.at("evidence").get<std::string>()));
  }
  const Outcome outcome = run(world, {"audit", "replay", "rel-2025-10-002"});
  EXPECT_EQ(outcome.exit, Exit::VerificationFailed);
  EXPECT_NE(outcome.out.find("RECORD INCOMPLETE"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("are missing; they were deleted"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.err.find("error[AUD-0008]"), std::string::npos) << outcome.err;
}

TEST(AuditReplay, RefusesWhatIsNotThere) {
  KeptWorld world;
  const Outcome unknown = run(world, {"audit", "replay", "rel-9"});
  EXPECT_EQ(unknown.exit, Exit::Usage);
  EXPECT_NE(unknown.err.find("error[ENG-0020]"), std::string::npos) << unknown.err;
  const auto line = parse_command_line({"audit", "reply"}, base::Locale::En);
  ASSERT_FALSE(line.has_value());
  EXPECT_NE(line.error().one_line().find("did you mean replay?"), std::string::npos)
      << line.error().one_line();
  EXPECT_FALSE(parse_command_line({"audit"}, base::Locale::En).has_value());
}

// Goal: a plan that is gone or no longer what was approved is a failed verification, and the other
// releases are checked all the same.
TEST(AuditReplay, GoesOnWithTheOthersWhenOneCannotBeRead) {
  KeptWorld world;
  const auto entries = world.journal.read_stream(base::ReleaseId("rel-2025-10-001"), 0, 1);
  const base::Json data = base::Json::parse(entries->front().bytes).at("data");
  world.content.tamper(*base::Digest::parse(data.at("plan").get<std::string>()), "{}");
  const Outcome outcome = run(world, {"audit", "replay"});
  EXPECT_EQ(outcome.exit, Exit::VerificationFailed);
  EXPECT_TRUE(outcome.out.starts_with("rel-2025-10-002  the same")) << outcome.out;
  EXPECT_NE(outcome.err.find("error[CAS-0003]"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace stellwerk::cli
