// output_log.h — the file that holds what an instance writes to stdout and stderr.
//
// Role: the instance appends directly, since it outlives Stellwerk; we bound the size and read the
// end. Thread-safety: any thread, one caller per path.                    Start here: OutputLog
// Invariants: what is shown is scrubbed of known secrets and printable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/unique_fd.h"

namespace stellwerk::adapters::process {

/// A line with which open() began a run, not the instance's own.
bool is_headline(std::string_view line);

class OutputLog {
 public:
  OutputLog(std::string path, std::uint64_t size_bytes_max)
      : path_(std::move(path)), size_bytes_max_(size_bytes_max) {}

  /// Opens it for a new run, with a line that says so. @errors Unavailable PRC-0002
  base::Result<base::UniqueFd> open(const std::string& headline);
  /// Moves what is there to `<path>.1` (its last size_bytes_max bytes) when it has grown too large.
  void bound();
  /// It has grown so large that bound() will act; `size_bytes`: of it now.
  [[nodiscard]] bool too_large(std::uint64_t size_bytes) const {
    return size_bytes > size_bytes_max_;
  }
  /// The last `lines_max` lines of the present run, joined by newlines.
  [[nodiscard]] std::string tail(std::size_t lines_max, const base::Scrubber& scrubber) const;

 private:
  std::string path_;
  std::uint64_t size_bytes_max_;
  std::uint64_t run_begin_ = 0;  ///< where the present run's output begins
};

}  // namespace stellwerk::adapters::process
