// archive_reader.h — unpacks an export that somebody sent, trusting nothing in it.
//
// Role: `audit verify ARCHIVE`. Start here: unpack(). Thread-safety: any thread; folders differ.
// Invariants: only plain files below the folder are made: no links, no devices, no path that leads
// out; number and size of files are bounded, and what unpacks to far more than was sent is refused.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace stellwerk::cli {

struct UnpackLimits {
  std::uint64_t files = 2'000'000;
  std::uint64_t file_bytes = std::uint64_t{64} << 20;
  std::uint64_t all_bytes = std::uint64_t{16} << 30;
  std::uint64_t ratio = 200;  ///< unpacked to packed, beyond the first 64 MiB
};

/// A folder of its own that goes with everything in it when this object does.
class TemporaryFolder {
 public:
  /// @param parent  an existing folder
  /// @errors Unavailable BAS-0012
  static base::Result<TemporaryFolder> make(const std::string& parent);
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// Unpacks `archive` (tar, plain or gzip) into `folder`, which is empty.
/// @return the folder in it that holds everything, when there is just one
/// @errors InvalidArgument AUD-0058: no such archive, or something in it that is refused;
/// Unavailable BAS-0012: a file could not be written
base::Result<std::string> unpack(const std::string& archive, const std::string& folder,
                                 const UnpackLimits& limits = {});

}  // namespace stellwerk::cli
