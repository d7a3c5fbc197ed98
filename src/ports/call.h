// call.h — what every blocking port call is given: until when, and how it is told to stop earlier.
#pragma once

#include <atomic>
#include <memory>

#include "base/time.h"

namespace stellwerk::ports {

/// Shared flag: set once, never reset. Thread-safe.
class StopToken {
 public:
  StopToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}
  void stop() const { flag_->store(true, std::memory_order_release); }
  [[nodiscard]] bool stopped() const { return flag_->load(std::memory_order_acquire); }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

/// A call returns by `deadline` (monotonic, see Clock::mono), or shortly after `stop` is set
/// (within 100 ms).
struct Call {
  base::MonoTime deadline;
  StopToken stop;
};

}  // namespace stellwerk::ports
