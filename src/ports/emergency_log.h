// emergency_log.h — port: the one place to write when the journal cannot be waited for (a rollback
// under way).
//
// Role: its space is written beforehand, on another path than the journal; adapters/sqlite.
// Thread-safety: one call at a time (lane `emergency`; before the engine's first
// step its thread). Spec: docs/engine.md "The emergency path"
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stellwerk::ports {

class EmergencyLog {
 public:
  virtual ~EmergencyLog() = default;
  /// Appends one line and syncs it, without allocating disk space. @errors Unavailable JRN-0007:
  /// the reserve is used up or cannot be written.
  virtual base::Result<void> append(std::string_view line) = 0;
  /// Lines written and not yet cleared; a torn last line is left out.
  virtual base::Result<std::vector<std::string>> read() = 0;
  /// Forgets all lines, once they are in the journal. Same errors.
  virtual base::Result<void> clear() = 0;
};

}  // namespace stellwerk::ports
