#include "app/signals.h"

#include <csignal>

namespace stellwerk::app {
namespace {

/// As `nohup` leaves it: who started us wants a closed terminal to change nothing.
bool hang_up_ignored() {
  struct sigaction action{};
  return sigaction(SIGHUP, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t handled() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (!hang_up_ignored()) sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

Signals::Signals() {
  const sigset_t set = handled();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] { wait(); });
}

Signals::~Signals() {
  closing_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);  // for that thread alone: it only wakes it
  thread_.join();
  const sigset_t set = handled();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void Signals::on_signal(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void Signals::wait() {
  const sigset_t set = handled();
  while (!closing_) {
    const int signal = sigwaitinfo(&set, nullptr);
    if (signal <= 0 || closing_) continue;
    last_ = signal;
    const std::lock_guard lock(mutex_);
    if (wake_) wake_();
  }
}

}  // namespace stellwerk::app
