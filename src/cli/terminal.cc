// Plain termios and escape sequences rather than ncurses: ncurses writes blocking, wants the
// process to itself (its own signal handlers, its own idea of the locale), and what it would take
// off our hands, drawing what changed, is paint() in live_frame.cc.
#include "cli/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "base/unique_fd.h"

namespace stellwerk::cli {
namespace {

/// From the background the calls that change a terminal stop the process unless this signal is
/// blocked.
class FromTheBackground {
 public:
  FromTheBackground() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTTOU);
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
  }
  ~FromTheBackground() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  FromTheBackground(const FromTheBackground&) = delete;
  FromTheBackground& operator=(const FromTheBackground&) = delete;

 private:
  sigset_t before_{};
};

/// What a signal handler may touch. One terminal a process.
struct Restoring {
  std::atomic<bool> taken{false};
  int fd = -1;
  termios found{};
  bool has_found = false;
};
Restoring& restoring() {
  static Restoring one;
  return one;
}
std::atomic<bool> stop_asked{false};
std::atomic<bool> has_gone_on{false};
static_assert(std::atomic<bool>::is_always_lock_free);

constexpr std::array kFatal{SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE,
                            SIGILL,  SIGTERM, SIGINT,  SIGHUP};
constexpr std::array kStopping{SIGTSTP, SIGCONT};

/// In the background the terminal is the shell's, which has set it as it needs it.
bool in_foreground(int fd) { return ::tcgetpgrp(fd) == ::getpgrp(); }

/// Only what a signal handler may call.
void restore_at_once() {
  Restoring& what = restoring();
  if (!what.taken.exchange(false) || !in_foreground(what.fd)) return;
  const FromTheBackground unstopped;  // it may be the background by now
  if (::write(what.fd, kLeaveScreen.data(), kLeaveScreen.size()) < 0) errno = 0;  // all one can do
  ::tcsetattr(what.fd, TCSANOW, &what.found);
}

/// Keys one by one, unseen. Ctrl-C and Ctrl-Z are keys; Ctrl-\ stays a way out of a process that
/// does not answer.
termios with_keys(termios modes) {
  modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  modes.c_cc[VINTR] = modes.c_cc[VSUSP] = _POSIX_VDISABLE;
  return modes;
}

/// Some shells give a job that comes to the foreground the modes it had when it lost the terminal.
bool has_keys(const termios& modes) {
  return (modes.c_lflag & (ICANON | ECHO)) == 0 && modes.c_cc[VINTR] == _POSIX_VDISABLE &&
         modes.c_cc[VSUSP] == _POSIX_VDISABLE;
}

struct Handlers {
  std::array<struct sigaction, kFatal.size()> fatal{};
  std::array<struct sigaction, kStopping.size()> stopping{};
};
Handlers& handlers() {
  static Handlers before;
  return before;
}

/// The terminal first, then what would have happened without us.
void on_fatal(int signal) {
  restore_at_once();
  for (std::size_t i = 0; i < kFatal.size(); ++i)
    if (kFatal[i] == signal) ::sigaction(signal, &handlers().fatal[i], nullptr);
  ::raise(signal);
}

void on_stopping(int signal) { (signal == SIGTSTP ? stop_asked : has_gone_on) = true; }

template <std::size_t N>
void handle(const std::array<int, N>& signals, void (*handler)(int),
            std::array<struct sigaction, N>& before) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < N; ++i) {
    ::sigaction(signals[i], nullptr, &before[i]);
    // As `nohup` and shells without job control leave it.
    if (before[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);
  }
}

template <std::size_t N>
void handle_no_more(const std::array<int, N>& signals,
                    const std::array<struct sigaction, N>& before) {
  for (std::size_t i = 0; i < N; ++i) ::sigaction(signals[i], &before[i], nullptr);
}

class TtyTerminal final : public Terminal {
 public:
  explicit TtyTerminal(base::UniqueFd out) : out_(std::move(out)) {
    handle(kFatal, on_fatal, handlers().fatal);
    handle(kStopping, on_stopping, handlers().stopping);
  }
  ~TtyTerminal() override {
    give_back();
    handle_no_more(kStopping, handlers().stopping);
    handle_no_more(kFatal, handlers().fatal);
  }
  TtyTerminal(const TtyTerminal&) = delete;
  TtyTerminal& operator=(const TtyTerminal&) = delete;

  bool take() override {
    if (!is_ours()) return false;
    Restoring& what = restoring();
    termios now{};
    if (::tcgetattr(out_.get(), &now) != 0) return false;
    if (!what.taken && !(what.has_found && has_keys(now))) what.found = now;
    what.has_found = true;
    const termios keys = with_keys(what.found);
    what.fd = out_.get();
    what.taken = true;
    // Never TCSADRAIN: a stopped terminal would be waited for.
    return ::tcsetattr(out_.get(), TCSANOW, &keys) == 0;
  }

  void give_back() override {
    if (!is_ours() || !restoring().taken.exchange(false)) return;
    const FromTheBackground unstopped;
    ::tcsetattr(out_.get(), TCSANOW, &restoring().found);
  }

  /// What was set is the shell's to undo once it has the terminal back.
  bool is_ours() override {
    if (in_foreground(out_.get())) return true;
    restoring().taken = false;
    return false;
  }
  bool went_on() override { return has_gone_on.exchange(false); }
  bool asked_to_stop() override { return stop_asked.exchange(false); }
  void stop() override { ::raise(SIGSTOP); }

  ScreenSize size() override {
    winsize size{};
    if (::ioctl(out_.get(), TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
      return {};
    return {size.ws_col, size.ws_row};
  }

  std::string read() override {
    pollfd waiting{STDIN_FILENO, POLLIN, 0};
    if (::poll(&waiting, 1, 0) <= 0 || (waiting.revents & POLLIN) == 0) return {};
    std::string bytes(1024, '\0');
    const ssize_t count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }

  std::size_t write(std::string_view bytes) override {
    const FromTheBackground unstopped;
    const ssize_t count = ::write(out_.get(), bytes.data(), bytes.size());
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  bool wait_writable(base::Duration span) override {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): only the thread that draws uses the terminal
    if (is_ours()) ::tcflow(out_.get(), TCOON);
    pollfd waiting{out_.get(), POLLOUT, 0};
    return ::poll(&waiting, 1, static_cast<int>(span.us / 1000)) > 0 &&
           (waiting.revents & POLLOUT) != 0;
  }

 private:
  base::UniqueFd out_;
};

bool same_device(int a, int b) {
  struct stat one{};
  struct stat other{};
  return ::fstat(a, &one) == 0 && ::fstat(b, &other) == 0 && one.st_rdev == other.st_rdev;
}

/// A description of our own: O_NONBLOCK on the inherited one would hold for the shell as well. The
/// terminal of another user (su) can only be opened as the controlling one.
base::UniqueFd open_again() {
  constexpr int kHow = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  base::UniqueFd own(::open("/proc/self/fd/1", kHow));
  if (own.valid()) return own;
  base::UniqueFd controlling(::open("/dev/tty", kHow));
  // Only of the controlling terminal can its session be asked: then both are the same one.
  const bool same = controlling.valid() && ::tcgetsid(STDOUT_FILENO) == ::getsid(0);
  return same ? std::move(controlling) : base::UniqueFd();
}

}  // namespace

std::unique_ptr<Terminal> open_terminal() {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) return nullptr;
  if (!same_device(STDIN_FILENO, STDOUT_FILENO) || restoring().taken) return nullptr;
  base::UniqueFd out = open_again();
  if (!out.valid()) return nullptr;
  auto terminal = std::make_unique<TtyTerminal>(std::move(out));
  return terminal->is_ours() ? std::move(terminal) : nullptr;
}

}  // namespace stellwerk::cli
