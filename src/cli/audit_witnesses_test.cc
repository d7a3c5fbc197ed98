// Goal: `stellwerk audit witnesses` tells how far each has got, counts nothing that does not
// verify, and ends with what a monitoring job can use.
#include <gtest/gtest.h>

#include <filesystem>

#include "audit/checkpoint.h"
#include "audit/note.h"
#include "audit/testing/test_authority.h"
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

constexpr std::int64_t kStampTime = 1'760'600'100;

class AuditWitnesses : public ::testing::Test {
 protected:
  void SetUp() override {
    grow(3);
    maker.publish(folder.path("data"));
    write_environment(true);
  }

  void grow(int entries) {
    for (int i = 0; i < entries; ++i)
      maker.add("stellwerk.engine.restarted", {{"lease_alive", false}, {"routes_moved", false}});
  }
  /// A later checkpoint that no witness has seen.
  void grow_unseen(int entries) {
    grow(entries);
    maker.publish(folder.path("data"));
    std::filesystem::remove(log(std::to_string(maker.size()) + ".note", "cosigned/"));
  }
  [[nodiscard]] std::string log(const std::string& file, const std::string& below = "") const {
    return folder.path("data/log/" + below + file);
  }
  void write_environment(bool has_witnesses, bool has_stamps = false) {
    std::string text = R"(installation: erp.example
locale: en
data_folder: data
tenants: [pilot-1]
services: [{name: document-domain, health: {url: /health}, port: 8080, run: {command: [/bin/true]}}]
people: [{id: lena, os_user: lena, roles: [release-manager]}]
router: {adapter: haproxy}
workload: {adapter: process}
)";
    if (has_witnesses || has_stamps) text += "audit:\n";
    if (has_witnesses)
      text += "  witnesses:\n    - {key: '" + maker.witness.verifier().to_string() +
              "', url: 'https://w1.example'}\n    - {key: '" + never.verifier().to_string() +
              "', url: 'https://w2.example'}\n";
    if (has_stamps) text += "  timestamps: {url: 'https://tsa.example', ca: ca.pem}\n";
    write_whole(folder.path("stellwerk.yaml"), text);
    write_whole(folder.path("ca.pem"), authority.trusted());
  }
  /// A stamp of the latest checkpoint.
  void stamp() {
    const std::string size = std::to_string(maker.size());
    const std::string text = audit::parse_note(read_whole(log("checkpoint")))->text;
    const auto request = audit::timestamp_request(base::sha256(text), {});
    write_whole(log(size + ".tsr", "timestamps/"), authority.answer(*request, kStampTime));
    write_whole(log(size + ".txt", "timestamps/"), text);
  }
  Outcome run(std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"audit", "witnesses"});
    words.insert(words.end(), {"--environment", folder.path("stellwerk.yaml")});
    return run_audit(world, std::move(words));
  }
  base::Json json() { return base::Json::parse(run({"--json"}).out); }

  LogMaker maker;
  audit::testing::TestKey never{"witness.example/w2", 4, audit::KeyType::Ed25519Cosignature};
  audit::testing::TestAuthority authority;
  TestFolder folder;
  LogWorld world{maker};
};

TEST_F(AuditWitnesses, TellsHowFarEachHasGot) {
  grow_unseen(2);
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out,
            "log           stellwerk.example/log                  5  entries in the latest "
            "checkpoint\n"
            "witness       witness.example/w1                     3  2025-10-16T07:33:20.000Z  2 "
            "entries behind\n"
            "witness       witness.example/w2                     0  has never cosigned\n");
}

TEST_F(AuditWitnesses, TellsTheSameAsJson) {
  grow_unseen(2);
  EXPECT_EQ(json(), base::Json::parse(R"({
    "good": true, "log": "stellwerk.example/log", "size": 5, "witnesses": [
      {"behind": 2, "name": "witness.example/w1", "size": 3, "time": "2025-10-16T07:33:20.000Z",
       "url": "https://w1.example"},
      {"behind": 5, "name": "witness.example/w2", "size": 0, "url": "https://w2.example"}]})"));
}

TEST_F(AuditWitnesses, EndsWithOneWhenSomebodyIsTooFarBehind) {
  EXPECT_EQ(run({"--behind", "3"}).exit, Exit::Done);
  EXPECT_EQ(run({"--behind", "2"}).exit, Exit::Findings) << "w2 is three behind";
  for (const char* wrong : {"-1", "x", "1.5", "99999999999999999999"}) {
    const Outcome outcome = run({"--behind", wrong});
    EXPECT_EQ(outcome.exit, Exit::Usage) << wrong;
  }
}

TEST_F(AuditWitnesses, TellsOfTimeStampsThatLeadToTheCertificates) {
  stamp();
  grow_unseen(4);
  write_environment(false, true);
  const base::Json stamps = json().at("timestamps");
  EXPECT_EQ(stamps, base::Json::parse(R"({"authority": "CN=Test TSA", "behind": 4, "size": 3,
    "time": "2025-10-16T07:35:00.000Z", "url": "https://tsa.example"})"));
  EXPECT_EQ(run({"--behind", "3"}).exit, Exit::Findings);
}

TEST_F(AuditWitnesses, BelievesNoTimeStampOfSomebodyElse) {
  stamp();
  write_environment(false, true);
  write_whole(folder.path("ca.pem"), audit::testing::TestAuthority().trusted());
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, Exit::VerificationFailed);
  EXPECT_NE(outcome.err.find("AUD-0070"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("no valid time stamp"), std::string::npos);
}

TEST_F(AuditWitnesses, BelievesNoCosignatureThatDoesNotFit) {
  const std::string note = log("3.note", "cosigned/");
  std::string bytes = read_whole(note);
  bytes[bytes.size() - 20] = bytes[bytes.size() - 20] == 'A' ? 'B' : 'A';
  write_whole(note, bytes);
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, Exit::VerificationFailed);
  EXPECT_NE(outcome.err.find("cosigned/3.note"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("has never cosigned"), std::string::npos);
  EXPECT_EQ(base::Json::parse(run({"--json"}).out).at("good"), false);
}

// Goal: a witness's word about another tree is no word about this one.
TEST_F(AuditWitnesses, BelievesNoCosignatureOfAnotherTree) {
  LogMaker other;
  other.add("stellwerk.engine.restarted", {{"lease_alive", true}, {"routes_moved", false}});
  other.add("stellwerk.engine.restarted", {{"lease_alive", true}, {"routes_moved", false}});
  write_whole(log("3.note", "cosigned/"), other.checkpoint(2));
  EXPECT_EQ(run().exit, Exit::VerificationFailed);
  std::filesystem::rename(log("3.note", "cosigned/"), log("2.note", "cosigned/"));
  EXPECT_EQ(run().exit, Exit::VerificationFailed);
}

// Goal: a log that was cut off behind what a witness saw is found without asking anybody.
TEST_F(AuditWitnesses, FindsThatTheLogIsShorterThanWhatWasCosigned) {
  const std::string checkpoint = read_whole(log("checkpoint"));
  grow(2);
  maker.publish(folder.path("data"));
  write_whole(log("checkpoint"), checkpoint);
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, Exit::VerificationFailed);
  EXPECT_NE(outcome.err.find("cosigned/5.note"), std::string::npos) << outcome.err;
}

TEST_F(AuditWitnesses, SaysThatNobodyConfirmsAnything) {
  write_environment(false);
  const Outcome outcome = run({"--behind", "0"});
  EXPECT_EQ(outcome.exit, Exit::Done);
  EXPECT_NE(outcome.err.find("would go unnoticed"), std::string::npos);
}

TEST_F(AuditWitnesses, NeedsALog) {
  std::filesystem::remove_all(folder.path("data"));
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_NE(outcome.err.find("AUD-0057"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace stellwerk::cli
