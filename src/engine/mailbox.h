// mailbox.h — how other threads (API, signals) reach the engine: work handed over, done on the
// engine's thread.
//
// Thread-safety: post from any thread; run_all from the engine's thread.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

namespace stellwerk::engine {

class Mailbox {
 public:
  using Work = std::function<void()>;
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}
  void post(Work work);
  void run_all();
  /// Drops what waits and whatever is posted from now on: nobody will run it. Any thread.
  void close();

 private:
  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<Work> waiting_;
  bool closed_ = false;
};

}  // namespace stellwerk::engine
