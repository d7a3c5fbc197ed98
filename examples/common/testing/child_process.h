// child_process.h — a real program as a child of a test: its output, its signals, its end.
//
// Thread-safety: one thread.                                             Start here:
// ChildProcess::start Invariants: the child does not outlive this object; every wait has a
// deadline.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/unique_fd.h"

namespace examples::testing {

/// How a child ended: by exit(code), or by a signal.
struct Ending {
  std::optional<int> exit_code;
  std::optional<int> signal;
};

class ChildProcess {
 public:
  /// Starts `command` (an absolute path and its arguments) with stdout and stderr captured.
  explicit ChildProcess(const std::vector<std::string>& command);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  void signal(int number) const;
  /// Waits for the end and collects the rest of the output; nullopt when it still runs at the
  /// deadline.
  std::optional<Ending> wait(std::chrono::milliseconds limit = std::chrono::seconds(20));
  /// Reads stdout until it holds a line beginning with `prefix`; what follows the prefix, or
  /// nullopt.
  std::optional<std::string> line_after(std::string_view prefix,
                                        std::chrono::milliseconds limit = std::chrono::seconds(20));
  [[nodiscard]] const std::string& out() const { return out_; }
  [[nodiscard]] const std::string& err() const { return err_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  bool read_some(std::chrono::steady_clock::time_point deadline);
  bool reap();

  pid_t pid_ = -1;
  UniqueFd out_pipe_;
  UniqueFd err_pipe_;
  std::string out_;
  std::string err_;
  std::optional<Ending> ending_;
};

/// Runs a command to its end; the output stays readable. nullptr ending means that it did not end
/// in time.
struct Finished {
  std::optional<Ending> ending;
  std::string out;
  std::string err;
};
Finished run(const std::vector<std::string>& command,
             std::chrono::milliseconds limit = std::chrono::seconds(30));

}  // namespace examples::testing
