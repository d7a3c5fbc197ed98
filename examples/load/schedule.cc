#include "load/schedule.h"

#include <cmath>
#include <numeric>
#include <utility>

namespace load {
namespace {

constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;

}  // namespace

std::uint64_t Random::next() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

double Random::unit() {
  constexpr double kStep = 1.0 / 9007199254740992.0;  // 2^-53
  return (static_cast<double>(next() >> 11U) + 1.0) * kStep;
}

Schedule::Schedule(const Options& options)
    : mix_(options.mix),
      arrivals_(options.arrivals),
      rate_(static_cast<std::uint64_t>(options.rate_per_second)),
      random_(options.seed),
      round_(options.tenants.size()),
      place_(round_.size()) {
  std::iota(round_.begin(), round_.end(), std::size_t{0});
}

Arrival Schedule::next() {
  Arrival arrival;
  arrival.offset = next_offset();
  arrival.tenant = next_tenant();
  arrival.operation = next_operation();
  return arrival;
}

std::chrono::nanoseconds Schedule::next_offset() {
  const std::uint64_t n = count_++;
  if (arrivals_ == Arrivals::Poisson) {
    poisson_ns_ -= std::log(random_.unit()) * (1e9 / static_cast<double>(rate_));
    return std::chrono::nanoseconds(static_cast<std::int64_t>(poisson_ns_));
  }
  // Split so that a run of weeks neither overflows nor drifts.
  const std::uint64_t offset =
      n / rate_ * kNanosecondsPerSecond + n % rate_ * kNanosecondsPerSecond / rate_;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(offset));
}

std::size_t Schedule::next_tenant() {
  if (place_ == round_.size()) {
    for (std::size_t i = round_.size(); i > 1; --i)
      std::swap(round_[i - 1], round_[random_.below(i)]);
    place_ = 0;
  }
  return round_[place_++];
}

Operation Schedule::next_operation() {
  const std::size_t total = std::accumulate(mix_.begin(), mix_.end(), std::size_t{0});
  std::size_t ticket = random_.below(total);
  for (const Operation operation : kOperations) {
    const std::size_t weight = mix_[static_cast<std::size_t>(operation)];
    if (ticket < weight) return operation;
    ticket -= weight;
  }
  return Operation::Create;
}

}  // namespace load
