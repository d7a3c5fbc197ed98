// log_folder.h — the published log as a folder: ports::LogStore on a file system.
//
// Role: `<data folder>/log`, as tlog-tiles lays it out; a web server may serve it as it is.
// Start here: LogFolder. Thread-safety: one call at a time; reading beside it needs none.
// Invariants: a file gets its name when all of its bytes are written, and one that replaces another
// when they are on the disk; nothing is written outside the folder.
// Spec: c2sp.org/tlog-tiles; docs/journal.md "The published log"
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "ports/log_store.h"

namespace stellwerk::adapters {

class LogFolder final : public ports::LogStore {
 public:
  /// Touches nothing; folders are made (mode 0700) by the first write, files have mode 0600.
  explicit LogFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  base::Result<std::string> read(const std::string& path) override;
  base::Result<void> write(std::string_view path, std::string_view bytes) override;
  base::Result<void> sync() override;
  base::Result<void> remove_folder(std::string_view path) override;

 private:
  [[nodiscard]] base::Result<std::filesystem::path> place_of(std::string_view path) const;
  base::Result<void> open_folder();

  std::filesystem::path folder_;
  base::UniqueFd opened_;  ///< before the first write: syncfs tells what went wrong since then
};

}  // namespace stellwerk::adapters
