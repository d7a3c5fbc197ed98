#include "sim/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "kpi/sketch.h"

namespace stellwerk::sim {
namespace {

constexpr std::uint64_t kPpm = 1'000'000;

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

Answers Load::answers_of(const core::PlannedComponent& component, bool is_new) const {
  const auto down = down_.find(name_of(component.name, is_new ? component.to : component.from));
  if (down != down_.end() && down->second) return {base::kWhole, {}, 0};
  if (!is_new) return usual_.old_version;
  Answers answers = usual_.new_version;
  if (interference_.weather.errs) answers.errors = bad_.errors;
  if (interference_.weather.slow) answers.slow = bad_.slow;
  if (interference_.weather.lags) answers.consumer_lag = bad_.consumer_lag;
  return answers;
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
    if (wave.serves.size() == candidate->tenants.size()) return wave.share_real;
  return {};
}

void Load::add(kpi::MetricBatch& batch, const core::PlannedComponent& component, bool is_new,
               std::uint64_t requests) {
  if (requests == 0) return;
  const Answers answers = answers_of(component, is_new);
  const base::SemVer& version = is_new ? component.to : component.from;
  const std::string name = name_of(component.name, version);
  const base::MonoTime now = clock_.mono();
  kpi::RequestGroup group;
  group.component = component.name;
  group.version = version;
  group.tenant = base::TenantId("pilot-1");
  group.second = {now.us - now.us % 1'000'000};
  group.requests = requests;
  group.errors = portion(name + " errors", requests, answers.errors);
  group.slow = portion(name + " slow", requests, answers.slow);
  group.latencies[kpi::bucket_of(base::milliseconds(20))] = requests - group.slow;
  if (group.slow > 0) group.latencies[kpi::bucket_of(base::milliseconds(900))] = group.slow;
  if (is_new) {
    served_by_new_ += requests;
    harmed_ += std::max(group.errors, group.slow);
  }
  batch.groups.push_back(std::move(group));
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

void Load::feed(bool heard) {
  const base::MonoTime now = clock_.mono();
  const base::Duration span = now - fed_at_;
  if (span <= base::Duration{}) return;
  fed_at_ = now;
  const Weather& weather = interference_.weather;
  kpi::MetricBatch batch;
  batch.alive_at = now;
  for (const core::Plan* plan : plans_) {
    for (const core::PlannedComponent& component : plan->components) {
      const std::uint64_t all =
          portion(component.name.str(),
                  usual_.requests_per_second * static_cast<std::uint64_t>(span.us), base::Ppm{1});
      const std::uint64_t requests = weather.nobody_asks ? 0 : all;
      const std::uint64_t to_new =
          portion(component.name.str() + " new", requests, share_of_new(*plan, component));
      add(batch, component, true, to_new);
      add(batch, component, false, requests - to_new);
      for (const core::GaugeSpec& gauge : component.gauges)
        batch.gauges.push_back({component.name,
                                component.to,
                                gauge.name,
                                answers_of(component, true).consumer_lag,
                                {},
                                now});
    }
  }
  if (!heard || weather.source_silent) return;
  if (weather.source_lies) lie(batch);
  if (!weather.source_late) return outside_.metrics.push(std::move(batch));
  interference_.later(base::seconds(4), [this, batch] { outside_.metrics.push(batch); });
}

}  // namespace stellwerk::sim
