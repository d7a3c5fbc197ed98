// line_counter.h — how many lines of one HAProxy worker were lost on the way.
//
// Each line carries the number that its frontend gave it: what is missing between the first and
// the highest was lost. HAProxy's own notice of dropped events counts the same losses, and those
// after which no further line came; so the larger of the two holds.
// Start here: LineCounter                                            Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stellwerk::adapters::haproxy {

class LineCounter {
 public:
  void line(std::string_view frontend, std::uint64_t sequence);
  void dropped(std::uint64_t events) { noticed_ += events; }
  /// Lines found lost since the last call. A line that comes late makes up for the next loss.
  std::uint64_t take_lost();

 private:
  struct Frontend {
    std::string name;
    std::uint64_t first = 0;
    std::uint64_t highest = 0;
    std::uint64_t received = 0;
  };

  Frontend& find(std::string_view name, std::uint64_t sequence);

  std::vector<Frontend> frontends_;
  std::size_t last_ = 0;  ///< lines of one component come in runs
  std::uint64_t noticed_ = 0;
  std::uint64_t reported_ = 0;
};

}  // namespace stellwerk::adapters::haproxy
