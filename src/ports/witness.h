// witness.h — port: a witness that cosigns the checkpoints of this log.
//
// Role: adapters/http asks one; another team runs it, with a memory of its own.
// Thread-safety: any thread; calls overlap.                    Spec: c2sp.org/tlog-witness
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "ports/call.h"

namespace stellwerk::ports {

/// A signed checkpoint, and the proof that it continues the one that the witness knows.
struct CheckpointSubmission {
  std::uint64_t old_size = 0;             ///< of the tree the witness cosigned last; 0: none
  std::vector<base::Digest> consistency;  ///< from that tree to this; at most 63
  std::string checkpoint;                 ///< the signed note
};

/// The witness's signature lines for the checkpoint. Well-formed; whose they are is not checked.
struct CosignatureLines {
  std::string lines;
};

/// The witness last cosigned a tree of another size than the one that was said: prove from here.
struct WitnessedSize {
  std::uint64_t size = 0;
};

using WitnessAnswer = std::variant<CosignatureLines, WitnessedSize>;

class Witness {
 public:
  virtual ~Witness() = default;
  /// May be repeated: the answer says where the witness stands.
  /// @errors Corruption WIT-0002: the witness saw another history of this log; whoever gets this
  /// stops and looks, it is what witnesses are for.
  /// NotFound WIT-0001: it does not know the log; Forbidden WIT-0001: it does not take the
  /// signature; InvalidArgument WIT-0001: it does not understand the request; nothing was cosigned.
  /// Overloaded, Unavailable WIT-0003: it cannot answer now; Rejected WIT-0003: its answer makes no
  /// sense. Unavailable HLT-0002: not reached; OutcomeUnknown HLT-0003: not answered.
  virtual base::Result<WitnessAnswer> add_checkpoint(const CheckpointSubmission& submission,
                                                     const Call& call) = 0;
  /// Where it is, for people.
  [[nodiscard]] virtual std::string name() const = 0;
};

}  // namespace stellwerk::ports
