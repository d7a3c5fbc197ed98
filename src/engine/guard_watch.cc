#include "engine/guard_watch.h"

#include <algorithm>
#include <utility>

#include "base/mutation.h"
#include "kpi/judge.h"

namespace stellwerk::engine {
namespace {

constexpr base::Duration kMinute = base::minutes(1);
/// Of rounds in which nothing new is judged, only time: windows are of whole seconds of the
/// runbook's time, at whatever speed it passes.
constexpr base::Duration kQuietRound = base::milliseconds(500);
/// Between two rounds further apart the process stood still: that time was not guarded.
constexpr base::Duration kRoundGapMax = base::seconds(1) + kQuietRound;

std::vector<base::ServiceName> waived_services(const core::Plan& plan) {
  for (const core::Step& step : plan.steps)
    if (const auto* health = std::get_if<core::HealthAction>(&step.action)) return health->waived;
  return {};
}

using Saved = std::optional<base::Json>;
using Lost = std::optional<base::Error>;

/// A part of what save() wrote. Nothing: there is none to restore; `lost` says so when there should
/// be.
const base::Json* part_of(const Saved& saved, const char* part, Lost& lost) {
  if (!saved) return nullptr;
  const auto found = saved->is_object() ? saved->find(part) : saved->end();
  if (found != saved->end()) return &*found;
  lost = base::error(base::Code::Corruption, "KPI-0001", "saved guard cannot be read")
             .because(std::string(part) + " is missing");
  return nullptr;
}

kpi::Guard make_guard(const core::Plan& plan, const Saved& saved, base::MonoTime now, Lost& lost) {
  const auto components = guarded_components(plan);
  if (const base::Json* part = part_of(saved, "guard", lost)) {
    auto restored = kpi::Guard::restore(plan.guard, components, *part, now);
    if (restored) return std::move(*restored);
    lost = std::move(restored.error());
  }
  return {plan.guard, components, waived_services(plan)};
}

kpi::ComparisonRecorder make_recorder(const core::Plan& plan, const Saved& saved, Lost& lost) {
  const auto components = guarded_components(plan);
  if (const base::Json* part = part_of(saved, "comparison", lost)) {
    auto restored = kpi::ComparisonRecorder::restore(components, *part);
    if (restored) return std::move(*restored);
    lost = std::move(restored.error());
  }
  return kpi::ComparisonRecorder(components);
}

/// An older program saved none; counts are for people, so that what cannot be read begins anew.
kpi::LogBook make_log_book(const core::Plan& plan, const Saved& saved) {
  const auto components = guarded_components(plan);
  if (saved && saved->is_object())
    if (const auto part = saved->find("logs"); part != saved->end())
      if (auto restored = kpi::LogBook::restore(components, *part)) return std::move(*restored);
  return kpi::LogBook(components);
}

bool holds(core::Stage stage) {
  return stage == core::Stage::Holding || stage == core::Stage::PostChecking;
}

bool same_label(const core::Verdict& a, const core::Verdict& b) {
  return a.action == b.action && a.cause == b.cause;
}

}  // namespace

std::vector<kpi::GuardedComponent> guarded_components(const core::Plan& plan) {
  std::vector<kpi::GuardedComponent> guarded;
  for (const core::PlannedComponent& component : plan.components) {
    kpi::GuardedComponent each{component.name, component.from, component.to, {}};
    for (const core::GaugeSpec& gauge : component.gauges)
      if (gauge.name == "consumer_lag") each.limited_gauges.push_back(gauge.name);
    guarded.push_back(std::move(each));
  }
  return guarded;
}

GuardWatch::GuardWatch(const core::Plan& plan, const core::State& state,
                       const std::optional<base::Json>& saved, base::MonoTime now)
    : guard_(make_guard(plan, saved, now, lost_)),
      recorder_(make_recorder(plan, saved, lost_)),
      logs_(make_log_book(plan, saved)),
      stage_(state.stage),
      guarded_(state.guarded),
      real_(state.guarded_real),
      requests_(state.hold_requests),
      requests_before_(state.hold_requests),
      saved_at_(now) {
  // Whatever was lost of it, both begin anew: a guard that half remembers is none.
  const bool anew = !saved || lost_;
  if (saved && lost_) {
    guard_ = {plan.guard, guarded_components(plan), waived_services(plan)};
    recorder_ = kpi::ComparisonRecorder(guarded_components(plan));
  }
  if (anew && holds(stage_)) guard_.begin_wave(now);
  if (anew && core::guard_armed(state)) guard_.rearm(now);
  if (state.integrity_failed) guard_.observe_integrity(false, now);
  requests_base_ = guard_.progress(now).requests;
  if (anew && core::guard_armed(state)) recorder_.begin_rollout(now);
  if (anew && stage_ == core::Stage::PostChecking) recorder_.begin_post_check(now);
  if (core::guard_armed(state)) begin_log();
}

void GuardWatch::begin_log() {
  log_.emplace(guard_);
  log_->observe(logs_.latest());
}

void GuardWatch::observe(const kpi::MetricBatch& batch) {
  guard_.observe(batch);
  recorder_.observe(batch);
  board_.observe(batch);
  logs_.observe(batch);
  // That the source lives is for the deadlines, which only time brings about.
  news_ = news_ || !batch.groups.empty() || !batch.in_flight.empty() || !batch.gauges.empty() ||
          batch.lost_lines > 0;
  if (!received_) received_ = batch.received_at;
  if (!log_) return;
  log_->observe(batch);
  log_->observe(batch.logs);
}

HealthAnswer answer_of(const ports::HealthResult& result) {
  HealthAnswer answer;
  kpi::HealthObservation& seen = answer.seen;
  seen.service = result.target.service;
  seen.target = result.target.name;
  seen.is_component = result.target.version.has_value();
  seen.is_new_version = result.target.is_new_version;
  seen.good = result.good;
  seen.at = result.at;
  answer.view = {seen.service.str(),
                 seen.is_component ? result.target.version->to_string() : std::string(),
                 seen.is_new_version, seen.good, result.detail};
  return answer;
}

void GuardWatch::observe(const HealthAnswer& answer) {
  const std::string& target = answer.seen.target;
  if (const auto known = health_.find(target); known != health_.end()) {
    known->second = answer.view;
  } else if (expected_.contains(target)) {
    health_.emplace(target, answer.view);
  } else {
    return;
  }
  news_ = true;
  guard_.observe(answer.seen);
  if (log_) log_->observe(answer.seen);
}

void GuardWatch::expect_health(const std::vector<std::string>& targets, base::MonoTime now) {
  std::set<std::string> expected(targets.begin(), targets.end());
  if (expected == expected_) return;
  expected_ = std::move(expected);
  news_ = true;
  guard_.expect_health(targets, now);
  std::erase_if(health_, [&](const auto& each) { return !expected_.contains(each.first); });
  if (log_) log_->expect_health(targets, now);
}

void GuardWatch::integrity_failed(base::MonoTime now) {
  news_ = true;
  guard_.observe_integrity(false, now);
  if (log_) log_->observe_integrity(false, now);
}

void GuardWatch::follow(const core::State& state, base::MonoTime now) {
  news_ = true;
  const core::Stage before = stage_;
  stage_ = state.stage;
  if (before == stage_) return;
  completing_ = false;
  if (stage_ == core::Stage::Moving) {
    if (state.wave == 1 && !state.rollout_completed) recorder_.begin_rollout(now);
    guarded_ = real_ = {};
    requests_ = requests_before_ = 0;
    begin_log();
  }
  const bool read_back = before == core::Stage::Moving && holds(stage_);
  if (read_back) {
    guard_.begin_wave(now);
    counted_from_ = now;
    requests_base_ = 0;
    if (log_) log_->begin_wave(now);
    reported_ = false;
  }
  if (stage_ == core::Stage::PostChecking) {
    recorder_.begin_post_check(now);
    requests_base_ = guard_.progress(now).requests;
    counted_from_ = now;
    guarded_ = real_ = {};
    requests_ = 0;
    requests_before_ = 0;
    saved_at_ = now;
  }
}

bool GuardWatch::lease_good(base::MonoTime now) const { return guard_.lease_good(now); }

void GuardWatch::count_hold(const kpi::HoldProgress& progress, base::MonoTime now,
                            std::int64_t speed) {
  // What lies between a good round and a bad one is not known to have been good.
  const bool was_good = good_;
  good_ = verdict_.action == core::Action::Continue && progress.guarded;
  if (!was_good || !good_ || !holds(stage_) || !last_round_ || now - *last_round_ > kRoundGapMax)
    return;
  const base::Duration passed = now - std::max(*last_round_, counted_from_);
  if (base::mutated(base::Mutation::HurryHold)) speed *= 3;
  real_ = real_ + passed;
  guarded_ = guarded_ + passed * speed;
}

base::MonoTime GuardWatch::due_at(base::MonoTime now) const {
  return news_ || !last_round_ ? now : *last_round_ + kQuietRound / speed_;
}

bool GuardWatch::minute_is_due(base::MonoTime now) const { return now - saved_at_ >= kMinute; }

GuardRound GuardWatch::round(const core::Plan& plan, const core::State& state, base::MonoTime now,
                             std::int64_t speed) {
  GuardRound result;
  if (!core::guard_armed(state)) {
    received_.reset();
    last_round_.reset();
    good_ = false;
    return result;
  }
  speed_ = speed;
  if (now < due_at(now)) return result;
  news_ = false;
  const auto received = std::exchange(received_, std::nullopt);
  // After it stood still, as in a suspended machine, nothing was heard because nobody listened.
  if (last_round_ && now - *last_round_ >= plan.guard.no_data_pause) {
    guard_.rearm(now);
    if (log_) log_->rearm(now);
  }
  const kpi::GuardEvidence evidence = guard_.evidence(now);
  core::Verdict verdict = kpi::judge(plan.guard, evidence);
  const bool changed = !reported_ || !same_label(verdict, verdict_);
  verdict_ = std::move(verdict);

  const kpi::HoldProgress progress = guard_.progress(now, evidence, verdict_);
  count_hold(progress, now, speed);
  last_round_ = now;
  requests_ = requests_before_ + progress.requests - requests_base_;

  const bool minute = minute_is_due(now);
  if (changed || minute) {
    if (log_) log_->mark(now);
    result.verdict = core::VerdictReached{verdict_, kpi::to_json(evidence), received};
    reported_ = true;
  }
  if (!holds(state.stage) || state.hold_done) {
    if (minute) saved_at_ = now;
    return result;
  }
  const bool watching = state.stage == core::Stage::PostChecking;
  core::HoldProgressed hold{state.wave, guarded_, real_,    requests_,
                            {},         {},       watching, state.wave_run};
  const bool complete = !state.paused && verdict_.action == core::Action::Continue &&
                        core::hold_complete(plan, state, hold) && progress.may_end;
  const bool at_gate = complete && !completing_;
  completing_ = complete;
  news_ = news_ || complete;  // a hold that may end is looked at in every turn until it has
  if (at_gate && log_ && !changed && !minute) {
    log_->mark(now);
    result.verdict = core::VerdictReached{verdict_, kpi::to_json(evidence), received};
  }
  if (complete || minute) {
    result.hold = hold;
    result.hold_complete = complete;
    saved_at_ = now;
  }
  return result;
}

std::string GuardWatch::windows() const { return log_ ? log_->text() : std::string(); }

std::string GuardWatch::windows_until(base::MonoTime now) {
  if (log_) log_->mark(now);
  return windows();
}

base::Json GuardWatch::save() const {
  return {{"guard", guard_.save()}, {"comparison", recorder_.save()}, {"logs", logs_.save()}};
}

}  // namespace stellwerk::engine
