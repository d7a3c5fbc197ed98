#include "adapters/process/process_command_runner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "adapters/process/captured_output.h"
#include "adapters/process/process_identity.h"
#include "adapters/process/spawn.h"
#include "base/files.h"

namespace stellwerk::adapters::process {
namespace {

using ports::CommandEnd;

constexpr std::size_t kOutputBytesMax = std::size_t{256} << 10;
constexpr base::Duration kLook = base::milliseconds(20);

struct Pipe {
  base::UniqueFd read_end;
  base::UniqueFd write_end;
};

base::Result<Pipe> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return base::fail(
        base::error(base::Code::Unavailable, "PRC-0002", "a command could not be started")
            .because(base::errno_text(errno))
            .now("nothing was started"));
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return Pipe{base::UniqueFd(ends[0]), base::UniqueFd(ends[1])};
}

/// Takes what is there; false once every writer has closed it. Bounded, so that a program that
/// writes for ever cannot keep us from looking at the clock.
bool read_available(int fd, CapturedOutput& output) {
  constexpr int kReadsMax = 16;
  std::array<char, 65536> part;
  for (int i = 0; i < kReadsMax; ++i) {
    const auto count = ::read(fd, part.data(), part.size());
    if (count == 0) return false;
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    output.add({part.data(), static_cast<std::size_t>(count)});
  }
  return true;
}

/// Waits for the end of the program, the deadline or a stop, reading what it writes.
CommandEnd follow(const Child& child, int output_fd, CapturedOutput& output,
                  const ports::Clock& clock, const ports::Call& call) {
  bool open = true;
  for (;;) {
    if (has_ended(child.pidfd.get())) return CommandEnd::Exited;
    if (call.stop.stopped()) return CommandEnd::Stopped;
    const auto left = call.deadline - clock.mono();
    if (left <= base::Duration{0}) return CommandEnd::Deadline;
    std::array<pollfd, 2> entries{pollfd{child.pidfd.get(), POLLIN, 0},
                                  pollfd{open ? output_fd : -1, POLLIN, 0}};
    ::poll(entries.data(), entries.size(), static_cast<int>(std::min(left, kLook).ms()) + 1);
    if (open) open = read_available(output_fd, output);
  }
}

void wait_for_end(int pidfd) {
  pollfd entry{pidfd, POLLIN, 0};
  while (::poll(&entry, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace

base::Result<ports::CommandResult> ProcessCommandRunner::run(const core::CommandSpec& command,
                                                             const ports::Call& call) {
  const auto program = prepare(command, {});
  if (!program) return base::fail(program.error());
  auto pipe = make_pipe();
  if (!pipe) return base::fail(std::move(pipe.error()));
  const auto began = clock_.mono();
  const auto child = spawn(*program, pipe->write_end.get());
  if (!child) return base::fail(child.error());
  pipe->write_end.reset();

  CapturedOutput output(kOutputBytesMax);
  ports::CommandResult result;
  result.end = follow(*child, pipe->read_end.get(), output, clock_, call);
  // Also after an orderly end: what it left behind in its group would go on unseen. Not reaped yet,
  // so the number is its own.
  signal_group(child->pid, SIGKILL);
  wait_for_end(child->pidfd.get());
  const auto identity = identify(child->pid).value_or(ProcessIdentity{child->pid, 0, {}});
  const auto status = collect(identity, child->pidfd.get());
  read_available(pipe->read_end.get(), output);
  result.took = clock_.mono() - began;
  result.exit_code = status.exit_code;
  result.signal = status.signal;
  if (result.end == CommandEnd::Exited && status.signal != 0) result.end = CommandEnd::Signalled;
  result.output = output.text();
  result.output_bytes_cut = output.bytes_cut();
  return result;
}

}  // namespace stellwerk::adapters::process
