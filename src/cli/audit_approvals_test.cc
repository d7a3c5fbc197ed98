// Approvals that are none, in a copy of a real release's log whose forger has the log's key: each
// is found by the log alone, with its entry.
#include <gtest/gtest.h>

#include "audit/merkle.h"
#include "cli/log_verifier.h"
#include "cli/testing/log_maker.h"

namespace stellwerk::cli {
namespace {

using testing::LogMaker;
using testing::read_whole;
using testing::TestFolder;
using testing::write_whole;

constexpr const char* kManager = "release-manager-123";
constexpr const char* kKept = "rel-2025-10-001";
constexpr std::uint64_t kSigned = 9;     ///< the entry of the release manager's signed approval
constexpr std::uint64_t kUnsigned = 11;  ///< … of the unsigned one as product owner

class ForgedApprovals : public ::testing::Test {
 protected:
  VerifyReport verify() {
    maker.publish(folder.path());
    VerifyInputs inputs;
    inputs.place = place_of(folder.path()).value();
    inputs.keys = {maker.key().verifier()};
    return verify_log(inputs);
  }
  /// The log of the kept releases, forged as `maker.forgery` says.
  VerifyReport forged() {
    maker.add_kept("with-inputs");
    return verify();
  }
  static void expect_found(const VerifyReport& report, std::uint64_t index, std::string_view why) {
    ASSERT_FALSE(report.good());
    const VerifyReport::Problem& first = report.problems.front();
    EXPECT_EQ(first.error.id, "AUD-0054") << first.error.one_line();
    EXPECT_EQ(first.index, index) << first.error.one_line();
    EXPECT_NE(first.error.one_line().find(why), std::string::npos) << first.error.one_line();
  }
  [[nodiscard]] std::uint64_t index_of(const std::string& type) const {
    for (std::uint64_t i = 0; i < maker.size(); ++i)
      if (base::Json::parse(maker.entries[i])["type"] == type) return i;
    return maker.size();
  }
  void change_entry(std::uint64_t index, std::function<void(base::Json& data)> change) {
    maker.forgery.entry = [index, change](std::uint64_t at, base::Json& entry) {
      if (at == index) change(entry["data"]);
    };
  }

  LogMaker maker;
  TestFolder folder;
};

TEST_F(ForgedApprovals, AreNoneInAnHonestLog) {
  const VerifyReport report = forged();
  EXPECT_TRUE(report.good()) << report.problems.front().error.one_line();
  EXPECT_EQ(report.record.approvals, 1U);
  EXPECT_EQ(report.record.approvals_unsigned, 3U);
}

TEST_F(ForgedApprovals, ReplayedFromAnotherRelease) {
  maker.forgery.text = [](audit::Approval& text) { text.release = base::ReleaseId("rel-other"); };
  expect_found(forged(), kSigned, "AUD-0027");
}

TEST_F(ForgedApprovals, Expired) {
  maker.forgery.text = [](audit::Approval& text) {
    text.expires = base::WallTime{1'760'558'400'000'000};
  };
  expect_found(forged(), kSigned, "AUD-0028");
}

TEST_F(ForgedApprovals, ByAKeyThatWasRevokedBefore) {
  maker.forgery.plan = [](core::Plan& plan) {
    for (core::Person& person : plan.people)
      for (core::PersonKey& key : person.keys) key.revoked = base::WallTime{1'760'558'399'000'000};
  };
  expect_found(forged(), kSigned, "revoked");
}

TEST_F(ForgedApprovals, InARoleThatThePersonDoesNotHave) {
  maker.forgery.text = [](audit::Approval& text) { text.role = "devops"; };
  change_entry(kSigned, [](base::Json& data) { data["role"] = "devops"; });
  expect_found(forged(), kSigned, "does not have the role");
}

TEST_F(ForgedApprovals, InAnotherRoleThanWasSigned) {
  maker.forgery.text = [](audit::Approval& text) { text.role = "product-owner"; };
  expect_found(forged(), kSigned, "role");
}

TEST_F(ForgedApprovals, OfWhatWasRejected) {
  maker.forgery.text = [](audit::Approval& text) {
    text.decision = "reject";
    text.reason = base::sha256("why");
  };
  expect_found(forged(), kSigned, "decision");
}

TEST_F(ForgedApprovals, WithAReasonThatNobodySigned) {
  change_entry(kSigned,
               [this](base::Json& data) { data["reason"] = maker.keep("invented").to_string(); });
  expect_found(forged(), kSigned, "reason");
}

TEST_F(ForgedApprovals, CalledSignedWithoutADocument) {
  change_entry(kUnsigned, [](base::Json& data) { data["signed"] = true; });
  expect_found(forged(), kUnsigned, "document");
}

TEST_F(ForgedApprovals, UsedTwice) {
  base::Json first;
  maker.forgery.entry = [&](std::uint64_t at, base::Json& entry) {
    if (at == kSigned) first = entry["data"];
    if (at != kUnsigned) return;
    for (const char* field : {"role", "signed", "document", "key"})
      entry["data"][field] = first[field];
  };
  expect_found(forged(), kUnsigned, "entry 9");
}

TEST_F(ForgedApprovals, UnsignedThoughThePlanDemandsASignature) {
  maker.forgery.plan = [](core::Plan& plan) {
    for (core::Step& step : plan.steps)
      if (auto* action = std::get_if<core::ApprovalAction>(&step.action))
        action->signature_required = true;
  };
  expect_found(forged(), kUnsigned, "signature");
}

// Goal: nobody approves alone what they asked for, whatever the engine did (A.5.3).
TEST_F(ForgedApprovals, GivenByTheRequesterAlone) {
  maker.forgery.plan = [](core::Plan& plan) { plan.separation_of_duties = true; };
  const VerifyReport report = forged();
  expect_found(report, index_of("scheduler.release.started"), "only release-manager-123 approved");
}

TEST_F(ForgedApprovals, LeftOutBeforeTheReleaseBegan) {
  maker.forgery.plan = [](core::Plan& plan) {
    for (core::Step& step : plan.steps)
      if (auto* action = std::get_if<core::ApprovalAction>(&step.action)) action->count = 2;
  };
  const VerifyReport report = forged();
  expect_found(report, index_of("scheduler.release.started"), "1 of 2");
}

TEST_F(ForgedApprovals, ForAnotherPlanThanTheReleases) {
  change_entry(kUnsigned,
               [this](base::Json& data) { data["plan"] = maker.keep("another plan").to_string(); });
  expect_found(forged(), kUnsigned, "the release has");
}

// Goal: who signs that a record is complete names the log it was read from.
TEST_F(ForgedApprovals, OfARecordThatIsNotTheLogs) {
  maker.forgery.plan = [](core::Plan& plan) {
    if (plan.release.str() != kKept) return;
    core::Step step = *std::find_if(plan.steps.begin(), plan.steps.end(), [](const auto& each) {
      return std::holds_alternative<core::ApprovalAction>(each.action);
    });
    auto& action = std::get<core::ApprovalAction>(step.action);
    action.decision = core::ApprovalKind::AcceptCompleteness;
    step.id = base::StepId("post-check/completeness");
    step.follow_up = true;
    plan.steps.push_back(step);
  };
  maker.add_kept("with-inputs");
  const std::uint64_t ended = index_of("audit.release.logged");
  const auto accept = [&](std::uint64_t covered, bool right_root) {
    audit::Approval text = maker.approval_text(kKept);
    text.decision = "accept-completeness";
    audit::RootHistory tree;
    for (std::uint64_t i = 0; i < covered; ++i) {
      const base::Digest leaf = audit::leaf_hash(maker.entries[i]);
      tree.append({&leaf, 1});
    }
    text.head = audit::ApprovedHead{covered, right_root ? tree.root() : base::sha256("forged")};
    return maker.add("audit.approval.granted", maker.signed_data(text, kManager), kKept, kManager);
  };
  accept(ended + 1, true);
  const VerifyReport good = verify();
  EXPECT_TRUE(good.good()) << good.problems.front().error.one_line();
  EXPECT_EQ(good.record.approvals, 2U);
  const std::uint64_t early = accept(ended, true);
  expect_found(verify(), early, "release's end");
  const std::uint64_t forged_root = accept(ended + 1, false);
  const VerifyReport report = verify();
  ASSERT_EQ(report.problems.size(), 2U);
  EXPECT_EQ(report.problems.back().index, forged_root);
}

// ---- two writers

/// Entries of two engines that went on from the same ones.
class TwoWriters : public ForgedApprovals {
 protected:
  void SetUp() override {
    other.ssh = maker.ssh;
    for (LogMaker* each : {&maker, &other}) each->add_kept("with-inputs");
    fork = maker.size();
    for (LogMaker* each : {&maker, &other})
      for (int i = 0; i < 3; ++i)
        each->add("audit.step.passed",
                  {{"step", each == &maker ? "check/one" : "check/two"}, {"n", i}});
    maker.publish(folder.path());
    other.publish(other_folder.path());
  }
  VerifyReport verify_mixed() {
    std::filesystem::remove_all(folder.path("log/cosigned"));
    VerifyInputs inputs;
    inputs.place = place_of(folder.path()).value();
    inputs.keys = {maker.key().verifier()};
    return verify_log(inputs);
  }
  void take_from_other(const std::string& name) {
    write_whole(folder.path(name), read_whole(other_folder.path(name)));
  }

  LogMaker other;
  TestFolder other_folder;
  std::uint64_t fork = 0;
};

TEST_F(TwoWriters, EntriesOfOneUnderTheTreeOfTheOther) {
  for (const std::string& name : testing::files_below(other_folder.path()))
    if (name.starts_with("log/") && !name.starts_with("log/tile/entries/")) take_from_other(name);
  const VerifyReport report = verify_mixed();
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().index, fork) << report.problems.front().error.one_line();
}

// Goal: where only the checkpoint is the other's, the entry from which on nothing is proven is
// told.
TEST_F(TwoWriters, TheLogOfOneUnderTheCheckpointOfTheOther) {
  take_from_other("log/checkpoint");
  const VerifyReport report = verify_mixed();
  ASSERT_FALSE(report.good());
  const VerifyReport::Problem& first = report.problems.front();
  ASSERT_TRUE(first.index) << first.error.one_line();
  EXPECT_LE(*first.index, fork);
  EXPECT_GT(*first.index, 100U);
}

}  // namespace
}  // namespace stellwerk::cli
