#include "sim/user_world.h"

#include <algorithm>
#include <array>

namespace stellwerk::sim {
namespace {

constexpr std::int64_t kSpeedBefore = 600;
constexpr base::Duration kLongestReal = base::hours(3);
constexpr Manners kManners{base::minutes(1), base::minutes(10)};
/// Calls are many in a release: thousands of the load balancer, a few of checks and instances.
constexpr base::Ppm kOfManyCalls{500};
constexpr base::Ppm kOfFewCalls{50'000};

base::Duration rollout_length(const core::Plan& plan) {
  return plan.schedule.completed - plan.schedule.deploy + plan.schedule.post_check;
}

/// Of these there are so many calls that a small rate is enough.
bool strikes_many_calls(Fault fault) {
  switch (fault) {
    case Fault::Kill:
    case Fault::StoreAnswerLost:
    case Fault::StoreRefuses:
    case Fault::StoreHangs:
    case Fault::ReadFails:
    case Fault::RouterRefuses:
    case Fault::RouterAnswerLost:
    case Fault::RouterRequestLost:
    case Fault::RouterHangs:
      return true;
    default:
      return false;
  }
}

std::set<Fault> some_of(const std::vector<Fault>& kinds, std::size_t count, Random& dice) {
  std::set<Fault> some;
  while (some.size() < std::min(count, kinds.size())) some.insert(kinds[dice.below(kinds.size())]);
  return some;
}

}  // namespace

std::string_view to_string(FaultLevel level) {
  constexpr std::array<std::string_view, 3> kNames = {"none", "few", "many"};
  return kNames[static_cast<std::size_t>(level)];
}

std::optional<FaultLevel> fault_level_named(std::string_view name) {
  for (const FaultLevel level : {FaultLevel::None, FaultLevel::Few, FaultLevel::Many})
    if (to_string(level) == name) return level;
  return std::nullopt;
}

const std::vector<Fault>& usual_faults() {
  using enum Fault;
  static const std::vector<Fault> usual = {
      Kill,        Freeze,           DiskFull,        StoreHangs,      RouterRefuses,
      RouterHangs, RouterGone,       RouterCrash,     WorkloadRefuses, InstancesDie,
      StepFails,   StepHangs,        SubscriberFails, MetricsVanish,   MetricsLate,
      HealthFlaps, HealthBad,        HealthSilent,    VersionErrs,     VersionSlow,
      VersionLags, StepsFailForever, NoRequests};
  return usual;
}

std::int64_t usual_speed(const core::Plan& plan) {
  const std::int64_t length = rollout_length(plan).us;
  return std::clamp<std::int64_t>((length + kLongestReal.us - 1) / kLongestReal.us, 1, 3600);
}

Swarm user_swarm(std::uint64_t seed, const UserWorld& world, const core::Plan& plan) {
  Random dice = Random(seed).fork(88);
  Swarm swarm;
  swarm.manners = kManners;
  swarm.speed_before = kSpeedBefore;
  swarm.speed_rollout = world.speed;
  swarm.requests_per_second = world.traffic.requests_per_second;
  if (world.level == FaultLevel::None) return swarm;
  const bool many = world.level == FaultLevel::Many;
  swarm.misfortunes = static_cast<std::uint32_t>(many ? dice.between(4, 12) : dice.between(1, 3));
  const auto count = static_cast<std::size_t>(many ? dice.between(3, 6) : dice.between(1, 3));
  swarm.faults = world.kinds.empty() ? some_of(usual_faults(), count, dice) : world.kinds;
  const bool often = std::any_of(swarm.faults.begin(), swarm.faults.end(), strikes_many_calls);
  swarm.call_rate = often ? kOfManyCalls : kOfFewCalls;
  const base::Duration real =
      plan.schedule.announce_lead / kSpeedBefore + rollout_length(plan) / world.speed;
  swarm.pause_mean = real / (swarm.misfortunes + 1);
  return swarm;
}

Scenario user_scenario(std::uint64_t seed, const UserWorld& world, const core::Plan& plan) {
  Scenario scenario;
  scenario.plans = {plan};
  scenario.seed = seed;
  scenario.swarm = user_swarm(seed, world, plan);
  scenario.traffic = world.traffic;
  return scenario;
}

}  // namespace stellwerk::sim
