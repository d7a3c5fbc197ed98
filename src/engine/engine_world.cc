// The engine's eyes: measurements, probes, guard rounds.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/digest.h"
#include "core/capacity.h"
#include "engine/live.h"

namespace stellwerk::engine {
namespace {

constexpr base::Duration kLookAgain = base::seconds(1);

/// What is watched for all live releases, gathered in a lane (reading instances may block).
struct World {
  std::vector<ports::MetricTarget> metrics;
  std::map<std::string, ports::HealthTarget> probes;
  std::map<base::ReleaseId, std::vector<std::string>> expected;
  bool whole = true;  ///< the workload told of everything
};

bool new_version_runs(core::Stage stage) {
  switch (stage) {
    case core::Stage::Deployed:
    case core::Stage::Moving:
    case core::Stage::Holding:
    case core::Stage::PostChecking:
    case core::Stage::Concluding:
      return true;
    default:
      return false;  // before the rollout, or going back
  }
}

bool is_restored(const core::State& state, const base::ComponentName& component) {
  const bool failed = std::find(state.old_failed.begin(), state.old_failed.end(), component) !=
                      state.old_failed.end();
  return failed || std::any_of(state.open.begin(), state.open.end(), [&](const auto& each) {
           return each.second.kind == core::EffectKind::RestoreCapacity &&
                  each.second.subject == component.str();
         });
}

/// In place: those that are about to give way are not judged any more, and those that were only
/// asked for not yet.
std::size_t judged_at_most(const core::Plan& plan, const core::State& state,
                           const core::PlannedComponent& component, bool is_new) {
  const auto arranged = state.arranged.find(component.name);
  if (plan.capacity == core::Capacity::Parallel || arranged == state.arranged.end())
    return std::numeric_limits<std::size_t>::max();
  const auto counts = core::instances_in_wave(plan, component, arranged->second);
  if (is_new) return counts.new_version;
  std::size_t most = is_restored(state, component.name) ? counts.old_version
                                                        : std::numeric_limits<std::size_t>::max();
  for (const auto& [key, intent] : state.open) {
    if (intent.kind != core::EffectKind::ArrangeCapacity) continue;
    const core::Arrangement arrangement = core::arrangement_in(intent.subject);
    if (arrangement.component == component.name)
      most = std::min(
          most,
          std::size_t{core::instances_in_wave(plan, component, arrangement.wave).old_version});
  }
  return most;
}

void leave_out_unjudged(ports::WorkloadStatus& status, const core::Plan& plan,
                        const core::State& state, const core::PlannedComponent& component) {
  std::erase_if(status.instances, [](const ports::Instance& instance) {
    return instance.state == ports::InstanceState::Stopping ||
           instance.state == ports::InstanceState::Stopped;
  });
  const bool is_new = status.version.version == component.to;
  const std::size_t most = judged_at_most(plan, state, component, is_new);
  if (status.instances.size() > most) status.instances.resize(most);
}

void add_release(World& world, ports::Workload& workload, const core::Plan& plan,
                 const core::State& state) {
  std::vector<ports::WorkloadStatus> running;
  for (const core::PlannedComponent& component : plan.components) {
    for (const bool is_new : {false, true}) {
      if (is_new && !new_version_runs(state.stage)) continue;
      if (!is_new && state.retiring) continue;
      const ports::VersionRef version{component.name, is_new ? component.to : component.from};
      auto status = workload.status(version);
      if (!status) {
        world.whole = false;
        continue;
      }
      leave_out_unjudged(*status, plan, state, component);
      world.metrics.push_back(
          {version, status->instances, component.gauges, plan.guard.limits.p95_pause});
      running.push_back(std::move(*status));
    }
  }
  for (ports::HealthTarget& target : health_targets(plan, running)) {
    world.expected[plan.release].push_back(target.name);
    world.probes.insert_or_assign(target.name, std::move(target));
  }
}

}  // namespace

Followed followed_of(const core::State& state) {
  Followed followed{core::is_terminal(state.stage),
                    new_version_runs(state.stage),
                    state.retiring,
                    state.arranged,
                    state.old_failed,
                    {}};
  for (const auto& [key, intent] : state.open) {
    switch (intent.kind) {
      case core::EffectKind::DeployVersion:
      case core::EffectKind::RestoreCapacity:
      case core::EffectKind::ArrangeCapacity:
      case core::EffectKind::RetireNew:
      case core::EffectKind::RetireOld:
        followed.changes.push_back(key.str());
        break;
      default:
        break;  // changes no instances
    }
  }
  return followed;
}

void Engine::poll_sources() {
  for (ports::MetricSource* source : ports_.metrics) {
    const kpi::MetricBatch batch = source->poll();
    if (batch.empty()) continue;
    for (const auto& [id, live] : live_) live->watch.observe(batch);
  }
  for (const ports::HealthResult& result : ports_.health.poll()) {
    const auto found = probed_for_.find(result.target.name);
    if (found == probed_for_.end()) continue;  // an answer that came late
    if (!result.good) look_again();            // perhaps it runs elsewhere by now
    const HealthAnswer answer = answer_of(result);
    for (Live* live : found->second) {
      live->watch.observe(answer);
      if (answer.seen.is_component) note_capacity(*live, result);
    }
  }
}

/// An old version all of whose instances fail has no capacity to go back to; a rollback then
/// restores it first.
void Engine::note_capacity(Live& live, const ports::HealthResult& result) {
  if (result.target.is_new_version) return;
  const base::ComponentName component(result.target.service.str());
  if (live.run.plan().find_component(component) == nullptr) return;
  const auto gone = live.old_capacity.gone_after({component, result.target.name}, result.good);
  const auto& known = live.run.state().old_gone;
  const bool was_gone = std::find(known.begin(), known.end(), component) != known.end();
  if (gone && *gone != was_gone) live.run.handle(core::OldCapacityChanged{component, *gone});
}

void Engine::guard_rounds() {
  const base::MonoTime now = ports_.clock.mono();
  for (const auto& [id, live] : live_) guard_round(*live, now);
}

void Engine::guard_round(Live& live, base::MonoTime now) {
  const ReleaseRun& run = live.run;
  GuardRound round = live.watch.round(run.plan(), run.state(), now, run.clock().speed());
  if (round.verdict) live.run.handle(std::move(*round.verdict));
  const bool ends = round.hold && core::hold_complete(run.plan(), run.state(), *round.hold);
  if (!ends) live.completing_since.reset();
  if (ends && !router_confirms(live, now)) return;
  if (round.hold && !live.sending_hold)
    send_hold(live, std::move(*round.hold), round.hold_complete);
}

/// The guard's state, and at the end of a hold the wave's raw windows, are durable before the entry
/// that names them.
void Engine::send_hold(Live& live, core::HoldProgressed hold, bool complete) {
  live.sending_hold = true;
  const base::ReleaseId id = live.run.plan().release;
  auto state = std::make_shared<const std::string>(live.watch.save().dump());
  auto windows = std::make_shared<const std::string>(complete ? live.watch.windows() : "");
  ports_.lanes.submit({"content", {}, base::seconds(30), {}, false},
                      [this, id, hold, state, windows](const ports::Call&) -> ports::Completion {
                        auto sent = std::make_shared<core::HoldProgressed>(hold);
                        auto kept = ports_.content.put(*state);
                        if (kept) sent->guard_state = *kept;
                        if (!windows->empty())
                          if (auto put = ports_.content.put(*windows)) sent->windows = *put;
                        return [this, id, sent, kept] {
                          const auto found = live_.find(id);
                          if (found == live_.end()) return;
                          if (!kept) report(kept.error());
                          found->second->run.handle(
                              std::move(*sent), {}, [this, id](const Answer&) {
                                if (const auto sender = live_.find(id); sender != live_.end())
                                  sender->second->sending_hold = false;
                              });
                        };
                      });
}

void Engine::look_again() {
  if (!look_again_at_) look_again_at_ = ports_.clock.mono() + kLookAgain;
}

/// Measures and probes what the releases' states call for.
void Engine::follow_world() {
  if (look_again_at_ && ports_.clock.mono() >= *look_again_at_) world_changed_ = true;
  if (!world_changed_ || watching_) return;
  world_changed_ = false;
  look_again_at_.reset();
  watching_ = true;
  std::vector<std::pair<std::shared_ptr<const core::Plan>, core::State>> releases;
  for (const auto& [id, live] : live_)
    if (!core::is_terminal(live->run.state().stage))
      releases.emplace_back(live->run.shared_plan(), live->run.state());

  ports_.lanes.submit(
      {"watch", {}, base::seconds(10), {}, false},
      [this, releases = std::move(releases)](const ports::Call&) -> ports::Completion {
        auto world = std::make_shared<World>();
        for (const auto& [plan, state] : releases)
          add_release(*world, ports_.workload, *plan, state);
        return [this, world] {
          watching_ = false;
          std::vector<ports::HealthTarget> probes;
          for (auto& [name, target] : world->probes) probes.push_back(std::move(target));
          base::Duration interval = base::seconds(1);
          for (const auto& [id, live] : live_)
            interval = std::min(interval, live->run.plan().guard.health_interval);
          ports_.health.watch(std::move(probes), interval);
          for (ports::MetricSource* source : ports_.metrics)
            if (auto watched = source->watch(world->metrics); !watched) {
              report(watched.error());
              look_again();
            }
          if (!world->whole) look_again();
          probed_for_.clear();
          for (const auto& [id, names] : world->expected)
            if (const auto found = live_.find(id); found != live_.end())
              for (const std::string& name : names)
                probed_for_[name].push_back(found->second.get());
          const base::MonoTime now = ports_.clock.mono();
          for (const auto& [id, live] : live_) live->watch.expect_health(world->expected[id], now);
        };
      });
}

}  // namespace stellwerk::engine
