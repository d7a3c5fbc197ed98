// log_reader.h — reads the request log of HAProxy's workers, on a thread of its own.
//
// Role: HaproxyMetrics tells it whom to read; it hands on what came. A worker is read through
// `show events`: HAProxy keeps lines in a ring, and a connection gets them as they are written.
// Start here: LogReader                                                  Thread-safety: any thread.
// Invariants: each line of a worker counts once, however often its connection is made anew.
// Spec: docs/routing.md, "The request log"; HAProxy 2.6 management guide, "show events".
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/haproxy/request_stream.h"
#include "base/unique_fd.h"
#include "ports/clock.h"

namespace stellwerk::adapters::haproxy {

class LogReader {
 public:
  /// Called from the reader's thread, at most every 10 ms.
  using Deliver = std::function<void(kpi::MetricBatch&&)>;

  /// @param waker  an eventfd
  LogReader(const ports::Clock& clock, base::UniqueFd waker, std::vector<base::TenantId> tenants,
            Deliver deliver);
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;
  ~LogReader();

  void watch(std::vector<ports::MetricTarget> targets);
  /// Reads a connection on which HAProxy was asked for its info and its events; whose it is, it
  /// says itself.
  /// @param from_start  events from the oldest on were asked for, not only new ones
  void add(base::UniqueFd socket, bool from_start);
  /// A connection was added that has not yet said whose it is.
  [[nodiscard]] bool connecting() const;
  [[nodiscard]] std::set<pid_t> workers() const;
  /// What a worker says it has ended, to be compared with its lines.
  void expect(pid_t worker, EndedRequests ended);
  /// Ends the connection to a worker that has nothing more to say.
  void leave(pid_t worker);
  void pause(bool paused);

 private:
  struct Connection {
    base::UniqueFd socket;
    bool from_start = false;
    pid_t worker = 0;  ///< 0: it has not said yet
    LineCutter cutter;
  };
  struct Orders {
    std::vector<Connection> added;
    std::vector<pid_t> left;
    std::vector<std::pair<pid_t, EndedRequests>> ended;
    std::vector<ports::MetricTarget> targets;
    bool targets_changed = false;
  };

  void run();
  void wait_and_read();
  void take_orders();
  /// @return false: the connection is over
  bool read_some(Connection& connection);
  bool take_line(Connection& connection, std::string_view line);
  bool introduce(Connection& connection, pid_t worker);
  void drop_closed();
  void wake() const;

  const ports::Clock& clock_;
  base::UniqueFd waker_;
  Deliver deliver_;
  RequestStream stream_;  // the thread's own, as the next four
  std::vector<Connection> connections_;
  std::string buffer_;
  base::MonoTime handed_over_;
  bool fresh_ = false;  ///< something was read since the last hand-over

  std::atomic<bool> stopping_{false};
  std::atomic<bool> paused_{false};
  mutable std::mutex mutex_;
  Orders orders_;            // guarded by mutex_
  std::set<pid_t> workers_;  // guarded by mutex_: those with a connection
  std::size_t unknown_ = 0;  // guarded by mutex_: connections of nobody known yet
  std::thread thread_;
};

}  // namespace stellwerk::adapters::haproxy
