// log_policy.h — whom a verifier trusts: logs, witnesses, and how many of these must have cosigned.
//
// Role: a file the verifier keeps; checkpoints and proofs are judged by it, offline.
// Start here: LogPolicy, verify_checkpoint. Thread-safety: values; any thread.
// Invariants: a policy that was read names only what it defines, and each witness counts in one
// way. Spec: c2sp.org/tlog-policy
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/cosignature.h"
#include "audit/note_key.h"
#include "base/result.h"

namespace stellwerk::audit {

struct PolicyLog {
  VerifierKey key;  ///< its name is the log's origin
  std::string url;  ///< may be empty
  friend bool operator==(const PolicyLog&, const PolicyLog&) = default;
};

struct PolicyWitness {
  std::string name;  ///< within the policy
  KeyText key;       ///< of any kind; one that is not verified here never counts as cosigner
  std::string url;   ///< may be empty
  friend bool operator==(const PolicyWitness&, const PolicyWitness&) = default;

  /// Nothing when cosignatures of its kind are not verified here (0x06: ML-DSA-44).
  [[nodiscard]] std::optional<VerifierKey> verifier() const;
};

/// Counts as cosigner when `threshold` of its members do.
struct PolicyGroup {
  std::string name;
  std::size_t threshold = 1;
  std::vector<std::string> members;  ///< witnesses, and groups defined before
  friend bool operator==(const PolicyGroup&, const PolicyGroup&) = default;
};

struct LogPolicy {
  /// The quorum that needs no witness.
  static constexpr std::string_view kNone = "none";
  static constexpr std::size_t kLinesMax = 1000;
  static constexpr std::size_t kBytesMax = std::size_t{1} << 20;

  std::vector<PolicyLog> logs;
  std::vector<PolicyWitness> witnesses;
  std::vector<PolicyGroup> groups;
  std::string quorum{kNone};  ///< a witness, a group, or kNone
  friend bool operator==(const LogPolicy&, const LogPolicy&) = default;

  /// One log, no witnesses demanded.
  static LogPolicy trusting(VerifierKey log);
  /// @param file  for the places in errors; may be empty
  /// @errors InvalidArgument AUD-0014, `where` says line and column.
  static base::Result<LogPolicy> parse(std::string_view text, std::string_view file);
  /// Logs, witnesses, groups and the quorum, without comments; reads back as this policy.
  [[nodiscard]] std::string to_text() const;

  /// The keys of all witnesses that can be verified here.
  [[nodiscard]] std::vector<VerifierKey> verifiers() const;
};

/// Whether the witnesses that cosigned are enough.
bool satisfied(const LogPolicy& policy, std::span<const Cosigner> cosigners);

/// Believes a signed checkpoint as the policy says: one of its logs signed, no known signature is
/// wrong, and the quorum cosigned.
/// @errors as verify_cosigned; Rejected AUD-0006: of none of the policy's logs; Rejected AUD-0015:
/// too few witnesses cosigned.
base::Result<CosignedCheckpoint> verify_checkpoint(std::string_view note_bytes,
                                                   const LogPolicy& policy);

}  // namespace stellwerk::audit
