#include "sim/interference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace stellwerk::sim {
namespace {

constexpr std::size_t kTraceLines = 20'000;

using enum Fault;
constexpr std::array kAppend = {StoreAnswerLost, StoreRefuses, StoreHangs};
constexpr std::array kStore = {StoreRefuses, StoreHangs};
constexpr std::array kRead = {ReadFails};
constexpr std::array kRouterWrite = {RouterRefuses, RouterAnswerLost, RouterRequestLost,
                                     RouterHangs};
constexpr std::array kRouterRead = {RouterRefuses, RouterHangs};
constexpr std::array kWorkload = {WorkloadRefuses, WorkloadAnswerLost, WorkloadHangs};
constexpr std::array kWorkloadRead = {WorkloadRefuses};
constexpr std::array kStep = {StepUnknown, StepHangs};
constexpr std::array kDeliver = {SubscriberFails, SubscriberAnswerLost};
constexpr std::array kSign = {SignerFails};
constexpr std::array kDraw = {EntropyFails};

std::span<const Fault> kinds_at(Place place) {
  switch (place) {
    case Place::Append:
      return kAppend;
    case Place::Note:
    case Place::PutContent:
    case Place::Reserve:
    case Place::WriteLog:
      return kStore;
    case Place::ReadJournal:
    case Place::GetContent:
      return kRead;
    case Place::RouterWrite:
      return kRouterWrite;
    case Place::RouterRead:
      return kRouterRead;
    case Place::Ensure:
    case Place::Retire:
      return kWorkload;
    case Place::WorkloadRead:
      return kWorkloadRead;
    case Place::Step:
      return kStep;
    case Place::Deliver:
      return kDeliver;
    case Place::Sign:
      return kSign;
    case Place::Draw:
      return kDraw;
    case Place::Emergency:  // its space is written beforehand, on another path
    case Place::Probe:
      return {};
  }
  return {};
}

bool waits_for_disk(Place place) {
  return place == Place::Append || place == Place::Note || place == Place::PutContent;
}

}  // namespace

std::string_view to_string(Place place) {
  constexpr std::array<std::string_view, 18> kNames = {
      "append",  "read-journal", "note",        "put-content", "get-content", "emergency",
      "reserve", "router-write", "router-read", "ensure",      "retire",      "workload-read",
      "probe",   "step",         "deliver",     "sign",        "draw",        "write-log"};
  return kNames[static_cast<std::size_t>(place)];
}

void Trace::keep(std::string line) {
  const std::int64_t ms = clock_.mono().us / 1000;
  lines_.push_back(fmt::format("{:>7}.{:03} s  {}", ms / 1000, ms % 1000, line));
  if (lines_.size() > kTraceLines) lines_.pop_front();
}

Interference::Interference(const Swarm& swarm, std::uint64_t seed, const ports::Clock& clock,
                           Trace& trace)
    : swarm_(swarm), clock_(clock), trace_(trace) {
  for (std::size_t kind = 0; kind < kFaults; ++kind)
    dice_.push_back(Random(seed).fork(1000 + kind));
}

void Interference::maybe_kill(Place place, const char* when) {
  if (calm() || !swarm_.has(Kill)) return;
  if (!dice_of(Kill).chance({swarm_.call_rate.value / 8 + 20})) return;
  count(Kill);
  trace_.say([&] { return fmt::format("KILLED {} {}", when, to_string(place)); });
  throw Killed{};
}

Twist Interference::weather_at(Place place) const {
  if (weather.disk_full && waits_for_disk(place)) return Twist::Refuse;
  const bool to_router = place == Place::RouterRead || place == Place::RouterWrite;
  return weather.router_gone && to_router ? Twist::Refuse : Twist::None;
}

Twist Interference::twist_of(Fault fault, Place place, const ports::Call* call) {
  const bool hangs =
      fault == StoreHangs || fault == RouterHangs || fault == WorkloadHangs || fault == StepHangs;
  if (hangs && call != nullptr && call->deadline > clock_.mono())
    delay_ = std::max(delay_, call->deadline - clock_.mono());
  switch (fault) {
    case StoreAnswerLost:
    case RouterAnswerLost:
    case WorkloadAnswerLost:
    case SubscriberAnswerLost:
      return Twist::LoseAnswer;
    case StepUnknown:
    case RouterHangs:
    case WorkloadHangs:
    case StepHangs:
      if (place == Place::RouterRead) return Twist::Refuse;
      return dice_of(fault).chance(base::percent(50)) ? Twist::LoseAnswer : Twist::LoseRequest;
    case RouterRequestLost:
      return Twist::LoseRequest;
    default:
      return Twist::Refuse;
  }
}

Twist Interference::before(Place place, const ports::Call* call) {
  maybe_kill(place, "before");
  if (call != nullptr && call->stop.stopped()) return Twist::LoseRequest;
  if (const Twist twist = weather_at(place); twist != Twist::None) return twist;
  if (calm()) return Twist::None;
  for (const Fault fault : kinds_at(place)) {
    if (!swarm_.has(fault) || !dice_of(fault).chance(swarm_.call_rate)) continue;
    count(fault);
    trace_.say([&] { return fmt::format("{} at {}", to_string(fault), to_string(place)); });
    return twist_of(fault, place, call);
  }
  return Twist::None;
}

void Interference::after(Place place) { maybe_kill(place, "after"); }

bool Interference::strikes(Fault fault) { return strikes(fault, swarm_.call_rate); }

bool Interference::strikes(Fault fault, base::Ppm rate) {
  if (calm() || !swarm_.has(fault) || !dice_of(fault).chance(rate)) return false;
  count(fault);
  trace_.say([&] { return std::string(to_string(fault)); });
  return true;
}

base::Duration Interference::overdue() {
  // Each lasts so long that few are many.
  if (!strikes(AnswerOverdue, {swarm_.call_rate.value / 8})) return {};
  return dice_of(AnswerOverdue).between(base::seconds(1), base::minutes(2));
}

std::pair<base::Duration, base::Duration> Interference::latency() {
  if (calm() || !swarm_.has(SlowLanes)) return {};
  Random& dice = dice_of(SlowLanes);
  const auto draw = [&dice] {
    return dice.chance(base::percent(5)) ? dice.between(base::milliseconds(1), base::seconds(8))
                                         : dice.between({}, base::milliseconds(60));
  };
  const base::Duration first = draw();
  return {first, draw()};
}

void Interference::later(base::Duration delay, std::function<void()> what) {
  later_.emplace_back(clock_.mono() + delay, std::move(what));
}

void Interference::run_due() {
  for (std::size_t i = 0; i < later_.size();) {
    if (later_[i].first > clock_.mono()) {
      ++i;
      continue;
    }
    const auto what = std::move(later_[i].second);
    later_.erase(later_.begin() + static_cast<std::ptrdiff_t>(i));
    what();
  }
}

std::optional<base::MonoTime> Interference::next_due() const {
  std::optional<base::MonoTime> next;
  for (const auto& [at, what] : later_)
    if (!next || at < *next) next = at;
  return next;
}

}  // namespace stellwerk::sim
