// haproxy_metrics.h — measurements from HAProxy's own line for every request.
//
// Role: ports::MetricSource. A LogReader reads the lines; a second thread sees to it once a second
// that every worker is read, asks whether HAProxy lives, which requests hang and which ended
// unlogged. Start here: HaproxyMetrics::open                      Spec: docs/routing.md, "The
// request log" Thread-safety: as ports::MetricSource; on_data before the first watch. Invariants:
// every line is counted in a group, as lost, as unreadable, or is of no watched version.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "adapters/haproxy/log_reader.h"
#include "adapters/haproxy/runtime_api.h"
#include "adapters/haproxy/settings.h"
#include "ports/clock.h"
#include "ports/metric_source.h"

namespace stellwerk::adapters::haproxy {

class HaproxyMetrics final : public ports::MetricSource {
 public:
  /// Measures from now on, whether HAProxy runs already or is started later.
  /// @errors Unavailable GAU-0001: the system refuses what the reader needs
  static base::Result<std::unique_ptr<HaproxyMetrics>> open(const HaproxyInstallation& installation,
                                                            const ports::Clock& clock);
  ~HaproxyMetrics() override;

  base::Result<void> watch(std::vector<ports::MetricTarget> targets) override;
  kpi::MetricBatch poll() override;
  void on_data(std::function<void()> wake) override;

  /// Looks at HAProxy's workers now instead of within a second: one was started. Any thread.
  void look_now();

  /// Stops and resumes reading, so that a test can let HAProxy's buffer overflow.
  void pause_reading(bool paused) { reader_.pause(paused); }

 private:
  HaproxyMetrics(const HaproxyInstallation& installation, const ports::Clock& clock,
                 base::UniqueFd waker);

  [[nodiscard]] ports::Call call() const;
  void deliver(kpi::MetricBatch&& batch);
  void ask_loop();
  void ask_once();
  void read_worker(pid_t worker);
  void leave_idle_workers(pid_t serving);
  void ask_in_flight(pid_t serving);

  const ports::Clock& clock_;
  const std::string folder_;
  RuntimeApi api_;
  const ports::StopToken stop_;
  const pid_t running_before_;  ///< a worker whose earlier lines are not ours to count; 0: none
  std::set<pid_t> idle_;        ///< old workers without users when last asked

  std::mutex mutex_;
  std::condition_variable woken_;
  bool stopping_ = false;  // all guarded by mutex_
  bool look_now_ = false;
  std::vector<ports::MetricTarget> targets_;
  kpi::MetricBatch pending_;
  std::function<void()> wake_;

  LogReader reader_;
  std::thread asker_;
};

}  // namespace stellwerk::adapters::haproxy
