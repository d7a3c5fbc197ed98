#include "adapters/process/supervisor.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace stellwerk::adapters::process {
namespace {

using base::Code;
using ports::InstanceState;

/// A stop token cannot wake a waiter, so waiters look at it this often.
constexpr auto kLook = std::chrono::milliseconds(20);
constexpr base::Duration kLogsEvery = base::seconds(1);
constexpr base::Duration kIdle = base::seconds(1);
/// Beyond the deadline of the slowest check: connecting, threads waiting for a processor.
constexpr base::Duration kProbeGrace = base::seconds(1);

std::string key_of(const ports::VersionRef& version) {
  return fmt::format("{}/{}", version.component.str(), version.version.to_string());
}

std::string name_of(const ports::VersionRef& version) {
  return fmt::format("{} {}", version.component.str(), version.version.to_string());
}

base::Failure stopped_waiting(const ports::VersionRef& version, std::string what,
                              std::string state) {
  return base::fail(base::error(Code::OutcomeUnknown, "PRC-0004",
                                fmt::format("stopped waiting for {} {}", name_of(version), what))
                        .because("the deadline passed, or the step was cancelled")
                        .now(std::move(state)));
}

std::string states_text(const ports::WorkloadStatus& status) {
  std::string text = fmt::format("{} of {} instances are ready", status.ready(), status.wanted);
  for (const auto& instance : status.instances)
    if (instance.state != InstanceState::Ready)
      text += fmt::format("; {} is {}: {}", instance.id, ports::to_string(instance.state),
                          instance.detail);
  return text;
}

}  // namespace

Supervisor::Supervisor(Surroundings surroundings, ports::HealthProbe& prober,
                       std::shared_ptr<ProcessLogs> logs)
    : surroundings_(surroundings),
      prober_(prober),
      logs_(std::move(logs)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Supervisor::~Supervisor() {
  {
    const Lock lock(mutex_);
    ending_ = true;
  }
  stop_probes_.stop();
  wake();
  changed_.notify_all();
  if (supervising_.joinable()) supervising_.join();
  if (probing_.joinable()) probing_.join();
}

base::Result<void> Supervisor::begin() {
  if (!wake_.valid())
    return base::fail(Code::Unavailable, "PRC-0002", "no file descriptor is left for supervising");
  auto records = surroundings_.store.load();
  if (!records) return base::fail(std::move(records.error()));
  for (const auto& record : *records) deployment(record).resume();
  supervising_ = std::thread([this] { supervise(); });
  probing_ = std::thread([this] { probe_for_ever(); });
  return {};
}

Deployment* Supervisor::find(const ports::VersionRef& version) {
  const auto found = deployments_.find(key_of(version));
  return found == deployments_.end() ? nullptr : found->second.get();
}

Deployment& Supervisor::deployment(const WorkloadRecord& record) {
  auto& slot = deployments_[key_of(record.version)];
  if (!slot) {
    auto empty = record;
    slot = std::make_unique<Deployment>(surroundings_, std::move(empty));
  }
  return *slot;
}

bool Supervisor::wait(Lock& lock, const ports::Call& call) {
  if (call.stop.stopped() || surroundings_.clock.mono() >= call.deadline) return false;
  changed_.wait_for(lock, kLook);
  return true;
}

base::Result<ports::WorkloadStatus> Supervisor::ensure(const WorkloadRecord& record,
                                                       const ports::Call& call) {
  Lock lock(mutex_);
  const auto* existing = find(record.version);
  auto before = existing != nullptr ? existing->record() : record;
  if (existing == nullptr) before.wanted = 0;
  // Fewer instances may always be asked for: that is a way back.
  if (existing != nullptr && record.spec.digest && record.wanted >= before.wanted)
    if (auto other = existing->runs_other_than(*record.spec.digest))
      return base::fail(std::move(*other));
  auto& target = deployment(before);
  if (auto wanted = target.want(record); !wanted) return base::fail(std::move(wanted.error()));
  target.retry_now();
  target.tick();
  wake();
  auto ready = wait_until_ready(lock, record, call);
  if (ready) return wait_until_settled(lock, record.version, call);
  if (ready.error().code == Code::OutcomeUnknown) return ready;
  // Of what serves already nothing is taken away; what is missing is started again and again.
  if (before.wanted > 0)
    return base::fail(std::move(ready.error()).now(states_text(find(record.version)->status())));
  return undo(lock, before, std::move(ready.error()), call);
}

base::Result<ports::WorkloadStatus> Supervisor::wait_until_ready(Lock& lock,
                                                                 const WorkloadRecord& record,
                                                                 const ports::Call& call) {
  const auto patience = record.spec.start_timeout;
  const auto give_up_at = surroundings_.clock.mono() + patience;
  for (;;) {
    const auto* target = find(record.version);
    if (target == nullptr)
      return stopped_waiting(record.version, "to become ready", "it was retired meanwhile");
    if (target->all_ready()) return target->status();
    if (auto error = target->hopeless()) return base::fail(std::move(*error));
    if (surroundings_.clock.mono() >= give_up_at) return base::fail(target->never_ready(patience));
    if (!wait(lock, call))
      return stopped_waiting(record.version, "to become ready", states_text(target->status()));
  }
}

/// Instances beyond those that are wanted have a time of their own to stop in.
base::Result<ports::WorkloadStatus> Supervisor::wait_until_settled(Lock& lock,
                                                                   const ports::VersionRef& version,
                                                                   const ports::Call& call) {
  const auto* target = find(version);
  while (target != nullptr && !target->settled()) {
    if (!wait(lock, call))
      return stopped_waiting(version, "to have fewer instances", states_text(target->status()));
    target = find(version);
  }
  if (target == nullptr)
    return stopped_waiting(version, "to become ready", "it was retired meanwhile");
  return target->status();
}

/// Gives back what was wanted before, which stops again what ensure() started.
base::Failure Supervisor::undo(Lock& lock, const WorkloadRecord& before, base::Error cause,
                               const ports::Call& call) {
  auto* target = find(before.version);
  if (target == nullptr) return base::fail(std::move(cause));
  if (auto restored = target->want(before); !restored)
    return base::fail(std::move(cause).during(restored.error().one_line()));
  wake();
  while (target != nullptr && !target->settled() && wait(lock, call)) target = find(before.version);
  const bool left = target != nullptr && !target->settled();
  return base::fail(std::move(cause).now(left ? "what was started is being stopped"
                                              : "what was started is stopped again"));
}

base::Result<void> Supervisor::retire(const ports::VersionRef& version, base::Duration stop_timeout,
                                      const ports::Call& call) {
  Lock lock(mutex_);
  if (auto* target = find(version)) {
    auto nothing = target->record();
    nothing.wanted = 0;
    nothing.spec.stop_timeout = stop_timeout;
    if (auto wanted = target->want(std::move(nothing)); !wanted) return wanted;
  }
  wake();
  while (const auto* target = find(version)) {
    if (!wait(lock, call))
      return stopped_waiting(version, "to stop", states_text(target->status()));
  }
  return {};
}

ports::WorkloadStatus Supervisor::status(const ports::VersionRef& version) const {
  const Lock lock(mutex_);
  const auto found = deployments_.find(key_of(version));
  if (found == deployments_.end()) return {.version = version, .wanted = 0, .instances = {}};
  return found->second->status();
}

void Supervisor::wake() {
  const std::uint64_t one = 1;
  // A full counter means that a wake-up is pending already.
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

std::vector<int> Supervisor::descriptors() {
  std::vector<int> all{wake_.get()};
  for (auto& [key, target] : deployments_)
    target->for_each([&](ManagedInstance& instance) {
      if (instance.running()) all.push_back(instance.pidfd());
    });
  return all;
}

base::Duration Supervisor::until_next_due() {
  const auto now = surroundings_.clock.mono();
  auto due = now + kIdle;
  for (auto& [key, target] : deployments_)
    target->for_each([&](ManagedInstance& instance) {
      if (const auto next = instance.next_due()) due = std::min(due, *next);
    });
  return std::max(due - now, base::Duration{0});
}

void Supervisor::supervise() {
  Lock lock(mutex_);
  while (!ending_) {
    std::vector<pollfd> entries;
    for (const int fd : descriptors()) entries.push_back({fd, POLLIN, 0});
    const auto timeout = until_next_due();
    lock.unlock();
    // Rounded up: a timer that is almost due would otherwise be waited for in a busy loop.
    ::poll(entries.data(), entries.size(), static_cast<int>(timeout.ms()) + 1);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto drained = ::read(wake_.get(), &count, sizeof count);
    lock.lock();
    tick();
    changed_.notify_all();
  }
}

void Supervisor::tick() {
  for (auto& [key, target] : deployments_) target->tick();
  look_after_logs();
  std::erase_if(deployments_, [&](const auto& entry) {
    if (!entry.second->finished()) return false;
    logs_->counted(entry.second->record().version, entry.second->log_counts());
    surroundings_.store.forget(entry.second->record().version);
    return true;
  });
}

void Supervisor::look_after_logs() {
  const auto now = surroundings_.clock.mono();
  if (now - logs_looked_at_ < kLogsEvery) return;
  logs_looked_at_ = now;
  for (auto& [key, target] : deployments_) {
    target->for_each([](ManagedInstance& instance) { instance.look_after_log(); });
    logs_->counted(target->record().version, target->log_counts());
  }
}

std::vector<Supervisor::Probe> Supervisor::due_probes() {
  const auto now = surroundings_.clock.mono();
  std::vector<Probe> probes;
  for (auto& [key, target] : deployments_) {
    const auto& record = target->record();
    target->for_each([&, &name = key](ManagedInstance& instance) {
      if (!instance.wants_probe(now)) return;
      instance.probe_sent(now);
      const auto snapshot = instance.snapshot();
      ports::HealthTarget probe{.name = snapshot.id,
                                .service = base::ServiceName(record.version.component.str()),
                                .version = record.version.version,
                                .is_new_version = false,
                                .check = record.health};
      probe.check.url =
          fmt::format("http://{}:{}{}", snapshot.host, snapshot.port, record.health.url);
      probes.push_back({name, instance.number(), instance.generation(), std::move(probe)});
    });
  }
  return probes;
}

void Supervisor::apply(const std::vector<Probe>& probes,
                       const std::vector<ports::HealthResult>& results) {
  const auto count = std::min(probes.size(), results.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto found = deployments_.find(probes[i].key);
    if (found == deployments_.end()) continue;
    auto* instance = found->second->find(probes[i].number);
    if (instance != nullptr && instance->generation() == probes[i].generation)
      instance->probed(results[i]);
  }
}

void Supervisor::probe_for_ever() {
  Lock lock(mutex_);
  while (!ending_) {
    const auto probes = due_probes();
    if (probes.empty()) {
      changed_.wait_for(lock, kLook);
      continue;
    }
    std::vector<ports::HealthTarget> targets;
    auto longest = base::Duration{0};
    for (const auto& probe : probes) {
      targets.push_back(probe.target);
      longest = std::max(longest, probe.target.check.timeout);
    }
    const auto deadline = surroundings_.clock.mono() + longest + kProbeGrace;
    lock.unlock();
    const auto results = prober_.probe(targets, {deadline, stop_probes_});
    lock.lock();
    apply(probes, results);
    changed_.notify_all();
  }
}

}  // namespace stellwerk::adapters::process
