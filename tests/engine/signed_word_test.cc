// What a person signed, as the engine takes it: whose key counts, and what a signature is for.
#include "engine/signed_word.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "audit/testing/ssh_signer.h"
#include "engine/private_text.h"
#include "support/sample_release.h"

namespace stellwerk::engine {
namespace {

using audit::testing::SshSigner;

constexpr base::WallTime kNow{1760558400000000};
constexpr base::Duration kDay = base::hours(24);
const base::PersonId kManager("release-manager-123");

/// A release whose manager has a key, and what they sign.
class Desk {
 public:
  Desk() : key(SshSigner::make(audit::SshKeyType::Ed25519)) {
    plan = stellwerk::testing::sample_plan();
    person().keys = {{key.key().to_string() + " rm@valero", {}, {}, {}}};
  }
  core::Person& person() { return plan.people.front(); }

  [[nodiscard]] audit::Approval approval() const {
    audit::Approval said;
    said.installation = plan.installation;
    said.release = plan.release;
    said.plan = core::digest_of(plan);
    said.artifacts = artifacts_of(plan);
    said.role = "release-manager";
    said.decision = "approve";
    said.expires = kNow + kDay;
    return said;
  }
  [[nodiscard]] SignedWord signed_by_key(const audit::Approval& said) const {
    SignedWord word;
    word.text = said.to_text().value();
    word.signature = key.armored({word.text, audit::kApprovalNamespace});
    word.people_now = plan.people;
    return word;
  }
  [[nodiscard]] base::Result<SaidBy> take(const SignedWord& word) const {
    return said_by(word, plan, core::digest_of(plan), kNow, base::sha256("document"));
  }
  [[nodiscard]] std::string refusal(const SignedWord& word) const {
    const auto said = take(word);
    return said ? "" : said.error().id;
  }

  core::Plan plan;
  SshSigner key;
};

TEST(SignedWord, IsItsPersonsWord) {
  const Desk desk;
  const auto said = desk.take(desk.signed_by_key(desk.approval()));
  ASSERT_TRUE(said) << said.error().one_line();
  EXPECT_EQ(said->asker.person, kManager);
  const auto& approved = std::get<core::Approved>(said->body);
  EXPECT_TRUE(approved.signature);
  EXPECT_EQ(approved.decision, core::ApprovalKind::Approve);
  EXPECT_EQ(approved.role, core::Role::ReleaseManager);
  EXPECT_EQ(approved.key, desk.key.key().fingerprint());
  EXPECT_EQ(approved.document, base::sha256("document"));
}

// Goal: change one wave, and the signature no longer fits.
TEST(SignedWord, FitsNoOtherPlan) {
  Desk desk;
  const SignedWord word = desk.signed_by_key(desk.approval());
  desk.plan.waves[0].hold = desk.plan.waves[0].hold + base::minutes(1);
  EXPECT_EQ(desk.refusal(word), "AUD-0027");
}

TEST(SignedWord, OfAStrangersKeyCountsForNobody) {
  Desk desk;
  SignedWord word = desk.signed_by_key(desk.approval());
  word.signature =
      SshSigner::make(audit::SshKeyType::EcdsaP256).armored({word.text, audit::kApprovalNamespace});
  EXPECT_EQ(desk.refusal(word), "AUD-0025");
}

// Goal: stellwerk.yaml as it is now can take keys away, and never add one (docs/decisions/0011).
TEST(SignedWord, DoesNotCountOnceTheKeyIsRevokedOrGone) {
  Desk desk;
  const SignedWord good = desk.signed_by_key(desk.approval());
  SignedWord revoked = good;
  revoked.people_now->front().keys.front().revoked = kNow - base::minutes(1);
  EXPECT_EQ(desk.refusal(revoked), "AUD-0025");
  SignedWord listed_twice = good;  // one row of the key that revokes it is enough
  listed_twice.people_now->front().keys.push_back(revoked.people_now->front().keys.front());
  EXPECT_EQ(desk.refusal(listed_twice), "AUD-0025");
  SignedWord gone = good;
  gone.people_now->front().keys.clear();
  EXPECT_EQ(desk.refusal(gone), "AUD-0025");
  SignedWord later = good;
  later.people_now->front().keys.front().revoked = kNow + base::minutes(1);
  EXPECT_EQ(desk.refusal(later), "");
  SignedWord unknown = good;
  unknown.people_now.reset();
  EXPECT_EQ(desk.refusal(unknown), "ENG-0038");
}

// Goal: an emergency waits for no file that cannot be read.
TEST(SignedWord, PausesAndRollsBackWhenNobodyCanTellWhoIsStillThere) {
  const Desk desk;
  const auto without_file = [&](const std::string& decision) {
    audit::Approval said = desk.approval();
    said.decision = decision;
    const std::string sealed_reason = sealed("enough", Salt{1, 2, 3});
    said.reason = base::sha256(sealed_reason);
    SignedWord word = desk.signed_by_key(said);
    word.sealed_reason = sealed_reason;
    word.people_now.reset();
    return desk.refusal(word);
  };
  EXPECT_EQ(without_file("pause"), "");
  EXPECT_EQ(without_file("rollback"), "");
  EXPECT_EQ(without_file("resume"), "ENG-0038");
  EXPECT_EQ(without_file("reject"), "ENG-0038");
}

TEST(SignedWord, OfAKeyThatOnlyTheFileHasDoesNotCount) {
  Desk desk;
  const SignedWord word = desk.signed_by_key(desk.approval());
  Desk without;
  without.plan.people.front().keys.clear();
  audit::Approval said = without.approval();
  SignedWord for_it = desk.signed_by_key(said);
  for_it.people_now = desk.plan.people;
  EXPECT_EQ(without.refusal(for_it), "AUD-0025");
}

TEST(SignedWord, IsRefusedWithWordsThatNobodyKnows) {
  const Desk desk;
  audit::Approval said = desk.approval();
  said.decision = "applaud";
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "PLN-0001");
  said = desk.approval();
  said.role = "emperor";
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "PLN-0001");
}

// Goal: whose role was taken away in stellwerk.yaml does not speak in it any more.
TEST(SignedWord, IsSaidInARoleThatThePersonHasStill) {
  Desk desk;
  audit::Approval said = desk.approval();
  said.role = "devops";
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "ENG-0011");
  SignedWord demoted = desk.signed_by_key(desk.approval());
  demoted.people_now->front().roles = {core::Role::ProductOwner};
  EXPECT_EQ(desk.refusal(demoted), "ENG-0011");
}

TEST(SignedRejection, NamesTheReasonThatIsKeptForIt) {
  const Desk desk;
  audit::Approval said = desk.approval();
  said.decision = "reject";
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "ENG-0030") << "without a reason";
  const std::string sealed_reason = sealed("not on a Friday", Salt{1, 2, 3});
  said.reason = base::sha256(sealed_reason);
  SignedWord word = desk.signed_by_key(said);
  EXPECT_EQ(desk.refusal(word), "ENG-0030") << "the reason itself is missing";
  word.sealed_reason = sealed("another", Salt{1, 2, 3});
  EXPECT_EQ(desk.refusal(word), "ENG-0030") << "another reason";
  word.sealed_reason = sealed_reason;
  const auto taken = desk.take(word);
  ASSERT_TRUE(taken) << taken.error().one_line();
  EXPECT_EQ(std::get<core::Rejected>(taken->body).reason, *said.reason);
}

TEST(SignedCommand, AsksForWhatItNames) {
  const Desk desk;
  audit::Approval said = desk.approval();
  said.decision = "pause";
  const auto paused = desk.take(desk.signed_by_key(said));
  ASSERT_TRUE(paused) << paused.error().one_line();
  EXPECT_TRUE(std::holds_alternative<core::PauseRequested>(paused->body));
  EXPECT_EQ(paused->asker.person, kManager);
  EXPECT_EQ(paused->asker.signature,
            (SignedBy{base::sha256("document"), desk.key.key().fingerprint(), std::string(32, '0'),
                      "release-manager", kNow + kDay}));
  said.decision = "promote";
  const auto promoted = desk.take(desk.signed_by_key(said));
  ASSERT_TRUE(promoted) << promoted.error().one_line();
  EXPECT_TRUE(std::holds_alternative<core::PromoteRequested>(promoted->body));
  said.decision = "resume";
  said.steps = {"rollout/wave-1", "pre-check/backup"};
  const auto resumed = desk.take(desk.signed_by_key(said));
  ASSERT_TRUE(resumed) << resumed.error().one_line();
  EXPECT_EQ(std::get<core::ResumeRequested>(resumed->body).again,
            (std::vector<base::StepId>{base::StepId("pre-check/backup"),
                                       base::StepId("rollout/wave-1")}));
}

/// A step that a person attests, and one of its roles.
const core::Step& manual_step(const core::Plan& plan) {
  return *std::find_if(plan.steps.begin(), plan.steps.end(), [](const core::Step& step) {
    return std::holds_alternative<core::Attestation>(step.action);
  });
}

TEST(SignedCommand, AttestsOneStepInARoleOfTheStep) {
  Desk desk;
  for (core::Step& step : desk.plan.steps)
    if (step.id == manual_step(desk.plan).id) step.roles = {core::Role::Qa};
  desk.person().roles.push_back(core::Role::Qa);
  audit::Approval said = desk.approval();
  said.decision = "attest";
  said.role = "qa";
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "ENG-0030") << "no step";
  said.steps = {"no/step"};
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "ENG-0014");
  said.steps = {manual_step(desk.plan).id.str()};
  const auto attested = desk.take(desk.signed_by_key(said));
  ASSERT_TRUE(attested) << attested.error().one_line();
  EXPECT_EQ(std::get<core::Attested>(attested->body).step, manual_step(desk.plan).id);
  said.role = "release-manager";
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "ENG-0011");
  said.role = "qa";
  said.steps.emplace_back("another/step");
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "ENG-0030") << "two steps";
}

// Goal: whoever reads the text sees by what right it was said.
TEST(SignedCommand, IsSaidInARoleThatMayAskForIt) {
  Desk desk;
  desk.person().roles = {core::Role::ReleaseManager, core::Role::ProductOwner};
  audit::Approval said = desk.approval();
  said.role = "product-owner";
  for (const char* decision : {"pause", "resume", "promote", "rollback"}) {
    said.decision = decision;
    EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "ENG-0011") << decision;
  }
}

TEST(SignedCommand, TakesNoLineThatItHasNoUseFor) {
  const Desk desk;
  audit::Approval said = desk.approval();
  said.decision = "rollback";
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "ENG-0030") << "a rollback without a reason";
  said.decision = "pause";
  said.steps = {"rollout/wave-1"};
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "ENG-0030") << "a pause of a step";
  said.decision = "approve";
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "ENG-0030") << "an approval of a step";
  said = desk.approval();
  said.decision = "pause";
  said.head = audit::ApprovedHead{1, {}};
  EXPECT_EQ(desk.refusal(desk.signed_by_key(said)), "ENG-0030") << "a pause of the record";
  said = desk.approval();
  said.decision = "promote";
  const std::string reason = sealed("why not", Salt{1});
  said.reason = base::sha256(reason);
  SignedWord word = desk.signed_by_key(said);
  word.sealed_reason = reason;
  EXPECT_EQ(desk.refusal(word), "ENG-0030") << "a promotion with a reason";
}

TEST(SignedDocument, ShowsTextSignatureAndKey) {
  const Desk desk;
  const SignedWord word = desk.signed_by_key(desk.approval());
  const auto document = document_of(word);
  ASSERT_TRUE(document);
  const auto json = base::Json::parse(*document);
  EXPECT_EQ(json.at("text"), word.text);
  EXPECT_EQ(json.at("signature"), word.signature);
  EXPECT_EQ(json.at("key"), desk.key.key().to_string());
  EXPECT_EQ(document_of({"text", "no signature", {}, {}}).error().id, "AUD-0021");
}

}  // namespace
}  // namespace stellwerk::engine
