#include "engine/mailbox.h"

#include <utility>

namespace stellwerk::engine {

void Mailbox::post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  wake_();
}

void Mailbox::run_all() {
  std::vector<Work> work;
  {
    const std::lock_guard lock(mutex_);
    work.swap(waiting_);
  }
  for (const Work& each : work) each();
}

}  // namespace stellwerk::engine
