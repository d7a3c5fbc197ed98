#include "sim/swarm.h"

#include <array>
#include <utility>

#include "sim/random.h"

namespace stellwerk::sim {
namespace {

using Named = std::pair<Fault, std::string_view>;
constexpr std::array<Named, kFaults> kNames = {{
    {Fault::Kill, "kill"},
    {Fault::Freeze, "freeze"},
    {Fault::DiskFull, "disk-full"},
    {Fault::StoreAnswerLost, "store-answer-lost"},
    {Fault::StoreRefuses, "store-refuses"},
    {Fault::StoreHangs, "store-hangs"},
    {Fault::ReadFails, "read-fails"},
    {Fault::RouterRefuses, "router-refuses"},
    {Fault::RouterAnswerLost, "router-answer-lost"},
    {Fault::RouterRequestLost, "router-request-lost"},
    {Fault::RouterHangs, "router-hangs"},
    {Fault::RouterGone, "router-gone"},
    {Fault::RouterCrash, "router-crash"},
    {Fault::RouterTampered, "router-tampered"},
    {Fault::WorkloadRefuses, "workload-refuses"},
    {Fault::WorkloadAnswerLost, "workload-answer-lost"},
    {Fault::WorkloadHangs, "workload-hangs"},
    {Fault::InstancesDie, "instances-die"},
    {Fault::StepFails, "step-fails"},
    {Fault::StepUnknown, "step-unknown"},
    {Fault::StepHangs, "step-hangs"},
    {Fault::StepsFailForever, "steps-fail-forever"},
    {Fault::SubscriberFails, "subscriber-fails"},
    {Fault::SubscriberAnswerLost, "subscriber-answer-lost"},
    {Fault::MetricsVanish, "metrics-vanish"},
    {Fault::MetricsLate, "metrics-late"},
    {Fault::MetricsLie, "metrics-lie"},
    {Fault::HealthFlaps, "health-flaps"},
    {Fault::HealthBad, "health-bad"},
    {Fault::HealthSilent, "health-silent"},
    {Fault::VersionErrs, "version-errs"},
    {Fault::VersionSlow, "version-slow"},
    {Fault::VersionLags, "version-lags"},
    {Fault::NoRequests, "no-requests"},
    {Fault::WallSteps, "wall-steps"},
    {Fault::WallDrifts, "wall-drifts"},
    {Fault::EntropyFails, "entropy-fails"},
    {Fault::SignerFails, "signer-fails"},
    {Fault::AnswerTwice, "answer-twice"},
    {Fault::PeopleOdd, "people-odd"},
    {Fault::PeopleSlow, "people-slow"},
    {Fault::SlowLanes, "slow-lanes"},
    {Fault::LateWrites, "late-writes"},
    {Fault::WorkloadHalfDone, "workload-half-done"},
    {Fault::AnswerOverdue, "answer-overdue"},
    {Fault::WorkloadLacksOne, "workload-lacks-one"},
}};

template <class T, std::size_t N>
T pick(Random& dice, const std::array<T, N>& values) {
  return values[dice.below(N)];
}

}  // namespace

std::string_view to_string(Fault fault) {
  for (const auto& [each, name] : kNames)
    if (each == fault) return name;
  return "?";
}

std::optional<Fault> fault_named(std::string_view name) {
  for (const auto& [each, text] : kNames)
    if (text == name) return each;
  return std::nullopt;
}

std::vector<Fault> all_faults() {
  std::vector<Fault> all;
  for (const auto& [each, name] : kNames) all.push_back(each);
  return all;
}

Swarm calm_swarm() { return {}; }

Swarm swarm_of(std::uint64_t seed, const std::set<Fault>& without) {
  Random dice(seed ^ 0x5741524dULL);
  Swarm swarm;
  // Few kinds of fault in most worlds, many in some, none in a few.
  const base::Ppm density =
      pick(dice, std::array{base::percent(3), base::percent(8), base::percent(20),
                            base::percent(45), base::percent(70)});
  for (const auto& [fault, name] : kNames)
    if (dice.chance(density) && !without.contains(fault)) swarm.faults.insert(fault);
  swarm.call_rate = pick(
      dice, std::array{base::Ppm{500}, base::Ppm{3'000}, base::Ppm{20'000}, base::Ppm{80'000}});
  swarm.pause_mean = pick(
      dice, std::array{base::seconds(2), base::seconds(10), base::seconds(45), base::minutes(3)});
  swarm.misfortunes = static_cast<std::uint32_t>(dice.between(1, 40));
  swarm.speed_before = pick(dice, std::array<std::int64_t, 3>{1200, 3600, 7200});
  swarm.speed_rollout = pick(dice, std::array<std::int64_t, 6>{5, 30, 60, 60, 600, 3600});
  // Rounds further apart than a second guard nothing, and no hold would ever end.
  swarm.guard_interval = pick(dice, std::array{base::milliseconds(300), base::milliseconds(500),
                                               base::milliseconds(800), base::seconds(1)});
  swarm.requests_per_second = pick(dice, std::array<std::uint64_t, 4>{1, 5, 20, 400});
  return swarm;
}

}  // namespace stellwerk::sim
