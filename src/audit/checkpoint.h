// checkpoint.h — the text of a checkpoint: which log, how many entries, which root.
//
// Role: signed at gates, waves and the end; what auditors and witnesses keep.   Start here:
// Checkpoint Thread-safety: values; any thread.                       Spec:
// c2sp.org/tlog-checkpoint
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace stellwerk::audit {

struct Checkpoint {
  std::string origin;  ///< the log's name, as in its key
  std::uint64_t size = 0;
  base::Digest root;
  std::vector<std::string> extensions;  ///< read from others; we write none (unauditable)
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;

  /// The note text: origin, size, base64 of the root, each on a line.
  [[nodiscard]] std::string to_text() const;
  /// @errors InvalidArgument AUD-0005: not that form; numbers and base64 have one spelling only.
  static base::Result<Checkpoint> parse(std::string_view text);
};

}  // namespace stellwerk::audit
