// Goal: the commands of docs/spec/approvals.md, run as they stand there, sign an approval and
// verify it with OpenSSH alone; and both sides come to the same answer about it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>

#include "audit/approval.h"
#include "audit/testing/ssh_signer.h"
#include "openssh/workshop.h"

namespace stellwerk::openssh {
namespace {

const std::string kPage = STELLWERK_DOCS "/spec/approvals.md";

/// What stands in the code blocks of that kind, one after the other.
std::vector<std::string> blocks_of(const std::string& page, const std::string& kind) {
  std::vector<std::string> blocks;
  const std::string begin = "\n```" + kind + "\n";
  for (auto at = page.find(begin); at != page.npos; at = page.find(begin, at + 1)) {
    const auto first = at + begin.size();
    blocks.push_back(page.substr(first, page.find("\n```\n", first) + 1 - first));
  }
  return blocks;
}

base::WallTime moment(std::string_view text) { return base::parse_rfc3339(text).value(); }

class Auditor : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(shop_.path(".ssh"));
    shop_.make_key(".ssh/id_ed25519", "ed25519", "");
    page_ = text_of_file(kPage);
    const auto texts = blocks_of(page_, "text");
    ASSERT_FALSE(texts.empty());
    text_ = texts.front();
    shop_.write("approval.txt", text_);
    shop_.write("allowed_signers", audit::allowed_signers_of(std::array{anna()}).value());
  }
  [[nodiscard]] audit::Signer anna() const {
    return {.person = base::PersonId("anna"),
            .key = audit::SshPublicKey::parse(shop_.read(".ssh/id_ed25519.pub")).value(),
            .valid_after = std::nullopt,
            .valid_before = std::nullopt,
            .revoked_at = std::nullopt};
  }
  [[nodiscard]] Answer sign() const { return shop_.shell(blocks_of(page_, "sh").at(0)); }
  [[nodiscard]] base::Result<audit::CheckedApproval> check(const audit::Signer& signer) const {
    const auto approval = audit::Approval::parse(text_).value();
    const std::string signature = shop_.read("approval.txt.sig");
    return audit::check_approval({text_, signature},
                                 {.installation = approval.installation,
                                  .release = approval.release,
                                  .plan = approval.plan,
                                  .artifacts = approval.artifacts,
                                  .now = moment("2025-10-15T12:00:00.500Z")},
                                 std::array{signer});
  }

  Workshop shop_;
  std::string page_;
  std::string text_;
};

TEST_F(Auditor, VerifiesWithTheCommandsOfThePage) {
  const auto approval = audit::Approval::parse(text_);
  ASSERT_TRUE(approval) << approval.error().one_line();
  const auto commands = blocks_of(page_, "sh");
  ASSERT_EQ(commands.size(), 3U);
  const auto signing = shop_.shell(commands[0]);
  ASSERT_TRUE(signing.good()) << signing.err;
  const auto found = shop_.shell(commands[1]);
  EXPECT_EQ(found.out, "anna\n") << found.err;
  const auto verified = shop_.shell(commands[2]);
  EXPECT_TRUE(verified.good()) << verified.err;
  const auto fingerprint = anna().key.fingerprint();
  EXPECT_EQ(verified.out, "Good \"approval@stellwerk\" signature for anna with ED25519 key " +
                              fingerprint + "\n");
  const auto checked = check(anna());
  ASSERT_TRUE(checked) << checked.error().one_line();
  EXPECT_EQ(checked->person, base::PersonId("anna"));
  EXPECT_EQ(checked->fingerprint, fingerprint);
}

TEST_F(Auditor, RefusesWhatIsRefusedHere) {
  ASSERT_TRUE(sign().good());
  const auto verify = blocks_of(page_, "sh").at(2);
  auto signer = anna();
  signer.revoked_at =
      moment("2025-10-15T12:00:00.900Z");  // counts from the beginning of its second
  shop_.write("allowed_signers", audit::allowed_signers_of(std::array{signer}).value());
  EXPECT_FALSE(shop_.shell(verify).good());
  EXPECT_FALSE(check(signer));
  signer.revoked_at = moment("2025-10-15T12:00:01Z");
  shop_.write("allowed_signers", audit::allowed_signers_of(std::array{signer}).value());
  EXPECT_TRUE(shop_.shell(verify).good());
  EXPECT_TRUE(check(signer));
  shop_.write("approval.txt", text_ + "\n");
  EXPECT_FALSE(shop_.shell(verify).good());
}

TEST_F(Auditor, VerifiesApprovalsOfSecurityKeys) {
  for (const auto type : {audit::SshKeyType::SkEd25519, audit::SshKeyType::SkEcdsaP256}) {
    const auto device = audit::testing::SshSigner::make(type);
    auto signer = anna();
    signer.key = device.key();
    shop_.write("approval.txt.sig", device.armored({text_, audit::kApprovalNamespace}));
    shop_.write("allowed_signers", audit::allowed_signers_of(std::array{signer}).value());
    const auto verified = shop_.shell(blocks_of(page_, "sh").at(2));
    EXPECT_TRUE(verified.good()) << verified.err;
    const auto checked = check(signer);
    ASSERT_TRUE(checked) << checked.error().one_line();
    EXPECT_TRUE(checked->security_key->user_present());
  }
}

}  // namespace
}  // namespace stellwerk::openssh
