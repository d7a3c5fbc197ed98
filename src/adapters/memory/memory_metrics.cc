#include "adapters/memory/memory_metrics.h"

#include <algorithm>
#include <utility>

namespace stellwerk::adapters {

base::Result<void> MemoryMetrics::watch(std::vector<ports::MetricTarget> targets) {
  const std::lock_guard lock(mutex_);
  if (broken_)
    return base::fail(base::Code::Unavailable, "GAU-0001", "the source cannot be opened");
  targets_ = std::move(targets);
  return {};
}

kpi::MetricBatch MemoryMetrics::poll() {
  const std::lock_guard lock(mutex_);
  return std::exchange(pending_, {});
}

void MemoryMetrics::on_data(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

bool MemoryMetrics::watched(const base::ComponentName& component,
                            const base::SemVer& version) const {
  return std::any_of(targets_.begin(), targets_.end(), [&](const ports::MetricTarget& target) {
    return target.version.component == component && target.version.version == version;
  });
}

void MemoryMetrics::push(kpi::MetricBatch batch) {
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    const auto take = [&](auto& from, auto& to) {
      for (auto& item : from)
        if (watched(item.component, item.version)) to.push_back(std::move(item));
    };
    take(batch.groups, pending_.groups);
    take(batch.in_flight, pending_.in_flight);
    take(batch.gauges, pending_.gauges);
    take(batch.logs, pending_.logs);
    pending_.lost_lines += batch.lost_lines;
    pending_.unreadable_lines += batch.unreadable_lines;
    if (batch.alive_at) pending_.alive_at = batch.alive_at;
    wake = wake_;
  }
  if (wake) wake();
}

void MemoryMetrics::break_down() {
  const std::lock_guard lock(mutex_);
  broken_ = true;
}

void MemoryMetrics::mend() {
  const std::lock_guard lock(mutex_);
  broken_ = false;
}

std::vector<ports::MetricTarget> MemoryMetrics::targets() const {
  const std::lock_guard lock(mutex_);
  return targets_;
}

}  // namespace stellwerk::adapters
