// `stellwerk audit log, show, verify, prove, checkpoint`: what they print and with what they end.
#include <gtest/gtest.h>

#include "cli/cli.h"
#include "cli/testing/log_maker.h"

namespace stellwerk::cli {
namespace {

using testing::LogMaker;
using testing::LogWorld;
using testing::Outcome;
using testing::read_whole;
using testing::run_audit;
using testing::TestFolder;
using testing::write_whole;

class AuditLog : public ::testing::Test {
 protected:
  void SetUp() override {
    maker.add("audit.step.passed",
              {{"step", "check/health"}, {"evidence", maker.keep("all good\n").to_string()}});
    maker.add("audit.step.attested",
              {{"step", "check/notes"},
               {"person", "anna"},
               {"note", maker.keep("in the wiki").to_string()}},
              "rel-2", "anna");
    maker.add_checkpoint();
    maker.publish(folder.path());
    maker.add("stellwerk.engine.restarted", {{"lease_alive", false}, {"routes_moved", false}});
  }
  Outcome run(std::vector<std::string> words, base::Locale locale = base::Locale::En) {
    words.insert(words.begin(), "audit");
    words.insert(words.end(), {"--data", folder.path()});
    return run_audit(world, std::move(words), locale);
  }
  static std::size_t lines_of(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  LogMaker maker;
  TestFolder folder;
  LogWorld world{maker};
};

TEST_F(AuditLog, PrintsEntriesOneALine) {
  const Outcome outcome = run({"log"});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_EQ(lines_of(outcome.out), 4U) << outcome.out;
  EXPECT_TRUE(outcome.out.starts_with(
      "      0  2025-10-15 20:00:00Z  -        rel-1             audit.step.passed"))
      << outcome.out;
  EXPECT_NE(outcome.out.find("anna"), std::string::npos);
}

TEST_F(AuditLog, PrintsTheEntriesThemselvesAsJson) {
  const Outcome outcome = run({"log", "--json"});
  std::string all;
  for (const std::string& entry : maker.entries) all += entry + "\n";
  EXPECT_EQ(outcome.out, all);
}

TEST_F(AuditLog, FiltersByWhatIsAskedFor) {
  const auto count = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "log");
    const Outcome outcome = run(std::move(words));
    EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
    return lines_of(outcome.out);
  };
  EXPECT_EQ(count({"--release", "rel-2"}), 1U);
  EXPECT_EQ(count({"--type", "audit.step.*"}), 2U);
  EXPECT_EQ(count({"--type", "audit.step.passed"}), 1U);
  EXPECT_EQ(count({"--type", "audit.step"}), 0U);
  EXPECT_EQ(count({"--actor", "anna"}), 1U);
  EXPECT_EQ(count({"--since", "2025-10-15T20:00:02Z"}), 2U);
  EXPECT_EQ(count({"--until", "2025-10-15T20:00:00Z"}), 1U);
  EXPECT_EQ(count({"--since", "1h"}), 0U);
  EXPECT_EQ(count({"--limit", "2"}), 2U);
  EXPECT_EQ(count({"--last", "3"}), 3U);
  EXPECT_EQ(count({"--follow"}), 4U);
  EXPECT_EQ(count({"--last", "1", "--follow"}), 1U);
  const Outcome last = run({"log", "--last", "1", "--json"});
  EXPECT_EQ(last.out, maker.entries.back() + "\n");
}

TEST_F(AuditLog, RefusesFiltersThatAreNone) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--since", "yesterday"},
                                             {"--limit", "0"},
                                             {"--last", "x"},
                                             {"--type", "a*b"},
                                             {"--limit", "1", "--last", "1"},
                                             {"--limit", "1", "--follow"},
                                             {"--release", "Not A Name"}}) {
    std::vector<std::string> all{"log"};
    all.insert(all.end(), words.begin(), words.end());
    EXPECT_EQ(run(all).exit, Exit::Usage) << words.front() << words.back();
  }
}

TEST_F(AuditLog, ShowsOneEntryWithTheTextsItNames) {
  const Outcome outcome = run({"show", "1"});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_NE(outcome.out.find("in the wiki"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("covered by the latest one, over 3 entries"), std::string::npos)
      << outcome.out;
  EXPECT_NE(run({"show", "3"}).out.find("not covered yet"), std::string::npos);
  EXPECT_EQ(run({"show", "1", "--bytes"}).out, maker.entries[1]);
  const base::Json json = base::Json::parse(run({"show", "1", "--json"}).out);
  EXPECT_EQ(json["contents"][0]["text"], "in the wiki");
  EXPECT_EQ(json["covered"], true);
  ASSERT_TRUE(maker.content.erase(base::sha256("in the wiki")));
  EXPECT_NE(run({"show", "1"}).out.find("(erased)"), std::string::npos);
  EXPECT_NE(run({"show", "1"}, base::Locale::De).out.find("(gelöscht)"), std::string::npos);
}

TEST_F(AuditLog, RefusesEntriesThatAreNotThere) {
  EXPECT_NE(run({"show", "99"}).err.find("error[AUD-0060]"), std::string::npos);
  EXPECT_EQ(run({"show", "99"}).exit, Exit::Usage);
  EXPECT_EQ(run({"show", "x"}).exit, Exit::Usage);
  EXPECT_EQ(run({"show"}).exit, Exit::Usage);
}

TEST_F(AuditLog, VerifiesTheDataFolderAndSaysWhatWasChecked) {
  const Outcome outcome = run({"verify"});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_NE(outcome.out.find("stellwerk.example/log  3 entries"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("1 of them behind the checkpoint"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("Everything fits."), std::string::npos) << outcome.out;
  const base::Json json = base::Json::parse(run({"verify", "--json"}).out);
  EXPECT_EQ(json["good"], true);
  EXPECT_EQ(json["entries"], 4);
  EXPECT_EQ(json["checkpoints"]["good"], 1);
  EXPECT_EQ(json["contents"]["good"], 3);
  EXPECT_NE(run({"verify"}, base::Locale::De).out.find("Alles passt."), std::string::npos);
}

TEST_F(AuditLog, VerifiesAJournalOfWhichNothingWasPublished) {
  LogMaker young;
  young.add("stellwerk.engine.restarted", {{"lease_alive", false}, {"routes_moved", false}});
  LogWorld young_world(young);
  std::filesystem::remove_all(folder.path("log"));
  const Outcome outcome = run_audit(young_world, {"audit", "verify", "--data", folder.path()});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_NE(outcome.out.find("the journal alone is verified"), std::string::npos) << outcome.out;
}

// Goal: who deletes the published log does not get away with it, nor with a key that was named.
TEST_F(AuditLog, MissesALogThatWasPublished) {
  std::filesystem::remove_all(folder.path("log"));
  const Outcome outcome = run({"verify"});
  EXPECT_EQ(outcome.exit, Exit::VerificationFailed);
  EXPECT_NE(outcome.err.find("error[AUD-0050]"), std::string::npos) << outcome.err;
  const Outcome named = run({"verify", "--key", maker.key().verifier().to_string()});
  EXPECT_EQ(named.exit, Exit::VerificationFailed);
  EXPECT_NE(named.err.find("error[AUD-0050]"), std::string::npos) << named.err;
}

TEST_F(AuditLog, EndsWithThreeAndSaysWhatIsStillGood) {
  const std::string path = folder.path("log/tile/entries/000.p/3");
  std::string bytes = read_whole(path);
  bytes[bytes.find("anna")] = 'A';
  write_whole(path, bytes);
  const Outcome outcome = run({"verify", folder.path()});
  EXPECT_EQ(outcome.exit, Exit::VerificationFailed);
  EXPECT_NE(outcome.out.find("NOT IN ORDER: 1"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.err.find("entry 1 in tile/entries/000.p/3"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("entries 0 to 0 fit their tile"), std::string::npos) << outcome.err;
  const base::Json json = base::Json::parse(run({"verify", folder.path(), "--json"}).out);
  EXPECT_EQ(json["problems"][0]["index"], 1);
}

TEST_F(AuditLog, DemandsWitnessesThatWereNamed) {
  const std::string witness = maker.witness.verifier().to_string();
  EXPECT_EQ(run({"verify", "--witness", witness}).exit, Exit::Done);
  const std::string other =
      audit::testing::TestKey("other.example/w", 8, audit::KeyType::Ed25519Cosignature)
          .verifier()
          .to_string();
  const Outcome missing = run({"verify", "--witness", witness, "--witness", other});
  EXPECT_EQ(missing.exit, Exit::VerificationFailed);
  EXPECT_NE(missing.err.find("error[AUD-0015]"), std::string::npos) << missing.err;
  write_whole(folder.path("policy"), "log " + maker.key().verifier().to_string() + "\nwitness w " +
                                         witness + "\nquorum w\n");
  EXPECT_EQ(run({"verify", "--policy", folder.path("policy")}).exit, Exit::Done);
  EXPECT_EQ(run({"verify", "--key", "rubbish"}).exit, Exit::Usage);
  const std::string wrong = audit::testing::TestKey(LogMaker::kOrigin, 77).verifier().to_string();
  EXPECT_EQ(run({"verify", "--key", wrong}).exit, Exit::VerificationFailed);
}

TEST_F(AuditLog, ContinuesACheckpointThatWasKept) {
  write_whole(folder.path("kept"), maker.checkpoint(2));
  const Outcome outcome = run({"verify", "--since-checkpoint", folder.path("kept")});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_NE(outcome.out.find("2  entries are in the kept checkpoint"), std::string::npos)
      << outcome.out;
  write_whole(folder.path("kept"), "rubbish");
  EXPECT_EQ(run({"verify", "--since-checkpoint", folder.path("kept")}).exit,
            Exit::VerificationFailed);
}

TEST_F(AuditLog, ProvesAnEntryForOthers) {
  const std::string file = folder.path("one.tlog-proof");
  const Outcome proven = run({"prove", "1", "--out", file});
  EXPECT_EQ(proven.exit, Exit::Done) << proven.err;
  EXPECT_EQ(proven.out, file + "\n" + folder.path("one.entry.json") + "\n");
  EXPECT_EQ(read_whole(folder.path("one.entry.json")), maker.entries[1]);
  EXPECT_TRUE(read_whole(file).starts_with("c2sp.org/tlog-proof@v1\nindex 1\n"));
  const std::string key = maker.key().verifier().to_string();
  const Outcome good = run({"verify", file, "--key", key});
  EXPECT_EQ(good.exit, Exit::Done) << good.err;
  EXPECT_NE(good.out.find("Entry 1 is in the log"), std::string::npos) << good.out;
  EXPECT_EQ(run({"verify", file}).exit, Exit::Done);  // the installation's own key
  write_whole(folder.path("other"), maker.entries[0]);
  EXPECT_EQ(run({"verify", file, "--entry", folder.path("other"), "--key", key}).exit,
            Exit::VerificationFailed);
  EXPECT_NE(run({"prove", "3"}).err.find("error[AUD-0061]"), std::string::npos);
  EXPECT_EQ(run({"prove", "0"}).out.find("c2sp.org/tlog-proof@v1\n"), 0U);
}

TEST_F(AuditLog, PrintsTheLatestCheckpoint) {
  const Outcome outcome = run({"checkpoint"});
  EXPECT_EQ(outcome.exit, Exit::Done);
  EXPECT_EQ(outcome.out, maker.checkpoint(3));
  EXPECT_EQ(outcome.err, "Covers 3 of 4 entries; 1 follow with the next one.\n");
  const base::Json json = base::Json::parse(run({"checkpoint", "--json"}).out);
  EXPECT_EQ(json["size"], 3);
  EXPECT_EQ(json["entries"], 4);
  std::filesystem::remove_all(folder.path("log"));
  EXPECT_NE(run({"checkpoint"}).err.find("error[AUD-0057]"), std::string::npos);
}

TEST_F(AuditLog, KnowsWhatIsNoLog) {
  EXPECT_EQ(run({"verify", folder.path("content")}).exit, Exit::Usage);
  EXPECT_EQ(run({"verify", folder.path("nowhere")}).exit, Exit::Usage);
  const auto line = parse_command_line({"audit", "verfy"}, base::Locale::En);
  ASSERT_FALSE(line);
  EXPECT_NE(line.error().one_line().find("did you mean verify?"), std::string::npos);
  const auto none = parse_command_line({"audit", "zzzzzz"}, base::Locale::En);
  EXPECT_NE(none.error().one_line().find("there are log, show, verify, prove, checkpoint, export"),
            std::string::npos)
      << none.error().one_line();
}

}  // namespace
}  // namespace stellwerk::cli
