#include "audit/approval_judge.h"

#include <gtest/gtest.h>

#include "audit/testing/ssh_signer.h"
#include "base/json.h"

namespace stellwerk::audit {
namespace {

using testing::SshSigner;

constexpr std::int64_t kApprovedAt = 1'760'560'000'000'000;

/// One release of one plan: rita manages releases and asked for it, dora operates, paul owns the
/// product. Rita and paul have keys.
class Judged : public ::testing::Test {
 protected:
  Judged() {
    plan.expected = {base::InstallationId("here"), base::ReleaseId("rel-1"), digest, {}, {}};
    plan.signers = {{base::PersonId("rita"), rita.key(), {}, {}, {}},
                    {base::PersonId("paul"), paul.key(), {}, {}, {}}};
    plan.roles_of = {
        {"rita", {"release-manager"}}, {"dora", {"devops"}}, {"paul", {"product-owner"}}};
    plan.steps = {
        {"preparation/approval", "approve", {"release-manager"}, 1, false, false},
        {"preparation/features", "accept-features", {"product-owner"}, 1, true, false},
        {"post-check/complete", "accept-completeness", {"release-manager"}, 1, false, true}};
    plan.reject_roles = {"release-manager", "devops"};
    plan.requested_by = "rita";
    EntryFacts planned = facts(0);
    planned.mark = ReleaseMark::Planned;
    planned.planned = digest;
    planned.actor = "rita";
    judge.see(planned);
  }
  static EntryFacts facts(std::uint64_t index) {
    EntryFacts result;
    result.index = index;
    result.release = base::ReleaseId("rel-1");
    result.time = base::WallTime{kApprovedAt};
    return result;
  }
  EntryFacts approval(const std::string& person, const std::string& role,
                      const std::string& decision = "approve") {
    EntryFacts result = facts(++last);
    result.approval =
        NamedApproval{.person = person, .plan = digest, .role = role, .decision = decision};
    return result;
  }
  Approval text_of(const EntryFacts& entry) {
    Approval text;
    text.installation = plan.expected.installation;
    text.release = entry.release;
    text.plan = digest;
    text.role = entry.approval->role.empty() ? "release-manager" : entry.approval->role;
    text.decision = entry.approval->decision;
    text.reason = entry.approval->reason;
    text.nonce[0] = static_cast<std::uint8_t>(entry.index);
    text.expires = base::WallTime{kApprovedAt + 3'600'000'000};
    return text;
  }
  /// The document of the text, and an entry that says so.
  std::string sign(EntryFacts& entry, const Approval& text, const SshSigner& signer) {
    const std::string bytes = text.to_text().value();
    const base::Json document{
        {"key", signer.key().to_string()},
        {"signature", signer.armored({.message = bytes, .name_space = kApprovalNamespace})},
        {"text", bytes}};
    entry.approval->is_signed = true;
    entry.approval->key = signer.key().fingerprint();
    entry.approval->document = base::sha256(document.dump());
    return document.dump();
  }
  base::Result<void> judged(const EntryFacts& entry, const std::string& document) {
    if (auto good = judge.judge_entry(entry); !good) return good;
    if (auto good = judge.judge_by_plan(entry, plan); !good) return good;
    return judge.judge_document(entry, document, plan,
                                [](std::uint64_t size) -> std::optional<base::Digest> {
                                  return base::sha256(std::to_string(size));
                                });
  }
  /// Why it does not count; empty: it does.
  static std::string why(const base::Result<void>& result) {
    if (result) return {};
    EXPECT_EQ(result.error().id, "AUD-0054");
    return result.error().why;
  }
  static bool speaks_of(const std::string& text, std::string_view word) {
    return text.find(word) != std::string::npos;
  }

  SshSigner rita = SshSigner::make(SshKeyType::Ed25519);
  SshSigner paul = SshSigner::make(SshKeyType::Ed25519);
  base::Digest digest = base::sha256("plan");
  PlanApprovers plan;
  ApprovalJudge judge;
  std::uint64_t last = 0;
};

TEST_F(Judged, WhatWasSignedAndIsWantedCounts) {
  EntryFacts entry = approval("rita", "release-manager");
  entry.approval->reason = base::sha256("why");
  const std::string document = sign(entry, text_of(entry), rita);
  EXPECT_EQ(why(judged(entry, document)), "");
}

// Goal: whatever the entry says of the approval is what was signed.
TEST_F(Judged, WhatTheEntrySaysIsWhatWasSigned) {
  const auto changed = [&](const std::function<void(NamedApproval&)>& change) {
    EntryFacts entry = approval("rita", "release-manager");
    const std::string document = sign(entry, text_of(entry), rita);
    change(*entry.approval);
    return why(judged(entry, document));
  };
  plan.roles_of["rita"].insert("product-owner");
  plan.steps.front().roles.insert("product-owner");
  EXPECT_TRUE(speaks_of(changed([](auto& entry) { entry.role = "product-owner"; }), "role"));
  EXPECT_TRUE(speaks_of(changed([](auto& entry) { entry.person = "paul"; }), "paul"));
  EXPECT_TRUE(speaks_of(changed([](auto& entry) { entry.reason = base::sha256("x"); }), "reason"));
  EXPECT_TRUE(speaks_of(changed([](auto& entry) { entry.key = "SHA256:other"; }), "key"));
  EXPECT_TRUE(speaks_of(changed([](auto& entry) { entry.key.reset(); }), "key"));
  EXPECT_TRUE(
      speaks_of(changed([](auto& entry) { entry.decision = "accept-completeness"; }), "decision"));
}

// Goal: a signed rejection is no approval, nor the other way round.
TEST_F(Judged, ARejectionIsNoApproval) {
  EntryFacts entry = approval("rita", "release-manager");
  Approval text = text_of(entry);
  text.decision = "reject";
  std::string document = sign(entry, text, rita);
  EXPECT_TRUE(speaks_of(why(judged(entry, document)), "decision"));

  entry = approval("rita", "", "reject");
  entry.approval->granted = false;
  text = text_of(entry);
  text.decision = "approve";
  document = sign(entry, text, rita);
  EXPECT_TRUE(speaks_of(why(judged(entry, document)), "decision"));
  text.decision = "reject";
  document = sign(entry, text, rita);
  EXPECT_EQ(why(judged(entry, document)), "");
}

TEST_F(Judged, SignedMeansThatThereIsADocument) {
  EntryFacts entry = approval("rita", "release-manager");
  entry.approval->is_signed = true;
  EXPECT_TRUE(speaks_of(why(judge.judge_entry(entry)), "document"));
  entry.approval->is_signed = false;
  entry.approval->key = "SHA256:x";
  EXPECT_TRUE(speaks_of(why(judge.judge_entry(entry)), "key"));
  entry.approval->key.reset();
  entry.approval->document = base::sha256("x");
  EXPECT_TRUE(speaks_of(why(judge.judge_entry(entry)), "unsigned"));
}

TEST_F(Judged, OneSignatureIsOneApproval) {
  EntryFacts entry = approval("rita", "release-manager");
  const std::string document = sign(entry, text_of(entry), rita);
  ASSERT_EQ(why(judged(entry, document)), "");
  entry.index = ++last;
  EXPECT_TRUE(speaks_of(why(judged(entry, document)), "entry 1"));
}

TEST_F(Judged, ThePlanSaysWhoMayAndHow) {
  EXPECT_TRUE(
      speaks_of(why(judge.judge_by_plan(approval("mallory", "release-manager"), plan)), "nobody"));
  EXPECT_TRUE(speaks_of(why(judge.judge_by_plan(approval("dora", "release-manager"), plan)),
                        "does not have the role"));
  EXPECT_TRUE(speaks_of(why(judge.judge_by_plan(approval("dora", "devops"), plan)), "no step"));
  EXPECT_TRUE(speaks_of(
      why(judge.judge_by_plan(approval("paul", "product-owner", "accept-features"), plan)),
      "demands a signature"));
  EXPECT_EQ(why(judge.judge_by_plan(approval("rita", "release-manager"), plan)), "");
  EntryFacts other = approval("rita", "release-manager");
  other.approval->plan = base::sha256("another plan");
  EXPECT_TRUE(speaks_of(why(judge.judge_entry(other)), "plan"));
}

// Goal: nobody approves alone what they asked for (ISO/IEC 27001 A.5.3).
TEST_F(Judged, TheRequesterDoesNotApproveAlone) {
  plan.steps.erase(plan.steps.begin() + 1);
  judge.count(approval("rita", "release-manager"), true);
  EXPECT_EQ(why(judge.judge_beginning(facts(9), plan)), "");
  plan.separation_of_duties = true;
  EXPECT_TRUE(speaks_of(why(judge.judge_beginning(facts(9), plan)), "only rita approved"));
  EXPECT_TRUE(speaks_of(
      why(judge.judge_by_plan(approval("rita", "release-manager", "accept-completeness"), plan)),
      "another person"));
  plan.two_persons = true;
  plan.separation_of_duties = false;
  EXPECT_TRUE(speaks_of(why(judge.judge_beginning(facts(9), plan)), "two different people"));
}

TEST_F(Judged, AReleaseBeginsWithAllItsApprovals) {
  judge.count(approval("rita", "release-manager"), true);
  EXPECT_TRUE(speaks_of(why(judge.judge_beginning(facts(9), plan)), "preparation/features"));
}

// Goal: an emergency approval begins a hotfix, and somebody else signs it off.
TEST_F(Judged, AnEmergencyIsSignedOffBySomebodyElse) {
  const EntryFacts emergency = approval("dora", "devops", "emergency-approve");
  EXPECT_TRUE(speaks_of(why(judge.judge_by_plan(emergency, plan)), "no emergency"));
  plan.emergency_roles = {"devops"};
  EXPECT_TRUE(speaks_of(why(judge.judge_by_plan(emergency, plan)), "signature"));
  plan.steps = {{"preparation/approval", "approve", {"release-manager"}, 1, false, false},
                {"post-check/sign-off", "sign-off", {"devops", "release-manager"}, 1, false, true}};
  ASSERT_EQ(why(judge.judge_by_plan(emergency, plan)), "");
  judge.count(emergency, true);
  EXPECT_EQ(why(judge.judge_beginning(facts(9), plan)), "");
  EXPECT_TRUE(
      speaks_of(why(judge.judge_by_plan(approval("dora", "devops", "sign-off"), plan)), "theirs"));
  EXPECT_EQ(why(judge.judge_by_plan(approval("rita", "release-manager", "sign-off"), plan)), "");
}

// Goal: who signs that the record is complete signs a log that holds the release's end.
TEST_F(Judged, TheHeadIsTheLogsAndHoldsTheEnd) {
  EntryFacts ended = facts(40);
  ended.mark = ReleaseMark::Ended;
  judge.see(ended);
  last = 50;
  const auto with_head = [&](std::uint64_t size, const base::Digest& root) {
    EntryFacts entry = approval("rita", "release-manager", "accept-completeness");
    Approval text = text_of(entry);
    text.head = ApprovedHead{size, root};
    const std::string document = sign(entry, text, rita);
    return why(judged(entry, document));
  };
  EXPECT_EQ(with_head(41, base::sha256("41")), "");
  EXPECT_TRUE(speaks_of(with_head(40, base::sha256("40")), "end in entry 40"));
  EXPECT_TRUE(speaks_of(with_head(41, base::sha256("40")), "not the log's"));
  EXPECT_TRUE(speaks_of(with_head(99, base::sha256("99")), "more than there were"));
}

}  // namespace
}  // namespace stellwerk::audit
