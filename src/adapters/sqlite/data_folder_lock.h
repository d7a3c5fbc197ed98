// data_folder_lock.h — one Stellwerk at a time on a data folder.
//
// Role: held by whoever writes (run, serve); the fence of journal, router and content. Readers need
// none. Start here: DataFolderLock::acquire. Thread-safety: immutable once held.
// Invariants: the kernel holds the lock for the open file and ends it with the process, however
// that ends; what the file says is only for people.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "adapters/sqlite/posix_file.h"
#include "base/result.h"
#include "base/time.h"

namespace stellwerk::adapters {

class DataFolderLock {
 public:
  struct Holder {
    pid_t pid = 0;        ///< 0: not known
    std::string started;  ///< RFC 3339; empty: not known
  };

  /// Makes the folder (mode 0700) if it is missing and locks it until the object ends.
  /// @param now  written into the lock file, for people
  /// @errors Conflict JRN-0005: another process holds it, `why` names it; Forbidden JRN-0010: it is
  /// another user's, or others may write to it; Unavailable JRN-0002: the folder cannot be used.
  static base::Result<DataFolderLock> acquire(const std::filesystem::path& folder,
                                              base::WallTime now);
  /// Who holds the lock now; nothing if nobody does. Takes no lock itself.
  /// @errors Unavailable JRN-0002
  static base::Result<std::optional<Holder>> holder(const std::filesystem::path& folder);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  DataFolderLock(sqlite::UniqueFd file, std::filesystem::path folder)
      : file_(std::move(file)), folder_(std::move(folder)) {}

  sqlite::UniqueFd file_;
  std::filesystem::path folder_;
};

}  // namespace stellwerk::adapters
