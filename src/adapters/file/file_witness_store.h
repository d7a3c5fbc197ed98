// file_witness_store.h — a witness's memory: one file for each log, in a folder of its own.
//
// Role: ports::WitnessStore.                        Start here: WitnessFolder, FileWitnessStore
// Thread-safety: any thread, one call at a time for one origin.
// Invariants: one process at a time (a lock that the kernel ends with the process); a file is the
// last checkpoint with the witness's own cosignature, which must fit whenever it is read: so what
// was damaged or put there by others is noticed.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "audit/note_key.h"
#include "base/unique_fd.h"
#include "ports/witness_store.h"

namespace stellwerk::adapters {

/// The folder `<path>` with `checkpoints/` in it, locked as long as the object lives.
class WitnessFolder {
 public:
  /// Makes it (mode 0700) where it is missing.
  /// @errors Conflict WIT-0006: another process holds it; Forbidden WIT-0007: others may write to
  /// it; Unavailable WIT-0007: it cannot be used.
  static base::Result<WitnessFolder> acquire(const std::string& path);
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  WitnessFolder(base::UniqueFd lock, std::string path)
      : lock_(std::move(lock)), path_(std::move(path)) {}
  base::UniqueFd lock_;
  std::string path_;
};

class FileWitnessStore final : public ports::WitnessStore {
 public:
  /// Reads and checks every file there is; begins nothing on a memory that is damaged.
  /// @param folder   outlives the store
  /// @param witness  the key (type 0x04) that cosigned what is there
  /// @errors Corruption WIT-0005: a file is not what was written; Unavailable WIT-0007.
  static base::Result<std::unique_ptr<FileWitnessStore>> open(const WitnessFolder& folder,
                                                              audit::VerifierKey witness);

  base::Result<std::optional<std::string>> load(std::string_view origin) override;
  base::Result<void> replace(std::string_view origin, std::string_view checkpoint) override;

 private:
  FileWitnessStore(std::string folder, audit::VerifierKey witness)
      : folder_(std::move(folder)), witness_(std::move(witness)) {}
  [[nodiscard]] base::Result<void> check_all() const;
  [[nodiscard]] base::Result<std::string> read(const std::string& name) const;
  [[nodiscard]] std::string path_of(std::string_view name) const;

  std::string folder_;
  audit::VerifierKey witness_;
};

}  // namespace stellwerk::adapters
