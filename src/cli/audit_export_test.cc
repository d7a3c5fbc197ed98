// `stellwerk audit export`: what is in the archive, that it is the same twice, and that verify.py,
// as it is in it, finds what somebody changed: with Python, openssl and ssh-keygen, nothing of
// ours.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/archive_reader.h"
#include "cli/testing/log_maker.h"

namespace stellwerk::cli {
namespace {

using testing::files_below;
using testing::LogMaker;
using testing::LogWorld;
using testing::Outcome;
using testing::read_whole;
using testing::run_audit;
using testing::TestFolder;
using testing::write_whole;

constexpr const char* kRelease = "rel-2025-10-001";

class AuditExport : public ::testing::Test {
 protected:
  void SetUp() override {
    maker.add_kept("with-inputs");
    maker.publish(folder.path());
    file = folder.path("out.tar.gz");
    const Outcome outcome = run({"export", kRelease, "--out", file});
    ASSERT_EQ(outcome.exit, Exit::Done) << outcome.err;
    ASSERT_EQ(outcome.out, file + "\n");
    std::filesystem::create_directories(folder.path("unpacked"));
    top = unpack(file, folder.path("unpacked")).value();
  }
  Outcome run(std::vector<std::string> words) {
    words.insert(words.begin(), "audit");
    words.insert(words.end(), {"--data", folder.path()});
    return run_audit(world, std::move(words));
  }
  struct Checked {
    int exit = 0;
    std::string out;
  };
  /// verify.py of the archive, as an auditor runs it.
  [[nodiscard]] Checked checked(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"python3", "-B", top + "/verify.py"});
    const std::string out = folder.path("said");
    const int status = run_program(options, out);
    return {WEXITSTATUS(status), read_whole(out)};
  }
  static int run_program(std::vector<std::string>& words, const std::string& out) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files{};
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    pid_t child = 0;
    const int problem =
        posix_spawnp(&child, arguments.front(), &files, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    EXPECT_EQ(problem, 0);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
  }
  /// Changes the byte of a file, asks, and puts it back.
  Checked checked_with_flip(const std::string& name, std::size_t at) const {
    const std::string bytes = read_whole(top + "/" + name);
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    write_whole(top + "/" + name, changed);
    Checked result = checked();
    write_whole(top + "/" + name, bytes);
    return result;
  }
  [[nodiscard]] std::string entries_name() const {
    for (const std::string& name : files_below(top))
      if (name.starts_with("log/tile/entries/")) return name;
    return {};
  }

  LogMaker maker;
  TestFolder folder;
  LogWorld world{maker};
  std::string file;
  std::string top;
};

TEST_F(AuditExport, HasEverythingAboutTheRelease) {
  const auto names = files_below(top);
  for (const char* name :
       {"README.md", "approvals/allowed_signers", "audit-trail.json", "entries.ndjson",
        "events.csv", "events.ndjson", "export.json", "fields.md", "log/checkpoint", "verify.py"})
    EXPECT_TRUE(std::find(names.begin(), names.end(), name) != names.end()) << name;
  EXPECT_EQ(std::filesystem::path(top).filename(), std::string("audit-") + kRelease);
  std::size_t lines = 0;
  for (const char c : read_whole(top + "/entries.ndjson")) lines += c == '\n' ? 1U : 0U;
  EXPECT_EQ(lines, 128U);
  EXPECT_NE(read_whole(top + "/README.md").find(maker.key().verifier().to_string()),
            std::string::npos);
  EXPECT_EQ(read_whole(top + "/README.md").find('@' + std::string("RELEASE@")), std::string::npos);
}

// Goal: the runbook's "Audit-Trail", its field names to the letter and in its order.
TEST_F(AuditExport, HasTheRunbooksDocument) {
  const auto trail = nlohmann::ordered_json::parse(read_whole(top + "/audit-trail.json"));
  std::string names;
  for (const auto& [key, value] : trail.items()) names += key + " ";
  EXPECT_EQ(names,
            "releaseId version domain approvedBy deployedAt completedAt waves kpiComparison ");
  EXPECT_EQ(trail["releaseId"], kRelease);
  EXPECT_EQ(trail["version"], "1.3.0");
  EXPECT_EQ(trail["domain"], "document-domain");
  EXPECT_EQ(trail["approvedBy"], "release-manager-123");
  EXPECT_EQ(trail["waves"][0].dump(),
            R"({"wave":1,"tenants":["pilot-1"],"traffic":"10%","status":"success"})");
  EXPECT_EQ(trail["waves"][2]["tenants"][0], "all");
  EXPECT_EQ(trail["waves"][2]["traffic"], "100%");
  names.clear();
  for (const auto& [key, value] : trail["kpiComparison"].items()) names += key + " ";
  EXPECT_EQ(names, "errorRateBefore errorRateAfter p95LatencyBefore p95LatencyAfter ");
}

// Goal: the same log gives the same bytes, so that two exports can be compared.
TEST_F(AuditExport, IsTheSameTwice) {
  const std::string again = folder.path("again.tar.gz");
  ASSERT_EQ(run({"export", kRelease, "--out", again}).exit, Exit::Done);
  EXPECT_EQ(read_whole(file), read_whole(again));
}

TEST_F(AuditExport, IsVerifiedByStellwerkAsAnArchive) {
  world.temporary = folder.path();
  const Outcome outcome = run({"verify", file, "--json"});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  const base::Json json = base::Json::parse(outcome.out);
  EXPECT_EQ(json["good"], true);
  EXPECT_EQ(json["approvals"]["signed"], 1);
  // Contents of the other release are not in it, and need not be.
  EXPECT_GT(json["contents"]["absent"], 0);
}

TEST_F(AuditExport, IsVerifiedWithoutStellwerk) {
  const Checked good = checked({"--key", maker.key().verifier().to_string(), "--witness",
                                maker.witness.verifier().to_string()});
  EXPECT_EQ(good.exit, 0) << good.out;
  EXPECT_NE(good.out.find("1 signed"), std::string::npos) << good.out;
  EXPECT_NE(good.out.find("Everything fits."), std::string::npos) << good.out;
  const std::string wrong = audit::testing::TestKey(LogMaker::kOrigin, 99).verifier().to_string();
  EXPECT_EQ(checked({"--key", wrong}).exit, 3);
  EXPECT_EQ(checked({"--witness", wrong}).exit, 3);
}

// Goal: who has the log's first key verifies what its second one signed.
TEST_F(AuditExport, AnEarlierKeyIsEnough) {
  maker.change_key();
  maker.add_checkpoint(kRelease);
  maker.publish(folder.path());
  ASSERT_EQ(run({"export", kRelease, "--out", file}).exit, Exit::Done);
  std::filesystem::remove_all(folder.path("unpacked"));
  std::filesystem::create_directories(folder.path("unpacked"));
  top = unpack(file, folder.path("unpacked")).value();
  const std::string first = maker.first_key.verifier().to_string();
  const Checked good = checked({"--key", first});
  EXPECT_EQ(good.exit, 0) << good.out;
  EXPECT_EQ(run({"verify", top, "--key", first}).exit, Exit::Done);
  const std::string wrong = audit::testing::TestKey(LogMaker::kOrigin, 99).verifier().to_string();
  EXPECT_EQ(checked({"--key", wrong}).exit, 3);
  EXPECT_EQ(run({"verify", top, "--key", wrong}).exit, Exit::VerificationFailed);
}

// Goal: verify.py by itself finds what was changed, and names the entry.
TEST_F(AuditExport, ChangesAreFoundWithoutStellwerk) {
  const std::string entries = read_whole(top + "/" + entries_name());
  std::size_t at = 0;
  for (std::size_t i = 0; i < 41; ++i) at += 2 + maker.entries[i].size();
  Checked found = checked_with_flip(entries_name(), at + 30);
  EXPECT_EQ(found.exit, 3);
  EXPECT_NE(found.out.find("entry 41"), std::string::npos) << found.out;
  for (const std::string& name : files_below(top)) {
    const bool beside = name == "README.md" || name == "fields.md" || name == "verify.py" ||
                        name == "audit-trail.json" || name == "export.json" || name == "events.csv";
    if (beside) continue;
    const std::size_t size = read_whole(top + "/" + name).size();
    if (name.starts_with("content/") && size % 3 != 0) continue;  // a third of them will do
    // Of the lines of text, one that is judged: witnesses' and comments are not without their keys.
    const std::size_t where = name.ends_with(".ndjson") || name.starts_with("log/") ? 9 : size / 2;
    found = checked_with_flip(name, where);
    EXPECT_EQ(found.exit, 3) << name << "\n" << found.out;
    EXPECT_NE(found.out.find("WRONG"), std::string::npos) << name;
  }
  EXPECT_EQ(checked().exit, 0);
}

TEST_F(AuditExport, MissingFilesAreFoundWithoutStellwerk) {
  for (const std::string& name : {entries_name(), std::string("log/checkpoint"),
                                  std::string("entries.ndjson"), std::string("events.csv")}) {
    const std::string bytes = read_whole(top + "/" + name);
    std::filesystem::remove(top + "/" + name);
    EXPECT_EQ(checked().exit, 3) << name;
    write_whole(top + "/" + name, bytes);
  }
}

TEST_F(AuditExport, RefusesWhatIsNotThere) {
  const Outcome unknown = run({"export", "rel-9", "--out", folder.path("x.tar.gz")});
  EXPECT_EQ(unknown.exit, Exit::Usage);
  EXPECT_FALSE(std::filesystem::exists(folder.path("x.tar.gz")));
  const Outcome nowhere = run({"export", kRelease, "--out", folder.path("no/such/x.tar.gz")});
  EXPECT_EQ(nowhere.exit, Exit::Failed);
  EXPECT_NE(nowhere.err.find("error[AUD-0059]"), std::string::npos) << nowhere.err;
  std::filesystem::remove_all(folder.path("log"));
  EXPECT_NE(run({"export", kRelease}).err.find("error[AUD-0057]"), std::string::npos);
}

}  // namespace
}  // namespace stellwerk::cli
