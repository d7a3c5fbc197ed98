// note_key.h — Ed25519 keys of signed notes: their text, their id, and checking a signature.
//
// Role: what a verifier is given. Signing is the port Signer (adapters/file).   Start here:
// VerifierKey Thread-safety: values; any thread.                                       Spec:
// c2sp.org/signed-note
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"

namespace stellwerk::audit {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;

/// The first byte of a key's bytes in its text form.
constexpr std::uint8_t kEd25519KeyType = 0x01;

struct VerifierKey {
  std::string name;  ///< of the log: its origin
  Ed25519PublicKey public_key{};
  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;

  /// The first four bytes of SHA256(name || 0x0A || 0x01 || public key), big-endian.
  [[nodiscard]] std::uint32_t id() const;
  /// `<name>+<8 hex digits of id>+<base64 of 0x01 || public key>`.
  [[nodiscard]] std::string to_string() const;
  /// @errors InvalidArgument AUD-0005: not that form, an id that does not fit, another kind of key.
  static base::Result<VerifierKey> parse(std::string_view text);
};

/// Not empty, UTF-8, without spaces of any kind, control characters and `+`.
bool valid_key_name(std::string_view name);

bool verify_ed25519(const Ed25519PublicKey& key, std::string_view message, base::Bytes signature);

}  // namespace stellwerk::audit
