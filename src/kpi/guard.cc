#include "kpi/guard.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "base/mutation.h"
#include "kpi/judge.h"

namespace stellwerk::kpi {
namespace {

using base::Duration;
using base::MonoTime;

/// Requests in flight are read once a second; an older level says nothing about now.
constexpr Duration kInFlightValid = base::seconds(5);

/// Canonical JSON goes no further; no limit is anywhere near.
constexpr std::int64_t kGaugeMax = (std::int64_t{1} << 53) - 1;

const GuardedComponent* find(const std::vector<GuardedComponent>& components,
                             const base::ComponentName& name, const base::SemVer& version) {
  const auto found = std::find_if(components.begin(), components.end(),
                                  [&](const auto& c) { return c.name == name && c.to == version; });
  return found == components.end() ? nullptr : &*found;
}

std::optional<MonoTime> sign_of_life(const MetricBatch& batch, std::optional<MonoTime> before) {
  std::optional<MonoTime> alive = batch.alive_at;
  if (!alive)
    for (const RequestGroup& g : batch.groups) alive = std::max(alive.value_or(g.second), g.second);
  return before && alive ? std::max(*before, *alive) : (alive ? alive : before);
}

void add_group(MetricBatch& part, const RequestGroup& group, MonoTime second) {
  auto same = std::find_if(part.groups.begin(), part.groups.end(), [&](const RequestGroup& g) {
    return g.second == second && g.component == group.component;
  });
  if (same == part.groups.end()) {
    RequestGroup fresh;
    fresh.component = group.component;
    fresh.version = group.version;
    fresh.tenant = base::TenantId("*");
    fresh.second = second;
    same = part.groups.insert(part.groups.end(), std::move(fresh));
  }
  same->requests += group.requests;
  same->errors += group.errors;
  same->slow += group.slow;
  same->client_aborts += group.client_aborts;
}

}  // namespace

MetricBatch guarded_part(const MetricBatch& batch, const std::vector<GuardedComponent>& components,
                         std::optional<MonoTime> alive_before) {
  MetricBatch part;
  part.lost_lines = batch.lost_lines;
  part.unreadable_lines = batch.unreadable_lines;
  part.alive_at = sign_of_life(batch, alive_before);
  for (const RequestGroup& group : batch.groups) {
    if (group.tenant.empty() || !find(components, group.component, group.version)) continue;
    // A group from the future is a clock that stepped; it must not wait there to be counted.
    const MonoTime second = std::min(group.second, *part.alive_at);
    add_group(part, group, start_of_second(second_of(second)));
  }
  for (const InFlight& level : batch.in_flight)
    if (find(components, level.component, level.version)) part.in_flight.push_back(level);
  for (const GaugeSample& gauge : batch.gauges) {
    const GuardedComponent* owner = find(components, gauge.component, gauge.version);
    if (owner == nullptr || !gauge.value) continue;
    const auto& limited = owner->limited_gauges;
    if (std::find(limited.begin(), limited.end(), gauge.name) == limited.end()) continue;
    part.gauges.push_back(gauge);
    part.gauges.back().value = std::clamp(*gauge.value, -kGaugeMax, kGaugeMax);
  }
  return part;
}

Guard::Guard(core::GuardPolicy policy, std::vector<GuardedComponent> components,
             std::vector<base::ServiceName> waived)
    : policy_(policy),
      components_(std::move(components)),
      waived_(waived.begin(), waived.end()),
      lost_(policy_.window) {
  for (const GuardedComponent& component : components_) {
    Watched watched{RequestWindow(policy_.window), std::nullopt, {}};
    for (const std::string& gauge : component.limited_gauges) watched.gauges[gauge] = {};
    watched_.push_back(std::move(watched));
  }
}

void Guard::begin_wave(MonoTime at) {
  if (!armed_at_) armed_at_ = at;
  wave_at_ = at;
  for (Watched& watched : watched_) watched.window.begin(at);
  lost_.begin(at);
}

void Guard::observe(const MetricBatch& batch) {
  apply(guarded_part(batch, components_, alive_at_));
}

void Guard::apply(const MetricBatch& guarded) {
  alive_at_ = guarded.alive_at;
  if (deaf_since_ && alive_at_ > deaf_since_) deaf_since_.reset();
  if (guarded.lost_lines + guarded.unreadable_lines > 0)
    lost_.add(alive_at_.value_or(wave_at_.value_or(MonoTime{})),
              {guarded.lost_lines, guarded.unreadable_lines});
  const auto watched = [&](const base::ComponentName& name) -> Watched& {
    const auto found = std::find_if(components_.begin(), components_.end(),
                                    [&](const GuardedComponent& c) { return c.name == name; });
    return watched_[static_cast<std::size_t>(found - components_.begin())];
  };
  for (const RequestGroup& g : guarded.groups)
    if (wave_at_)
      watched(g.component).window.add(g.second, {g.requests, g.errors, g.slow, g.client_aborts});
  for (const InFlight& level : guarded.in_flight) {
    auto& known = watched(level.component).in_flight;
    if (!known || level.at >= known->at) known = InFlightLevel{level.too_long, level.at};
  }
  for (const GaugeSample& gauge : guarded.gauges) {
    GaugeLevel& known = watched(gauge.component).gauges[gauge.name];
    if (!known.value || gauge.at >= known.at) known = {gauge.value, gauge.at};
  }
}

void Guard::observe(const HealthObservation& seen) {
  auto found = targets_.find(seen.target);
  if (found == targets_.end()) {
    if (!expected_.empty() && !expected_.contains(seen.target)) return;  // it came late
    found = targets_.try_emplace(seen.target).first;
  }
  Target& target = found->second;
  target.service = seen.service;
  target.is_component = seen.is_component;
  target.is_new_version = seen.is_new_version;
  target.last_at = std::max(target.last_at, seen.at);
  if (!seen.good) return failed(target, seen.at);
  target.failed_in_row = 0;
  target.recent.clear();
  target.tightest.reset();
}

void Guard::failed(Target& target, MonoTime at) const {
  ++target.failed_in_row;
  target.recent.push_back(at);
  const std::size_t fall = std::max<std::size_t>(1, policy_.health_fall);
  if (target.recent.size() > fall) target.recent.erase(target.recent.begin());
  if (target.recent.size() < fall) return;
  const Duration span = target.recent.back() - target.recent.front();
  target.tightest = target.tightest ? std::min(*target.tightest, span) : span;
}

void Guard::observe_integrity(bool ok, MonoTime) { integrity_failed_ = integrity_failed_ || !ok; }

void Guard::expect_health(const std::vector<std::string>& targets, MonoTime at) {
  const std::set<std::string> before = std::exchange(expected_, {targets.begin(), targets.end()});
  std::erase_if(targets_, [&](const auto& entry) { return !expected_.contains(entry.first); });
  for (const std::string& name : expected_)
    if (!before.contains(name)) targets_[name].last_at = std::max(targets_[name].last_at, at);
}

base::Duration Guard::silence(std::optional<MonoTime> last, MonoTime now) const {
  if (base::mutated(base::Mutation::IgnoreSilence)) return {};
  const std::optional<MonoTime> since = std::max(last, armed_at_);  // empty is before everything
  return since ? std::max(Duration{}, now - *since) : Duration{};
}

RequestEvidence Guard::requests_of(std::size_t index, MonoTime now) const {
  const Watched& watched = watched_[index];
  const auto [requests, errors, slow, client_aborts] = watched.window.counts(now);
  RequestEvidence evidence;
  evidence.component = components_[index].name;
  evidence.version = components_[index].to;
  evidence.requests = requests;
  evidence.errors = errors;
  evidence.slow = slow;
  evidence.client_aborts = client_aborts;
  if (watched.in_flight && now - watched.in_flight->at <= kInFlightValid)
    evidence.in_flight_too_long = watched.in_flight->too_long;
  evidence.requests_wave = watched.window.total()[0];
  return evidence;
}

std::vector<HealthEvidence> Guard::health_evidence(MonoTime now) const {
  std::vector<HealthEvidence> all;
  for (const auto& [name, target] : targets_) {
    if (waived_.contains(target.service)) continue;
    const Duration silent = expected_.contains(name) ? silence(target.last_at, now) : Duration{};
    if (target.failed_in_row == 0 && silent < policy_.no_data_pause) continue;
    all.push_back({name, target.service, target.is_component, target.is_new_version,
                   target.failed_in_row, target.tightest, silent});
  }
  std::sort(all.begin(), all.end(), [&](const HealthEvidence& a, const HealthEvidence& b) {
    const auto badness = [&](const HealthEvidence& h) {
      return std::tuple(health_failed(policy_, h), h.is_component, h.failed_in_row);
    };
    return badness(a) != badness(b) ? badness(a) > badness(b) : a.target < b.target;
  });
  if (all.size() > GuardEvidence::kHealthMax) all.resize(GuardEvidence::kHealthMax);
  return all;
}

GuardEvidence Guard::evidence(MonoTime now) const {
  GuardEvidence evidence;
  evidence.window_from = wave_at_ ? lost_.from(now) : now;
  evidence.window_to = now;
  evidence.integrity_failed = integrity_failed_;
  evidence.health = health_evidence(now);
  if (!wave_at_) return evidence;
  evidence.source_silent = silence(alive_at_, now);
  std::tie(evidence.lost_lines, evidence.unreadable_lines) = [&] {
    const auto [lost, unreadable] = lost_.counts(now);
    return std::pair(lost, unreadable);
  }();
  for (std::size_t i = 0; i < components_.size(); ++i) {
    evidence.requests.push_back(requests_of(i, now));
    for (const auto& [name, level] : watched_[i].gauges) {
      const auto last = level.value ? std::optional(level.at) : std::nullopt;
      evidence.gauges.push_back({components_[i].name, name, level.value, silence(last, now)});
    }
  }
  return evidence;
}

core::Verdict Guard::evaluate(MonoTime now) const { return judge(policy_, evidence(now)); }

HoldProgress Guard::progress(MonoTime now) const {
  const GuardEvidence seen = evidence(now);
  return progress(now, seen, judge(policy_, seen));
}

HoldProgress Guard::progress(MonoTime now, const GuardEvidence& seen,
                             const core::Verdict& verdict) const {
  if (!wave_at_) return {};
  HoldProgress progress;
  progress.requests = components_.empty() ? 0 : std::numeric_limits<std::uint64_t>::max();
  for (const RequestEvidence& r : seen.requests)
    progress.requests = std::min(progress.requests, r.requests_wave);
  progress.real = std::max(Duration{}, now - *wave_at_);
  progress.guarded = seen.source_silent < policy_.no_data_pause;
  progress.lease_good = lease_good(now);
  progress.may_end = progress.guarded && verdict.action == core::Action::Continue &&
                     verdict.cause == core::Cause::AllGood &&
                     progress.requests >= policy_.hold_requests_min &&
                     progress.real >= policy_.hold_real_min;
  return progress;
}

bool Guard::lease_good(MonoTime now) const {
  return wave_at_ && !deaf_since_ && silence(alive_at_, now) < policy_.no_data_rollback;
}

void Guard::rearm(MonoTime now) {
  deaf_since_ = now;
  const MonoTime latest = std::max(armed_at_.value_or(now), alive_at_.value_or(now));
  const bool other_clock = latest > now || wave_at_.value_or(now) > now;
  if (armed_at_) armed_at_ = now;
  if (!other_clock) return;
  alive_at_.reset();
  targets_.clear();
  const std::set<std::string> names = std::exchange(expected_, {});
  expect_health({names.begin(), names.end()}, now);
  for (Watched& watched : watched_) {
    watched.in_flight.reset();
    for (auto& [name, level] : watched.gauges) level = {};
  }
  if (wave_at_) begin_wave(now);
}

}  // namespace stellwerk::kpi
