#include "adapters/process/deployment.h"

#include <fmt/format.h>

#include <algorithm>

namespace stellwerk::adapters::process {
namespace {

using ports::InstanceState;

/// An instance that has ended this often without becoming ready will not get better by itself.
constexpr std::uint32_t kFailuresMax = 3;
constexpr std::size_t kTailLines = 20;
constexpr std::uint32_t kInstancesMax = 64;

base::Error not_kept(const ports::VersionRef& version, const base::Error& cause) {
  return base::error(base::Code::Unavailable, "PRC-0002",
                     fmt::format("{} {} could not be recorded", version.component.str(),
                                 version.version.to_string()))
      .because(cause.one_line())
      .now("nothing was started or stopped");
}

}  // namespace

Deployment::Deployment(Surroundings& surroundings, WorkloadRecord record)
    : surroundings_(surroundings), record_(std::move(record)) {}

ManagedInstance& Deployment::add(std::uint32_t number) {
  auto& slot = instances_[number];
  slot = std::make_unique<ManagedInstance>(surroundings_, record_.version, number);
  ended_logs_.erase(number);  // it counts on from there
  return *slot;
}

void Deployment::let_go(std::uint32_t number) {
  const auto found = instances_.find(number);
  found->second->end_log();
  if (const auto& counts = found->second->log_counts(); counts != kpi::LogCounts{})
    ended_logs_[number] = counts;
  instances_.erase(found);
}

kpi::LogCounts Deployment::log_counts() const {
  kpi::LogCounts sum;
  for (const auto& [number, instance] : instances_) sum.add(instance->log_counts());
  for (const auto& [number, counts] : ended_logs_) sum.add(counts);
  return sum;
}

ManagedInstance* Deployment::find(std::uint32_t number) {
  const auto found = instances_.find(number);
  return found == instances_.end() ? nullptr : found->second.get();
}

void Deployment::resume() {
  // Also beyond what is wanted: a crash may have come between recording that and stopping the rest.
  for (std::uint32_t number = 1; number <= kInstancesMax; ++number) {
    auto& instance = add(number);
    const bool runs = instance.adopt(record_.spec);
    if (surplus(number)) {
      if (runs) instance.stop(record_.spec.stop_timeout);
      if (!runs) surroundings_.store.forget(record_.version, number);
      if (!runs) let_go(number);
    } else if (!runs) {
      instance.start(record_.spec);
    }
  }
}

base::Result<void> Deployment::want(WorkloadRecord record) {
  if (auto saved = surroundings_.store.save(record); !saved)
    return base::fail(not_kept(record.version, saved.error()));
  record_ = std::move(record);
  for (auto& [number, instance] : instances_) {
    if (surplus(number)) instance->stop(record_.spec.stop_timeout);
    instance->compare(record_.spec);
  }
  return {};
}

void Deployment::tick() {
  for (auto& [number, instance] : instances_) instance->tick(record_.spec);
  std::vector<std::uint32_t> stopped;
  for (const auto& [number, instance] : instances_)
    if (instance->state() == InstanceState::Stopped) stopped.push_back(number);
  for (const auto number : stopped) let_go(number);
  for (std::uint32_t number = 1; number <= record_.wanted; ++number)
    if (!instances_.contains(number)) add(number).start(record_.spec);
}

void Deployment::retry_now() {
  for (auto& [number, instance] : instances_) instance->retry_now();
}

ports::WorkloadStatus Deployment::status() const {
  ports::WorkloadStatus status{
      .version = record_.version, .wanted = record_.wanted, .instances = {}};
  for (const auto& [number, instance] : instances_)
    status.instances.push_back(instance->snapshot());
  return status;
}

bool Deployment::all_ready() const {
  for (std::uint32_t number = 1; number <= record_.wanted; ++number) {
    const auto found = instances_.find(number);
    if (found == instances_.end() || found->second->state() != InstanceState::Ready) return false;
  }
  return true;
}

bool Deployment::settled() const {
  return instances_.empty() || !surplus(instances_.rbegin()->first);
}

std::optional<base::Error> Deployment::runs_other_than(const base::Digest& planned) const {
  for (const auto& [number, instance] : instances_)
    if (const auto other = instance->runs_other_than(planned); other && !surplus(number))
      return base::error(base::Code::Rejected, "PRC-0006",
                         fmt::format("{} is not what was planned", instance->snapshot().id))
          .because(fmt::format("it runs already, started from {}; the plan says {}",
                               other->to_string(), planned.to_string()))
          .now("nothing was started or stopped");
  return std::nullopt;
}

std::optional<base::Error> Deployment::hopeless() const {
  for (const auto& [number, instance] : instances_) {
    if (surplus(number) || instance->state() == InstanceState::Ready) continue;
    const auto& refused = instance->start_error();
    // A full process table may clear up by itself, a missing program does not.
    if (refused && refused->code != base::Code::Unavailable) return refused;
    if (instance->failures_in_a_row() < kFailuresMax) continue;
    if (refused) return refused;
    return not_ready(*instance, fmt::format("{} keeps ending", instance->snapshot().id));
  }
  return std::nullopt;
}

base::Error Deployment::never_ready(base::Duration patience) const {
  for (const auto& [number, instance] : instances_)
    if (!surplus(number) && instance->state() != InstanceState::Ready)
      return not_ready(*instance, fmt::format("{} did not become healthy within {}",
                                              instance->snapshot().id, base::to_string(patience)));
  return base::error(base::Code::Internal, "PRC-0002", "an instance is missing");
}

base::Error Deployment::not_ready(const ManagedInstance& instance, std::string message) const {
  std::string why = instance.snapshot().detail;
  if (!instance.last_exit().empty()) why += "; last exit: " + instance.last_exit();
  if (const auto output = instance.output_tail(kTailLines); !output.empty())
    why += "; last lines of its output:\n" + output;
  return base::error(base::Code::Unavailable, "PRC-0002", std::move(message))
      .because(std::move(why))
      .then(
          fmt::format("less {}", surroundings_.store.log_path(record_.version, instance.number())),
          "shows all its output");
}

}  // namespace stellwerk::adapters::process
