// log_proof.h — a proof for offline use: an entry's place, its path to the root, the checkpoint.
//
// Role: written beside an entry for an auditor, who needs it, the entry and a policy, nothing else.
// Start here: LogProof, verify_log_proof. Thread-safety: values; any thread.
// Spec: c2sp.org/tlog-proof; files end in .tlog-proof
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/cosignature.h"
#include "audit/log_policy.h"
#include "base/digest.h"
#include "base/result.h"

namespace stellwerk::audit {

struct LogProof {
  static constexpr std::size_t kBytesMax = std::size_t{4} << 20;
  static constexpr std::size_t kHashesMax = 63;  ///< of the largest tree

  std::optional<std::string> extra;  ///< not authenticated by anything
  std::uint64_t index = 0;
  std::vector<base::Digest> hashes;  ///< from the leaf's sibling up to the root's child
  std::string checkpoint;            ///< the signed note, byte for byte
  friend bool operator==(const LogProof&, const LogProof&) = default;

  [[nodiscard]] std::string to_text() const;
  /// @errors InvalidArgument AUD-0013: not that form; AUD-0005: no signed note in it.
  static base::Result<LogProof> parse(std::string_view text);
};

/// Whether the entry is in the log, by the policy.
/// @return the checkpoint that it is proven by, with its witnesses
/// @errors as verify_checkpoint and verify_inclusion (AUD-0010).
base::Result<CosignedCheckpoint> verify_log_proof(const LogProof& proof, std::string_view entry,
                                                  const LogPolicy& policy);

}  // namespace stellwerk::audit
