// cosignature.h — cosignatures: a witness's word that a checkpoint continues all it saw before.
//
// Role: witnesses sign cosigned_message and answer cosignature_line; verifiers check a checkpoint
// with the signatures of its log and of witnesses.
// Start here: verify_cosigned. Thread-safety: values; any thread.
// Invariants: the payload of a cosignature is 72 bytes, a time and an Ed25519 signature; lines of
// other kinds (0x06: ML-DSA-44) are passed over.
// Spec: c2sp.org/tlog-cosignature (Ed25519, type 0x04)
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/note_key.h"
#include "base/result.h"

namespace stellwerk::audit {

using Ed25519Signature = std::array<std::uint8_t, 64>;

/// The latest time a cosignature may bear.
constexpr std::uint64_t kCosignatureTimeMax = (std::uint64_t{1} << 63) - 1;

/// What stands behind the key id in a witness's signature line.
struct Cosignature {
  std::uint64_t unix_seconds = 0;  ///< when the witness signed; at most kCosignatureTimeMax
  Ed25519Signature signature{};
  friend bool operator==(const Cosignature&, const Cosignature&) = default;

  /// 8 bytes of time, big-endian, then the signature.
  [[nodiscard]] std::string encode() const;
  /// @errors InvalidArgument AUD-0005: not 72 bytes, or a time beyond the latest.
  static base::Result<Cosignature> decode(std::string_view payload);
};

/// The bytes a witness signs: `cosignature/v1`, `time <seconds>`, and the checkpoint's note text.
std::string cosigned_message(std::uint64_t unix_seconds, std::string_view note_text);

/// `— <name> <base64 of key id || payload>` with its newline.
/// @param witness a key of type Ed25519Cosignature
std::string cosignature_line(const VerifierKey& witness, const Cosignature& cosignature);

/// Checks a cosignature's payload for a checkpoint's note text.
/// @errors InvalidArgument AUD-0005: no such payload, or no witness's key; Rejected AUD-0006: it is
/// not this witness's for this text.
base::Result<Cosignature> verify_cosignature(const VerifierKey& witness, std::string_view note_text,
                                             std::string_view payload);

/// A witness that cosigned, and when it says it did.
struct Cosigner {
  VerifierKey witness;
  std::uint64_t unix_seconds = 0;
  friend bool operator==(const Cosigner&, const Cosigner&) = default;
};

struct CosignedCheckpoint {
  Checkpoint checkpoint;
  std::vector<Cosigner>
      cosigners;  ///< each witness once, with its latest; in the order of the keys given
  friend bool operator==(const CosignedCheckpoint&, const CosignedCheckpoint&) = default;
};

/// Checks a signed checkpoint: its log's signature must be there, those of known witnesses must
/// fit, others are passed over. How many witnesses suffice is the caller's policy (log_policy.h).
/// @param log       of type Ed25519; its name is the origin the checkpoint must have
/// @param witnesses of type Ed25519Cosignature
/// @errors InvalidArgument AUD-0005: not a note or no checkpoint, or a key of the wrong type;
/// Rejected AUD-0006: the log did not sign, a known key's signature does not fit, another origin.
base::Result<CosignedCheckpoint> verify_cosigned(std::string_view note_bytes,
                                                 const VerifierKey& log,
                                                 std::span<const VerifierKey> witnesses);

}  // namespace stellwerk::audit
