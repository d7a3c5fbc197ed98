// process.h — HAProxy itself, as a process that outlives Stellwerk.
//
// Role: starts master and worker in a session of their own, finds them again after a restart of
// ours, and never touches a process that is not exactly the recorded one.
// Start here: Process                                    Thread-safety: one call at a time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "base/unique_fd.h"
#include "ports/call.h"
#include "ports/clock.h"

namespace stellwerk::adapters::haproxy {

/// Pid, start time and boot together name one process for ever.
struct ProcessRecord {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;
  std::string boot_id;
  friend bool operator==(const ProcessRecord&, const ProcessRecord&) = default;
};

class Process {
 public:
  /// @param folder  HAProxy's working folder; the record of its process is kept there
  Process(std::string program, std::string folder, const ports::Clock& clock);

  /// The master runs: started by this object, or by an earlier Stellwerk and recognised.
  [[nodiscard]] bool alive();
  /// Starts the master; it may still fail. @errors Unavailable HAP-0006: the program cannot be
  /// executed; Unavailable BAS-0012: the record cannot be written (nothing runs then)
  base::Result<void> start();
  /// Asks the master to read its configuration again.
  void reload();
  /// How long the master has run; zero when none does.
  [[nodiscard]] base::Duration age() const;
  /// The master serves on, but is ours no longer: the next start() is of another one.
  void let_go();
  /// Whoever else is master in this folder takes no new connection, and ends with its last request
  /// or after a second, whatever comes first.
  void end_others(const ports::Call& call);
  /// @errors Rejected HAP-0001 with HAProxy's words; Unavailable HAP-0006
  base::Result<void> validate(const std::string& file, const ports::Call& call);
  /// Ends master and workers at once. @errors OutcomeUnknown HAP-0003: it still runs at the
  /// deadline
  base::Result<void> stop(const ports::Call& call);

  /// Where the output stands now, and what was written since: HAProxy's reasons.
  [[nodiscard]] std::uint64_t output_size() const;
  [[nodiscard]] std::string output_since(std::uint64_t offset) const;

 private:
  void find_recorded();
  void find_running();
  base::Result<void> remember(pid_t pid);

  std::string program_;
  std::string folder_;
  const ports::Clock& clock_;
  base::UniqueFd pidfd_;  ///< of the master
  pid_t pid_ = 0;
  std::optional<ProcessRecord> let_go_;
};

/// Of a process that runs now (a zombie does not).
std::optional<ProcessRecord> identify(pid_t pid);

}  // namespace stellwerk::adapters::haproxy
