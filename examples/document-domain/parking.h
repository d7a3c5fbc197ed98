// parking.h — connections that are kept waiting without keeping a thread waiting.
//
// Role: HttpServer parks the connections of slow and hanging answers here.   Start here: Parking
// Thread-safety: any thread.
// Invariants: every parked connection is resumed exactly once: when due, when its client hung up,
// or by release_all().
#pragma once

#include <microhttpd.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace document_domain {

class Parking {
 public:
  using Clock = std::chrono::steady_clock;

  Parking();
  Parking(const Parking&) = delete;
  Parking& operator=(const Parking&) = delete;
  ~Parking();

  /// Suspends the connection until `due`; false: nothing is parked any more, answer at once.
  /// Called in the connection's own request handler only.
  bool park(MHD_Connection* connection, Clock::time_point due);
  /// Resumes all and refuses further ones; the server can stop only then.
  void release_all();

 private:
  void watch();
  void resume_due(Clock::time_point now);
  void resume_abandoned();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Clock::time_point, MHD_Connection*> parked_;
  bool closed_ = false;
  std::thread watcher_;
};

}  // namespace document_domain
