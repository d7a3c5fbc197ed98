// Signatures of OpenSSH, in armor and without. One spelling each; and only one text was ever signed
// with the key that is known here.
#include "audit/ssh_signature.h"

#include "audit/testing/ssh_examples.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

constexpr audit::SshSigned kSigned{audit::testing::kSignedMessage, "approval@stellwerk"};

const audit::SshPublicKey& known_ssh_key() {
  static const audit::SshPublicKey example_key =
      audit::SshPublicKey::parse(audit::testing::kEd25519Line).value();
  return example_key;
}

void check_signature(const audit::SshSignature& signature) {
  FUZZ_REQUIRE(audit::SshSignature::from_blob(signature.to_blob()) == signature);
  FUZZ_REQUIRE(audit::SshSignature::parse(signature.to_armored()) == signature);
  FUZZ_REQUIRE(!signature.name_space.empty());
  FUZZ_REQUIRE(signature.security_key.has_value() == audit::is_security_key(signature.key.type()));
  const bool fits = audit::verify_ssh_signature(kSigned, signature).has_value();
  const bool example = signature.to_armored() == audit::testing::kSignedArmor;
  FUZZ_REQUIRE(!example || fits);
  FUZZ_REQUIRE(!fits || example || signature.key != known_ssh_key());
  FUZZ_REQUIRE(!audit::verify_ssh_signature({kSigned.message, ""}, signature));
}

}  // namespace

void take(std::string_view bytes) {
  const auto armored = audit::SshSignature::parse(bytes);
  if (armored) FUZZ_REQUIRE(armored->to_armored() == bytes);
  const auto plain = audit::SshSignature::from_blob(bytes);
  if (plain) FUZZ_REQUIRE(plain->to_blob() == bytes);
  for (const auto& signature : {armored, plain}) {
    if (signature) check_signature(*signature);
    if (!signature) {
      const auto& id = signature.error().id;
      FUZZ_REQUIRE((id == "AUD-0021" || id == "AUD-0020") && !signature.error().why.empty());
    }
  }
}

}  // namespace stellwerk::fuzz
