// http_engine.h — many HTTP requests at once on one thread, over kept-alive connections (libcurl's
// multi interface, epoll).
//
// Role: Generator sends through it and is told every outcome.            Start here: HttpEngine
// Thread-safety: one thread.
// Invariants: at most in_flight_max requests are under way; without allow_remote no connection
// leaves this machine,
//             whatever a name resolves to; proxies in the environment are ignored.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/unique_fd.h"
#include "load/schedule.h"

namespace load {

using Clock = std::chrono::steady_clock;

/// A request with its times; comes back with its outcome.
struct Outgoing {
  Arrival arrival;
  Clock::time_point sent;
  std::string path;
  std::string body;  ///< empty: GET, else POST
};

struct Outcome {
  const Outgoing& request;
  CURLcode transport;        ///< CURLE_OK: an answer came
  long status;               ///< 0 without an answer
  std::string_view version;  ///< the header x-version; empty if there was none
  std::string_view body;     ///< its first 64 KiB
};

class HttpEngine {
 public:
  /// @param on_outcome  called from wait() only; may call send()
  HttpEngine(const Options& options, std::function<void(const Outcome&)> on_outcome);
  HttpEngine(const HttpEngine&) = delete;
  HttpEngine& operator=(const HttpEngine&) = delete;
  ~HttpEngine();

  [[nodiscard]] bool full() const { return idle_.empty() && transfers_.size() >= in_flight_max_; }
  [[nodiscard]] std::size_t in_flight() const { return transfers_.size() - idle_.size(); }
  /// Starts a request; full() must be false.
  void send(Outgoing request);
  /// Works until `until`, or until something happened.
  void wait(Clock::time_point until);
  /// SIGINT and SIGTERM that arrived so far.
  [[nodiscard]] int stop_signals() const { return stop_signals_; }
  /// Every request under way, for the report at the end.
  void for_each_in_flight(const std::function<void(const Outgoing&)>& visit) const;

 private:
  struct Transfer;
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);

  Transfer& idle_transfer();
  std::unique_ptr<Transfer> make_transfer() const;
  void watch(int fd);
  void wait_for_events(Clock::time_point until);
  void on_event(int fd, unsigned events);
  void collect();

  const std::string url_;
  const std::chrono::milliseconds timeout_;
  const std::size_t in_flight_max_;
  const bool allow_remote_;
  const std::function<void(const Outcome&)> on_outcome_;
  std::vector<curl_slist*> headers_;  ///< per tenant
  examples::UniqueFd epoll_;
  examples::UniqueFd timer_;
  examples::UniqueFd signals_;
  CURLM* multi_ = nullptr;
  Clock::time_point curl_due_ = Clock::time_point::max();
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<Transfer*> idle_;
  int stop_signals_ = 0;
};

/// Blocks the signals that end a run, so that the engine can take them; call before anything starts
/// a thread.
void block_stop_signals();

}  // namespace load
