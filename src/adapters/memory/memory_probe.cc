#include "adapters/memory/memory_probe.h"

namespace stellwerk::adapters {

using ports::HealthResult;
using ports::HealthTarget;

HealthResult MemoryProbe::result_of(const HealthTarget& target) const {
  const auto problem = problems_.find(target.name);
  if (silent_) return {target, false, "no answer by the deadline", clock_.mono()};
  if (problem != problems_.end()) return {target, false, problem->second, clock_.mono()};
  return {target, true, "200 in 1 ms", clock_.mono()};
}

std::vector<HealthResult> MemoryProbe::probe(const std::vector<HealthTarget>& targets,
                                             const ports::Call& /*call*/) {
  const std::lock_guard lock(mutex_);
  std::vector<HealthResult> results;
  for (const auto& target : targets) results.push_back(result_of(target));
  return results;
}

void MemoryProbe::watch(std::vector<HealthTarget> targets, base::Duration interval) {
  const std::lock_guard lock(mutex_);
  watched_ = std::move(targets);
  interval_ = interval;
  next_ = clock_.mono();
}

std::vector<HealthResult> MemoryProbe::poll() {
  const std::lock_guard lock(mutex_);
  if (silent_ || clock_.mono() < next_) return {};
  next_ = clock_.mono() + interval_;
  std::vector<HealthResult> results;
  for (const auto& target : watched_) results.push_back(result_of(target));
  return results;
}

void MemoryProbe::on_data(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void MemoryProbe::set_problem(const std::string& target, const std::string& detail) {
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    if (detail.empty())
      problems_.erase(target);
    else
      problems_[target] = detail;
    wake = wake_;
  }
  if (wake) wake();
}

void MemoryProbe::set_silent(bool silent) {
  const std::lock_guard lock(mutex_);
  silent_ = silent;
}

std::vector<HealthTarget> MemoryProbe::watched() const {
  const std::lock_guard lock(mutex_);
  return watched_;
}

}  // namespace stellwerk::adapters
