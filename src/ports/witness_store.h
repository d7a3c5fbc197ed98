// witness_store.h — port: what a witness remembers of each log, the reason to trust it.
//
// Role: the witness's server; adapters/file keeps it in a folder.
// Thread-safety: any thread, one call at a time for one origin.
// Invariants: what replace() returned from is there after a power cut; load() gives it or says that
// it is damaged, never an older one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stellwerk::ports {

class WitnessStore {
 public:
  virtual ~WitnessStore() = default;
  /// The checkpoint that was cosigned last, with the signatures of its log and of the witness; none
  /// before the first.
  /// @errors Corruption WIT-0005: it is not what was written; Unavailable WIT-0007: it cannot be
  /// read.
  virtual base::Result<std::optional<std::string>> load(std::string_view origin) = 0;
  /// Durable when it returns.
  /// @errors Unavailable WIT-0007: not written for sure; what load() gives then counts.
  virtual base::Result<void> replace(std::string_view origin, std::string_view checkpoint) = 0;
};

}  // namespace stellwerk::ports
