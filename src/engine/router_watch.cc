// The engine's hand on the router: leases are renewed, what the router does is read back, and a
// router that is gone is brought up.
#include <algorithm>

#include "base/mutation.h"
#include "engine/live.h"

namespace stellwerk::engine {
namespace {

constexpr base::Duration kRenewalMax = base::seconds(5);
constexpr base::Duration kLook = base::seconds(1);  ///< for a router that may hang
constexpr const char* kRaising = "router/raise";    ///< to cancel it; no effect has such a key
constexpr base::Duration kStartGrace = base::seconds(15);  ///< as the effect that starts them has
constexpr base::Duration kRaiseFirst = base::seconds(1);
constexpr base::Duration kRaiseMax = base::seconds(30);

bool has_open(const core::State& state, core::EffectKind kind) {
  return std::any_of(state.open.begin(), state.open.end(),
                     [&](const auto& each) { return each.second.kind == kind; });
}

/// What a router that is gone must be brought up with. Empty: nothing was ever routed, or the old
/// version's instances are just being started, which brings up the router as well.
std::optional<core::RoutingTable> routes_to_serve(const ReleaseRun& run) {
  const core::Plan& plan = run.plan();
  const core::State& state = run.state();
  if (run.goes_back_early()) return core::routes_of_wave(plan, 0);
  if (core::is_terminal(state.stage) || state.stage == core::Stage::Unborn) return std::nullopt;
  if (has_open(state, core::EffectKind::RestoreCapacity)) return std::nullopt;
  if (auto intended = core::intended_routes(plan, state)) return intended;
  return core::routes_of_wave(plan, 0);
}

/// Rows that fit no table may be any release's: each writes its own once. What is foreign after
/// that is nobody's, and stays reported. @return whether it will be written
bool put_right(ReleaseRun& run) {
  const core::State& now = run.state();
  if (!core::routes_rest(now) || !core::intended_routes(run.plan(), now)) return false;
  run.handle(core::RoutesChanged{});
  return true;
}

/// The components of the table have just its routes.
bool shows(const ports::RouterState& state, const core::RoutingTable& table) {
  return std::all_of(table.components.begin(), table.components.end(), [&](const auto& each) {
    const auto seen = state.table.components.find(each.first);
    return seen != state.table.components.end() && seen->second == each.second;
  });
}

}  // namespace

struct Engine::HeldLease {
  base::ReleaseId release;
  std::uint64_t since = 0;
};

/// What a job in the router's lane found.
struct Engine::Renewals {
  std::set<base::ReleaseId> expired;
  std::optional<base::Error> trouble;
};

/// The shortest that a lease which is wanted asks for.
base::Duration Engine::renewal_interval() const {
  base::Duration interval = kRenewalMax;
  for (const auto& [id, live] : live_)
    if (core::renews_lease(live->run.plan(), live->run.state()))
      interval = std::min(interval, live->run.plan().guard.lease / 4);
  return interval;
}

/// While the guard is good; in a rollback as long as the old instances may take to start, and no
/// longer: then few of them are better than a version that was found bad.
bool Engine::keeps_lease(Live& live, base::MonoTime now) {
  const core::Plan& plan = live.run.plan();
  const core::State& next = live.run.next_state();
  // One that ran out, or is about to be revoked, must not be kept while that is being written.
  const bool wanted = core::renews_lease(plan, live.run.state()) && core::renews_lease(plan, next);
  if (!core::waits_for_capacity(next)) {
    live.restoring_since.reset();
    return wanted && live.watch.lease_good(now);
  }
  if (!live.restoring_since) live.restoring_since = now;
  base::Duration longest;
  for (const core::PlannedComponent& component : plan.components)
    longest = std::max(longest, component.old_workload.start_timeout);
  return wanted && now - *live.restoring_since < longest + kStartGrace;
}

/// Every good guard round keeps the lease; four renewals fit into one. The router says which had
/// run out, as after this process stood still: those stay so.
void Engine::renew_leases(base::MonoTime now) {
  // Whether a guard is good is looked at only when it counts: that is dear, with many releases.
  if (router_.renewing || now - router_.renewed_at < renewal_interval()) return;
  std::map<base::Duration, std::vector<HeldLease>> held;
  for (const auto& [id, live] : live_) {
    if (!keeps_lease(*live, now)) continue;
    held[live->run.plan().guard.lease].push_back({id, live->run.state().lease_since});
  }
  if (base::mutated(base::Mutation::ForgetRenewal)) return;
  if (held.empty()) return;
  router_.renewing = true;
  router_.renewed_at = now;
  ports_.lanes.submit({"router", {}, base::seconds(5), {}, false},
                      [this, held](const ports::Call& call) -> ports::Completion {
                        auto found = std::make_shared<Renewals>();
                        for (const auto& [lease, holders] : held) {
                          std::vector<base::ReleaseId> ids;
                          for (const HeldLease& each : holders) ids.push_back(each.release);
                          auto expired = ports_.router.renew(ids, lease, call);
                          if (expired)
                            found->expired.merge(*expired);
                          else
                            found->trouble = expired.error();
                        }
                        return [this, held, found] { leases_renewed(held, *found); };
                      });
}

void Engine::leases_renewed(const std::map<base::Duration, std::vector<HeldLease>>& held,
                            const Renewals& found) {
  router_.renewing = false;
  for (const auto& [lease, holders] : held)
    for (const HeldLease& each : holders)
      if (found.expired.contains(each.release))
        if (const auto live = live_.find(each.release); live != live_.end())
          live->second->run.handle(core::LeaseLost{each.since});
  if (!found.trouble) return;
  // Whether it is gone is the watchdog's to find out and to say.
  if (found.trouble->code == base::Code::Unavailable)
    router_.look_now = true;
  else
    report(*found.trouble);
}

/// The watchdog: what the router does is read back and held against what the journal says.
void Engine::look_at_router(base::MonoTime now) {
  const bool due = router_.look_now || now - router_.read_at >= settings_.watchdog_interval;
  if (!due || router_.reading) return;
  const bool needed = std::any_of(live_.begin(), live_.end(), [](const auto& each) {
    const ReleaseRun& run = each.second->run;
    return routes_to_serve(run).has_value() || core::renews_lease(run.plan(), run.state());
  });
  if (!needed) return;
  router_.reading = true;
  router_.look_now = false;
  router_.read_at = now;
  std::map<base::ReleaseId, std::uint64_t> versions;
  for (const auto& [id, live] : live_) versions[id] = live->run.state().version;
  ports_.lanes.submit({"router-read", {}, base::seconds(5), {}, false},
                      [this, versions, now](const ports::Call& call) -> ports::Completion {
                        auto state = std::make_shared<base::Result<ports::RouterState>>(
                            ports_.router.current(call));
                        return [this, state, versions, now] {
                          router_.reading = false;
                          router_read(*state, versions, now);
                        };
                      });
}

void Engine::router_read(const base::Result<ports::RouterState>& state,
                         const std::map<base::ReleaseId, std::uint64_t>& versions,
                         base::MonoTime asked) {
  if (!state && state.error().code == base::Code::Unavailable) return raise_router();
  router_.answered_at = asked;
  if (!state) report(state.error());
  for (const auto& [id, live] : live_) {
    if (state) live->put_right = false;
    const auto seen = versions.find(id);
    if (seen == versions.end() || seen->second != live->run.state().version || !live->run.idle())
      continue;
    if (state)
      compare_router(*live, *state);
    else if (state.error().code == base::Code::Conflict)
      live->put_right = live->put_right || put_right(live->run);
  }
}

void Engine::compare_router(Live& live, const ports::RouterState& state) {
  const core::Plan& plan = live.run.plan();
  const core::State& now = live.run.state();
  const bool settling = has_open(now, core::EffectKind::SettleTraffic);
  if (core::renews_lease(plan, now) && !settling && !state.leases.contains(plan.release))
    return confirm_lease(live);
  if (!core::routes_rest(now)) return;
  const auto wanted = core::intended_routes(plan, now);
  if (!wanted || shows(state, *wanted)) return;
  // A wave whose change was called off when its lease ran out: whether it came to be is not known,
  // and without a lease both send everyone to the old version.
  const bool called_off = now.stage == core::Stage::Moving;
  if (called_off && shows(state, core::routes_of_wave(plan, now.wave - 1, now.downtime))) return;
  live.run.handle(core::RoutesChanged{});
}

/// Looked at once more where nothing else is done to the router: while it takes over new servers
/// its leases may be out of sight for a moment.
void Engine::confirm_lease(const Live& live) {
  const HeldLease held{live.run.plan().release, live.run.state().lease_since};
  ports_.lanes.submit({"router", {}, base::seconds(5), {}, false},
                      [this, held](const ports::Call& call) -> ports::Completion {
                        const auto state = ports_.router.current(call);
                        const bool lost = state && !state->leases.contains(held.release);
                        return [this, held, lost] {
                          if (const auto found = live_.find(held.release);
                              lost && found != live_.end())
                            found->second->run.handle(core::LeaseLost{held.since});
                        };
                      });
}

/// A hold ends only when the router has answered since it could: behind one that is gone nothing
/// was held.
bool Engine::router_confirms(Live& live, base::MonoTime now) {
  if (!live.completing_since) {
    live.completing_since = now;
    router_.look_now = true;
  }
  return router_.answered_at && *router_.answered_at >= *live.completing_since;
}

/// It would bring the router up with the routes of before the rollback, which overtakes it in the
/// lane.
void Engine::call_off_raising(const core::Intent& intent) {
  if (intent.kind != core::EffectKind::ReturnTraffic || !router_.raising) return;
  ports_.lanes.cancel(base::EffectKey(kRaising));
  router_.raising = false;
}

/// Traffic waits for it, so it is brought up at once; when that fails, again and again, ever later.
void Engine::raise_router() {
  if (router_.raising || ports_.clock.mono() < router_.raise_at) return;
  core::RoutingTable wanted;
  for (const auto& [id, live] : live_)
    if (auto routes = routes_to_serve(live->run)) wanted.components.merge(routes->components);
  if (wanted.components.empty()) return;
  router_.raising = true;
  ports_.lanes.submit(
      {"router", base::EffectKey(kRaising), base::seconds(20), {}, false},
      [this, wanted](const ports::Call& call) -> ports::Completion {
        // It may only have been slow, or an effect before this job has brought it up.
        const ports::Call look{std::min(call.deadline, ports_.clock.mono() + kLook), call.stop};
        const bool there = ports_.router.current(look).has_value();
        auto found = std::make_shared<base::Result<ports::RouterState>>(ports::RouterState{});
        if (!there) {
          const auto applied = ports_.router.apply(wanted, call);
          *found = applied ? ports_.router.current(call) : base::fail(applied.error());
        }
        return [this, there, found] { router_raised(there, *found); };
      });
}

void Engine::router_raised(bool was_there, const base::Result<ports::RouterState>& found) {
  router_.raising = false;
  if (!found) {
    const base::Duration wait = kRaiseFirst * (std::int64_t{1} << std::min(router_.failures, 5U));
    ++router_.failures;
    router_.raise_at = ports_.clock.mono() + std::min(wait, kRaiseMax);
    // As long as no version has servers there is nothing that could be served.
    if (found.error().id != "HAP-0004") report(found.error());
    return;
  }
  router_.failures = 0;
  router_.raise_at = {};
  router_.look_now = true;
  // A router that still holds one of our leases was never gone: it was only slow.
  const bool held = std::any_of(live_.begin(), live_.end(), [&](const auto& each) {
    return core::renews_lease(each.second->run.plan(), each.second->run.state()) &&
           found->leases.contains(each.first);
  });
  if (was_there || held) return;
  for (const auto& [id, live] : live_)
    if (routes_to_serve(live->run)) live->run.handle(core::RouterBroughtUp{});
}

}  // namespace stellwerk::engine
