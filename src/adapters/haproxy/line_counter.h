// line_counter.h — how many lines of one HAProxy worker were lost on the way.
//
// Each line carries the number that its frontend gave it, one after the other: what is left out was
// lost. HAProxy's own notice of dropped events tells of losses after which no line has come yet.
// Start here: LineCounter                                            Thread-safety: one thread.
// Invariants: a loss is reported once, whichever way it shows first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stellwerk::adapters::haproxy {

class LineCounter {
 public:
  /// @param from_start  read since the worker's first line: numbers begin with 0; otherwise with
  ///                    the first one that comes
  explicit LineCounter(bool from_start) : from_start_(from_start) {}

  /// @return false: this line was read before (a new connection begins with the oldest line kept)
  bool line(std::string_view frontend, std::uint64_t number);
  void dropped(std::uint64_t events) { noticed_ += events; }
  /// Lines known to be lost, by their numbers.
  [[nodiscard]] std::uint64_t missing() const { return missing_; }
  /// Lines found lost since the last call.
  std::uint64_t take_lost();

 private:
  struct Frontend {
    std::string name;
    std::uint64_t next = 0;
  };

  Frontend& find(std::string_view name, std::uint64_t number);

  bool from_start_;
  std::vector<Frontend> frontends_;
  std::size_t last_ = 0;       ///< lines of one component come in runs
  std::uint64_t missing_ = 0;  ///< by their numbers
  std::uint64_t noticed_ = 0;  ///< since the last line: the next one's number will show them
  std::uint64_t reported_ = 0;
};

}  // namespace stellwerk::adapters::haproxy
