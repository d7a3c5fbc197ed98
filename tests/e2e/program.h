// program.h — a program of the site as a child of the test, its output in files.
//
// Role: stellwerk and stellwerk-load run beside the test for a while; nobody has to read their
// output meanwhile. Start here: Program                     Thread-safety: one thread.
// Invariants: the child does not outlive this object.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/testing/child_process.h"
#include "common/unique_fd.h"

namespace stellwerk::e2e {

class Program {
 public:
  /// Starts `command`; its output goes to `<output>.out` and `<output>.err`, its input is empty.
  Program(const std::vector<std::string>& command, const std::filesystem::path& output);

  void signal(int number) const { child_.signal(number); }
  [[nodiscard]] pid_t pid() const { return child_.pid(); }
  [[nodiscard]] bool ended();
  /// What it exited with; minus the signal that ended it; nothing when it still runs.
  std::optional<int> exit_code(std::chrono::milliseconds limit = std::chrono::seconds(60));
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

 private:
  std::filesystem::path output_;
  examples::testing::ChildProcess child_;
};

/// A port of the loopback address that nobody had a moment ago.
int free_port();

/// A port of the loopback address that is nobody else's as long as this object lives: not other
/// tests', nor that of a client's connection. Who listens there must share it (SO_REUSEPORT, as
/// HAProxy does).
class HeldPort {
 public:
  HeldPort();
  [[nodiscard]] int number() const { return number_; }
  /// From now on anybody may have it.
  void release() { socket_.reset(); }

 private:
  examples::UniqueFd socket_;
  int number_ = 0;
};

/// The whole file; empty when there is none.
std::string text_of(const std::filesystem::path& file);

struct RunningProcess {
  pid_t pid = 0;
  std::string command;  ///< its arguments, separated by blanks
};
/// Processes whose working folder is `folder` or below it.
std::vector<RunningProcess> processes_below(const std::filesystem::path& folder);
/// Ends what processes_below() finds, until nothing is left or five seconds are over.
void end_processes_below(const std::filesystem::path& folder);

}  // namespace stellwerk::e2e
