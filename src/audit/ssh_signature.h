// ssh_signature.h — OpenSSH signatures of files (SSHSIG): their form, and whether they verify.
//
// Role: how people sign approvals: with `ssh-keygen -Y sign`, verified here without OpenSSH. Who
// the key belongs to is the caller's question (allowed_signers.h, approval.h).
// Start here: verify_ssh_signature                            Thread-safety: values; any thread.
// Invariants: one spelling for one signature: what is read is written again byte for byte. No
// SHA-1; no signature of a security key that nobody touched.
// Spec: OpenSSH PROTOCOL.sshsig, PROTOCOL.u2f; RFC 8332 (RSA); docs/spec/approvals.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/ssh_key.h"
#include "audit/ssh_primitives.h"
#include "base/result.h"

namespace stellwerk::audit {

inline constexpr std::size_t kSshArmorBytesMax = 16384;
inline constexpr std::size_t kSshNamespaceBytesMax = 255;

/// What a security key says about a signature, and signs.
struct SecurityKeyFacts {
  std::uint8_t flags = 0;
  std::uint32_t counter = 0;  ///< of signatures, as the device counts them; 0 where it does not
  [[nodiscard]] bool user_present() const { return (flags & 0x01U) != 0; }   ///< it was touched
  [[nodiscard]] bool user_verified() const { return (flags & 0x04U) != 0; }  ///< PIN, fingerprint
  friend bool operator==(const SecurityKeyFacts&, const SecurityKeyFacts&) = default;
};

struct SshSignature {
  SshPublicKey key;
  std::string name_space;          ///< what the signature is for; 1 to 255 bytes of plain text
  SshHash hash = SshHash::Sha512;  ///< of the message
  std::string algorithm;           ///< as it is written: the key's type, or `rsa-sha2-512`
  std::string value;               ///< in the form of that algorithm
  std::optional<SecurityKeyFacts> security_key;  ///< with keys of that kind, and only with them
  friend bool operator==(const SshSignature&, const SshSignature&) = default;

  /// Reads exactly what ssh-keygen writes: header, lines of 70 characters of base64, footer, LF.
  /// Says nothing about whether it verifies.
  /// @errors InvalidArgument AUD-0021: another form, another version, an algorithm that is not
  /// supported or does not belong to the key; AUD-0020: a key that is none.
  static base::Result<SshSignature> parse(std::string_view armored);
  /// Reads the bytes inside the armor. @errors as parse()
  static base::Result<SshSignature> from_blob(std::string_view blob);
  [[nodiscard]] std::string to_blob() const;
  [[nodiscard]] std::string to_armored() const;
};

/// A message, and what a signature of it must be for.
struct SshSigned {
  std::string_view message;
  std::string_view name_space;
};

/// The bytes that are signed: not the message itself, but its hash, bound to the namespace.
std::string ssh_signed_data(const SshSigned& what, SshHash hash);

/// Checks that the signature is of this message, for this namespace, by the key that it names.
/// Whether that key may sign is not asked here.
/// @errors Rejected AUD-0023: it is for another namespace; AUD-0022: it does not verify; AUD-0029:
/// the security key was not touched
base::Result<void> verify_ssh_signature(const SshSigned& what, const SshSignature& signature);
/// Parses, then verifies. @errors those of both
base::Result<SshSignature> verify_ssh_signature(const SshSigned& what, std::string_view armored);

}  // namespace stellwerk::audit
