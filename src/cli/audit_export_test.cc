// `stellwerk audit export`: what is in the archive, that it is the same twice, and that verify.py,
// as it is in it, finds what somebody changed: with Python, openssl and ssh-keygen, nothing of
// ours.
#include <gtest/gtest.h>

#include "cli/archive_reader.h"
#include "cli/testing/log_maker.h"

namespace stellwerk::cli {
namespace {

using testing::files_below;
using testing::Forgery;
using testing::LogMaker;
using testing::LogWorld;
using testing::Outcome;
using testing::read_whole;
using testing::run_audit;
using testing::run_program;
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
    const int exit = run_program(options, out);
    return {exit, read_whole(out)};
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
    const bool beside = name == "README.md" || name == "fields.md" || name == "verify.py";
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

// Goal: nothing beside the log is believed: what is emptied, taken away or exchanged in an export
// is found by both, and what stays is still told.
class ForgedExport : public AuditExport {
 protected:
  void expect_found(const std::string& id, std::string_view words) {
    const Outcome outcome = run({"verify", top});
    EXPECT_EQ(outcome.exit, Exit::VerificationFailed) << outcome.out;
    EXPECT_NE((outcome.out + outcome.err).find(words), std::string::npos)
        << outcome.out << outcome.err;
    EXPECT_NE(outcome.err.find("error[" + id + "]"), std::string::npos) << outcome.err;
    const Checked found = checked();
    EXPECT_EQ(found.exit, 3) << found.out;
    EXPECT_EQ(found.out.find("Everything fits"), std::string::npos) << found.out;
  }
  void empty_content() {
    for (const std::string& name : files_below(top))
      if (name.starts_with("content/")) std::filesystem::remove(top + "/" + name);
  }
  void exchange(const std::string& name, const std::string& what, const std::string& by) {
    std::string bytes = read_whole(top + "/" + name);
    const std::size_t at = bytes.find(what);
    ASSERT_NE(at, std::string::npos) << name;
    write_whole(top + "/" + name, bytes.replace(at, what.size(), by));
  }
};

TEST_F(ForgedExport, AnHonestOneIsNone) {
  const Outcome outcome = run({"verify", top});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_NE(outcome.out.find("files are what log and contents give"), std::string::npos)
      << outcome.out;
  EXPECT_EQ(outcome.out.find("is not the file"), std::string::npos) << outcome.out;
}

TEST_F(ForgedExport, WithoutItsContents) {
  std::filesystem::remove_all(top + "/content");
  expect_found("AUD-0064", "NOT IN ORDER");
}

TEST_F(ForgedExport, WithEmptyContentsOfAnotherRelease) {
  empty_content();
  exchange("export.json", kRelease, "rel-2030-01-001");
  expect_found("AUD-0064", "NOT IN ORDER");
}

TEST_F(ForgedExport, OfAReleaseThatTheLogDoesNotHave) {
  exchange("export.json", kRelease, "rel-2030-01-001");
  expect_found("AUD-0064", "rel-2030-01-001");
}

TEST_F(ForgedExport, WithoutOneContent) {
  const std::string hex = base::sha256(maker.plans.at(kRelease)).hex();
  std::filesystem::remove(top + "/content/" + hex.substr(0, 2) + "/" + hex);
  expect_found("AUD-0064", "NOT IN ORDER");
}

TEST_F(ForgedExport, WithoutItsApprovals) {
  for (const std::string& name : files_below(top))
    if (name.starts_with("approvals/")) std::filesystem::remove(top + "/" + name);
  expect_found("AUD-0064", "approvals/");
}

TEST_F(ForgedExport, WithOtherAllowedSigners) {
  exchange("approvals/allowed_signers", "release-manager-123", "mallory");
  expect_found("AUD-0064", "allowed_signers");
}

TEST_F(ForgedExport, WithAnApprovalMore) {
  write_whole(top + "/approvals/99.txt", read_whole(top + "/approvals/9.txt"));
  expect_found("AUD-0064", "approvals/99.txt");
}

TEST_F(ForgedExport, WithoutEntries) {
  write_whole(top + "/entries.ndjson", "");
  expect_found("AUD-0064", "entries.ndjson");
}

TEST_F(ForgedExport, WithAnEmptySummary) {
  write_whole(top + "/audit-trail.json", "{}\n");
  expect_found("AUD-0064", "audit-trail.json");
}

TEST_F(ForgedExport, WithAnotherApproverInTheSummary) {
  exchange("audit-trail.json", "release-manager-123", "mallory");
  expect_found("AUD-0064", "mallory");
}

TEST_F(ForgedExport, WithOtherNamesInTheTables) {
  for (const char* name : {"events.csv", "events.ndjson"}) {
    const std::string bytes = read_whole(top + "/" + name);
    exchange(name, "release-manager-123", "mallory-------------");
    expect_found("AUD-0064", name);
    write_whole(top + "/" + name, bytes);
  }
  // A row in the middle, by its entry.
  exchange("events.csv", "\r\n41,", "\r\n42,");
  const base::Json json = base::Json::parse(run({"verify", top, "--json"}).out);
  EXPECT_EQ(json["problems"][0]["index"], 41) << json.dump(1);
}

// Goal: an export is none of a log's folder, and without export.json it is nothing.
TEST_F(ForgedExport, WithoutItsDescription) {
  std::filesystem::remove(top + "/export.json");
  const Outcome outcome = run({"verify", top});
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_NE(outcome.err.find("error[AUD-0058]"), std::string::npos) << outcome.err;
  EXPECT_EQ(checked().exit, 3);
}

// Goal: an approval in another's name is found by verify.py in an export whose forger has the log's
// key and made everything beside it fit.
TEST_F(ForgedExport, OfForgedApprovalsIsFoundWithoutStellwerk) {
  const auto found_with = [&](const Forgery& forgery, const std::string& words) {
    LogMaker forger;
    forger.forgery = forgery;
    forger.add_kept("with-inputs");
    TestFolder data;
    forger.publish(data.path());
    LogWorld forged_world(forger);
    const std::string archive = data.path("out.tar.gz");
    const Outcome exported = run_audit(
        forged_world, {"audit", "export", kRelease, "--out", archive, "--data", data.path()});
    ASSERT_EQ(exported.exit, Exit::Done) << exported.err;
    std::filesystem::remove_all(folder.path("unpacked"));
    std::filesystem::create_directories(folder.path("unpacked"));
    top = unpack(archive, folder.path("unpacked")).value();
    const Checked found = checked();
    EXPECT_EQ(found.exit, 3) << words << found.out;
    EXPECT_NE(found.out.find(words), std::string::npos) << found.out;
  };
  const auto text = [](std::function<void(audit::Approval&)> change) {
    return Forgery{{}, std::move(change), {}};
  };
  const auto entry = [](std::uint64_t index, std::function<void(base::Json&)> change) {
    return Forgery{{}, {}, [=](std::uint64_t at, base::Json& json) {
                     if (at == index) change(json["data"]);
                   }};
  };
  found_with(text([](auto& said) { said.release = base::ReleaseId("rel-2"); }), "entry 9");
  found_with(text([](auto& said) { said.installation = base::InstallationId("x"); }), "entry 9");
  found_with(text([](auto& said) { said.artifacts.clear(); }), "artifacts");
  found_with(text([](auto& said) { said.expires = base::WallTime{1'760'558'400'000'000}; }),
             "expired");
  found_with(text([](auto& said) { said.role = "product-owner"; }), "role");
  found_with(entry(9, [](base::Json& data) { data["key"] = "SHA256:x"; }), "key");
  found_with(entry(11, [](base::Json& data) { data["signed"] = true; }), "entry 11");
  found_with(entry(11, [](base::Json& data) { data["role"] = "qa"; }), "role");
  found_with({[](core::Plan& plan) { plan.separation_of_duties = true; }, {}, {}},
             "only who requested it");
  found_with({[](core::Plan& plan) {
                for (core::Person& person : plan.people)
                  for (core::PersonKey& key : person.keys)
                    key.revoked = base::WallTime{1'760'558'399'000'000};
              },
              {},
              {}},
             "does not verify");
}

TEST_F(AuditExport, SaysWhatIsNotInIt) {
  EXPECT_EQ(run({"export", kRelease, "--out", folder.path("a.tar.gz")}).err.find("behind"),
            std::string::npos);
  maker.add("audit.step.attested", {{"step", "a/b"}, {"person", "anna"}}, kRelease, "anna");
  const auto plan = base::Json::parse(maker.entries[55])["data"]["evidence"].get<std::string>();
  ASSERT_TRUE(maker.content.erase(base::Digest::parse(plan).value()));
  const Outcome outcome = run({"export", kRelease, "--out", folder.path("b.tar.gz")});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_NE(outcome.err.find("behind the checkpoint: 1 entry of the release"), std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.err.find("because not there: 1 named content"), std::string::npos)
      << outcome.err;
  const base::Json json =
      base::Json::parse(run({"export", kRelease, "--json", "--out", folder.path("c.tar.gz")}).out);
  EXPECT_EQ(json["behind_checkpoint"], 1);
  EXPECT_EQ(json["not_at_hand"], 1);
}

// Goal: the script that judges an archive can be had from where its sender cannot change it.
TEST_F(AuditExport, TheScriptIsPrintedByItself) {
  const Outcome outcome = run({"verify", "--print-script"});
  EXPECT_EQ(outcome.exit, Exit::Done);
  EXPECT_EQ(outcome.out, read_whole(top + "/verify.py"));
  write_whole(top + "/verify.py", "print('Everything fits.')\n");
  const Outcome verified = run({"verify", top});
  EXPECT_EQ(verified.exit, Exit::Done) << verified.err;
  EXPECT_NE(verified.out.find("verify.py is not the file of this program"), std::string::npos)
      << verified.out;
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
