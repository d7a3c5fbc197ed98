#include "core/capacity.h"

#include <gtest/gtest.h>

namespace stellwerk::core {
namespace {

PlannedComponent component_of(std::uint32_t instances) {
  PlannedComponent component;
  component.name = base::ComponentName("pricing-domain");
  component.old_workload.instances = component.new_workload.instances = instances;
  return component;
}

Plan plan_of(std::initializer_list<std::int64_t> percents, Capacity capacity) {
  Plan plan;
  plan.capacity = capacity;
  std::uint32_t number = 0;
  for (const std::int64_t percent : percents) {
    PlannedWave wave;
    wave.number = ++number;
    wave.share_real = base::percent(percent);
    plan.waves.push_back(wave);
  }
  return plan;
}

TEST(CapacityInPlace, NeedsOneInstanceMoreAtATimeWhenRolling) {
  const Plan plan = plan_of({25, 50, 75, 100}, Capacity::InPlace);
  const PlannedComponent component = component_of(4);
  const InstanceCounts wanted[] = {{4, 1}, {3, 2}, {2, 3}, {1, 4}};
  for (std::uint32_t wave = 1; wave <= 4; ++wave)
    EXPECT_EQ(instances_in_wave(plan, component, wave), wanted[wave - 1]) << wave;
}

TEST(CapacityInPlace, NeverGivesAVersionLessThanItServes) {
  for (const std::uint32_t instances : {1U, 2U, 3U, 7U, 64U}) {
    const Plan plan = plan_of({1, 10, 33, 50, 99, 100}, Capacity::InPlace);
    const PlannedComponent component = component_of(instances);
    std::int64_t before = 0;
    for (const PlannedWave& wave : plan.waves) {
      const InstanceCounts counts = instances_in_wave(plan, component, wave.number);
      const std::int64_t share = wave.share_real.value;
      // Until the wave moves the old version serves what it did, and can be gone back to.
      EXPECT_GE(std::int64_t{counts.old_version} * base::kWhole.value,
                std::int64_t{instances} * (base::kWhole.value - before));
      EXPECT_GE(std::int64_t{counts.new_version} * base::kWhole.value,
                std::int64_t{instances} * share);
      EXPECT_GE(counts.old_version, 1U);
      EXPECT_LE(counts.old_version, instances);
      EXPECT_LE(counts.new_version, instances);
      before = share;
    }
  }
}

TEST(CapacityParallel, IsAllOfBothInEveryWave) {
  const Plan plan = plan_of({10, 50, 100}, Capacity::Parallel);
  for (std::uint32_t wave = 1; wave <= 3; ++wave)
    EXPECT_EQ(instances_in_wave(plan, component_of(5), wave), (InstanceCounts{5, 5}));
}

TEST(Arrangement, IsReadFromItsSubject) {
  const Arrangement arrangement = arrangement_in(subject_of({12, base::ComponentName("a.b-c")}));
  EXPECT_EQ(arrangement.wave, 12U);
  EXPECT_EQ(arrangement.component, base::ComponentName("a.b-c"));
}

}  // namespace
}  // namespace stellwerk::core
