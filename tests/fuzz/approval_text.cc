// The text of an approval, and an unsigned one offered as signed: one spelling, bounded fields, and
// it never counts.
#include "audit/approval.h"
#include "audit/testing/ssh_examples.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

void check_never_counts(std::string_view bytes) {
  static const audit::SshPublicKey example_key =
      audit::SshPublicKey::parse(audit::testing::kEd25519Line).value();
  const audit::Signer signer{.person = base::PersonId("anna"),
                             .key = example_key,
                             .valid_after = std::nullopt,
                             .valid_before = std::nullopt,
                             .revoked_at = std::nullopt};
  const auto checked =
      audit::check_approval({bytes, audit::testing::kSignedArmor}, {}, {&signer, 1});
  FUZZ_REQUIRE(!checked && !checked.error().why.empty());
}

}  // namespace

void take(std::string_view bytes) {
  const auto approval = audit::Approval::parse(bytes);
  check_never_counts(bytes);
  if (!approval) {
    FUZZ_REQUIRE(approval.error().id == "AUD-0026" && !approval.error().why.empty());
    return;
  }
  FUZZ_REQUIRE(approval->to_text() == bytes);
  FUZZ_REQUIRE(approval->artifacts.size() <= audit::kApprovedArtifactsMax);
  FUZZ_REQUIRE(!approval->role.empty() && approval->role.size() < 64);
  FUZZ_REQUIRE(!approval->decision.empty() && approval->decision.size() < 64);
}

}  // namespace stellwerk::fuzz
