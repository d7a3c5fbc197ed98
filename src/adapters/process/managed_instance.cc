#include "adapters/process/managed_instance.h"

#include <fmt/format.h>

#include <csignal>

#include "adapters/process/back_off.h"
#include "adapters/process/spawn.h"
#include "base/text.h"

namespace stellwerk::adapters::process {
namespace {

using ports::InstanceState;

constexpr base::Duration kProbeStarting = base::milliseconds(50);
constexpr base::Duration kProbeRunning = base::seconds(1);
constexpr std::uint32_t kBadProbesMax = 2;
constexpr std::uint64_t kBehindBytesMax = std::uint64_t{256} << 20;

std::string seconds_text(base::Duration span) {
  return fmt::format("{}.{} s", span.ms() / 1000, span.ms() % 1000 / 100);
}

}  // namespace

ManagedInstance::ManagedInstance(Surroundings& surroundings, ports::VersionRef version,
                                 std::uint32_t number)
    : surroundings_(surroundings),
      version_(std::move(version)),
      number_(number),
      id_(instance_id(version_, number)),
      log_(surroundings.store.log_path(version_, number), surroundings.log_bytes_max),
      log_counter_(surroundings.store.log_path(version_, number),
                   surroundings.store.counts_path(version_, number)) {
  record_.number = number;
}

ManagedInstance::~ManagedInstance() { surroundings_.port_book.give_back(record_.port); }

bool ManagedInstance::adopt(const core::WorkloadSpec& spec) {
  const auto record = surroundings_.store.load_instance(version_, number_);
  if (!record) return false;
  record_ = *record;
  // Kept even when the process is gone: its successor shall listen where routers expect it.
  surroundings_.port_book.take(record_.port);
  auto pidfd = process::adopt(record_.process);
  if (!pidfd.valid()) return false;
  compare(spec);
  log_counter_.begin();
  began(std::move(pidfd), "taken over after a restart of Stellwerk");
  return true;
}

void ManagedInstance::compare(const core::WorkloadSpec& spec) {
  other_command_ = record_.command != command_digest(spec.command);
}

void ManagedInstance::start(const core::WorkloadSpec& spec) {
  restart_at_.reset();
  start_error_.reset();
  if (auto started = try_start(spec); !started) fail_start(std::move(started.error()));
}

void ManagedInstance::fail_start(base::Error error) {
  start_error_ = std::move(error);
  back_off_after(base::printable(start_error_->one_line()));
}

base::Result<void> ManagedInstance::try_start(const core::WorkloadSpec& spec) {
  const auto previous = record_.port;
  surroundings_.port_book.give_back(previous);
  const auto port = surroundings_.port_book.choose(spec.ports, previous);
  if (!port) return base::fail(port.error());
  record_.port = *port;
  log_counter_.begin();
  auto output =
      log_.open(fmt::format("{} {} on port {}, start {}", base::rfc3339(surroundings_.clock.wall()),
                            id_, *port, record_.restarts + 1));
  if (!output) return base::fail(std::move(output.error()));
  return launch(spec, std::move(*output));
}

base::Result<void> ManagedInstance::launch(const core::WorkloadSpec& spec, base::UniqueFd output) {
  const auto program = prepare(spec.command, {{"version", version_.version.to_string()},
                                              {"port", std::to_string(record_.port)},
                                              {"instance", id_},
                                              {"component", version_.component.str()}});
  if (!program) return base::fail(program.error());
  artifact_ = spec.digest ? artifact_path(version_, spec, *program) : "";
  if (spec.digest)
    if (auto planned = surroundings_.artifacts.expect(artifact_, *spec.digest); !planned)
      return planned;
  // Recorded before it runs: one that could not be found again after a crash must not run.
  auto child = spawn(*program, output.get(), [&](pid_t pid) { return record(pid, spec); });
  if (!child) return base::fail(std::move(child.error()));
  began(std::move(child->pidfd), "started");
  return still_planned();
}

base::Result<void> ManagedInstance::still_planned() {
  if (artifact_.empty() || !record_.artifact) return {};
  auto planned = surroundings_.artifacts.expect(artifact_, *record_.artifact);
  if (planned) return {};
  signal(SIGKILL);
  return base::fail(std::move(planned.error())
                        .now("it was exchanged while the instance was being started, which was "
                             "killed again"));
}

base::Result<void> ManagedInstance::record(pid_t pid, const core::WorkloadSpec& spec) {
  // It is not reaped yet, so even a child that has already ended can be identified.
  record_.process = identify(pid).value_or(ProcessIdentity{pid, 0, {}});
  record_.command = command_digest(spec.command);
  record_.artifact = spec.digest;
  other_command_ = false;
  auto saved = surroundings_.store.save(version_, record_);
  if (saved) return {};
  return base::fail(
      base::error(base::Code::Unavailable, "PRC-0002", fmt::format("{} was not started", id_))
          .because(saved.error().one_line())
          .now("it would not have been found after a restart of Stellwerk"));
}

void ManagedInstance::began(base::UniqueFd pidfd, std::string detail) {
  pidfd_ = std::move(pidfd);
  state_ = InstanceState::Starting;
  detail_ = std::move(detail);
  bad_probes_ = 0;
  ready_since_.reset();
  began_at_ = surroundings_.clock.mono();
  next_probe_ = began_at_;
  ++generation_;
}

void ManagedInstance::stop(base::Duration stop_timeout) {
  if (state_ == InstanceState::Stopping || state_ == InstanceState::Stopped) return;
  restart_at_.reset();
  if (!running()) {
    state_ = InstanceState::Stopped;
    surroundings_.store.forget(version_, number_);
    return;
  }
  state_ = InstanceState::Stopping;
  detail_ = "asked to stop (SIGTERM)";
  kill_at_ = surroundings_.clock.mono() + stop_timeout;
  signal(SIGTERM);
}

void ManagedInstance::retry_now() {
  if (state_ != InstanceState::BackingOff) return;
  failures_ = 0;
  start_error_.reset();
  restart_at_ = surroundings_.clock.mono();
}

void ManagedInstance::tick(const core::WorkloadSpec& spec) {
  const auto now = surroundings_.clock.mono();
  if (running() && has_ended(pidfd_.get())) collect_exit();
  if (kill_at_ && now >= *kill_at_) {
    kill_at_.reset();
    detail_ = "killed (SIGKILL): it did not stop when asked to";
    signal(SIGKILL);
  }
  if (restart_at_ && now >= *restart_at_ && !running()) {
    ++record_.restarts;
    start(spec);
  }
}

void ManagedInstance::collect_exit() {
  const auto status = collect(record_.process, pidfd_.get());
  pidfd_.reset();
  kill_at_.reset();
  const auto ran = surroundings_.clock.mono() - began_at_;
  last_exit_ = fmt::format("{} after {}", to_string(status), seconds_text(ran));
  if (state_ == InstanceState::Stopping) {
    state_ = InstanceState::Stopped;
    detail_ = last_exit_;
    surroundings_.store.forget(version_, number_);
    return;
  }
  if (start_error_) return;  // killed by ourselves, its restart is already planned
  if (ready_since_ && surroundings_.clock.mono() - *ready_since_ >= kSoundAfter) failures_ = 0;
  const auto output = output_tail(1);
  back_off_after(output.empty() ? last_exit_
                                : fmt::format("{}; last output: {}", last_exit_, output));
}

void ManagedInstance::back_off_after(const std::string& what) {
  ++failures_;
  const auto delay = back_off(failures_);
  state_ = InstanceState::BackingOff;
  restart_at_ = surroundings_.clock.mono() + delay;
  detail_ =
      fmt::format("{}; started again after {} ({} in a row)", what, seconds_text(delay), failures_);
}

void ManagedInstance::probed(const ports::HealthResult& result) {
  if (!running() || start_error_ || state_ == InstanceState::Stopping) return;
  if (result.good) {
    // What it reads of its file while it starts, it has read now: it is not looked at again.
    if (auto planned = still_planned(); !planned) return fail_start(std::move(planned.error()));
    artifact_.clear();
  }
  detail_ = base::printable(result.detail);
  if (other_command_) detail_ += "; runs the command of an earlier specification";
  bad_probes_ = result.good ? 0 : bad_probes_ + 1;
  if (result.good) {
    state_ = InstanceState::Ready;
    if (!ready_since_) ready_since_ = surroundings_.clock.mono();
  } else if (state_ == InstanceState::Ready && bad_probes_ >= kBadProbesMax) {
    state_ = InstanceState::Unhealthy;
    ready_since_.reset();
  }
}

void ManagedInstance::look_after_log() {
  const auto size = log_counter_.count();
  if (!log_.too_large(size)) return;
  // After a long absence there is much to read: the log waits for it, but not without end.
  const bool waits = log_counter_.behind() > 0 && size <= kBehindBytesMax;
  if (waits) return;
  log_counter_.before_emptied();
  log_.bound();
  log_counter_.emptied();
}

bool ManagedInstance::wants_probe(base::MonoTime now) const {
  return running() && state_ != InstanceState::Stopping && now >= next_probe_;
}

void ManagedInstance::probe_sent(base::MonoTime now) {
  next_probe_ = now + (state_ == InstanceState::Starting ? kProbeStarting : kProbeRunning);
}

ports::Instance ManagedInstance::snapshot() const {
  return {.id = id_,
          .host = "127.0.0.1",
          .port = record_.port,
          .state = state_,
          .detail = detail_,
          .restarts = record_.restarts};
}

std::optional<base::Digest> ManagedInstance::runs_other_than(const base::Digest& planned) const {
  const bool known = running() && record_.artifact.has_value();
  return known && *record_.artifact != planned ? record_.artifact : std::nullopt;
}

std::optional<base::MonoTime> ManagedInstance::next_due() const {
  if (!restart_at_) return kill_at_;
  return kill_at_ ? std::min(*restart_at_, *kill_at_) : restart_at_;
}

std::string ManagedInstance::output_tail(std::size_t lines_max) const {
  return log_.tail(lines_max, surroundings_.scrubber);
}

/// To the whole group. Its leader was recognised and has not ended, so the number is still its own.
void ManagedInstance::signal(int number) {
  if (running() && !has_ended(pidfd_.get())) signal_group(record_.process.pid, number);
}

}  // namespace stellwerk::adapters::process
