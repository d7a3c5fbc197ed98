// haproxy_metrics.h — measurements from HAProxy's own line for every request.
//
// Role: ports::MetricSource. One thread reads the lines that HAProxy's ring sends to our Unix
// socket, another asks once a second whether HAProxy lives and which requests hang.
// Start here: HaproxyMetrics::open                      Spec: docs/routing.md, "The request log"
// Thread-safety: as ports::MetricSource; on_data before the first watch.
// Invariants: every line is counted in a group, as lost, as unreadable, or is of no watched
// version.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/haproxy/request_stream.h"
#include "adapters/haproxy/runtime_api.h"
#include "adapters/haproxy/settings.h"
#include "base/unique_fd.h"
#include "ports/clock.h"
#include "ports/metric_source.h"

namespace stellwerk::adapters::haproxy {

class HaproxyMetrics final : public ports::MetricSource {
 public:
  /// Listens from now on; HAProxy connects by itself, and again within a second when we restarted.
  /// @errors Unavailable GAU-0001: the socket cannot be made; Unavailable BAS-0012: the folder
  static base::Result<std::unique_ptr<HaproxyMetrics>> open(const HaproxyInstallation& installation,
                                                            const ports::Clock& clock);
  ~HaproxyMetrics() override;

  base::Result<void> watch(std::vector<ports::MetricTarget> targets) override;
  kpi::MetricBatch poll() override;
  void on_data(std::function<void()> wake) override;

  /// Stops and resumes reading, so that a test can let HAProxy's buffer overflow.
  void pause_reading(bool paused);

 private:
  struct Connection {
    base::UniqueFd socket;
    pid_t worker = 0;
    LineCutter cutter;
  };

  HaproxyMetrics(const HaproxyInstallation& installation, const ports::Clock& clock,
                 base::UniqueFd listener, base::UniqueFd waker);

  void read_loop();
  void wait_for_bytes();
  void accept_connection();
  /// @return false: the connection ended
  bool read_some(Connection& connection);
  void close_ended();
  void take_targets();
  void hand_over();
  void wake_reader() const;

  void ask_loop();
  void ask_once();
  void ask_in_flight(const std::vector<ports::MetricTarget>& targets);
  void deliver(kpi::MetricBatch&& batch);

  const ports::Clock& clock_;
  RuntimeApi api_;
  base::UniqueFd listener_;
  base::UniqueFd waker_;  ///< eventfd

  // The reader's own.
  RequestStream stream_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::string buffer_;
  base::MonoTime handed_over_;
  bool fresh_ = false;  ///< something was read since the last hand-over

  std::atomic<bool> stopping_{false};
  std::atomic<bool> paused_{false};
  std::atomic<bool> connected_{false};
  std::mutex mutex_;
  std::condition_variable asked_to_stop_;
  std::vector<ports::MetricTarget> targets_;  // guarded by mutex_
  bool targets_changed_ = false;              // guarded by mutex_
  kpi::MetricBatch pending_;                  // guarded by mutex_
  std::function<void()> wake_;                // guarded by mutex_

  std::thread reader_;
  std::thread asker_;
};

}  // namespace stellwerk::adapters::haproxy
