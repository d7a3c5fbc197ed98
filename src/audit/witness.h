// witness.h — what a witness decides: whether a checkpoint continues all it saw of its log.
//
// Role: the witness asks admit() what a request is, then, with the state of that log locked,
// decide() whether to cosign; it keeps the new state durably before anybody sees the cosignature.
// Start here: admit, decide. Thread-safety: values; any thread.
// Invariants: two checkpoints of one log are accepted only if the later continues the earlier;
// nothing without a signature of a known key of the log reaches decide().
// Spec: c2sp.org/tlog-witness
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/note.h"
#include "audit/note_key.h"
#include "audit/witness_request.h"

namespace stellwerk::audit {

/// The latest checkpoint that a witness cosigned for a log.
struct WitnessState {
  std::uint64_t size = 0;
  base::Digest root;
  friend bool operator==(const WitnessState&, const WitnessState&) = default;
};

/// An answer that cosigns nothing.
struct WitnessRefusal {
  enum class Cause : std::uint8_t {
    Malformed,     ///< 400
    UnknownLog,    ///< 404
    NotSigned,     ///< 403
    OldTooLarge,   ///< 400
    OtherSize,     ///< 409, with the size that the witness knows
    OtherHistory,  ///< 422: signed by the log, and not a continuation of what it signed before
  };
  Cause cause = Cause::Malformed;
  std::string content_type;
  std::string body;
  [[nodiscard]] int status() const;
  friend bool operator==(const WitnessRefusal&, const WitnessRefusal&) = default;
};
/// `other_history`: as in JSON.
std::string_view to_string(WitnessRefusal::Cause cause);

/// A checkpoint that a known log signed, not yet compared with what the log signed before.
struct Submission {
  std::uint64_t old_size = 0;
  std::vector<base::Digest> consistency;
  Checkpoint checkpoint;
  Note note;  ///< with the signatures of the log's known keys only
  friend bool operator==(const Submission&, const Submission&) = default;
};

/// To be kept, then cosigned.
struct Continuation {
  WitnessState next;
  friend bool operator==(const Continuation&, const Continuation&) = default;
};

/// Reads a request and checks the log's signature: 400, 404, 403, or a submission.
/// @param logs  keys by their log's origin, their name; several of one name are all good
std::variant<Submission, WitnessRefusal> admit(std::string_view body,
                                               std::span<const VerifierKey> logs);

/// Compares with the log's state, none before the first: 400, 409, 422, or a continuation.
std::variant<Continuation, WitnessRefusal> decide(const Submission& submission,
                                                  const std::optional<WitnessState>& state);

/// `<hex of SHA-256 of the origin>`: how a log is named in paths and files.
std::string origin_id(std::string_view origin);

}  // namespace stellwerk::audit
