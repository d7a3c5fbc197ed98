// What must happen in seconds while nothing hinders the engine: a breach is answered, traffic goes
// back, a lease lives as long as it is wanted.
#include <fmt/format.h>

#include <algorithm>

#include "sim/invariants.h"

namespace stellwerk::sim {
namespace {

/// From the moment the guard must have seen it to the decision, while the store answers.
constexpr base::Duration kDecides = base::seconds(5);
/// … and to traffic being back, while the router answers.
constexpr base::Duration kReturns = base::seconds(15);
/// The same after a change of the router failed: the next attempt waits.
constexpr base::Duration kReturnsAgain = base::seconds(40);
/// Whatever the store does.
constexpr base::Duration kReturnsAhead = base::minutes(1);
/// A renewal comes every few seconds.
constexpr base::Duration kRenews = base::seconds(12);
constexpr base::Duration kLong = base::milliseconds(500);

bool asks(const Ledger& ledger) { return ledger.plan->guard.rollback == core::RollbackMode::Ask; }

bool is_asking(const Ledger& ledger) { return core::asks_for_rollback(ledger.state); }

}  // namespace

/// An engine looks, with windows of this wave, and its verdict would count.
bool Invariants::is_judged(const Ledger& ledger, const Seen& seen) const {
  const auto* run = engine_ == nullptr ? nullptr : engine_->find(ledger.plan->release);
  if (run == nullptr || seen.stood_still) return false;
  const auto counts = [&](const core::State& state) {
    return core::guard_armed(state) && state.stage != core::Stage::Moving &&
           !(asks(ledger) && state.stage == core::Stage::Concluding);
  };
  return counts(ledger.state) && counts(run->state());
}

bool Invariants::decided(const Ledger& ledger) const {
  if (ledger.state.rollback || excuse_of(ledger).went_back()) return true;
  const auto* run = engine_ == nullptr ? nullptr : engine_->find(ledger.plan->release);
  return run != nullptr && run->next_state().rollback.has_value();
}

bool Invariants::runs_long(const std::string& lane) const {
  const auto since = lanes_ == nullptr ? std::nullopt : lanes_->running_since(lane);
  return since && clock_.mono() - *since >= kLong;
}

bool Invariants::store_answers() const {
  const auto since = lanes_ == nullptr ? std::nullopt : lanes_->waiting_since("store");
  const bool waits = since && clock_.mono() - *since >= kLong;
  return !waits && std::none_of(excuses_.begin(), excuses_.end(), [&](const auto& each) {
    return each.second.append_fails(clock_.mono());
  });
}

bool Invariants::router_answers(const Seen& seen) const {
  const bool failed = router_failed_at_ && *router_failed_at_ >= checked_at_;
  return seen.facts.router_reachable && seen.router && !failed && !runs_long("router");
}

/// There is something to go back to, and nobody is busy bringing it up.
bool Invariants::old_answers(const Ledger& ledger) const {
  const auto& components = ledger.plan->components;
  return std::all_of(
      components.begin(), components.end(), [&](const core::PlannedComponent& component) {
        const auto status = workload_.status({component.name, component.from});
        const bool up = status && !status->instances.empty() && status->ready() == status->wanted;
        return up && !runs_long("workload:" + component.name.str());
      });
}

void Invariants::check_guard(const Ledger& ledger, const Seen& seen) {
  Watch& watch = watches_.at(ledger.plan->release);
  check_reaction(ledger, seen, watch);
  check_silence(ledger, seen, watch);
  check_return(ledger, seen, watch);
  check_lease(ledger, seen, watch);
}

/// Beyond the limit whichever way the window is cut: going back is decided, or asked for.
void Invariants::check_reaction(const Ledger& ledger, const Seen& seen, Watch& watch) {
  const core::GuardPolicy& policy = ledger.plan->guard;
  const auto exposure = seen.facts.exposures.find(ledger.plan->release);
  const bool counts =
      is_judged(ledger, seen) && seen.facts.source_sound && watch.wave_run == ledger.waves_begun;
  watch.wave_run = ledger.waves_begun;
  if (!counts || exposure == seen.facts.exposures.end()) {
    // Its windows begin with the wave; what it heard before a gap stays in them.
    const bool gap = engine_ == nullptr || seen.stood_still || !seen.facts.source_sound;
    if (gap)
      watch.reaction.doubt(clock_.mono());
    else
      watch.reaction.forget(clock_.mono());
    watch.unanswered = watch.unreturned = {};
    return;
  }
  watch.reaction.look(*exposure->second, clock_.mono(), policy);
  const bool open = on_new(ledger, seen) && watch.reaction.beyond(clock_.mono(), policy);
  const bool answered = decided(ledger) || is_asking(ledger);
  if (!open || answered || store_answers())
    spend(watch.unanswered, open && !answered, seen.passed, {kDecides, "a-breach-is-answered"},
          ledger);
  if (!open || asks(ledger) || router_answers(seen))
    spend(watch.unreturned, open && !asks(ledger), seen.passed,
          {kReturnsAhead, "a-breach-is-answered"}, ledger);
}

/// Silence is never good, and nobody who is asked may wait for ever.
void Invariants::check_silence(const Ledger& ledger, const Seen& seen, Watch& watch) {
  const core::GuardPolicy& policy = ledger.plan->guard;
  const bool silent = seen.facts.source_silent && is_judged(ledger, seen);
  const bool answered = decided(ledger) || is_asking(ledger);
  if (!silent || answered || store_answers())
    spend(watch.unheard, silent && !answered, seen.passed,
          {policy.no_data_rollback + kReturns, "silence-is-answered"}, ledger);
  const bool asking = is_asking(ledger) && !decided(ledger) && seen.facts.engine != nullptr;
  if (!asking || (store_answers() && !seen.stood_still))
    spend(watch.asking, asking, seen.passed,
          {policy.ask_deadline / ledger.state.anchor.speed + kDecides, "nobody-is-asked-for-ever"},
          ledger);
}

/// With a router and an old version that answer, traffic is back in seconds.
void Invariants::check_return(const Ledger& ledger, const Seen& seen, Watch& watch) {
  const bool returns = ledger.state.rollback && on_new(ledger, seen);
  if (!returns) {
    watch.returning = {};
    watch.return_hindered = false;
    return;
  }
  const bool alive = seen.facts.engine != nullptr && !seen.stood_still;
  if (!alive || !router_answers(seen) || !old_answers(ledger)) {
    watch.returning = {};
    watch.return_hindered = true;
    return;
  }
  spend(watch.returning, true, seen.passed,
        {watch.return_hindered ? kReturnsAgain : kReturns, "a-rollback-reaches-0-in-seconds"},
        ledger);
}

/// Renewed by an engine that lives and hears its source; it ends by a rollback or when it settles.
void Invariants::check_lease(const Ledger& ledger, const Seen& seen, Watch& watch) {
  const base::ReleaseId& id = ledger.plan->release;
  const auto* run = engine_ == nullptr ? nullptr : engine_->find(id);
  const auto wants = [&](const core::State& state) {
    return core::wants_lease(*ledger.plan, state) && state.stage != core::Stage::Moving;
  };
  const bool wanted = run != nullptr && wants(ledger.state) && wants(run->state()) &&
                      wants(run->next_state()) && !excuse_of(ledger).may_act(clock_.mono()) &&
                      !ledger.is_open(core::EffectKind::SettleTraffic);
  const auto& crashed_at = seen.facts.router_crashed_at;
  const bool crashed = crashed_at && *crashed_at >= checked_at_;
  const bool sound =
      wanted && !seen.stood_still && !seen.facts.source_silent && router_answers(seen) && !crashed;
  if (!sound) watch.renewing_since.reset();
  if (sound && !watch.renewing_since) watch.renewing_since = clock_.mono();
  const bool has = seen.router && seen.router->leases.contains(id);
  if (sound && watch.had_lease && !has && clock_.mono() - *watch.renewing_since > kRenews)
    fail("a-lease-lives-while-it-is-wanted", id.str());
  watch.had_lease = has;
}

}  // namespace stellwerk::sim
