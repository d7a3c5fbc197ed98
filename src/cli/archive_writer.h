// archive_writer.h — a .tar.gz whose bytes depend on nothing but what is put into it.
//
// Role: `audit export`. Start here: ArchiveWriter. Thread-safety: one thread.
// Invariants: owner, mode and time of every file are fixed, the compression's header has no time;
// the file has its name only when it is whole.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace stellwerk::cli {

class ArchiveWriter {
 public:
  /// Writes beside `path` until finish().
  /// @param time  of every file in it, whole seconds
  /// @errors Unavailable AUD-0059
  static base::Result<ArchiveWriter> create(const std::string& path, base::WallTime time);
  ArchiveWriter(ArchiveWriter&&) noexcept;
  ArchiveWriter& operator=(ArchiveWriter&&) noexcept;
  ~ArchiveWriter();  ///< without finish() nothing is left

  /// @param path  at most 100 bytes below the archive's top, or 255 with folders
  /// @errors Unavailable AUD-0059
  base::Result<void> add(const std::string& path, std::string_view bytes, bool executable = false);
  /// Syncs, and gives the file its name. @errors Unavailable AUD-0059
  base::Result<void> finish();

 private:
  struct Open;
  explicit ArchiveWriter(std::unique_ptr<Open> open);
  std::unique_ptr<Open> open_;
};

}  // namespace stellwerk::cli
