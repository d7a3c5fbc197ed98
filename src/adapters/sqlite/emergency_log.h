// emergency_log.h — where a rollback is recorded when the journal cannot be written.
//
// Role: the engine's emergency path appends; recovery reads, takes the lines into the journal, and
// clears. Put it on another disk than the journal where there is one.  Start here:
// EmergencyLog::open Thread-safety: one call at a time. Invariants: its space is written when it is
// made, so that appending needs none; a line is durable when append() returns; a line that was cut
// off is never read as a whole one. Spec: docs/journal.md
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sqlite/posix_file.h"
#include "base/result.h"

namespace stellwerk::adapters {

class EmergencyLog {
 public:
  /// One complete rollback with all its effects stays far below this.
  static constexpr std::size_t kSizeBytes = std::size_t{1} << 20;

  struct Content {
    std::vector<std::string> lines;
    bool cut_off = false;  ///< something follows the last whole line: an append that did not end
  };

  /// Opens the file; makes it and reserves its space when there is none.
  /// @errors Unavailable JRN-0006: no space to reserve, or it cannot be read.
  static base::Result<EmergencyLog> open(const std::filesystem::path& path,
                                         std::size_t size_bytes = kSizeBytes);

  /// Appends one line without newline and NUL. @errors Unavailable JRN-0006: full or an I/O error;
  /// InvalidArgument JRN-0006: a line that it cannot hold.
  base::Result<void> append(std::string_view line);
  /// All whole lines, oldest first. @errors Unavailable JRN-0006
  base::Result<Content> read() const;
  /// Forgets all lines; call it when they are durable in the journal. @errors Unavailable JRN-0006
  base::Result<void> clear();

 private:
  EmergencyLog(sqlite::UniqueFd file, std::size_t size_bytes)
      : file_(std::move(file)), size_bytes_(size_bytes) {}

  sqlite::UniqueFd file_;
  std::size_t size_bytes_;
  std::size_t end_ = 0;    ///< offset behind the last whole line
  bool clearing_ = false;  ///< a clear() failed: the lines may be gone or not
};

}  // namespace stellwerk::adapters
