// Public keys of OpenSSH: the line of a .pub file, and the bytes it stands for. What is read is of
// a supported type, has one spelling, and can be used to verify.
#include "audit/ssh_key.h"

#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

void check_ssh_key(const audit::SshPublicKey& key) {
  FUZZ_REQUIRE(audit::SshPublicKey::from_blob(key.blob()) == key);
  FUZZ_REQUIRE(audit::SshPublicKey::parse(key.to_string()) == key);
  FUZZ_REQUIRE(audit::names_ssh_key_type(audit::to_string(key.type())));
  FUZZ_REQUIRE(key.fingerprint().size() == 50);
  const auto material = key.material();
  FUZZ_REQUIRE(material.point.empty() == (key.type() == audit::SshKeyType::Rsa));
  FUZZ_REQUIRE(material.modulus.empty() == material.exponent.empty());
  FUZZ_REQUIRE(material.application.starts_with("ssh:") == audit::is_security_key(key.type()));
}

}  // namespace

void take(std::string_view bytes) {
  for (const auto& key :
       {audit::SshPublicKey::parse(bytes), audit::SshPublicKey::from_blob(bytes)}) {
    if (key) check_ssh_key(*key);
    if (!key) FUZZ_REQUIRE(key.error().id == "AUD-0020" && !key.error().why.empty());
  }
}

}  // namespace stellwerk::fuzz
