#include "sim/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "kpi/sketch.h"
#include "sim/binomial.h"

namespace stellwerk::sim {
namespace {

constexpr std::uint64_t kPpm = 1'000'000;
/// More slow ones than this, and the 95th percentile is beyond the limit.
constexpr base::Ppm kSlowMax = base::percent(5);

std::string name_of(const base::ComponentName& component, const base::SemVer& version) {
  return component.str() + " " + version.to_string();
}

}  // namespace

void Load::set_down(const ports::VersionRef& version, bool down) {
  down_[name_of(version.component, version.version)] = down;
}

/// A share of a whole, without losing what rounding leaves over.
std::uint64_t Load::portion(const std::string& of, std::uint64_t whole, base::Ppm share) {
  std::uint64_t& rest = rest_[of];
  rest += whole * static_cast<std::uint64_t>(share.value);
  const std::uint64_t part = rest / kPpm;
  rest %= kPpm;
  return std::min(part, whole);
}

/// The same, or as chance has it.
std::uint64_t Load::drawn(const std::string& of, std::uint64_t whole, base::Ppm share) {
  return usual_.scatters ? binomial(dice_, whole, share) : portion(of, whole, share);
}

bool Load::is_down(const Part& part) const {
  const core::PlannedComponent& component = part.component;
  const auto down =
      down_.find(name_of(component.name, part.is_new ? component.to : component.from));
  return down != down_.end() && down->second;
}

Answers Load::answers_of(const Part& part) const {
  if (is_down(part)) return {base::kWhole, {}, 0};
  if (!part.is_new) return usual_.old_version;
  Answers answers = part.spared ? usual_.old_version : usual_.new_version;
  if (interference_.weather.errs) answers.errors = bad_.errors;
  if (interference_.weather.slow) answers.slow = bad_.slow;
  if (interference_.weather.lags) answers.consumer_lag = bad_.consumer_lag;
  return answers;
}

/// Which limit the new version does not keep, by what it really does.
std::optional<BreachKind> Load::beyond(const core::Plan& plan, const Part& part) const {
  const core::Thresholds& limits = usual_.limits ? *usual_.limits : plan.guard.limits;
  const Answers answers = answers_of(part);
  const auto& gauges = part.component.gauges;
  const bool has_lag = std::any_of(gauges.begin(), gauges.end(), [](const core::GaugeSpec& gauge) {
    return gauge.name == "consumer_lag";
  });
  if (is_down(part)) return BreachKind::Down;
  if (interference_.weather.unhealthy) return BreachKind::Health;
  if (answers.errors > limits.error_rate_pause) return BreachKind::Errors;
  if (answers.slow > kSlowMax) return BreachKind::Slow;
  if (has_lag && answers.consumer_lag > limits.consumer_lag_pause) return BreachKind::Lag;
  return std::nullopt;
}

/// By the routes that are in force, lease included.
base::Ppm Load::share_of_new(const core::Plan& plan,
                             const core::PlannedComponent& component) const {
  const auto state = outside_.balancer.current({});
  if (!state) return {};
  const auto found = state->table.components.find(component.name);
  if (found == state->table.components.end()) return {};
  if (found->second.stable == component.to) return base::kWhole;
  const auto& candidate = found->second.candidate;
  if (!candidate || (candidate->leased && !state->leases.contains(candidate->release))) return {};
  if (candidate->everyone) return base::kWhole;
  for (const core::PlannedWave& wave : plan.waves)
    if (wave.serves.size() == candidate->tenants.size() &&
        wave.buckets == candidate->buckets.size())
      return wave.share_real;
  return {};
}

Load::Added Load::add(kpi::MetricBatch& batch, const Part& part, std::uint64_t requests) {
  if (requests == 0) return {};
  const Answers answers = answers_of(part);
  const core::PlannedComponent& component = part.component;
  const base::SemVer& version = part.is_new ? component.to : component.from;
  const std::string name = name_of(component.name, version);
  const base::MonoTime now = clock_.mono();
  kpi::RequestGroup group;
  group.component = component.name;
  group.version = version;
  group.tenant = base::TenantId("pilot-1");
  group.second = {now.us - now.us % 1'000'000};
  group.requests = requests;
  group.errors = drawn(name + " errors", requests, answers.errors);
  group.slow = drawn(name + " slow", requests, answers.slow);
  group.latencies[kpi::bucket_of(base::milliseconds(20))] = requests - group.slow;
  if (group.slow > 0) group.latencies[kpi::bucket_of(base::milliseconds(900))] = group.slow;
  const std::uint64_t bad = std::max(group.errors, group.slow);
  if (part.is_new) {
    served_by_new_ += requests;
    harmed_ += bad;
  }
  const Answered answered{requests, group.errors};
  batch.groups.push_back(std::move(group));
  return {bad, answered};
}

/// No numbers, another version's, of other times.
void Load::lie(kpi::MetricBatch& batch) const {
  for (kpi::GaugeSample& gauge : batch.gauges) {
    gauge.value.reset();
    gauge.problem = "NaN is no number";
  }
  if (batch.groups.empty()) return;
  kpi::RequestGroup stranger = batch.groups.front();
  stranger.version = base::SemVer{99, 0, 0, {}, {}};
  stranger.errors = stranger.requests;
  batch.groups.push_back(stranger);
  kpi::RequestGroup later = batch.groups.front();
  later.second = later.second + base::hours(1);
  batch.groups.push_back(later);
}

void Load::feed(kpi::MetricBatch& batch, const core::Plan& plan, base::Duration span) {
  Exposure& seen = exposures_[plan.release];
  seen = {};
  for (const core::PlannedComponent& component : plan.components) {
    const std::string& name = component.name.str();
    const std::uint64_t all = portion(
        name, usual_.requests_per_second * static_cast<std::uint64_t>(span.us), base::Ppm{1});
    const std::uint64_t requests = interference_.weather.nobody_asks ? 0 : all;
    const base::Ppm share = share_of_new(plan, component);
    const std::uint64_t to_new = drawn(name + " new", requests, share);
    const std::uint32_t from = usual_.bad_from_wave;
    const bool spared = from > 1 && share < plan.wave(from).share_real;
    const Part on_new{component, true, spared};
    const Added by_new = add(batch, on_new, to_new);
    seen.bad += by_new.bad;
    seen.by_new[component.name] = by_new.answered;
    add(batch, {component}, requests - to_new);
    seen.requests += requests;
    seen.serves = seen.serves || share > base::Ppm{};
    if (share > base::Ppm{} && !seen.beyond) seen.beyond = beyond(plan, on_new);
    for (const core::GaugeSpec& gauge : component.gauges)
      batch.gauges.push_back({component.name,
                              component.to,
                              gauge.name,
                              answers_of(on_new).consumer_lag,
                              {},
                              clock_.mono()});
  }
}

void Load::feed(bool heard) {
  const base::MonoTime now = clock_.mono();
  const base::Duration span = now - fed_at_;
  if (span <= base::Duration{}) return;
  fed_at_ = now;
  const Weather& weather = interference_.weather;
  kpi::MetricBatch batch;
  batch.alive_at = now;
  for (const core::Plan* plan : plans_) feed(batch, *plan, span);
  if (!heard || weather.source_silent) return;
  if (weather.source_lies) lie(batch);
  if (!weather.source_late) return outside_.metrics.push(std::move(batch));
  interference_.later(base::seconds(4), [this, batch] { outside_.metrics.push(batch); });
}

}  // namespace stellwerk::sim
