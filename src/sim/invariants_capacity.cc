// Capacity in place: whom the routes send to a version, it has the instances for.
#include <fmt/format.h>

#include <algorithm>

#include "core/capacity.h"
#include "sim/invariants.h"

namespace stellwerk::sim {

/// Its instances are changed for some wave.
bool Invariants::arranges(const Ledger& ledger, const base::ComponentName& component) const {
  for (std::uint32_t wave = 1; wave <= ledger.plan->waves.size(); ++wave)
    if (asked_for(ledger, core::EffectKind::ArrangeCapacity, core::subject_of({wave, component})))
      return true;
  return false;
}

/// Capacity in place: as long as the routes hold, both versions have the instances for them. On its
/// way back the old version is given what comes up in time.
void Invariants::check_capacity(const Ledger& ledger, const Seen& seen) {
  const core::Plan& plan = *ledger.plan;
  const core::State& state = ledger.state;
  const bool holds = seen.router && seen.router->leases.contains(plan.release) && !state.rollback &&
                     !excuse_of(ledger).may_act(clock_.mono());
  if (plan.capacity == core::Capacity::Parallel || !holds || tampered_) return;
  const auto last = static_cast<std::uint32_t>(plan.waves.size());
  for (const core::PlannedComponent& component : plan.components) {
    const auto found = seen.router->table.components.find(component.name);
    if (found == seen.router->table.components.end() || !found->second.candidate) continue;
    std::uint32_t wave = 0;
    while (wave < last && ledger.routes[wave].components.at(component.name) != found->second)
      ++wave;
    const auto served = core::instances_in_wave(plan, component, std::min(wave + 1, last));
    const auto serves = core::instances_in_wave(plan, component, std::max(wave, 1U));
    const auto old_ones = workload_.status({component.name, component.from});
    const auto new_ones = workload_.status({component.name, component.to});
    if (old_ones && new_ones && old_ones->instances.size() >= served.old_version &&
        new_ones->instances.size() >= serves.new_version)
      continue;
    fail("neither-version-has-less-than-it-serves",
         fmt::format("{} in wave {}", component.name.str(), wave));
  }
}

}  // namespace stellwerk::sim
