// ssh_key.h — OpenSSH public keys: their line, their bytes, their fingerprint.
//
// Role: who may sign approvals is told by such keys.                    Start here: SshPublicKey
// Thread-safety: values; any thread.
// Invariants: a key is of a known type and well formed: a point on its curve and not a weak
// one, an RSA modulus of 2,048 to 16,384 bits. Certificates and DSA are no keys here.
// Spec: RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4; OpenSSH PROTOCOL.u2f; sshd(8), AUTHORIZED_KEYS
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace stellwerk::audit {

enum class SshKeyType : std::uint8_t {
  Ed25519,
  EcdsaP256,
  EcdsaP384,
  EcdsaP521,
  Rsa,
  SkEd25519,  ///< `sk-`: the private key is in a security key (FIDO), which wants to be touched
  SkEcdsaP256,
};
inline constexpr SshKeyType kLastSshKeyType = SshKeyType::SkEcdsaP256;

/// `ssh-ed25519`: as OpenSSH names it.
std::string_view to_string(SshKeyType type);
constexpr bool is_security_key(SshKeyType type) {
  return type == SshKeyType::SkEd25519 || type == SshKeyType::SkEcdsaP256;
}

/// The longest line that is read.
inline constexpr std::size_t kSshKeyLineBytesMax = 8192;

/// What a key's bytes hold; views into them.
struct SshKeyMaterial {
  std::string_view point;        ///< Ed25519: 32 bytes; ECDSA: 0x04 || X || Y
  std::string_view exponent;     ///< RSA: unsigned, big-endian, without leading zeros
  std::string_view modulus;      ///< RSA: the same
  std::string_view application;  ///< security keys: `ssh:` or `ssh:…`
};

/// The two words of a key's line.
struct SshKeyText {
  std::string_view type;
  std::string_view base64;
};

class SshPublicKey {
 public:
  /// Reads `TYPE BASE64 [COMMENT]`, as ssh-keygen writes it into a .pub file; the line's end and
  /// the comment are dropped.
  /// @errors InvalidArgument AUD-0020: not that form, or no key of a known type; `why` says where.
  static base::Result<SshPublicKey> parse(std::string_view line);
  /// The same of its two words. @errors InvalidArgument AUD-0020, where `why` is about the base64
  static base::Result<SshPublicKey> from_text(const SshKeyText& text);
  /// Reads the bytes that the base64 stands for. @errors InvalidArgument AUD-0020
  static base::Result<SshPublicKey> from_blob(std::string_view blob);

  [[nodiscard]] SshKeyType type() const { return type_; }
  [[nodiscard]] const std::string& blob() const { return blob_; }
  [[nodiscard]] SshKeyMaterial material() const&;
  SshKeyMaterial material() const&& = delete;  // its views would outlive the key
  /// `SHA256:<base64 without padding>`, as `ssh-keygen -l` prints it.
  [[nodiscard]] std::string fingerprint() const;
  /// `TYPE BASE64`: what parse() reads.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const SshPublicKey&, const SshPublicKey&) = default;

 private:
  SshPublicKey(SshKeyType type, std::string blob) : type_(type), blob_(std::move(blob)) {}

  SshKeyType type_;
  std::string blob_;
};

/// Whether `word` is what a key's line begins with: a type that is known here, or one that OpenSSH
/// knows and that is refused.
bool names_ssh_key_type(std::string_view word);
/// Why `word` is no type of key that is supported; empty when it is one.
std::string ssh_key_type_problem(std::string_view word);

}  // namespace stellwerk::audit
