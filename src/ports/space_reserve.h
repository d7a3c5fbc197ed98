// space_reserve.h — port: disk space set aside beforehand, so that a rollback can be written on a
// full disk.
//
// Role: adapters/sqlite (a file beside the journal). The engine holds it from the
// beginning of a release and gives it up when something of a rollback cannot be written.
// Thread-safety: one call at a time (lane `emergency`; before the engine's first step its thread).
// Spec: docs/journal.md "Reserved space"
#pragma once

#include "base/result.h"

namespace stellwerk::ports {

class SpaceReserve {
 public:
  virtual ~SpaceReserve() = default;
  /// Sets the space aside; nothing to do when it is. @errors Unavailable JRN-0009: there is not so
  /// much; what was set aside for the attempt is free again.
  virtual base::Result<void> hold() = 0;
  /// Frees it for whoever writes next; needs no space itself. @return false: it was free before.
  /// @errors Unavailable JRN-0009
  virtual base::Result<bool> release() = 0;
};

}  // namespace stellwerk::ports
