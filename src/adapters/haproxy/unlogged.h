// unlogged.h — requests that one HAProxy worker ended without writing a line.
//
// When a server breaks a connection without an answer, and the request was not the first of its
// client's connection, HAProxy 2.6 closes that connection too, so that the client repeats the
// request, and logs nothing. To the client the version failed; only HAProxy's counters show it.
// Start here: UnloggedCounter                                        Thread-safety: one thread.
// Invariants: a lost line is never taken for an unlogged request; each is reported once.
// Spec: docs/routing.md, "The request log"
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace stellwerk::adapters::haproxy {

/// What a worker says it has ended since its start, by backend.
struct EndedRequests {
  base::WallTime asked;  ///< just before it was asked
  base::WallTime at;     ///< just after it answered
  std::map<std::string, std::uint64_t, std::less<>> by_backend;
};

/// From the answer to `show stat` about backends; without its times. Empty when it is not
/// understood.
EndedRequests parse_ended(std::string_view stat);
/// From the same answer: requests of all its backends that have not ended.
std::uint64_t parse_running(std::string_view stat);
/// From the answer about servers: those at servers that are not among `servers`.
std::uint64_t parse_running_beyond(std::string_view stat, const std::set<std::string>& servers);

class UnloggedCounter {
 public:
  /// @param from_start  lines have been read since the worker's first; otherwise what is unlogged
  ///                    counts from the first comparison on
  explicit UnloggedCounter(bool from_start) : known_(from_start) {}

  /// To be compared once a later line has come: only then all lines of these requests have been
  /// read, or are known to be lost. One that waits is replaced only when it is a minute old: the
  /// wall clock was set back.
  void expect(EndedRequests ended);
  /// A line that counts. @return true: compare() has its turn
  bool line(std::string_view backend, base::WallTime ended);
  /// Requests of each backend that turned out to be unlogged since the last comparison.
  /// @param lost  lines of this worker lost so far, whichever backend's
  std::map<std::string, std::uint64_t, std::less<>> compare(std::uint64_t lost);

 private:
  struct Backend {
    std::string name;
    std::uint64_t lines = 0;                ///< read so far
    std::uint64_t lines_marked = 0;         ///< of those, ended by the time that is expected
    std::int64_t reported = 0;              ///< ended and not logged, as of the last comparison
    std::vector<base::WallTime> ends = {};  ///< of its lines, until the first comparison
  };
  Backend& find(std::string_view name);
  [[nodiscard]] std::uint64_t lines_until(const Backend& backend, base::WallTime time) const;

  bool known_;
  std::optional<EndedRequests> expected_;
  std::vector<Backend> backends_;
  std::size_t last_ = 0;  ///< lines of one backend come in runs
};

}  // namespace stellwerk::adapters::haproxy
