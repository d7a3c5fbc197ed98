#include "common/testing/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace examples::testing {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

/// Appends what is readable; closes the pipe at its end.
void drain(UniqueFd& pipe, std::string& text) {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(pipe.get(), buffer.data(), buffer.size());
  if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
  if (count == 0 || (count < 0 && errno != EINTR)) pipe.reset();
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write.get(), STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  const int problem =
      ::posix_spawn(&pid_, arguments.front(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) throw std::runtime_error("cannot start " + command.front());
  out_pipe_ = std::move(out.read);
  err_pipe_ = std::move(err.read);
}

ChildProcess::~ChildProcess() {
  if (ending_) return;
  signal(SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void ChildProcess::signal(int number) const {
  if (!ending_) ::kill(pid_, number);
}

bool ChildProcess::reap() {
  int status = 0;
  if (ending_ || ::waitpid(pid_, &status, WNOHANG) != pid_) return ending_.has_value();
  ending_ = Ending{};
  if (WIFEXITED(status)) ending_->exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ending_->signal = WTERMSIG(status);
  return true;
}

bool ChildProcess::read_some(Clock::time_point deadline) {
  std::array<pollfd, 2> watched = {pollfd{out_pipe_.get(), POLLIN, 0},
                                   pollfd{err_pipe_.get(), POLLIN, 0}};
  if (!out_pipe_.valid() && !err_pipe_.valid()) return false;
  const int limit = std::min(milliseconds_until(deadline), 50);
  if (::poll(watched.data(), watched.size(), limit) <= 0) return Clock::now() < deadline;
  if (watched[0].revents != 0) drain(out_pipe_, out_);
  if (watched[1].revents != 0) drain(err_pipe_, err_);
  return true;
}

std::optional<Ending> ChildProcess::wait(std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  while (read_some(deadline) && Clock::now() < deadline) {
  }
  while (!reap() && Clock::now() < deadline) ::poll(nullptr, 0, 5);
  return ending_;
}

std::optional<std::string> ChildProcess::line_after(std::string_view prefix,
                                                    std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  do {
    const std::size_t start = out_.find(prefix);
    const std::size_t end = start == std::string::npos ? start : out_.find('\n', start);
    if (end != std::string::npos)
      return out_.substr(start + prefix.size(), end - start - prefix.size());
  } while (read_some(deadline) && Clock::now() < deadline);
  return std::nullopt;
}

Finished run(const std::vector<std::string>& command, std::chrono::milliseconds limit) {
  ChildProcess child(command);
  const auto ending = child.wait(limit);
  return {ending, child.out(), child.err()};
}

}  // namespace examples::testing
