// Signed commands in the log of a real release, and what a forger who has the log's key makes of
// them: found with its entry by `audit verify` and, in an export, by verify.py.
#include <gtest/gtest.h>

#include "cli/archive_reader.h"
#include "cli/log_verifier.h"
#include "cli/testing/log_maker.h"

namespace stellwerk::cli {
namespace {

using testing::LogMaker;
using testing::LogWorld;
using testing::Outcome;
using testing::run_audit;
using testing::TestFolder;

constexpr const char* kCarried = "rel-2025-10-001";
constexpr std::uint64_t kAttested = 7;  ///< entries of the kept journal: preparation/version
constexpr std::uint64_t kApproved = 9;
constexpr std::uint64_t kPaused = 49;
constexpr std::uint64_t kResumed = 51;
constexpr std::uint64_t kPromoted = 80;

/// The release's manager signed four of their commands.
class SignedCommands : public ::testing::Test {
 protected:
  SignedCommands() {
    texts[kAttested] = [](audit::Approval& text) {
      text.decision = "attest";
      text.steps = {"preparation/version"};
    };
    texts[kPaused] = [](audit::Approval& text) { text.decision = "pause"; };
    texts[kResumed] = [](audit::Approval& text) { text.decision = "resume"; };
    texts[kPromoted] = [](audit::Approval& text) { text.decision = "promote"; };
  }

  void make() {
    maker.forgery.plan = forged_plan;
    maker.forgery.entry = [this](std::uint64_t at, base::Json& entry) {
      if (const auto found = texts.find(at); found != texts.end()) {
        audit::Approval text = maker.approval_text(kCarried);
        found->second(text);
        maker.sign_command(entry["data"], text);
      }
      if (forged_entry) forged_entry(at, entry);
    };
    maker.add_kept("with-inputs");
    maker.publish(folder.path());
  }
  VerifyReport verify() {
    VerifyInputs inputs;
    inputs.place = place_of(folder.path()).value();
    inputs.keys = {maker.key().verifier()};
    return verify_log(inputs);
  }
  /// What verify.py says of an export, with its exit code at the end.
  std::string verify_without_stellwerk() {
    LogWorld world(maker);
    const std::string archive = folder.path("out.tar.gz");
    const Outcome exported =
        run_audit(world, {"audit", "export", kCarried, "--out", archive, "--data", folder.path()});
    EXPECT_EQ(exported.exit, Exit::Done) << exported.err;
    std::filesystem::create_directories(folder.path("unpacked"));
    const auto top = unpack(archive, folder.path("unpacked"));
    EXPECT_TRUE(top);
    if (!top) return {};
    const std::string out = folder.path("said");
    const int exit = testing::run_program({"python3", "-B", *top + "/verify.py"}, out);
    return testing::read_whole(out) + "exit " + std::to_string(exit);
  }
  /// Both find it, and name the entry.
  void expect_found(std::uint64_t index, std::string_view why) {
    make();
    const VerifyReport report = verify();
    ASSERT_FALSE(report.good()) << why;
    const VerifyReport::Problem& first = report.problems.front();
    EXPECT_EQ(first.error.id, "AUD-0054") << first.error.one_line();
    EXPECT_EQ(first.index, index) << first.error.one_line();
    EXPECT_NE(first.error.one_line().find(why), std::string::npos) << first.error.one_line();
    const std::string said = verify_without_stellwerk();
    EXPECT_NE(said.find("WRONG  entry " + std::to_string(index) + ":"), std::string::npos) << said;
    EXPECT_TRUE(said.ends_with("exit 3")) << said;
  }
  void change(std::uint64_t index, std::function<void(base::Json& entry)> how) {
    forged_entry = [index, how = std::move(how)](std::uint64_t at, base::Json& entry) {
      if (at == index) how(entry);
    };
  }

  std::map<std::uint64_t, std::function<void(audit::Approval&)>> texts;
  std::function<void(core::Plan&)> forged_plan;
  std::function<void(std::uint64_t, base::Json&)> forged_entry;
  LogMaker maker;
  TestFolder folder;
};

TEST_F(SignedCommands, AreGoodForBothVerifiers) {
  make();
  const VerifyReport report = verify();
  EXPECT_TRUE(report.good()) << report.problems.front().error.one_line();
  EXPECT_EQ(report.record.commands, 4U);
  EXPECT_EQ(report.record.commands_unread, 0U);
  EXPECT_GT(report.record.commands_unsigned, 8U);
  const std::string said = verify_without_stellwerk();
  EXPECT_TRUE(said.ends_with("exit 0")) << said;
  EXPECT_NE(said.find("commands: 4 signed"), std::string::npos) << said;
}

TEST_F(SignedCommands, OfAnotherRelease) {
  texts[kPaused] = [](audit::Approval& text) {
    text.decision = "pause";
    text.release = base::ReleaseId("rel-other");
  };
  expect_found(kPaused, "AUD-0027");
}

TEST_F(SignedCommands, OfAnotherVerb) {
  texts[kPaused] = [](audit::Approval& text) { text.decision = "resume"; };
  expect_found(kPaused, "decision");
}

TEST_F(SignedCommands, OfAnotherStep) {
  texts[kAttested] = [](audit::Approval& text) {
    text.decision = "attest";
    text.steps = {"preparation/changelog"};
  };
  expect_found(kAttested, "steps");
}

TEST_F(SignedCommands, WithStepsThatNobodySigned) {
  change(kResumed,
         [](base::Json& entry) { entry["data"]["input"]["says"]["again"] = {"rollout/start"}; });
  expect_found(kResumed, "steps");
}

TEST_F(SignedCommands, Expired) {
  texts[kPromoted] = [](audit::Approval& text) {
    text.decision = "promote";
    text.expires = base::WallTime{1'760'558'400'000'000};
  };
  expect_found(kPromoted, "AUD-0028");
}

TEST_F(SignedCommands, InARoleThatMayNotAskForIt) {
  texts[kPaused] = [](audit::Approval& text) {
    text.decision = "pause";
    text.role = "product-owner";
  };
  expect_found(kPaused, "may not ask");
}

TEST_F(SignedCommands, InAnotherRoleThanWasSigned) {
  change(kPaused, [](base::Json& entry) { entry["data"]["input"]["signed"]["role"] = "devops"; });
  expect_found(kPaused, "role");
}

TEST_F(SignedCommands, InAnotherPersonsName) {
  forged_plan = [](core::Plan& plan) {
    for (core::Person& person : plan.people)
      if (person.id.str() == "devops-1") person.roles.push_back(core::Role::ReleaseManager);
  };
  change(kPaused, [](base::Json& entry) {
    entry["data"]["input"]["by"] = "devops-1";
    entry["actor"] = "devops-1";
  });
  expect_found(kPaused, "signed by release-manager-123");
}

TEST_F(SignedCommands, OfAPersonWhoDidNotAskForIt) {
  change(kPaused, [](base::Json& entry) { entry["actor"] = "devops-1"; });
  expect_found(kPaused, "asked for it");
}

TEST_F(SignedCommands, WithAReasonThatNobodySigned) {
  change(kPaused, [](base::Json& entry) {
    entry["data"]["input"]["says"]["reason"] = base::sha256("invented").to_string();
  });
  expect_found(kPaused, "reason");
}

TEST_F(SignedCommands, WithAnotherKey) {
  change(kPaused,
         [](base::Json& entry) { entry["data"]["input"]["signed"]["key"] = "SHA256:other"; });
  expect_found(kPaused, "key");
}

TEST_F(SignedCommands, ByAKeyThatWasRevokedBefore) {
  forged_plan = [](core::Plan& plan) {
    for (core::Person& person : plan.people)
      for (core::PersonKey& key : person.keys) key.revoked = base::WallTime{1'760'558'399'000'000};
  };
  expect_found(kAttested, "revoked");
}

TEST_F(SignedCommands, UsedTwice) {
  base::Json first;
  forged_entry = [&](std::uint64_t at, base::Json& entry) {
    if (at == kPaused) first = entry["data"]["input"]["signed"];
    if (at != kPromoted) return;
    entry["data"]["input"]["signed"] = first;
    entry["data"]["input"]["kind"] = "pause-requested";
  };
  expect_found(kPromoted, "entry 49");
}

TEST_F(SignedCommands, CalledSignedWithoutASignature) {
  change(kPaused, [](base::Json& entry) { entry["data"]["input"].erase("signed"); });
  expect_found(kPaused, "names none");
}

TEST_F(SignedCommands, CalledUnsignedWithASignature) {
  change(kPaused, [](base::Json& entry) { entry["data"]["input"]["known_by"] = "os-user"; });
  expect_found(kPaused, "not known by it");
}

TEST_F(SignedCommands, KnownByNothingThatThereIs) {
  change(kPaused, [](base::Json& entry) {
    entry["data"]["input"].erase("signed");
    entry["data"]["input"]["known_by"] = "hearsay";
  });
  expect_found(kPaused, "hearsay");
}

TEST_F(SignedCommands, AnApprovalWhoseInputSaysOtherwise) {
  change(kApproved, [](base::Json& entry) { entry["data"]["input"]["known_by"] = "os-user"; });
  expect_found(kApproved, "not what the approval says");
}

TEST_F(SignedCommands, AnApprovalWhoseInputNamesAnotherNonceOrRole) {
  change(kApproved, [](base::Json& entry) {
    base::Json& data = entry["data"];
    data["input"]["known_by"] = "signature";
    data["input"]["signed"] = {{"document", data["document"]},
                               {"key", data["key"]},
                               {"nonce", "00112233445566778899aabbccddeeff"},
                               {"role", data["role"]}};
  });
  expect_found(kApproved, "nonce");
}

TEST_F(SignedCommands, AnInputThatSaysHalfOfHowItWasSigned) {
  change(kPaused, [](base::Json& entry) { entry["data"]["input"]["signed"].erase("nonce"); });
  make();
  const VerifyReport report = verify();
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().index, kPaused);
  EXPECT_NE(verify_without_stellwerk().find("WRONG  entry " + std::to_string(kPaused)),
            std::string::npos);
}

// Goal: where the plan demands signatures, a command that has lost its own is found.
TEST_F(SignedCommands, UnsignedThoughThePlanDemandsIt) {
  forged_plan = [](core::Plan& plan) { plan.signed_commands = true; };
  expect_found(6, "demands a signature");  // the first one that nobody signed: the start may be so
}

// Goal: a document that was changed where it is kept is found as a content.
TEST_F(SignedCommands, WithADocumentThatWasChanged) {
  std::string document;
  forged_entry = [&](std::uint64_t at, base::Json& entry) {
    if (at == kPaused) document = entry["data"]["input"]["signed"]["document"];
  };
  make();
  const std::string hex = document.substr(std::string("sha256:").size());
  testing::write_whole(folder.path("content/" + hex.substr(0, 2) + "/" + hex), "another");
  const VerifyReport report = verify();
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().index, kPaused);
  EXPECT_EQ(report.problems.front().error.id, "AUD-0052");
}

}  // namespace
}  // namespace stellwerk::cli
