// managed_instance.h — the life of one instance: started, probed, restarted, stopped.
//
// Role: owned by a Deployment, driven by the supervisor: tick() on its timers, exited() when the
// process ended, probed() with an answer.
// Thread-safety: the supervisor's lock.                            Start here: ManagedInstance
// Invariants: at most one process at a time; its port is its own as long as the object lives.
#pragma once

#include <optional>
#include <string>

#include "adapters/process/artifact_book.h"
#include "adapters/process/instance_store.h"
#include "adapters/process/log_counter.h"
#include "adapters/process/output_log.h"
#include "adapters/process/port_book.h"
#include "base/secret.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/health_probe.h"
#include "ports/workload.h"

namespace stellwerk::adapters::process {

/// What all instances share; outlives them.
struct Surroundings {
  const InstanceStore& store;
  PortBook& port_book;
  ArtifactBook& artifacts;
  const ports::Clock& clock;
  const base::Scrubber& scrubber;
  std::uint64_t log_bytes_max;
};

class ManagedInstance {
 public:
  ManagedInstance(Surroundings& surroundings, ports::VersionRef version, std::uint32_t number);
  ~ManagedInstance();
  ManagedInstance(const ManagedInstance&) = delete;
  ManagedInstance& operator=(const ManagedInstance&) = delete;

  /// Takes over the process on record if it still runs; false: there is none.
  bool adopt(const core::WorkloadSpec& spec);
  /// Starts it; a failure is kept in start_error() and tried again after a back-off.
  void start(const core::WorkloadSpec& spec);
  /// Notes whether it runs what the specification says now; running ones are kept either way.
  void compare(const core::WorkloadSpec& spec);
  /// SIGTERM now, SIGKILL after `stop_timeout`; then it is Stopped. Repeatable.
  void stop(base::Duration stop_timeout);
  /// Ends a back-off: it is started at the next tick, and its failures are forgotten.
  void retry_now();
  /// Does what is due: collects an ended process, restarts, kills.
  void tick(const core::WorkloadSpec& spec);
  void probed(const ports::HealthResult& result);
  /// Once a second: counts what has come, and keeps the log within its bound.
  void look_after_log();
  /// It is being let go of.
  void end_log() { log_counter_.end(); }

  [[nodiscard]] ports::Instance snapshot() const;
  /// The digest that its running process was started under, where that is known and another one.
  [[nodiscard]] std::optional<base::Digest> runs_other_than(const base::Digest& planned) const;
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] ports::InstanceState state() const { return state_; }
  [[nodiscard]] bool running() const { return pidfd_.valid(); }
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  [[nodiscard]] std::optional<base::MonoTime> next_due() const;
  /// Counts starts: an answer to a probe of an earlier process is not applied to a later one.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] bool wants_probe(base::MonoTime now) const;
  void probe_sent(base::MonoTime now);
  /// Why the last start failed; nothing when it did not.
  [[nodiscard]] const std::optional<base::Error>& start_error() const { return start_error_; }
  [[nodiscard]] std::uint32_t failures_in_a_row() const { return failures_; }
  [[nodiscard]] const std::string& last_exit() const { return last_exit_; }
  [[nodiscard]] std::string output_tail(std::size_t lines_max) const;
  /// Lines since the version was deployed, all runs of this instance together.
  [[nodiscard]] const kpi::LogCounts& log_counts() const { return log_counter_.counts(); }

 private:
  base::Result<void> try_start(const core::WorkloadSpec& spec);
  base::Result<void> launch(const core::WorkloadSpec& spec, base::UniqueFd output);
  base::Result<void> record(pid_t pid, const core::WorkloadSpec& spec);
  void fail_start(base::Error error);
  void began(base::UniqueFd pidfd, std::string detail);
  /// Looks at the file of the running process again; one that was exchanged ends the process.
  base::Result<void> still_planned();
  void collect_exit();
  void back_off_after(const std::string& what);
  void signal(int number);

  Surroundings& surroundings_;
  ports::VersionRef version_;
  std::uint32_t number_;
  std::string id_;
  OutputLog log_;
  LogCounter log_counter_;
  ports::InstanceState state_ = ports::InstanceState::Starting;
  std::string detail_;
  InstanceRecord record_;
  std::string artifact_;  ///< the file its process is being started from; empty: not compared
  base::UniqueFd pidfd_;
  std::uint64_t generation_ = 0;
  std::uint32_t failures_ = 0;
  std::uint32_t bad_probes_ = 0;
  std::string last_exit_;
  bool other_command_ = false;  ///< the specification has changed since it was started
  std::optional<base::Error> start_error_;
  base::MonoTime began_at_;
  base::MonoTime next_probe_;
  std::optional<base::MonoTime> ready_since_;
  std::optional<base::MonoTime> restart_at_;
  std::optional<base::MonoTime> kill_at_;
};

}  // namespace stellwerk::adapters::process
