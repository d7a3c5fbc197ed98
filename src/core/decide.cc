// decide(): what each input means. The answers of effects, of the guard and of time are here;
// people are in decide_people.cc, what follows by itself in advance.cc.
#include "core/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/mutation.h"
#include "core/capacity.h"
#include "core/decider.h"

namespace stellwerk::core {
namespace {

/// Of returning traffic: with these attempts the old version is brought up once more.
constexpr std::uint32_t kRestoreAt = 3;
constexpr std::uint32_t kRestoreEvery = 8;
constexpr const char* kRestOfOld = "bring up the rest of the old version";

Wanted again(const Intent& intent) {
  return {intent.kind, intent.subject, intent.attempt + 1, back_off(intent.attempt)};
}

EffectFinished finished(const EffectReturned& in) {
  return {in.key, in.outcome, in.summary, in.evidence, in.data, in.text};
}

void step_failed(Decider& d, const Step& step, const EffectReturned& in) {
  d.emit(StepFailed{step.id, in.summary, in.outcome == Outcome::Unknown, in.evidence, in.text});
  if (d.s.stage == Stage::RollingBack || d.s.stage == Stage::Cancelling) return;
  // Before any traffic that ends the release, without a rollback.
  if (step.critical && (d.s.may_carry_traffic || step.phase == Phase::Rollout)) {
    d.begin_rollback(RollbackCause::CriticalStep, step.id.str());
    return;
  }
  if (!d.s.paused) d.pause(PauseCause::StepFailed, step.id.str());
}

void on_step_returned(Decider& d, const Intent& intent, const EffectReturned& in) {
  d.emit(finished(in));
  const Step* step = d.plan.find_step(base::StepId(intent.subject));
  if (step == nullptr) return;  // the summary of a rollback is no step
  if (in.outcome == Outcome::Done)
    d.emit(StepPassed{step->id, in.summary, in.evidence, in.text});
  else
    step_failed(d, *step, in);
}

/// Failed is failed, whoever asked. What could not be checked fails a step; a gate asks again and
/// stays closed meanwhile.
void on_integrity_returned(Decider& d, const Intent& intent, const EffectReturned& in) {
  const bool is_step = d.plan.find_step(base::StepId(intent.subject)) != nullptr;
  if (in.outcome != Outcome::Failed && is_step) {
    on_step_returned(d, intent, in);
    return;
  }
  if (in.outcome == Outcome::Unknown) {
    d.emit(finished(in), {again(intent)});
    return;
  }
  d.emit(finished(in));
  if (in.outcome == Outcome::Done) return;
  if (is_step)
    d.emit(StepFailed{base::StepId(intent.subject), in.summary, false, in.evidence, in.text});
  d.begin_rollback(RollbackCause::Guard, "integrity");
}

/// The windows of a wave are kept once; what a restart has lost cannot be had by asking again.
void on_windows_kept(Decider& d, const Intent& intent, const EffectReturned& in) {
  const bool repeat = in.outcome == Outcome::Unknown && intent.attempt < kAttemptsMax;
  d.emit(finished(in), repeat ? std::vector<Wanted>{again(intent)} : std::vector<Wanted>{});
}

void on_deploy_returned(Decider& d, const Intent& intent, const EffectReturned& in) {
  const Step* step = nullptr;
  for (const Step& each : d.plan.steps)
    if (const auto* deploy = std::get_if<DeployAction>(&each.action))
      if (deploy->component.str() == intent.subject) step = &each;
  if (in.outcome == Outcome::Unknown && intent.attempt < kAttemptsMax) {
    d.emit(finished(in), {again(intent)});
    return;
  }
  d.emit(finished(in));
  if (step == nullptr) return;
  if (in.outcome == Outcome::Done) {
    d.emit(StepPassed{step->id, in.summary, in.evidence, in.text});
    return;
  }
  d.emit(StepFailed{step->id, in.summary, in.outcome == Outcome::Unknown, in.evidence, in.text});
  d.begin_cancel(true, step->id.str());
}

/// Whom a wave adds. An entry has a limit, and an installation any number of tenants: a long list
/// stays in the plan, which the entry names.
WaveStarted wave_started(const Decider& d) {
  const PlannedWave& wave = d.plan.wave(d.s.wave);
  WaveStarted started{wave.number, {}, wave.share_real};
  started.tenants_count = static_cast<std::uint32_t>(wave.adds.size());
  if (wave.everyone)
    started.tenants = {"all"};
  else if (wave.adds.size() > WaveStarted::kTenantsListedMax)
    started.listed_in = d.s.plan;
  else
    for (const base::TenantId& tenant : wave.adds) started.tenants.push_back(tenant.str());
  return started;
}

void on_traffic_moved(Decider& d, const Intent& intent, const EffectReturned& in) {
  // Not when its lease ran out: then routes were only put right, and the wave begins anew.
  const bool is_current = d.s.stage == Stage::Moving && !d.s.lease_expired &&
                          intent.subject == std::to_string(d.s.wave);
  if (in.data.value(kLeaseExpired, false)) {
    d.emit(finished(in));
    d.lose_lease();
    return;
  }
  if (in.outcome != Outcome::Done) {
    if (intent.attempt < kAttemptsMax) {
      d.emit(finished(in), {again(intent)});
      return;
    }
    d.emit(finished(in));
    d.begin_rollback(RollbackCause::Router, "move-traffic");
    return;
  }
  d.emit(finished(in));
  if (!is_current) return;

  d.emit(wave_started(d), {{EffectKind::SignCheckpoint, fmt::format("wave {}", d.s.wave)}});
  d.emit(ProgressNotified{d.s.wave, static_cast<std::uint32_t>(d.plan.waves.size())});
  if (d.s.downtime && d.s.wave >= d.plan.last_wave_of_downtime()) d.emit(DowntimeEnded{});
}

void on_downtime_begun(Decider& d, const Intent& intent, const EffectReturned& in) {
  if (in.outcome != Outcome::Done && intent.attempt < kAttemptsMax) {
    d.emit(finished(in), {again(intent)});
    return;
  }
  d.emit(finished(in));
  if (in.outcome != Outcome::Done) return d.begin_rollback(RollbackCause::Router, "begin-downtime");
  if (d.s.downtime) return;  // put right once more
  DowntimeStarted started;
  const PlannedDowntime& window = *d.plan.downtime_window;
  if (window.everyone) started.tenants = {"all"};
  started.tenants_count = static_cast<std::uint32_t>(window.tenants.size());
  if (window.tenants.size() <= WaveStarted::kTenantsListedMax)
    for (const base::TenantId& tenant : window.tenants) started.tenants.push_back(tenant.str());
  d.emit(std::move(started));
}

/// For ever, as a rollback's traffic: nobody may be left in front of the page.
void on_downtime_ended(Decider& d, const Intent& intent, const EffectReturned& in) {
  if (in.outcome != Outcome::Done) {
    d.emit(finished(in), {again(intent)});
    return;
  }
  d.emit(finished(in));
  if (d.s.downtime) d.emit(DowntimeEnded{});
}

std::optional<base::MonoTime> read_back_of(const EffectReturned& in) {
  const auto at = in.data.find("read_back_us");
  if (at == in.data.end()) return std::nullopt;
  return base::MonoTime{at->get<std::int64_t>()};
}

/// In place: whether or not all of what the wave needs came to be, the old version still has what
/// it serves. A person looks at it; the wave is tried again when they resume.
void on_capacity_arranged(Decider& d, const Intent& intent, const EffectReturned& in) {
  if (in.outcome != Outcome::Done && intent.attempt < kAttemptsMax) {
    d.emit(finished(in), {again(intent)});
    return;
  }
  d.emit(finished(in));
  if (in.outcome == Outcome::Done) return;
  const std::uint32_t wave = arrangement_in(intent.subject).wave;
  for (const Step& step : d.plan.steps)
    if (const auto* action = std::get_if<WaveAction>(&step.action))
      if (action->wave == wave) step_failed(d, step, in);
}

void on_traffic_returned(Decider& d, const Intent& intent, const EffectReturned& in) {
  if (!intent.subject.empty()) {  // some of it; all follows, whatever came of this
    d.emit(finished(in));
    return;
  }
  const bool give_up = base::mutated(base::Mutation::GiveUpRollback);
  if (in.outcome != Outcome::Done && !give_up) {
    // For ever: a rollback is never given up. It may fail for want of the old version's servers.
    std::vector<Wanted> wanted = {again(intent)};
    if (intent.attempt % kRestoreEvery == kRestoreAt && !d.has_open(EffectKind::RestoreCapacity))
      for (const PlannedComponent& component : d.plan.components)
        wanted.push_back({EffectKind::RestoreCapacity, component.name.str()});
    d.emit(finished(in), std::move(wanted));
    return;
  }
  d.emit(finished(in));
  if (!d.s.rollback || d.s.rollback->traffic_returned) return;
  std::vector<Wanted> wanted = d.next_to_retire();
  d.emit(TrafficReturned{read_back_of(in)}, std::move(wanted));
  if (d.s.downtime) d.emit(DowntimeEnded{});
  for (const Step& step : d.plan.rollback)
    if (std::holds_alternative<ReturnTrafficAction>(step.action))
      d.emit(StepPassed{step.id, in.summary, in.evidence});
}

/// At the start of a release: without the old version there is nothing to release from.
void on_old_version_up(Decider& d, const Intent& intent, const EffectReturned& in) {
  const bool repeat = in.outcome != Outcome::Done && intent.attempt < kAttemptsMax;
  d.emit(finished(in), repeat ? std::vector<Wanted>{again(intent)} : std::vector<Wanted>{});
  if (in.outcome != Outcome::Done && !repeat && !d.s.paused)
    d.pause(PauseCause::StepFailed, std::string(kOldVersion));
}

/// Restored or not: traffic goes back now, and no faster than the capacity that came. In place,
/// what is still missing is started some more times, once the new version has made room for it.
void on_capacity_restored(Decider& d, const Intent& intent, const EffectReturned& in) {
  if (d.s.stage != Stage::RollingBack) return on_old_version_up(d, intent, in);
  const bool repeat = in.outcome != Outcome::Done && d.gave_way() &&
                      intent.attempt < kAttemptsMax &&
                      d.has_made_room(base::ComponentName(intent.subject));
  d.emit(finished(in), repeat ? std::vector<Wanted>{again(intent)} : std::vector<Wanted>{});
  if (waits_for_capacity(d.s)) return;
  if (d.asked_for(EffectKind::ReturnTraffic, "") || d.s.rollback->traffic_returned) return;
  d.emit(EffectRequested{"return traffic"}, {{EffectKind::ReturnTraffic, ""}});
}

void on_settled(Decider& d, const Intent& intent, const EffectReturned& in) {
  if (in.outcome != Outcome::Done) {
    d.emit(finished(in), {again(intent)});
    return;
  }
  d.emit(finished(in));
  if (d.s.settled) return;  // put right once more
  TrafficSettled settled;
  if (d.now.runbook < d.s.completed_at + d.plan.schedule.standby) settled.standby = true;
  std::vector<Wanted> wanted{d.keep_windows()};
  d.emit(std::move(settled), std::move(wanted));
}

void pass_retire_step(Decider& d, const std::string& component, const EffectReturned& in) {
  for (const Step& step : d.plan.rollback)
    if (const auto* retire = std::get_if<RetireAction>(&step.action))
      if (retire->component.str() == component) d.emit(StepPassed{step.id, in.summary, {}});
}

void on_retired(Decider& d, const Intent& intent, const EffectReturned& in) {
  const bool is_old = intent.kind == EffectKind::RetireOld;
  if (in.outcome == Outcome::Done) {
    d.emit(finished(in));
    d.emit(VersionRetired{base::ComponentName(intent.subject), is_old});
    if (is_old || d.s.stage != Stage::RollingBack) return;
    pass_retire_step(d, intent.subject, in);
    auto rest = d.rest_to_restore(base::ComponentName(intent.subject));
    if (!rest.empty()) d.emit(EffectRequested{kRestOfOld}, std::move(rest));
    return;
  }
  if (intent.attempt < kAttemptsMax) {
    d.emit(finished(in), {again(intent)});
    return;
  }
  // Instances without traffic are recorded and passed over. Whether they are without is read back
  // once more: a version that still has routes is not stopped.
  std::vector<Wanted> wanted;
  if (d.s.stage == Stage::RollingBack && !d.asked_for(EffectKind::ReturnTraffic, ""))
    wanted.push_back({EffectKind::ReturnTraffic, ""});
  d.emit(EffectAbandoned{in.key, in.summary, in.text}, std::move(wanted));
  auto rest = d.rest_to_restore(base::ComponentName(intent.subject));
  if (!is_old && !rest.empty()) d.emit(EffectRequested{kRestOfOld}, std::move(rest));
}

struct SignedHead {
  std::uint64_t size = 0;
  base::Digest root;
  base::Digest note;
};

SignedHead signed_head(const EffectReturned& in) {
  SignedHead head;
  head.size = in.data.value("tree_size", std::uint64_t{0});
  if (auto root = base::Digest::parse(in.data.value("root", ""))) head.root = *root;
  if (in.evidence) head.note = *in.evidence;
  return head;
}

void end_release(Decider& d, const SignedHead& head) {
  switch (d.s.stage) {
    case Stage::Concluding:
      d.emit(ReleaseLogged{head.size, head.root, head.note});
      return;
    case Stage::RollingBack:
      d.emit(RollbackLogged{head.size, head.root, head.note});
      return;
    case Stage::Cancelling: {
      const std::string detail = d.s.cancel_detail;
      d.emit(CheckpointSigned{std::string(kEndCheckpoint), head.size, head.root, head.note});
      if (d.s.cancel_is_failure)
        d.emit(ReleaseFailed{detail});
      else
        d.emit(ReleaseCancelled{detail});
      return;
    }
    default:
      return;  // only these three close
  }
}

/// The last checkpoint must cover every entry before the terminal one: signed again if the stream
/// moved on meanwhile.
bool covers_everything(const Decider& d, const EffectReturned& in) {
  return in.data.value("stream_version", std::uint64_t{0}) == d.s.version;
}

void on_checkpoint_signed(Decider& d, const Intent& intent, const EffectReturned& in) {
  const bool is_end = intent.subject == kEndCheckpoint;
  const bool done = in.outcome == Outcome::Done;
  if (!done && !is_end && intent.attempt >= kAttemptsMax) {
    d.emit(EffectAbandoned{in.key, in.summary, in.text});
    return;
  }
  if (!done) {
    d.emit(finished(in), {again(intent)});
    return;
  }
  if (!is_end) {
    const SignedHead head = signed_head(in);
    d.emit(finished(in));
    d.emit(CheckpointSigned{intent.subject, head.size, head.root, head.note});
    return;
  }
  if (!covers_everything(d, in)) {
    d.emit(finished(in), {{intent.kind, intent.subject}});
    return;
  }
  end_release(d, signed_head(in));
}

}  // namespace

void on_input(Decider& d, const EffectReturned& in) {
  if (in.emergency_line) d.emit(JournalGap{*in.emergency_line, 1});
  const auto found = d.s.open.find(in.key);
  if (found == d.s.open.end()) return d.ignore("the effect was answered or abandoned before");
  const Intent intent = found->second;
  switch (intent.kind) {
    case EffectKind::RunStep:
    case EffectKind::WriteSummary:
    case EffectKind::CompareKpis:
      return on_step_returned(d, intent, in);
    case EffectKind::CheckIntegrity:
      return on_integrity_returned(d, intent, in);
    case EffectKind::DeployVersion:
      return on_deploy_returned(d, intent, in);
    case EffectKind::MoveTraffic:
      return on_traffic_moved(d, intent, in);
    case EffectKind::ReturnTraffic:
      return on_traffic_returned(d, intent, in);
    case EffectKind::RestoreCapacity:
      return on_capacity_restored(d, intent, in);
    case EffectKind::SettleTraffic:
      return on_settled(d, intent, in);
    case EffectKind::RetireNew:
    case EffectKind::RetireOld:
      return on_retired(d, intent, in);
    case EffectKind::SignCheckpoint:
      return on_checkpoint_signed(d, intent, in);
    case EffectKind::KeepWindows:
      return on_windows_kept(d, intent, in);
    case EffectKind::ArrangeCapacity:
      return on_capacity_arranged(d, intent, in);
    case EffectKind::BeginDowntime:
      return on_downtime_begun(d, intent, in);
    case EffectKind::EndDowntime:
      return on_downtime_ended(d, intent, in);
  }
}

void on_input(Decider& d, const ClockBound& in) {
  if (is_terminal(d.s.stage)) return d.ignore("the release has ended");
  d.emit(ClockAnchored{d.now.wall, in.runbook, in.speed});
}

void on_input(Decider& d, const WallClockStepped& in) {
  if (is_terminal(d.s.stage)) return d.ignore("the release has ended");
  d.emit(ClockStepped{in.by});
}

void on_input(Decider& d, const Ticked&) {
  if (const auto end = downtime_ends(d.plan, d.s); end && d.now.runbook >= *end)
    return d.begin_rollback(RollbackCause::DowntimeOver, "downtime");
  if (!asks_for_rollback(d.s)) return;
  if (d.now.runbook < d.s.paused->since + d.plan.guard.ask_deadline) return;
  d.begin_rollback(RollbackCause::AskExpired, d.s.paused->detail);
}

void on_input(Decider& d, const HoldProgressed& in) {
  // What was measured may come late: it says nothing about a wave that was begun anew since, and
  // that of the last wave's hold nothing about the watch.
  const bool counts = d.s.stage == (in.watching ? Stage::PostChecking : Stage::Holding);
  const bool is_of_now = in.wave == d.s.wave && in.run.value_or(d.s.wave_run) == d.s.wave_run;
  if (!counts || !is_of_now || d.s.hold_done) return d.ignore("no hold of this wave is running");
  d.emit(HoldSaved{in.wave, in.guarded, in.real, in.requests, in.guard_state});
  if (d.s.paused || !hold_complete(d.plan, d.s, in)) return;
  d.emit(HoldCompleted{in.wave, in.windows});
  if (d.s.stage != Stage::Holding) return;
  for (const Step& step : d.plan.steps)
    if (const auto* wave = std::get_if<WaveAction>(&step.action))
      if (wave->wave == in.wave)
        d.emit(
            StepPassed{step.id,
                       fmt::format("held {}, {} requests",
                                   base::to_string(base::whole_seconds(in.guarded)), in.requests),
                       in.windows});
}

namespace {

/// The guard lets go of the pause it has caused. What failed meanwhile waits for a person still.
void on_recovery(Decider& d) {
  const bool by_guard = d.s.paused && d.s.paused->cause == PauseCause::Guard;
  if (!by_guard || !d.plan.guard.resume_on_recovery) return;
  if (auto undone = d.left_undone())
    d.pause(PauseCause::StepFailed, std::move(*undone));
  else
    d.emit(ReleaseResumed{true, {}});
}

}  // namespace

void on_input(Decider& d, const VerdictReached& in) {
  if (is_terminal(d.s.stage)) return d.ignore("the release has ended");
  d.emit(VerdictChanged{in.verdict, in.evidence, in.received});
  if (!guard_armed(d.s)) return;
  const std::string detail(to_string(in.verdict.cause));
  const bool ask = d.plan.guard.rollback == RollbackMode::Ask;
  // Nothing comes that a pause could hold up, and no time in which somebody could be asked.
  const bool verified = d.s.stage == Stage::Concluding;
  if (base::mutated(base::Mutation::IgnoreRollback) && in.verdict.action == Action::Rollback)
    return;
  if (base::mutated(base::Mutation::PauseForgivesAll) && d.s.paused) return;
  switch (in.verdict.action) {
    case Action::Continue:
      return on_recovery(d);
    case Action::Pause:
      if (!d.s.paused && !verified) d.pause(PauseCause::Guard, detail);
      return;
    case Action::Rollback:
      if (!ask) return d.begin_rollback(RollbackCause::Guard, detail);
      if ((!verified || d.s.settled) &&
          (!d.s.paused || d.s.paused->cause != PauseCause::AskRollback))
        d.pause(PauseCause::AskRollback, detail);
      return;
    case Action::StopAndRollback:
      return d.begin_rollback(RollbackCause::Guard, detail);
  }
}

void on_input(Decider& d, const StopRequested&) {
  const bool nobody_waits = !d.s.may_carry_traffic && !d.s.downtime;
  if (nobody_waits || d.s.stage == Stage::RollingBack || d.s.stage == Stage::Concluding ||
      d.s.stage == Stage::Cancelling)
    return d.ignore("nothing is to be rolled back");
  const bool at_whole = d.s.wave >= d.plan.waves.size() && d.s.stage != Stage::Moving;
  if (at_whole) return d.ignore("the new version serves everyone; the lease decides");
  d.begin_rollback(RollbackCause::Stopped, "signal");
}

namespace {

/// Effects that may or may not have happened and can be neither repeated nor read back: a person
/// decides.
void surrender_once_effects(Decider& d) {
  if (base::mutated(base::Mutation::RepeatAfterRestart)) return;
  std::vector<Intent> unknown;
  for (const auto& [key, intent] : d.s.open)
    if (intent.effect_class == EffectClass::Once) unknown.push_back(intent);
  for (const Intent& intent : unknown) {
    EffectReturned lost{
        intent.key, Outcome::Unknown, "stopped while it ran", {}, base::Json::object()};
    on_input(d, lost);
  }
}

}  // namespace

void on_input(Decider& d, const Restarted& in) {
  if (is_terminal(d.s.stage) || d.s.stage == Stage::Unborn)
    return d.ignore("the release is not under way");
  EngineRestarted restarted{in.lease_alive, in.routes_moved};
  if (!in.guard_lost.empty()) restarted.guard_lost = in.guard_lost;
  d.emit(std::move(restarted));
  surrender_once_effects(d);
  // The first wave's change may never have reached the router: then there was nothing the lease
  // could end.
  const bool never_moved = d.s.stage == Stage::Moving && d.s.wave == 1 && !in.routes_moved;
  if (!in.lease_alive && !never_moved) d.lose_lease();
}

void on_input(Decider& d, const LeaseLost& in) {
  if (!renews_lease(d.plan, d.s) || in.since != d.s.lease_since)
    return d.ignore("no lease is held, or it is a later one");
  d.lose_lease();
}

void on_input(Decider& d, const RouterBroughtUp&) {
  if (is_terminal(d.s.stage) || d.s.stage == Stage::Unborn)
    return d.ignore("the release is not under way");
  d.emit(RoutesReasserted{{}, true});
  if (renews_lease(d.plan, d.s)) d.lose_lease();
}

void on_input(Decider& d, const RoutesChanged& in) {
  if (!routes_rest(d.s)) return d.ignore("a change of traffic is under way, or none is guarded");
  if (d.s.rollback)
    d.emit(RoutesReasserted{in.found, {}}, {{EffectKind::ReturnTraffic, ""}});
  else if (d.s.settled)
    d.emit(RoutesReasserted{in.found, {}}, {{EffectKind::SettleTraffic, ""}});
  else if (d.s.wave == 0)
    d.emit(RoutesReasserted{in.found, {}}, {{EffectKind::BeginDowntime, ""}});
  else
    d.emit(RoutesReasserted{in.found, {}}, {{EffectKind::MoveTraffic, std::to_string(d.s.wave)}});
}

void on_input(Decider& d, const OldCapacityChanged& in) {
  const bool known =
      std::find(d.s.old_gone.begin(), d.s.old_gone.end(), in.component) != d.s.old_gone.end();
  if (known == in.gone || is_terminal(d.s.stage)) return d.ignore("nothing new");
  // A rollback that has begun needs the old version as much as one that begins now; but traffic
  // waits for each component once only.
  std::vector<Wanted> wanted;
  if (in.gone && d.s.stage == Stage::RollingBack) {
    const RollbackState& rollback = *d.s.rollback;
    const bool asked = rollback.traffic_returned || d.asked_for(EffectKind::ReturnTraffic, "");
    const bool wait =
        d.restores(in.component) || (!asked && rollback.restored.contains(in.component));
    if (!wait) wanted.push_back({EffectKind::RestoreCapacity, in.component.str()});
  }
  d.emit(CapacityChanged{in.component, in.gone}, std::move(wanted));
}

/// Lines of a release that has ended belong to its record too; its last checkpoint was signed
/// before they came, so one more is.
void on_input(Decider& d, const EmergencyFound& in) {
  std::vector<Wanted> wanted;
  if (is_terminal(d.s.stage)) wanted.push_back({EffectKind::SignCheckpoint, "journal gap"});
  d.emit(JournalGap{in.lines, in.count}, std::move(wanted));
  if (!in.traffic_returned) return;
  if (guard_armed(d.s)) return d.begin_rollback(RollbackCause::Guard, "journal-gap");
  // It was called off, and its downtime is over: the lines say by whom and why.
  const bool waits = d.s.stage == Stage::Deploying || d.s.stage == Stage::Deployed;
  if (waits && (d.s.downtime || d.has_open(EffectKind::BeginDowntime)))
    d.begin_cancel(in.failed.value_or(false), "journal-gap");
}

namespace {

/// Nothing happens to a release that nobody has asked for.
void on_unborn(Decider& d) {
  constexpr const char* kWhy = "the release has not begun";
  if (d.by.empty()) return d.ignore(kWhy);
  d.refuse(base::error(base::Code::Conflict, "ENG-0012", "nothing is possible yet").because(kWhy));
}

}  // namespace

Decision decide(const Plan& plan, const State& state, const Input& input) {
  Decider d(plan, state, input);
  if (state.stage == Stage::Unborn && !std::holds_alternative<RunRequested>(input.body))
    on_unborn(d);
  else
    std::visit([&](const auto& body) { on_input(d, body); }, input.body);
  if (!d.decision.refusal) d.advance();
  Decision decision = std::move(d).finish();
  if (!decision.entries.empty()) {
    NewEvent& first = decision.entries.front();
    first.input = encode_input(input, first.event);
  }
  return decision;
}

}  // namespace stellwerk::core
