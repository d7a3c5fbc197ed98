// curl_loop.h — one thread that carries out HTTP transfers side by side, and timers between them.
//
// Role: shared by the adapters of this folder.                        Start here: CurlLoop
// Thread-safety: submit, cancel, after: any thread. Callbacks run on the loop's thread and must not
// block.
// Invariants: every submitted transfer ends in exactly one call of `done`, unless it was cancelled
// or the loop is destroyed first; so `done` and timers hold what they need (no pointers to shorter
// lives).
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/http_client.h"

namespace stellwerk::adapters::http {

/// Of an answer, unless its request says otherwise.
inline constexpr std::size_t kBodyBytesMax = std::size_t{256} << 10;

/// How a transfer ended.
struct TransferResult {
  bool answered = false;  ///< a whole answer, or one cut at its request's answer_bytes_max
  ports::HttpResponse response;
  bool connected = false;  ///< something may have been sent
  std::string problem;     ///< `connection refused`, `no answer within 1s`; empty when answered
};

using TransferDone = std::function<void(TransferResult)>;
using TransferId = std::uint64_t;  ///< 0: none, the request cannot be sent

class CurlLoop {
 public:
  /// @errors Unavailable GAU-0001: the system gives no sockets or threads.
  static base::Result<std::unique_ptr<CurlLoop>> make(const ports::Clock& clock);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  /// Begins at once. @param timeout  for all of it: resolving, connecting, the whole answer
  TransferId submit(const ports::HttpRequest& request, base::Duration timeout, TransferDone done);
  /// Ends it; `done` is not called any more, unless it is running already. Does not wait.
  void cancel(TransferId id);
  /// Calls `action` once, on the loop's thread, not before `at`.
  void after(base::MonoTime at, std::function<void()> action);
  [[nodiscard]] const ports::Clock& clock() const { return clock_; }

 private:
  struct Transfer;
  struct Timer {
    base::MonoTime at;
    std::function<void()> action;
  };
  CurlLoop(const ports::Clock& clock, CURLM* multi);

  /// What other threads asked for since the last look.
  struct Wishes {
    std::vector<std::unique_ptr<Transfer>> transfers;
    std::vector<TransferId> cancelled;
    std::vector<Timer> due;
    bool ending = false;
  };

  void run();
  Wishes take_wishes();
  void carry_out(Wishes wishes);
  void drop(TransferId id);
  void collect_finished();
  [[nodiscard]] int wait_ms();

  const ports::Clock& clock_;
  CURLM* multi_;
  std::mutex mutex_;
  bool ending_ = false;
  TransferId last_id_ = 0;
  std::vector<std::unique_ptr<Transfer>> new_;  ///< submitted, not yet with curl
  std::vector<TransferId> cancelled_;
  std::vector<Timer> timers_;
  std::map<TransferId, std::unique_ptr<Transfer>> running_;  ///< loop thread only
  std::thread thread_;
};

/// Empty when the request can be sent; else what is wrong with it.
std::string problem_with(const ports::HttpRequest& request);

}  // namespace stellwerk::adapters::http
