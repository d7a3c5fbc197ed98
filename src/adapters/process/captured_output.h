// captured_output.h — the beginning and the end of what a command wrote, in bounded space.
//
// Thread-safety: one thread.                                       Start here: CapturedOutput
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stellwerk::adapters::process {

class CapturedOutput {
 public:
  explicit CapturedOutput(std::size_t size_bytes_max) : half_(size_bytes_max / 2) {}
  void add(std::string_view bytes);
  /// Beginning, a line that says what is missing (if anything), end.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::uint64_t bytes_cut() const { return cut_; }

 private:
  std::size_t half_;
  std::string first_;
  std::string last_;  ///< up to twice half_ between trims, so that adding stays cheap
  std::uint64_t cut_ = 0;
};

}  // namespace stellwerk::adapters::process
