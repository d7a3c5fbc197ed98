#include "adapters/process/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/files.h"
#include "base/text.h"

namespace stellwerk::adapters::process {
namespace {

constexpr char kLeave = 'g';
constexpr char kNoLeave = 'n';

/// How far a child got before it failed; sent through a pipe that a successful exec closes.
enum class Stage : int { Descriptors, Folder, Groups, Group, User, Execute };
struct ChildFailure {
  Stage stage = Stage::Execute;
  int number = 0;
};

/// What the child needs, as plain pointers: between fork and exec nothing may allocate.
struct ChildView {
  const char* path = nullptr;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const char* folder = nullptr;
  const Account* account = nullptr;
  int input = -1;
  int output = -1;
  int report = -1;
  int leave = -1;  ///< a byte comes when it may go on; no byte: it may not
  pid_t parent = 0;
};

[[noreturn]] void give_up(int report, Stage stage) {
  const ChildFailure failure{stage, errno};
  // The parent learns of an unreported failure by the exit status.
  [[maybe_unused]] const auto written = ::write(report, &failure, sizeof failure);
  ::_exit(127);
}

/// Waits for the leave to go on; whoever could give it must not end meanwhile. (The end of the pipe
/// would not show that: children of other threads may hold its other end.)
void await_leave(const ChildView& view) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != view.parent) ::_exit(127);
  char given = 0;
  ssize_t count = 0;
  do count = ::read(view.leave, &given, 1);
  while (count < 0 && errno == EINTR);
  if (count != 1 || given != kLeave) ::_exit(127);
  ::prctl(PR_SET_PDEATHSIG, 0);
}

/// Handlers of ours must not run in the child, and an ignored SIGPIPE must not be inherited.
void reset_signals() {
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < SIGRTMAX; ++number) ::sigaction(number, &standard, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

/// Moves the pipe to 3 and closes all above it. The descriptors handed in are all above 3.
int arrange_descriptors(const ChildView& view) {
  if (::dup2(view.input, 0) < 0 || ::dup2(view.output, 1) < 0 || ::dup2(view.output, 2) < 0)
    give_up(view.report, Stage::Descriptors);
  if (::dup3(view.report, 3, O_CLOEXEC) < 0) give_up(view.report, Stage::Descriptors);
  ::closefrom(4);
  return 3;
}

/// The raw system calls: glibc's wrappers synchronise all threads, of which the child has none.
void take_account(const Account& account, int report) {
  if (::syscall(SYS_setgroups, account.groups.size(), account.groups.data()) != 0)
    give_up(report, Stage::Groups);
  if (::syscall(SYS_setresgid, account.gid, account.gid, account.gid) != 0)
    give_up(report, Stage::Group);
  if (::syscall(SYS_setresuid, account.uid, account.uid, account.uid) != 0)
    give_up(report, Stage::User);
}

/// Only async-signal-safe calls from here on: other threads held locks when the fork happened.
[[noreturn]] void run_child(const ChildView& view) {
  ::setsid();
  await_leave(view);
  const int report = arrange_descriptors(view);
  ::umask(022);
  if (view.account != nullptr) take_account(*view.account, report);
  if (::chdir(view.folder) != 0) give_up(report, Stage::Folder);
  reset_signals();
  ::execve(view.path, view.arguments, view.environment);
  give_up(report, Stage::Execute);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const auto& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

base::Failure no_resources(const Program& program, int number) {
  return base::fail(
      base::error(base::Code::Unavailable, "PRC-0002",
                  fmt::format("{} could not be started", base::printable(program.path)))
          .because(base::errno_text(number))
          .now("nothing was started"));
}

std::string stage_text(Stage stage, const Program& program) {
  switch (stage) {
    case Stage::Descriptors:
      return "redirecting its output";
    case Stage::Folder:
      return fmt::format("entering {}", base::printable(program.folder));
    case Stage::Groups:
    case Stage::Group:
    case Stage::User:
      return "becoming its user";
    case Stage::Execute:
      return "executing it";
  }
  return "starting it";
}

base::Failure child_failed(const Program& program, const ChildFailure& failure) {
  if (failure.number == EAGAIN || failure.number == ENOMEM)
    return no_resources(program, failure.number);
  return base::fail(base::error(base::Code::Rejected, "PRC-0001",
                                fmt::format("{} cannot be started", base::printable(program.path)))
                        .because(fmt::format("{}: {}", stage_text(failure.stage, program),
                                             base::errno_text(failure.number)))
                        .now("nothing was started"));
}

/// A descriptor above 3, closed at exec, so that arranging 0 to 3 in the child overwrites none of
/// ours.
base::UniqueFd above_standard(int fd) { return base::UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 4)); }

/// Forks with all signals blocked, so that no handler of ours runs in the child.
pid_t fork_quietly(const ChildView& view) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) run_child(view);
  const int problem = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = problem;
  return pid;
}

/// Nothing when the pipe was closed by a successful exec.
std::optional<ChildFailure> read_report(int fd) {
  ChildFailure failure;
  ssize_t count = 0;
  do count = ::read(fd, &failure, sizeof failure);
  while (count < 0 && errno == EINTR);
  if (count != static_cast<ssize_t>(sizeof failure)) return std::nullopt;
  return failure;
}

struct Descriptors {
  base::UniqueFd input;
  base::UniqueFd output;
  base::UniqueFd report_read;
  base::UniqueFd report_write;
  base::UniqueFd leave_read;
  base::UniqueFd leave_write;
  [[nodiscard]] bool valid() const {
    return input.valid() && output.valid() && report_read.valid() && report_write.valid() &&
           leave_read.valid() && leave_write.valid();
  }
};

struct Pipe {
  base::UniqueFd read_end;
  base::UniqueFd write_end;
};

Pipe pipe_above_standard() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  const base::UniqueFd read_end(ends[0]);
  const base::UniqueFd write_end(ends[1]);
  return {above_standard(read_end.get()), above_standard(write_end.get())};
}

Descriptors open_descriptors(int output) {
  Descriptors all;
  const base::UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null.valid()) return all;
  Pipe report = pipe_above_standard();
  Pipe leave = pipe_above_standard();
  all.report_read = std::move(report.read_end);
  all.report_write = std::move(report.write_end);
  all.leave_read = std::move(leave.read_end);
  all.leave_write = std::move(leave.write_end);
  all.input = above_standard(null.get());
  all.output = above_standard(output);
  return all;
}

void end_and_reap(pid_t pid) {
  ::kill(pid, SIGKILL);
  signal_group(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

/// Tells the child whether it may become the program.
base::Result<void> give_leave(int leave, pid_t pid, const Born& born) {
  base::Result<void> known = born ? born(pid) : base::Result<void>{};
  const char word = known ? kLeave : kNoLeave;
  ssize_t count = 0;
  do count = ::write(leave, &word, 1);
  while (count < 0 && errno == EINTR);
  return known;
}

}  // namespace

base::Result<Child> spawn(const Program& program, int output, const Born& born) {
  auto descriptors = open_descriptors(output);
  if (!descriptors.valid()) return no_resources(program, errno);
  const auto arguments = pointers(program.arguments);
  const auto environment = pointers(program.environment);
  const ChildView view{.path = program.path.c_str(),
                       .arguments = arguments.data(),
                       .environment = environment.data(),
                       .folder = program.folder.c_str(),
                       .account = program.account ? &*program.account : nullptr,
                       .input = descriptors.input.get(),
                       .output = descriptors.output.get(),
                       .report = descriptors.report_write.get(),
                       .leave = descriptors.leave_read.get(),
                       .parent = ::getpid()};
  const pid_t pid = fork_quietly(view);
  if (pid < 0) return no_resources(program, errno);
  descriptors.report_write.reset();

  // Not yet waited for, so the number is still our child's, whatever became of it.
  Child child{pid, base::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)))};
  const int pidfd_problem = errno;
  if (auto known = give_leave(descriptors.leave_write.get(), pid, born); !known) {
    end_and_reap(pid);
    return base::fail(std::move(known.error()));
  }
  const auto failure = read_report(descriptors.report_read.get());
  if (!failure && child.pidfd.valid()) return child;
  end_and_reap(pid);
  return failure ? child_failed(program, *failure) : no_resources(program, pidfd_problem);
}

void signal_group(pid_t leader, int signal) {
  if (leader > 1) ::kill(-leader, signal);
}

}  // namespace stellwerk::adapters::process
