#include "adapters/memory/memory_notifier.h"

#include <algorithm>

namespace stellwerk::adapters {

base::Result<void> MemoryNotifier::send(const ports::Notice& notice, const ports::Call& /*call*/) {
  const std::lock_guard lock(mutex_);
  if (failures_ > 0) {
    --failures_;
    return base::fail(base::Code::Unavailable, "NTF-0002", "the channel was told to fail");
  }
  const bool known = std::any_of(sent_.begin(), sent_.end(),
                                 [&](const ports::Notice& other) { return other.id == notice.id; });
  if (!known) sent_.push_back(notice);
  return {};
}

void MemoryNotifier::fail_next(int count) {
  const std::lock_guard lock(mutex_);
  failures_ = count;
}

std::vector<ports::Notice> MemoryNotifier::sent() const {
  const std::lock_guard lock(mutex_);
  return sent_;
}

}  // namespace stellwerk::adapters
