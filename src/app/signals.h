// signals.h — SIGINT, SIGTERM and SIGHUP as something to ask for, instead of something that ends
// the process.
//
// Thread-safety: one object per process, made before any thread (threads inherit the mask).
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace stellwerk::app {

class Signals {
 public:
  /// Blocks both signals in this and every later thread, and waits for them on a thread of its own.
  Signals();
  /// Back to what was; signals end the process again.
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// The last signal since the last call, or 0.
  int take() { return last_.exchange(0); }
  void on_signal(std::function<void()> wake);

 private:
  void wait();
  std::atomic<int> last_{0};
  std::atomic<bool> closing_{false};
  std::mutex mutex_;
  std::function<void()> wake_;
  std::thread thread_;
};

}  // namespace stellwerk::app
