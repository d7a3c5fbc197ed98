// export_check.h — an export beside its log: made again from log and contents, and compared byte
// for byte.
//
// Role: part of verify_log(), once the log of an export fits. Start here: ExportCheck.
// Thread-safety: one thread. Invariants: nothing is written; what the export says itself is not
// believed but for the release's name and the program's version.
// Spec: docs/audit.md "What an export must be"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/log_files.h"
#include "cli/release_export.h"

namespace stellwerk::cli {

class ExportCheck {
 public:
  struct Problem {
    std::optional<std::uint64_t> index;  ///< none: it is not about one entry
    base::Error error;
  };

  explicit ExportCheck(const LogPlace& place) : place_(place) {}
  void run();

  /// Files that are what they must be.
  [[nodiscard]] std::uint64_t same() const { return same_; }
  /// Files that explain and are no part of the record (verify.py, README.md), where they are not
  /// those of this program.
  [[nodiscard]] const std::vector<std::string>& unlike() const { return unlike_; }
  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

 private:
  base::Result<void> make_again();
  void compare(const ReleaseExport& whole);
  void compare_one(const ReleaseExport& whole, const std::string& path,
                   const std::string& expected);
  void find_more(const ReleaseExport& whole);
  void problem(std::optional<std::uint64_t> index, base::Error error);

  const LogPlace& place_;
  std::string program_;  ///< that wrote the export, as it says
  std::uint64_t same_ = 0;
  std::vector<std::string> unlike_;
  std::vector<Problem> problems_;
};

}  // namespace stellwerk::cli
