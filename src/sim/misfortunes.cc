#include "sim/misfortunes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace stellwerk::sim {
namespace {

using enum Fault;
constexpr std::array kOfATime = {
    Kill,         Freeze,           DiskFull,      RouterGone,  RouterCrash, RouterTampered,
    InstancesDie, StepsFailForever, MetricsVanish, MetricsLate, MetricsLie,  HealthFlaps,
    HealthBad,    HealthSilent,     VersionErrs,   VersionSlow, VersionLags, NoRequests,
    WallSteps,    WallDrifts,       AnswerTwice};

}  // namespace

Misfortunes::Misfortunes(std::uint64_t seed, adapters::MemoryClock& clock,
                         Interference& interference, Load& load, ProcessFate fate)
    : dice_(seed),
      clock_(clock),
      interference_(interference),
      outside_(load.outside()),
      load_(load),
      fate_(std::move(fate)) {
  const Random dice = Random(seed).fork(4);
  for (const Fault fault : kOfATime) {
    if (!interference.swarm().has(fault)) continue;
    kinds_.push_back({fault, dice.fork(static_cast<std::uint64_t>(fault)), clock.mono()});
    put_off(kinds_.back());
  }
}

std::optional<base::MonoTime> Misfortunes::next() const {
  std::optional<base::MonoTime> next;
  for (const Kind& kind : kinds_)
    if (!next || kind.next < *next) next = kind.next;
  return next;
}

/// With few kinds and with many, one comes after about the same time.
void Misfortunes::put_off(Kind& kind) const {
  const base::Duration longest = interference_.swarm().pause_mean * 8;
  kind.next = clock_.mono() + kind.dice.between(base::milliseconds(10), longest);
}

base::Duration Misfortunes::some_time(base::Duration longest) {
  return dice_.between(base::milliseconds(10), std::max(longest, base::milliseconds(20)));
}

void Misfortunes::happen() {
  for (Kind& kind : kinds_) {
    if (interference_.calm()) return;
    if (clock_.mono() < kind.next) continue;
    put_off(kind);
    interference_.count(kind.fault);
    interference_.trace().say([&] { return fmt::format("misfortune: {}", to_string(kind.fault)); });
    dice_ = kind.dice.fork(static_cast<std::uint64_t>(clock_.mono().us));
    strike(kind.fault);
  }
}

void Misfortunes::heal() {
  interference_.weather = {};
  drift_ = {};
  for (const core::Plan* plan : plans_) {
    for (const core::PlannedComponent& component : plan->components) {
      for (const base::SemVer& version : {component.from, component.to}) {
        outside_.instances.restart({component.name, version});
        load_.set_down({component.name, version}, false);
      }
    }
  }
  for (const ports::HealthTarget& target : outside_.probe.watched())
    outside_.probe.set_problem(target.name, "");
  outside_.probe.set_silent(false);
}

void Misfortunes::last(Fault fault, bool Weather::* what, base::Duration longest) {
  interference_.weather.*what = true;
  interference_.later(some_time(longest), [this, fault, what] {
    interference_.weather.*what = false;
    interference_.over(fault);
  });
}

void Misfortunes::strike(Fault fault) {
  switch (fault) {
    case Kill:
      return fate_.kill();
    case Freeze:
      return fate_.freeze(some_time(base::minutes(4)));
    case RouterTampered:
      return fate_.tamper();
    case AnswerTwice:
      return fate_.answer_twice();
    case WallSteps:
      return clock_.step_wall(dice_.between(-base::hours(30), base::hours(30)));
    case WallDrifts:
      drift_ = {dice_.between(-900, 900)};
      return;
    case RouterCrash:
      return crash_router();
    case RouterGone:
      crash_router();
      return last(fault, &Weather::router_gone, base::minutes(2));
    case InstancesDie:
      return instances_die();
    case VersionErrs:
    case VersionSlow:
    case VersionLags:
      return strike_version(fault);
    case HealthFlaps:
    case HealthBad:
    case HealthSilent:
      return strike_health(fault);
    default:
      return strike_weather(fault);
  }
}

void Misfortunes::crash_router() {
  router_crashed_at_ = clock_.mono();
  outside_.balancer.crash();
}

void Misfortunes::strike_weather(Fault fault) {
  switch (fault) {
    case DiskFull:
      return last(fault, &Weather::disk_full, base::minutes(3));
    case MetricsVanish:
      return last(fault, &Weather::source_silent, base::minutes(9));
    case MetricsLate:
      return last(fault, &Weather::source_late, base::minutes(1));
    case MetricsLie:
      return last(fault, &Weather::source_lies, base::minutes(1));
    case NoRequests:
      return last(fault, &Weather::nobody_asks, base::minutes(5));
    case StepsFailForever:
      return last(fault, &Weather::steps_fail, base::minutes(10));
    default:
      return;
  }
}

void Misfortunes::strike_version(Fault fault) {
  constexpr std::array kErrors = {base::Ppm{8'000}, base::Ppm{15'000}, base::percent(5),
                                  base::percent(60)};
  constexpr std::array kSlow = {base::percent(4), base::percent(8), base::percent(90)};
  load_.set_bad({kErrors[dice_.below(kErrors.size())], kSlow[dice_.below(kSlow.size())],
                 dice_.between(900, 5'000)});
  if (fault == VersionErrs) return last(fault, &Weather::errs, base::minutes(6));
  if (fault == VersionSlow) return last(fault, &Weather::slow, base::minutes(6));
  last(fault, &Weather::lags, base::minutes(6));
}

void Misfortunes::strike_health(Fault fault) {
  if (fault == HealthSilent) {
    outside_.probe.set_silent(true);
    interference_.later(some_time(base::minutes(1)), [this, fault] {
      outside_.probe.set_silent(false);
      interference_.over(fault);
    });
    return;
  }
  const auto watched = outside_.probe.watched();
  if (watched.empty()) return;
  const std::string target = watched[dice_.below(watched.size())].name;
  outside_.probe.set_problem(target, "status 503");
  const base::Duration longest = fault == HealthBad ? base::minutes(5) : base::milliseconds(1500);
  interference_.weather.unhealthy = true;
  interference_.later(some_time(longest), [this, fault, target] {
    outside_.probe.set_problem(target, "");
    interference_.weather.unhealthy = false;
    interference_.over(fault);
  });
}

void Misfortunes::instances_die() {
  if (plans_.empty()) return;
  const core::Plan& plan = *plans_[dice_.below(plans_.size())];
  const core::PlannedComponent& component = plan.components[dice_.below(plan.components.size())];
  const ports::VersionRef version{component.name,
                                  dice_.chance(base::percent(50)) ? component.to : component.from};
  const auto status = outside_.instances.status(version);
  outside_.instances.crash(version);
  load_.set_down(version, true);
  for (const ports::Instance& instance : status->instances)
    outside_.probe.set_problem(instance.id, "connection refused");
  interference_.later(some_time(base::minutes(3)), [this, version, status] {
    outside_.instances.restart(version);
    load_.set_down(version, false);
    for (const ports::Instance& instance : status->instances)
      outside_.probe.set_problem(instance.id, "");
    interference_.over(InstancesDie);
  });
}

}  // namespace stellwerk::sim
