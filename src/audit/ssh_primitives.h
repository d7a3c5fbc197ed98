// ssh_primitives.h — the mathematics under SSH signatures: ECDSA, RSA and hashes, by OpenSSL.
//
// Role: under ssh_key and ssh_signature; nothing else needs it. Ed25519 is in note_key.h.
// Start here: verify_ecdsa                      Thread-safety: any thread.
// Invariants: takes any bytes; what cannot be used is "does not verify", never a crash.
// Spec: RFC 5656 §3.1 (ECDSA), RFC 8332 (RSA with SHA-2), FIPS 180-4
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stellwerk::audit {

enum class SshCurve : std::uint8_t { P256, P384, P521 };
enum class SshHash : std::uint8_t { Sha256, Sha512 };

/// `sha256`, as in an SSH signature.
std::string_view to_string(SshHash hash);

std::string ssh_hash(SshHash hash, std::string_view data);

/// Uncompressed (0x04 || X || Y), on the curve, not the point at infinity.
bool valid_ec_point(SshCurve curve, std::string_view point);

/// A point of small order as public key of Ed25519: there are signatures that verify with it for
/// any text, so they would prove nothing.
bool weak_ed25519_point(std::string_view point);

struct EcdsaSignature {
  std::string_view r;  ///< unsigned, big-endian
  std::string_view s;
};
/// The hash is the curve's: SHA-256, SHA-384, SHA-512.
struct EcdsaKey {
  SshCurve curve = SshCurve::P256;
  std::string_view point;
};
bool verify_ecdsa(const EcdsaKey& key, const EcdsaSignature& signature, std::string_view data);

struct RsaKey {
  std::string_view modulus;  ///< unsigned, big-endian
  std::string_view exponent;
};
struct RsaSignature {
  SshHash hash = SshHash::Sha512;
  std::string_view bytes;  ///< PKCS #1 v1.5
};
bool verify_rsa(const RsaKey& key, const RsaSignature& signature, std::string_view data);

}  // namespace stellwerk::audit
