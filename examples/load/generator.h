// generator.h — the open loop: sends when it is time, whether or not earlier answers have come.
//
// Role: main() runs it once.                                             Start here: Generator::run
// Thread-safety: one thread.
// Invariants: a latency runs from the intended time of sending, so a slow service cannot hide by
// slowing us down
//             (coordinated omission); what could not be sent is counted as dropped, what was sent
//             late as late.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "load/http_engine.h"
#include "load/schedule.h"
#include "load/tally.h"

namespace load {

struct RunResult {
  std::vector<TenantTally> tenants;  ///< in the order of Options::tenants
  std::chrono::nanoseconds length{0};
  std::chrono::nanoseconds latest_send{
      0};  ///< the largest delay between intended and actual sending
  bool stopped_by_signal = false;
};

class Generator {
 public:
  explicit Generator(const Options& options);
  RunResult run();

 private:
  void send_due();
  void send(const Arrival& arrival, Clock::time_point now);
  void drop(const Arrival& arrival);
  void take_stop_signal();
  void await_answers();
  void on_outcome(const Outcome& outcome);
  void remember_document(const Outcome& outcome);
  [[nodiscard]] Clock::time_point intended(const Arrival& arrival) const {
    return start_ + arrival.offset;
  }

  const Options& options_;
  Schedule schedule_;
  Random random_;
  HttpEngine engine_;
  RunResult result_;
  std::vector<std::vector<std::string>> documents_;  ///< per tenant, ids that can be asked for
  Clock::time_point start_;
  std::chrono::nanoseconds end_offset_;
  Arrival next_;
};

}  // namespace load
