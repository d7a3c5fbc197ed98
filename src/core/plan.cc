#include "core/plan.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace stellwerk::core {
namespace {

template <class Items, class Matches>
auto find_in(const Items& items, Matches matches) -> const typename Items::value_type* {
  const auto found = std::find_if(items.begin(), items.end(), matches);
  return found == items.end() ? nullptr : &*found;
}

// In the order of StepAction's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<StepAction>> kKinds{
    "command", "http",  "manual",     "health",    "approval", "record",         "deploy",
    "wave",    "watch", "comparison", "integrity", "summary",  "return-traffic", "retire"};

}  // namespace

std::string_view kind_of(const StepAction& action) { return kKinds.at(action.index()); }

const Step* Plan::find_step(const base::StepId& id) const {
  const auto is_it = [&](const Step& step) { return step.id == id; };
  const Step* step = find_in(steps, is_it);
  return step != nullptr ? step : find_in(rollback, is_it);
}

const PlannedComponent* Plan::find_component(const base::ComponentName& name) const {
  return find_in(components, [&](const PlannedComponent& each) { return each.name == name; });
}

const PlannedWave& Plan::wave(std::uint32_t number) const {
  STELLWERK_CHECK(number >= 1 && number <= waves.size());
  return waves[number - 1];
}

std::uint32_t Plan::last_wave_of_downtime() const {
  if (!downtime_window) return 0;
  const auto ends_it = [&](const PlannedWave& wave) {
    return wave.everyone ||
           (!downtime_window->everyone &&
            std::all_of(downtime_window->tenants.begin(), downtime_window->tenants.end(),
                        [&](const base::TenantId& tenant) {
                          return std::find(wave.serves.begin(), wave.serves.end(), tenant) !=
                                 wave.serves.end();
                        }));
  };
  const auto last = std::find_if(waves.begin(), waves.end(), ends_it);
  return last == waves.end() ? static_cast<std::uint32_t>(waves.size()) : last->number;
}

const Person* Plan::find_person(const base::PersonId& id) const {
  return find_in(people, [&](const Person& each) { return each.id == id; });
}

base::PersonId Plan::somebody_with(const std::vector<Role>& roles) const {
  const Person* found = find_in(people, [&](const Person& each) {
    return std::find_first_of(each.roles.begin(), each.roles.end(), roles.begin(), roles.end()) !=
           each.roles.end();
  });
  return found != nullptr ? found->id : base::PersonId();
}

}  // namespace stellwerk::core
