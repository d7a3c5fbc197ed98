// ssh_signer.h — private SSH keys of every type, as people and their security keys have them. For
// tests only.
//
// Role: makes keys and signs as ssh-keygen and authenticators do, so that verifying can be tested
// without either.                                                        Start here: SshSigner
// Thread-safety: one thread.                   Spec: OpenSSH PROTOCOL.sshsig, PROTOCOL.u2f
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "audit/ssh_key.h"
#include "audit/ssh_signature.h"

namespace stellwerk::audit::testing {

struct SignOptions {
  SshHash hash = SshHash::Sha512;
  std::string rsa_algorithm = "rsa-sha2-512";
  std::uint8_t flags = 0x01;  ///< of security keys: touched
  std::uint32_t counter = 7;
};

class SshSigner {
 public:
  /// A new random key; RSA has 2,048 bits.
  static SshSigner make(SshKeyType type, std::string_view application = "ssh:");

  [[nodiscard]] const SshPublicKey& key() const { return *key_; }
  [[nodiscard]] SshSignature sign(const SshSigned& what, const SignOptions& options = {}) const;
  /// What `ssh-keygen -Y sign` writes.
  [[nodiscard]] std::string armored(const SshSigned& what, const SignOptions& options = {}) const {
    return sign(what, options).to_armored();
  }

 private:
  SshSigner() = default;
  std::shared_ptr<void> secret_;
  std::shared_ptr<const SshPublicKey> key_;
};

}  // namespace stellwerk::audit::testing
