// log_store.h — port: the files of the published log: tiles, bundles, the signed checkpoint.
//
// Role: adapters/file (a folder that any web server may serve), adapters/memory. What lies there
// can be made again from the journal; only the checkpoint may not go back.
// Thread-safety: read() from any thread, the others one at a time (the engine's `log` lane);
// readers see each file whole.            Spec: c2sp.org/tlog-tiles; docs/journal.md "The published
// log"
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace stellwerk::ports {

class LogStore {
 public:
  virtual ~LogStore() = default;
  /// @param path  relative, below the log's prefix: `tile/0/000`
  /// @errors NotFound AUD-0040: there is no such file; Unavailable AUD-0041: it cannot be read
  virtual base::Result<std::string> read(const std::string& path) = 0;
  /// Replaces the file: readers see all of it or none. Durable after the next sync(); until then
  /// what was there, if anything was, or the new file is there whole, also after a power loss.
  /// @errors Unavailable AUD-0041: the file is as it was
  virtual base::Result<void> write(std::string_view path, std::string_view bytes) = 0;
  /// Afterwards everything written before is durable. @errors Unavailable AUD-0041: nothing that
  /// was written since the last one may be relied on; it must be written again
  virtual base::Result<void> sync() = 0;
  /// Removes a folder and what is in it; nothing there is no error. @errors Unavailable AUD-0041
  virtual base::Result<void> remove_folder(std::string_view path) = 0;
};

}  // namespace stellwerk::ports
