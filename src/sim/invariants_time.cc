// Planned times and holds, by the world's own clocks: what the engine says of time is held against
// them.
#include <fmt/format.h>

#include <algorithm>

#include "sim/invariants.h"

namespace stellwerk::sim {
namespace {

/// A round of the guard that ends in a hold may have begun before it, and one may be under way.
constexpr base::Duration kRound = base::seconds(1);

struct Due {
  const char* what;
  base::RunbookTime at;
};

bool retires_old(const engine::ReadEntry& entry) {
  return std::any_of(entry.intents.begin(), entry.intents.end(), [](const core::Intent& intent) {
    return intent.kind == core::EffectKind::RetireOld;
  });
}

/// What this entry may not come before. Empty: it has no planned time.
std::optional<Due> due_of(const Ledger& before, const engine::ReadEntry& entry) {
  const core::PlannedSchedule& schedule = before.plan->schedule;
  const core::State& state = before.state;
  if (!state.t0) return std::nullopt;
  if (std::holds_alternative<core::PreCheckStarted>(entry.event))
    return Due{"pre-check", *state.t0 + schedule.pre_check};
  if (std::holds_alternative<core::ReleaseStarted>(entry.event))
    return Due{"rollout", *state.t0 + schedule.deploy};
  if (retires_old(entry)) return Due{"standby", state.completed_at + schedule.standby};
  const auto* wave = std::get_if<core::TrafficIntended>(&entry.event);
  if (wave == nullptr || wave->wave == state.wave || before.promoted) return std::nullopt;
  return Due{"wave", *state.t0 + before.plan->wave(wave->wave).at};
}

}  // namespace

void Invariants::check_times(const Ledger& before, const engine::ReadEntry& entry) {
  const auto early = [&](std::string_view what) {
    fail("nothing-comes-before-its-time", fmt::format("{}: {}", what, core::type_of(entry.event)));
  };
  const auto now = watches_.at(before.plan->release).time.latest(clock_.mono());
  if (now && entry.at.runbook > *now) early("the runbook's clock is ahead");
  if (const auto due = due_of(before, entry); due && now && *now < due->at) early(due->what);
  if (const auto* announced = std::get_if<core::MaintenanceScheduled>(&entry.event))
    if (announced->t0 < entry.at.runbook + before.plan->schedule.announce_lead) early("T+0");
  if (const auto* saved = std::get_if<core::HoldSaved>(&entry.event)) check_counted(before, *saved);
}

/// A hold counts no more time than has passed while somebody could guard it.
void Invariants::check_counted(const Ledger& before, const core::HoldSaved& saved) {
  const Watch& watch = watches_.at(before.plan->release);
  const base::MonoTime from = std::max(watch.held_from, checked_at_);
  const base::Duration most = watch.held + (clock_.mono() - from) + kRound * 2;
  if (saved.real <= most && saved.guarded <= most * watch.time.fastest()) return;
  fail("a-hold-lasts-as-long-as-planned",
       fmt::format("wave {}: {} counted, {} passed", saved.wave, base::to_string(saved.guarded),
                   base::to_string(most * watch.time.fastest())));
}

void Invariants::follow_time(const Ledger& after, const engine::ReadEntry& entry) {
  Watch& watch = watches_.at(after.plan->release);
  if (wall_was_moved()) watch.time.lose();
  if (std::holds_alternative<core::ReleaseStarted>(entry.event)) watch.time.rollout(clock_.mono());
  if (const auto* anchor = std::get_if<core::ClockAnchored>(&entry.event))
    if (!watch.time.anchored(*anchor, wall_ahead_) && !wall_was_moved())
      fail("nothing-comes-before-its-time", "the runbook's clock is put forward");
  const bool begins = std::holds_alternative<core::WaveStarted>(entry.event) ||
                      std::holds_alternative<core::RolloutCompleted>(entry.event);
  if (!begins) return;
  watch.held = {};
  watch.held_from = clock_.mono();
}

void Invariants::count_hold(const Ledger& ledger, const Seen& seen) {
  Watch& watch = watches_.at(ledger.plan->release);
  const base::Duration passed = clock_.mono() - std::max(watch.held_from, checked_at_);
  if (seen.facts.engine == nullptr) return;
  if (seen.stood_still) {
    watch.stood = watch.stood + passed;
    return;
  }
  // Shorter than a round, it shows in none.
  if (watch.stood <= kRound) watch.held = watch.held + watch.stood;
  watch.stood = {};
  watch.held = watch.held + passed;
}

bool Invariants::wall_was_moved() const {
  return clock_.wall().us - clock_.mono().us != wall_ahead_.us;
}

/// Time passes on the runbook's scale while nobody lives, as far as the wall clock tells.
void Invariants::restart_times() {
  for (auto& [id, watch] : watches_) {
    if (wall_was_moved()) watch.time.lose();
    watch.time.started(clock_.mono());
    watch.reaction.doubt(clock_.mono());
    watch.unheard = watch.asking = watch.unanswered = watch.unreturned = {};
    watch.renewing_since.reset();
  }
}

}  // namespace stellwerk::sim
