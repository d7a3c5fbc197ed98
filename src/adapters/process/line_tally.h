// line_tally.h — counts lines by level while bytes of a log come in.
//
// Role: pure; LogCounter gives it what it reads.                        Start here: LineTally
// Thread-safety: one thread.   Invariants: the counts are the same however the bytes are cut; of an
// unfinished line only the part that is looked at is kept.
#pragma once

#include <string>
#include <string_view>

#include "kpi/sample.h"

namespace stellwerk::adapters::process {

class LineTally {
 public:
  explicit LineTally(kpi::LogCounts counts = {}) : counts_(counts) {}

  void take(std::string_view bytes);
  /// What is unfinished is a line: nothing will follow it.
  void finish();
  /// Of finished lines.
  [[nodiscard]] const kpi::LogCounts& counts() const { return counts_; }
  /// Bytes of the unfinished line.
  [[nodiscard]] std::uint64_t unfinished() const { return unfinished_; }
  void pass_over(std::uint64_t size_bytes) { counts_.unread_bytes += size_bytes; }

 private:
  void count(std::string_view line);

  kpi::LogCounts counts_;
  std::string head_;  ///< of the unfinished line
  std::uint64_t unfinished_ = 0;
};

}  // namespace stellwerk::adapters::process
