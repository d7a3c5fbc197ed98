// note_key.h — keys of signed notes: their text, their id, and checking a signature.
//
// Role: what a verifier is given. Signing is the port Signer (adapters/file).
// Start here: VerifierKey. Thread-safety: values; any thread.
// Invariants: a VerifierKey is of a kind that is verified here; KeyText holds those of any kind.
// Spec: c2sp.org/signed-note, c2sp.org/tlog-cosignature
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"

namespace stellwerk::audit {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;

/// What a key signs and how: the first byte of a key's bytes in its text form. Open: others are
/// assigned (0x06: ML-DSA-44 cosignatures), so a reader passes over kinds that are not here.
enum class KeyType : std::uint8_t {
  Ed25519 = 0x01,             ///< a log: signs the note's text
  Ed25519Cosignature = 0x04,  ///< a witness: signs a time and the note's text (cosignature.h)
};

constexpr std::uint8_t kEd25519KeyType = static_cast<std::uint8_t>(KeyType::Ed25519);

/// A key's text taken apart, of whatever kind it is.
struct KeyText {
  std::string name;
  std::uint8_t type = 0;
  std::string material;  ///< the public key's bytes, in the form of its kind
  friend bool operator==(const KeyText&, const KeyText&) = default;

  /// The first four bytes of SHA256(name || 0x0A || type || material), big-endian.
  [[nodiscard]] std::uint32_t id() const;
  /// `<name>+<8 hex digits of id>+<base64 of type || material>`.
  [[nodiscard]] std::string to_string() const;
  /// @errors InvalidArgument AUD-0005: not that form, over 4 KiB, an id that does not fit.
  static base::Result<KeyText> parse(std::string_view text);
};

struct VerifierKey {
  std::string name;  ///< of a log: its origin
  Ed25519PublicKey public_key{};
  KeyType type = KeyType::Ed25519;
  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;

  [[nodiscard]] std::uint32_t id() const;       ///< as KeyText::id
  [[nodiscard]] std::string to_string() const;  ///< as KeyText::to_string
  /// @errors InvalidArgument AUD-0005: as KeyText::parse, or a kind of key not verified here.
  static base::Result<VerifierKey> parse(std::string_view text);
  /// @errors InvalidArgument AUD-0005: a kind of key that is not verified here.
  static base::Result<VerifierKey> from(const KeyText& text);
};

/// Not empty, UTF-8, without spaces of any kind, control characters and `+`.
bool valid_key_name(std::string_view name);

bool verify_ed25519(const Ed25519PublicKey& key, std::string_view message, base::Bytes signature);

}  // namespace stellwerk::audit
