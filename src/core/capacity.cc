#include "core/capacity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace stellwerk::core {
namespace {

/// The smallest number of `instances` that can carry `share` of their traffic, at least one.
std::uint32_t enough_for(std::uint32_t instances, base::Ppm share) {
  const std::int64_t parts = std::int64_t{instances} * share.value;
  const std::int64_t whole = base::kWhole.value;
  return static_cast<std::uint32_t>(std::max((parts + whole - 1) / whole, std::int64_t{1}));
}

}  // namespace

InstanceCounts instances_in_wave(const Plan& plan, const PlannedComponent& component,
                                 std::uint32_t number) {
  const std::uint32_t all_old = component.old_workload.instances;
  const std::uint32_t all_new = component.new_workload.instances;
  if (plan.capacity == Capacity::Parallel) return {all_old, all_new};
  const base::Ppm before = number > 1 ? plan.wave(number - 1).share_real : base::Ppm{};
  const base::Ppm left{base::kWhole.value - before.value};
  return {enough_for(all_old, left), enough_for(all_new, plan.wave(number).share_real)};
}

std::string subject_of(const Arrangement& arrangement) {
  return fmt::format("{} {}", arrangement.wave, arrangement.component.str());
}

std::uint32_t wave_in(const std::string& subject) {
  return static_cast<std::uint32_t>(std::strtoul(subject.c_str(), nullptr, 10));
}

Arrangement arrangement_in(const std::string& subject) {
  const std::size_t space = subject.find(' ');
  if (space == std::string::npos) return {};
  return {wave_in(subject), base::ComponentName(subject.substr(space + 1))};
}

}  // namespace stellwerk::core
