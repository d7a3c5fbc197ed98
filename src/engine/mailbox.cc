#include "engine/mailbox.h"

#include <utility>

namespace stellwerk::engine {

void Mailbox::post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    waiting_.push_back(std::move(work));
  }
  wake_();
}

void Mailbox::close() {
  std::vector<Work> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(waiting_);
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
