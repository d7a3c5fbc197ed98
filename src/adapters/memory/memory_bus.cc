#include "adapters/memory/memory_bus.h"

#include <algorithm>

namespace stellwerk::adapters {

bool MemoryBus::is_there(const ports::PublicEvent& event) const {
  return std::any_of(events_.begin(), events_.end(), [&](const ports::PublicEvent& other) {
    return other.index == event.index && other.name == event.name;
  });
}

base::Result<void> MemoryBus::publish(const std::vector<ports::PublicEvent>& events,
                                      const ports::Call& /*call*/) {
  const std::lock_guard lock(mutex_);
  const bool fails = failures_ > 0;
  if (fails) --failures_;
  if (!fails || after_taking_)
    for (const auto& event : events)
      if (!is_there(event)) events_.push_back(event);
  if (!fails) return {};
  return base::fail(base::Code::Unavailable, "NTF-0001", "the subscriber was told to fail");
}

void MemoryBus::fail_next(int count, bool after_taking) {
  const std::lock_guard lock(mutex_);
  failures_ = count;
  after_taking_ = after_taking;
}

std::vector<ports::PublicEvent> MemoryBus::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

}  // namespace stellwerk::adapters
