// Goal: one text for one approval, and a signature counts only for exactly what was signed, by a
// key that was known and valid when it was taken (docs/spec/approvals.md).
#include "audit/approval.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <utility>

#include "audit/allowed_signers.h"
#include "audit/testing/ssh_signer.h"

namespace stellwerk::audit {
namespace {

using testing::SshSigner;

base::WallTime moment(std::string_view text) { return base::parse_rfc3339(text).value(); }

Approval sample_approval() {
  Approval approval;
  approval.installation = base::InstallationId("valero-production");
  approval.release = base::ReleaseId("rel-2025-10-001");
  approval.plan = base::sha256("plan");
  approval.artifacts = {
      {base::ComponentName("document-domain"), base::SemVer::parse("1.3.0").value(),
       base::sha256("image")},
      {base::ComponentName("booking"), base::SemVer::parse("2.0.0-rc.1").value(), std::nullopt}};
  approval.role = "release-manager";
  approval.decision = "accept-completeness";
  approval.reason = base::sha256("reason");
  approval.head = ApprovedHead{.size = 4711, .root = base::sha256("root")};
  approval.nonce = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                    0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
  approval.expires = moment("2026-01-01T00:00:00Z");
  return approval;
}

std::string with_part(std::string text, std::string_view what, std::string_view with) {
  const auto place = text.find(what);
  EXPECT_NE(place, text.npos) << what;
  return text.replace(place, what.size(), with);
}

std::string why_of(const base::Result<Approval>& approval) {
  return approval ? "it was read" : approval.error().id + ": " + approval.error().why;
}

TEST(Approval, IsOneKeyALineInFixedOrder) {
  auto approval = sample_approval();
  EXPECT_EQ(approval.to_text(),
            "stellwerk-approval/v1\n"
            "installation: valero-production\n"
            "release: rel-2025-10-001\n"
            "plan: " +
                base::sha256("plan").to_string() +
                "\n"
                "artifact: booking 2.0.0-rc.1 none\n"
                "artifact: document-domain 1.3.0 " +
                base::sha256("image").to_string() +
                "\n"
                "role: release-manager\n"
                "decision: accept-completeness\n"
                "reason: " +
                base::sha256("reason").to_string() +
                "\n"
                "head: 4711 " +
                base::to_base64(base::sha256("root").bytes) +
                "\n"
                "nonce: 00112233445566778899aabbccddeeff\n"
                "expires: 2026-01-01T00:00:00Z\n");
  approval.artifacts = {};
  approval.reason = std::nullopt;
  approval.head = std::nullopt;
  EXPECT_EQ(approval.to_text(),
            "stellwerk-approval/v1\n"
            "installation: valero-production\n"
            "release: rel-2025-10-001\n"
            "plan: " +
                base::sha256("plan").to_string() +
                "\n"
                "role: release-manager\n"
                "decision: accept-completeness\n"
                "nonce: 00112233445566778899aabbccddeeff\n"
                "expires: 2026-01-01T00:00:00Z\n");
}

TEST(Approval, IsReadAsItWasWritten) {
  const auto text = sample_approval().to_text().value();
  const auto read = Approval::parse(text);
  ASSERT_TRUE(read) << why_of(read);
  EXPECT_EQ(read->to_text(), text);
  auto expected = sample_approval();
  expected.artifacts = in_order(expected.artifacts);
  EXPECT_EQ(*read, expected);
}

TEST(Approval, IsRefusedInAnyOtherSpelling) {
  const auto text = sample_approval().to_text().value();
  const auto booking = std::string("artifact: booking 2.0.0-rc.1 none\n");
  const std::pair<std::string, std::string> cases[] = {
      {"", "it does not end in a newline"},
      {text.substr(0, text.size() - 1), "it does not end in a newline"},
      {std::string(32768, 'x') + "\n", "it is larger than 32 KiB"},
      {"\n", "line 1: expected `stellwerk-approval/v1`"},
      {"\xef\xbb\xbf" + text, "line 1: expected `stellwerk-approval/v1`"},
      {with_part(text, "/v1", "/v2"), "line 1: expected `stellwerk-approval/v1`"},
      {with_part(text, "/v1\n", "/v1\r\n"), "line 1: expected `stellwerk-approval/v1`"},
      {text + "\n", "line 13: expected the end"},
      {text + "nonce: 00\n", "line 13: expected the end"},
      {with_part(text, "installation: ", "installation:"), "line 2: expected `installation: …`"},
      {with_part(text, "installation: valero", "installation:  valero"),
       "line 2: unexpected ' ' at position 1: only a-z, 0-9, '.', '_' and '-' are allowed"},
      {with_part(text, "plan: sha256:", "plan: SHA256:"), "line 4: it must begin with sha256:"},
      {with_part(text, "none", "None"), "line 5: it must begin with sha256:"},
      {with_part(text, "2.0.0-rc.1", "02.0.0"), ""},
      {with_part(text, "booking 2.0.0-rc.1", "booking  2.0.0-rc.1"),
       "line 5: it is COMPONENT VERSION DIGEST"},
      {with_part(text, booking, ""), "it was read"},
      {with_part(with_part(text, booking, ""), "role: ", booking + "role: "),
       "its artifacts or steps are not in the order of their names"},
      {with_part(text, booking, booking + booking), "booking is there twice"},
      {with_part(text, "role: release-manager", "role: Release"),
       "line 7: it is 1 to 63 of a-z and -"},
      {with_part(text, "role: release-manager", "role: "), "line 7: it is 1 to 63 of a-z and -"},
      {with_part(text, "decision: accept-completeness", "decision: " + std::string(64, 'a')),
       "line 8: it is 1 to 63 of a-z and -"},
      {with_part(text, "head: 4711", "head: 04711"), "line 10: it is SIZE ROOT"},
      {with_part(text, "head: 4711", "head: 99999999999999999999"), "line 10: it is SIZE ROOT"},
      {with_part(text, "head: 4711 ", "head: 4711"), "line 10: it is SIZE ROOT"},
      {with_part(text, "nonce: 00112233", "nonce: 0011223"),
       "line 11: the number of digits is odd"},
      {with_part(text, "nonce: 00112233", "nonce: 001122"), "line 11: it is 32 of 0-9 and a-f"},
      {with_part(text, "aabbcc", "AABBCC"), "line 11: it is 32 of 0-9 and a-f"},
      {with_part(text, "00:00:00Z", "00:00:00.000Z"),
       "line 12: a time is written 2026-01-01T00:00:00Z"},
      {with_part(text, "00:00:00Z", "00:00:00.5Z"),
       "line 12: a time is written 2026-01-01T00:00:00Z"},
      {with_part(text, "00:00:00Z", "00:00:00+00:00"),
       "line 12: a time is written 2026-01-01T00:00:00Z"},
      {with_part(text, "2026-01-01", "2026-02-30"), "line 12: there is no day 2026-02-30"},
  };
  for (const auto& [changed, why] : cases) {
    const auto read = Approval::parse(changed);
    if (why == "it was read") {
      EXPECT_TRUE(read) << why_of(read);
    } else if (why.empty()) {
      EXPECT_FALSE(read);
    } else {
      EXPECT_EQ(why_of(read), "AUD-0026: " + why) << changed;
    }
  }
}

// Goal: a command's steps have one spelling, and a text without any is what it always was.
TEST(Approval, NamesStepsInTheirOrder) {
  Approval said = sample_approval();
  said.decision = "resume";
  said.steps = {"rollout/wave-2", "pre-check/backup"};
  const auto text = said.to_text().value();
  const std::string steps = "step: pre-check/backup\nstep: rollout/wave-2\n";
  EXPECT_NE(text.find("decision: resume\n" + steps + "reason: "), std::string::npos) << text;
  const auto read = Approval::parse(text);
  ASSERT_TRUE(read) << why_of(read);
  EXPECT_EQ(read->steps, (std::vector<std::string>{"pre-check/backup", "rollout/wave-2"}));

  const std::string first = "step: pre-check/backup\n";
  EXPECT_EQ(why_of(Approval::parse(with_part(text, steps, "step: rollout/wave-2\n" + first))),
            "AUD-0026: its artifacts or steps are not in the order of their names");
  EXPECT_EQ(why_of(Approval::parse(with_part(text, first, first + first))),
            "AUD-0026: \"pre-check/backup\" is there twice");
  for (const char* bad : {"", "/", "a//b", "a/", "A/b", "a b", "../x"})
    EXPECT_FALSE(Approval::parse(with_part(text, first, "step: " + std::string(bad) + "\n")))
        << bad;
  EXPECT_FALSE(Approval::parse(with_part(text, "step: pre", "step: " + std::string(200, 'a'))));
  said.steps = {"a\nrole: x"};
  EXPECT_FALSE(said.to_text());
  said.steps.clear();
  for (int i = 0; i < 65; ++i) said.steps.push_back("step/" + std::to_string(i));
  EXPECT_FALSE(said.to_text());
}

TEST(Approval, IsNotWrittenWithFieldsThatCannotBe) {
  std::vector<Approval> bad(10, sample_approval());
  bad[0].installation = base::InstallationId("a\nrole: x");
  bad[1].release = base::ReleaseId("");
  bad[2].role = "role\ndecision: approve";
  bad[3].decision = "";
  bad[4].expires = moment("2026-01-01T00:00:00.001Z");
  bad[5].expires = base::WallTime{std::numeric_limits<std::int64_t>::max()};
  bad[6].artifacts[0].component = base::ComponentName("a b");
  bad[7].artifacts[1].component = bad[7].artifacts[0].component;
  bad[8].artifacts[0].version.build = {std::string(200, 'b')};
  bad[9].artifacts[0].version.pre_release = {"a b"};
  for (const auto& approval : bad) {
    const auto text = approval.to_text();
    ASSERT_FALSE(text) << *text;
    EXPECT_EQ(text.error().id, "AUD-0026");
  }
}

TEST(Approval, BoundsItsArtifacts) {
  auto approval = sample_approval();
  approval.artifacts.clear();
  for (int i = 0; i < 64; ++i) {
    approval.artifacts.push_back({base::ComponentName("component-" + std::to_string(i)),
                                  base::SemVer::parse("1.0.0").value(), base::sha256("x")});
  }
  EXPECT_TRUE(Approval::parse(approval.to_text().value()));
  approval.artifacts.push_back({base::ComponentName("z"), {}, std::nullopt});
  EXPECT_FALSE(approval.to_text());
}

// --- whether it counts ---

class CheckApproval : public ::testing::Test {
 protected:
  static ExpectedApproval expected() {
    const auto approval = sample_approval();
    return {.installation = approval.installation,
            .release = approval.release,
            .plan = approval.plan,
            .artifacts = approval.artifacts,
            .now = moment("2025-10-15T12:00:00.250Z")};
  }
  [[nodiscard]] Signer anna() const {
    return {.person = base::PersonId("anna"),
            .key = anna_.key(),
            .valid_after = std::nullopt,
            .valid_before = std::nullopt,
            .revoked_at = std::nullopt};
  }
  [[nodiscard]] std::string signature_of(const std::string& text) const {
    return anna_.armored({text, kApprovalNamespace});
  }
  /// `code id: why` of the sample, signed by anna.
  [[nodiscard]] std::string answer(const ExpectedApproval& wanted, const Signer& signer) const {
    const std::array signers{signer};
    return said(check_approval({text_, signature_of(text_)}, wanted, signers));
  }
  static std::string said(const base::Result<CheckedApproval>& checked) {
    if (checked) return "counts";
    const auto& error = checked.error();
    return fmt::format("{} {}: {}", base::to_string(error.code), error.id, error.why);
  }

  const std::string text_ = sample_approval().to_text().value();
  const SshSigner anna_ = SshSigner::make(SshKeyType::Ed25519);
};

TEST_F(CheckApproval, CountsForExactlyWhatWasSigned) {
  const std::array signers{anna()};
  const auto checked = check_approval({text_, signature_of(text_)}, expected(), signers);
  ASSERT_TRUE(checked) << said(checked);
  EXPECT_EQ(checked->person, base::PersonId("anna"));
  EXPECT_EQ(checked->approval.role, "release-manager");
  EXPECT_EQ(checked->approval.decision, "accept-completeness");
  EXPECT_EQ(checked->fingerprint, anna_.key().fingerprint());
  EXPECT_EQ(checked->security_key, std::nullopt);
}

TEST_F(CheckApproval, IsForgedWhenTheTextIsNotTheOneSigned) {
  const std::array signers{anna()};
  const auto changed = with_part(text_, "accept-completeness", "approve");
  EXPECT_TRUE(said(check_approval({changed, signature_of(text_)}, expected(), signers))
                  .starts_with("rejected AUD-0022: "));
  const auto other = SshSigner::make(SshKeyType::Ed25519);
  auto signature = SshSignature::parse(other.armored({text_, kApprovalNamespace})).value();
  signature.key = anna_.key();
  EXPECT_TRUE(said(check_approval({text_, signature.to_armored()}, expected(), signers))
                  .starts_with("rejected AUD-0022: "));
}

TEST_F(CheckApproval, IsRefusedForAnotherUse) {
  const std::array signers{anna()};
  EXPECT_EQ(said(check_approval({text_, anna_.armored({text_, "git"})}, expected(), signers)),
            "rejected AUD-0023: its namespace is \"git\", not \"approval@stellwerk\"");
}

TEST_F(CheckApproval, IsRefusedWhenItIsNone) {
  const std::array signers{anna()};
  const std::string note = "I approve\n";
  EXPECT_EQ(said(check_approval({note, signature_of(note)}, expected(), signers)),
            "invalid_argument AUD-0026: line 1: expected `stellwerk-approval/v1`");
  EXPECT_TRUE(said(check_approval({text_, "yes"}, expected(), signers))
                  .starts_with("invalid_argument AUD-0021: "));
}

TEST_F(CheckApproval, IsReplayedForAnotherInstallationReleasePlanOrArtifact) {
  auto wanted = expected();
  wanted.installation = base::InstallationId("valero-test");
  EXPECT_EQ(answer(wanted, anna()),
            "rejected AUD-0027: its installation is valero-production, not valero-test");
  wanted = expected();
  wanted.release = base::ReleaseId("rel-2025-10-002");
  EXPECT_EQ(answer(wanted, anna()),
            "rejected AUD-0027: its release is rel-2025-10-001, not rel-2025-10-002");
  wanted = expected();
  wanted.plan = base::sha256("another");
  EXPECT_TRUE(answer(wanted, anna()).starts_with("rejected AUD-0027: its plan is sha256:"));
  wanted = expected();
  wanted.artifacts[1].version = base::SemVer::parse("2.0.0-rc.2").value();
  EXPECT_EQ(answer(wanted, anna()),
            "rejected AUD-0027: its artifact is booking 2.0.0-rc.1 none, not booking 2.0.0-rc.2 "
            "none");
  wanted = expected();
  wanted.artifacts[0].digest = base::sha256("another image");
  EXPECT_TRUE(answer(wanted, anna()).starts_with("rejected AUD-0027: its artifact is document-"));
  wanted = expected();
  wanted.artifacts[0].digest = std::nullopt;
  EXPECT_TRUE(answer(wanted, anna()).starts_with("rejected AUD-0027: its artifact is document-"));
  wanted = expected();
  wanted.artifacts.pop_back();
  EXPECT_TRUE(answer(wanted, anna()).starts_with("rejected AUD-0027: its artifact is booking"));
  wanted.artifacts = expected().artifacts;
  wanted.artifacts.push_back({base::ComponentName("zoll"), {}, std::nullopt});
  EXPECT_EQ(answer(wanted, anna()), "rejected AUD-0027: its artifact is none, not zoll 0.0.0 none");
}

TEST_F(CheckApproval, ExpiresWithTheSecondItNames) {
  auto wanted = expected();
  wanted.now = moment("2025-12-31T23:59:59.999999Z");
  EXPECT_EQ(answer(wanted, anna()), "counts");
  wanted.now = moment("2026-01-01T00:00:00Z");
  EXPECT_EQ(answer(wanted, anna()), "rejected AUD-0028: it counted until 2026-01-01T00:00:00.000Z");
}

TEST_F(CheckApproval, NeedsAKeyThatIsKnownAndValid) {
  auto signer = anna();
  signer.valid_after = moment("2025-10-15T12:00:01Z");
  EXPECT_EQ(answer(expected(), signer),
            "forbidden AUD-0025: it is not yet valid: from 2025-10-15T12:00:01.000Z on; it is a "
            "key of anna");
  signer.valid_after = moment("2025-10-15T12:00:00.900Z");  // the same second
  EXPECT_EQ(answer(expected(), signer), "counts");
  signer = anna();
  signer.valid_before = moment("2025-10-15T11:59:59Z");
  EXPECT_EQ(answer(expected(), signer),
            "forbidden AUD-0025: it is no longer valid: until 2025-10-15T11:59:59.000Z; it is a "
            "key of anna");
  signer.valid_before = moment("2025-10-15T12:00:00Z");
  EXPECT_EQ(answer(expected(), signer), "counts");
  signer = anna();
  signer.key = SshSigner::make(SshKeyType::Ed25519).key();
  EXPECT_EQ(answer(expected(), signer), "unauthenticated AUD-0025: it is unknown");
  EXPECT_EQ(said(check_approval({text_, signature_of(text_)}, expected(), {})),
            "unauthenticated AUD-0025: it is unknown");
}

TEST_F(CheckApproval, IsVoidedByAnEarlierRevocationOnly) {
  auto signer = anna();
  signer.revoked_at =
      moment("2025-10-15T12:00:00.900Z");  // counts from the beginning of its second
  EXPECT_EQ(answer(expected(), signer),
            "forbidden AUD-0025: it was revoked at 2025-10-15T12:00:00.900Z; it is a key of anna");
  signer.revoked_at = moment("2025-10-15T12:00:01Z");
  EXPECT_EQ(answer(expected(), signer), "counts");
}

TEST_F(CheckApproval, IsNobodysWhenTheKeyIsOfTwoPersons) {
  auto bert = anna();
  bert.person = base::PersonId("bert");
  std::vector<Signer> signers{anna(), bert};
  EXPECT_EQ(said(check_approval({text_, signature_of(text_)}, expected(), signers)),
            "conflict AUD-0025: it is listed for anna and for bert: whose is it?");
  // Handed on: each in their time.
  signers[0].revoked_at = moment("2025-10-01T00:00:00Z");
  const auto checked = check_approval({text_, signature_of(text_)}, expected(), signers);
  ASSERT_TRUE(checked) << said(checked);
  EXPECT_EQ(checked->person, base::PersonId("bert"));
}

TEST_F(CheckApproval, IsRefusedWithAnyByteOfTextOrSignatureChanged) {
  const std::array signers{anna()};
  const auto signature = signature_of(text_);
  for (const int change : {0x01, 0x20}) {  // the second turns letters into capitals
    for (std::size_t i = 0; i < text_.size(); ++i) {
      auto changed = text_;
      changed[i] = static_cast<char>(changed[i] ^ change);
      EXPECT_FALSE(check_approval({changed, signature}, expected(), signers)) << i;
    }
    for (std::size_t i = 0; i < signature.size(); ++i) {
      auto changed = signature;
      changed[i] = static_cast<char>(changed[i] ^ change);
      EXPECT_FALSE(check_approval({text_, changed}, expected(), signers)) << i;
    }
  }
}

TEST_F(CheckApproval, ExportsSignersThatAllowWhatItAllows) {
  std::vector<Signer> signers(6, anna());
  signers[1].valid_after = moment("2025-01-01T00:00:00.700Z");
  signers[1].valid_before = moment("2025-12-31T00:00:00Z");
  signers[2].revoked_at = moment("2025-06-01T00:00:00.700Z");
  signers[3].valid_before = moment("2025-03-01T00:00:00Z");
  signers[3].revoked_at = moment("2025-06-01T00:00:00Z");
  signers[4].valid_after = signers[4].revoked_at = moment("2025-06-01T00:00:00Z");  // never valid
  signers[5].valid_after = moment("1969-06-01T00:00:00Z");
  signers[5].revoked_at = moment("1970-01-01T00:00:01Z");
  const std::string head = "anna namespaces=\"approval@stellwerk\"";
  const std::string key = anna_.key().to_string();
  EXPECT_EQ(allowed_signers_of(signers),
            head + " " + key + "\n" + head +
                ",valid-after=\"20250101000000Z\",valid-before=\"20251231000000Z\" " + key + "\n" +
                head + ",valid-before=\"20250531235959Z\" " + key + "\n" + head +
                ",valid-before=\"20250301000000Z\" " + key + "\n");
  signers[0].person = base::PersonId("*");
  const auto text = allowed_signers_of(signers);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().id, "AUD-0024");
}

}  // namespace
}  // namespace stellwerk::audit
