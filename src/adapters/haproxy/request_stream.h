// request_stream.h — from the bytes of HAProxy's log connections to groups of requests.
//
// Role: HaproxyMetrics' reader thread feeds it; no I/O here, so tests and benchmarks can too.
// Start here: RequestStream                                      Thread-safety: one thread.
// Invariants: each line counts once: as a request, lost, unreadable, or of no interest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/haproxy/end_clock.h"
#include "adapters/haproxy/line_counter.h"
#include "adapters/haproxy/request_line.h"
#include "adapters/haproxy/unlogged.h"
#include "kpi/request_fold.h"
#include "ports/metric_source.h"

namespace stellwerk::adapters::haproxy {

class RequestStream {
 public:
  explicit RequestStream(std::vector<base::TenantId> known_tenants);

  /// Requests to other versions are counted by no one from now on.
  void watch(const std::vector<ports::MetricTarget>& targets);
  /// Both clocks at the receipt of what is fed next.
  void received(base::WallTime wall, base::MonoTime mono);
  /// Lines of this worker follow. @param from_start  its first line among them, see LineCounter
  void begin(pid_t worker, bool from_start);
  /// One line, without its newline. @param worker  one that was begun
  void feed(std::string_view line, pid_t worker);
  /// What a worker has ended: those of which no line comes failed without an answer.
  void expect(pid_t worker, EndedRequests ended);
  /// No more lines of this worker will come.
  void forget(pid_t worker);
  void count_unreadable() { ++unreadable_; }
  /// What came since the last call; `alive_at` and `in_flight` are the caller's.
  kpi::MetricBatch drain();

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  struct Worker {
    explicit Worker(bool from_start) : counter(from_start), unlogged(from_start) {}
    LineCounter counter;
    UnloggedCounter unlogged;
  };

  Worker& worker_of(pid_t pid);
  void take(const RequestLine& line, Worker& worker);
  void count(const RequestLine& line);
  void count_unlogged(std::string_view backend, std::uint64_t requests);

  kpi::RequestFold fold_;
  EndClock clock_;
  std::unordered_map<std::string, kpi::RequestFold::Stream, TextHash, std::equal_to<>> watched_;
  std::map<pid_t, Worker> workers_;
  pid_t last_pid_ = 0;
  Worker* last_worker_ = nullptr;
  base::MonoTime receipt_;                     ///< of what is fed now
  std::optional<base::MonoTime> received_at_;  ///< of the first request since the last drain
  std::uint64_t lost_ = 0;
  std::uint64_t unreadable_ = 0;
};

/// Cuts what a connection delivers into lines; keeps an unfinished one for the next time.
class LineCutter {
 public:
  static constexpr std::size_t kLineBytesMax = 4096;

  /// Calls `line(view)` for each whole line. @return lines that were too long, and were dropped
  template <class OnLine>
  std::uint64_t cut(std::string_view bytes, const OnLine& line);

 private:
  std::string rest_;
  bool skipping_ = false;  ///< inside a line that is too long
};

template <class OnLine>
std::uint64_t LineCutter::cut(std::string_view bytes, const OnLine& line) {
  std::uint64_t too_long = 0;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    const bool whole = end != std::string_view::npos;
    bytes.remove_prefix(whole ? end + 1 : bytes.size());
    if (!skipping_ && rest_.size() + part.size() > kLineBytesMax) {
      skipping_ = true;
      ++too_long;
      rest_.clear();
    }
    if (whole && !skipping_ && rest_.empty()) line(part);
    if (whole && !skipping_ && !rest_.empty()) line(std::string_view(rest_.append(part)));
    if (!whole && !skipping_) rest_.append(part);
    if (whole) {
      rest_.clear();
      skipping_ = false;
    }
  }
  return too_long;
}

}  // namespace stellwerk::adapters::haproxy
