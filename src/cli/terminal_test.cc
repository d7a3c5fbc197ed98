// How a terminal is left by a process that a signal ends, before a shell that takes it back. Each
// test has a pseudo-terminal, with a shell and its job as processes of their own.
#include "cli/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>

#include "base/unique_fd.h"

namespace stellwerk::cli {
namespace {

/// What the shell saw when its job had ended or stopped.
struct Seen {
  int status = 0;
  termios modes{};
};

/// What a shell does with its terminal while one of its jobs has it.
void as_the_shell(const std::function<void()>& what) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTTOU);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  what();
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

/// As a line editor has it.
void edit_lines(termios& modes) {
  modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  modes.c_cc[VQUIT] = 'q';
}

void take_back() {
  as_the_shell([] {
    ::tcsetpgrp(STDIN_FILENO, ::getppid());
    termios modes{};
    ::tcgetattr(STDIN_FILENO, &modes);
    modes.c_lflag |= ISIG;
    edit_lines(modes);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &modes);
  });
}

using Job = std::function<void(std::unique_ptr<Terminal>)>;

[[noreturn]] void be_the_job(const Job& job) {
  ::setpgid(0, 0);
  as_the_shell([] { ::tcsetpgrp(STDIN_FILENO, ::getpgrp()); });
  auto terminal = open_terminal();
  if (terminal && terminal->take()) job(std::move(terminal));
  ::_exit(99);
}

[[noreturn]] void be_the_shell(const char* name, int report, const Job& job) {
  ::setsid();
  const int fd = ::open(name, O_RDWR);  // the first one becomes the controlling terminal
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(fd, standard);
  const pid_t pid = ::fork();
  if (pid == 0) be_the_job(job);
  Seen seen;
  ::waitpid(pid, &seen.status, WUNTRACED);
  if (WIFSTOPPED(seen.status)) ::kill(pid, SIGKILL);
  ::tcgetattr(STDIN_FILENO, &seen.modes);
  if (::write(report, &seen, sizeof seen) != sizeof seen) ::_exit(1);
  while (true) ::pause();  // its end would take the terminal away
}

class TerminalTest : public ::testing::Test {
 protected:
  TerminalTest() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
    EXPECT_EQ(::grantpt(master_.get()), 0);
    EXPECT_EQ(::unlockpt(master_.get()), 0);
    EXPECT_EQ(::ptsname_r(master_.get(), name_.data(), name_.size()), 0);
    EXPECT_EQ(::tcgetattr(master_.get(), &before_), 0);
  }

  /// Afterwards `seen_` and `written_` tell how it ended.
  void run(const Job& job) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    base::UniqueFd from_shell(ends[0]);
    base::UniqueFd to_test(ends[1]);
    const pid_t shell = ::fork();
    if (shell == 0) be_the_shell(name_.data(), to_test.get(), job);
    to_test = base::UniqueFd();
    EXPECT_EQ(::read(from_shell.get(), &seen_, sizeof seen_), static_cast<ssize_t>(sizeof seen_));
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(master_.get(), bytes.data(), bytes.size());
    written_.assign(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    ::kill(shell, SIGKILL);
    ::waitpid(shell, nullptr, 0);
  }
  [[nodiscard]] bool ended_by(int signal) const {
    return WIFSIGNALED(seen_.status) && WTERMSIG(seen_.status) == signal;
  }
  void expect_modes(const termios& wanted) const {
    EXPECT_EQ(seen_.modes.c_lflag, wanted.c_lflag);
    for (const int key : {VINTR, VSUSP, VQUIT}) EXPECT_EQ(seen_.modes.c_cc[key], wanted.c_cc[key]);
  }

  base::UniqueFd master_;
  std::array<char, 64> name_{};
  termios before_{};
  Seen seen_;
  std::string written_;
};

TEST_F(TerminalTest, IsGivenBackByASignalThatEndsTheProcess) {
  run([](std::unique_ptr<Terminal>) { ::raise(SIGTERM); });
  EXPECT_TRUE(ended_by(SIGTERM)) << seen_.status;
  expect_modes(before_);
  EXPECT_EQ(written_, kLeaveScreen);
}

// Goal: what the shell set up for the line it edits stays, and nothing is written into it.
TEST_F(TerminalTest, IsLeftToTheShellByASignalInTheBackground) {
  run([](std::unique_ptr<Terminal>) {
    take_back();
    ::raise(SIGTERM);
  });
  EXPECT_TRUE(ended_by(SIGTERM)) << seen_.status;  // and not stopped by SIGTTOU
  EXPECT_NE(seen_.modes.c_cc[VQUIT], before_.c_cc[VQUIT]);
  EXPECT_EQ(written_, "");
}

TEST_F(TerminalTest, IsLeftToTheShellByAnEndInTheBackground) {
  run([](std::unique_ptr<Terminal> terminal) {
    take_back();
    terminal->give_back();
    ::_exit(7);
  });
  EXPECT_TRUE(WIFEXITED(seen_.status) && WEXITSTATUS(seen_.status) == 7) << seen_.status;
  EXPECT_NE(seen_.modes.c_cc[VQUIT], before_.c_cc[VQUIT]);
}

// Goal: some shells give a job the modes back that it had when it lost the terminal; those are not
// how it was found.
TEST_F(TerminalTest, IsGivenBackAsFoundAfterAWhileInTheBackground) {
  run([](std::unique_ptr<Terminal> terminal) {
    termios ours{};
    ::tcgetattr(STDIN_FILENO, &ours);
    take_back();
    if (terminal->is_ours() || terminal->take()) ::_exit(98);
    as_the_shell([&] {
      ::tcsetattr(STDIN_FILENO, TCSANOW, &ours);
      ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
    });
    if (!terminal->take()) ::_exit(97);
    ::raise(SIGTERM);
  });
  EXPECT_TRUE(ended_by(SIGTERM)) << seen_.status;
  expect_modes(before_);
}

}  // namespace
}  // namespace stellwerk::cli
