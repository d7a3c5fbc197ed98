// memory_probe.h — health of services as a test sets it; good unless told otherwise.
//
// Role: ports::HealthProbe in tests and simulations.                     Start here: MemoryProbe
// Thread-safety: any thread.
// Invariants: time comes from the clock handed in: watched targets are probed when poll() finds
// that their interval has passed.
#pragma once

#include <map>
#include <mutex>

#include "ports/clock.h"
#include "ports/health_probe.h"

namespace stellwerk::adapters {

class MemoryProbe final : public ports::HealthProbe {
 public:
  /// `clock` outlives the probe.
  explicit MemoryProbe(const ports::Clock& clock) : clock_(clock) {}

  std::vector<ports::HealthResult> probe(const std::vector<ports::HealthTarget>& targets,
                                         const ports::Call& call) override;
  void watch(std::vector<ports::HealthTarget> targets, base::Duration interval) override;
  std::vector<ports::HealthResult> poll() override;
  void on_data(std::function<void()> wake) override;

  /// From now on the target of this name fails, with this detail; an empty one heals it.
  void set_problem(const std::string& target, const std::string& detail);
  /// Nothing is answered any more (results of watched targets stop coming), until told otherwise.
  void set_silent(bool silent);
  [[nodiscard]] std::vector<ports::HealthTarget> watched() const;

 private:
  [[nodiscard]] ports::HealthResult result_of(const ports::HealthTarget& target) const;

  const ports::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> problems_;
  bool silent_ = false;
  std::vector<ports::HealthTarget> watched_;
  base::Duration interval_;
  base::MonoTime next_;
  std::function<void()> wake_;
};

}  // namespace stellwerk::adapters
