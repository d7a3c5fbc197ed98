#include "transcripts/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/names.h"
#include "engine/guard_watch.h"
#include "kpi/judge.h"
#include "transcripts/command.h"
#include "transcripts/telling.h"

namespace stellwerk::transcripts {
namespace {

using core::EffectKind;
using core::Stage;
using core::State;

constexpr base::Duration kStep = base::seconds(5);
constexpr int kTurnsMax = 100'000;
constexpr std::uint64_t kRequestsPerSecond = 10;

bool same_label(const core::Verdict& a, const core::Verdict& b) {
  return a.action == b.action && a.cause == b.cause;
}

/// What is recorded with a verdict must give it again.
void check_evidence(const core::GuardPolicy& policy, const core::Verdict& verdict,
                    const base::Json& evidence) {
  const auto read = must(kpi::evidence_from_json(evidence));
  if (!(kpi::judge(policy, read) == verdict))
    throw BadCommand("the recorded evidence does not give the recorded verdict");
}

std::vector<base::ServiceName> waived_services(const core::Plan& plan) {
  for (const core::Step& step : plan.steps)
    if (const auto* health = std::get_if<core::HealthAction>(&step.action)) return health->waived;
  return {};
}

}  // namespace

void Scene::begin(core::Plan plan) {
  story_ = core::testing::Story();
  // The example begins a day before its T+0.
  story_.now.wall = story_.now.wall - base::hours(24);
  story_.now.runbook = story_.now.runbook - base::hours(24);
  begun_ = story_.now.runbook;
  names_ = {};
  seen_.clear();
  lag_ = kUsualLag;
  guarded_ = real_ = {};
  names_.name(core::digest_of(plan), "plan");
  names_.name(plan.release_file, "release file");
  names_.name(base::sha256("evidence"), "evidence");
  names_.name(base::sha256("root"), "root");
  guard_.emplace(plan.guard, engine::guarded_components(plan), waived_services(plan));
  reported_.reset();
  story_.plan = std::move(plan);
  shown_.clear();
}

core::Decision Scene::send(core::InputBody body, const base::PersonId& by) {
  const State before = state();
  core::Decision decision = story_.send(std::move(body), by);
  for (const core::NewEvent& entry : decision.entries)
    for (const core::Intent& intent : entry.intents) {
      names_.name(intent);
      seen_.push_back(intent);
    }
  for (std::string& line : told({before, decision, now(), begun_}, names_))
    told_.push_back(std::move(line));
  follow(before);
  return decision;
}

void Scene::say(const std::string& line) { told_.push_back(names_.in(line)); }

std::vector<std::string> Scene::take_told() {
  std::vector<std::string> lines = std::exchange(told_, {});
  if (!has_begun()) return lines;
  std::vector<std::string> rows = state_lines(plan(), state(), now());
  if (rows == shown_) {
    if (lines.empty()) lines.emplace_back("= nothing changed");
    return lines;
  }
  lines.insert(lines.end(), rows.begin(), rows.end());
  shown_ = std::move(rows);
  return lines;
}

// --- the guard -----------------------------------------------------------------------------------

bool Scene::holding() const {
  return state().stage == Stage::Holding || state().stage == Stage::PostChecking;
}

bool Scene::serves() const {
  return core::guard_armed(state()) && !state().lease_expired && state().lease_since != 0;
}

/// What the engine's watch does when the state changed: windows and accounts begin anew.
void Scene::follow(const State& before) {
  if (before.stage == state().stage) return;
  if (before.stage == Stage::Moving && holding()) {
    guard_->begin_wave(now().mono);
    reported_.reset();
    guarded_ = real_ = {};
    requests_before_ = 0;
  }
  if (state().stage == Stage::PostChecking) {
    guarded_ = real_ = {};
    requests_before_ = guard_->progress(now().mono).requests;
  }
}

/// One round: what changed of the label is told.
void Scene::judge() {
  if (!core::guard_armed(state())) return;
  const kpi::GuardEvidence evidence = guard_->evidence(now().mono);
  const core::Verdict verdict = kpi::judge(plan().guard, evidence);
  if (reported_ && same_label(*reported_, verdict)) return;
  reported_ = verdict;
  const base::Json recorded = kpi::to_json(evidence);
  check_evidence(plan().guard, verdict, recorded);
  send(core::VerdictReached{verdict, recorded, {}});
}

void Scene::observe(kpi::MetricBatch batch) {
  guard_->observe(batch);
  judge();
}

void Scene::observe(const kpi::HealthObservation& seen) {
  guard_->observe(seen);
  judge();
}

void Scene::integrity_failed() {
  guard_->observe_integrity(false, now().mono);
  judge();
}

void Scene::set_lag(std::int64_t lag) {
  lag_ = lag;
  measure({}, Flow::Idle);
  judge();
}

void Scene::restart(core::Restarted how) {
  const auto components = engine::guarded_components(plan());
  if (how.guard_lost.empty()) {
    guard_ = must(kpi::Guard::restore(plan().guard, components, guard_->save(), now().mono));
  } else {
    guard_.emplace(plan().guard, components, waived_services(plan()));
    if (holding()) guard_->begin_wave(now().mono);
  }
  if (state().integrity_failed) guard_->observe_integrity(false, now().mono);
  reported_.reset();
  send(std::move(how));
}

// --- time ----------------------------------------------------------------------------------------

void Scene::move_clock(base::Duration span) {
  base::Now& at = story_.now;
  at.wall = at.wall + span;
  at.mono = at.mono + span;
  at.runbook = at.runbook + span * state().anchor.speed;
}

void Scene::stand_still(base::Duration span) { move_clock(span); }

/// What came in while this time passed. The source also reads the gauges.
void Scene::measure(base::Duration span, Flow flow) {
  if (flow == Flow::Silent || !core::guard_armed(state())) return;
  kpi::MetricBatch batch;
  batch.alive_at = now().mono;
  for (const core::PlannedComponent& component : plan().components) {
    batch.gauges.push_back({component.name, component.to, "consumer_lag", lag_, {}, now().mono});
    if (flow != Flow::Good || !serves()) continue;
    kpi::RequestGroup group;
    group.component = component.name;
    group.version = component.to;
    group.tenant = base::TenantId("pilot-1");
    group.second = now().mono;
    group.requests = kRequestsPerSecond * static_cast<std::uint64_t>(span.us / 1'000'000);
    batch.groups.push_back(group);
  }
  guard_->observe(batch);
}

void Scene::tick_if_due() {
  const auto due = core::next_due(plan(), state());
  if (due && now().runbook >= *due) send(core::Ticked{});
}

void Scene::count_hold(base::Duration span) {
  if (!holding() || state().hold_done) return;
  const kpi::HoldProgress progress = guard_->progress(now().mono);
  const bool good = reported_ && reported_->action == core::Action::Continue && progress.guarded;
  if (!good) return;
  real_ = real_ + span;
  guarded_ = guarded_ + span * state().anchor.speed;
  const core::HoldProgressed hold{state().wave,
                                  guarded_,
                                  real_,
                                  progress.requests - requests_before_,
                                  {},
                                  {},
                                  state().stage == Stage::PostChecking,
                                  state().wave_run};
  if (state().paused || !progress.may_end || !core::hold_complete(plan(), state(), hold)) return;
  send(hold);
}

void Scene::step(base::Duration span, Flow flow) {
  move_clock(span);
  measure(span, flow);
  tick_if_due();
  judge();
  count_hold(span);
}

void Scene::pass(base::Duration span, Flow flow) {
  judge();
  for (base::Duration left = span; left > base::Duration{};) {
    const bool fine = core::guard_armed(state());
    base::Duration next = fine ? std::min(left, kStep) : left;
    if (const auto due = core::next_due(plan(), state()); due && *due > now().runbook)
      next = std::min(next, (*due - now().runbook) / state().anchor.speed);
    next = std::max(next, base::microseconds(1));
    step(next, flow);
    left = left - next;
  }
}

void Scene::hold() {
  const Stage stage = state().stage;
  const std::uint32_t wave = state().wave;
  if (!holding() || state().hold_done) throw BadCommand("hold: no hold is running");
  if (state().paused) throw BadCommand("hold: the release is paused");
  const auto running = [&] {
    return state().stage == stage && state().wave == wave && !state().hold_done && !state().paused;
  };
  judge();
  for (int i = 0; running(); ++i) {
    if (i == kTurnsMax) throw BadCommand("hold: it does not end");
    step(kStep, Flow::Good);
  }
}

// --- answers and people --------------------------------------------------------------------------

const core::Intent* Scene::open(EffectKind kind, const std::optional<std::string>& subject) const {
  for (const auto& [key, intent] : state().open)
    if (intent.kind == kind && (!subject || intent.subject == *subject)) return &intent;
  return nullptr;
}

const core::Intent* Scene::closed(EffectKind kind) const {
  for (auto intent = seen_.rbegin(); intent != seen_.rend(); ++intent)
    if (intent->kind == kind && !state().open.contains(intent->key)) return &*intent;
  return nullptr;
}

void Scene::answer(const core::Intent& intent, core::Outcome outcome, base::Json more) {
  core::EffectReturned returned = story_.answer_of(intent, outcome);
  returned.data.update(more);
  send(std::move(returned));
  judge();
}

void Scene::answer_all() {
  for (int i = 0; !state().open.empty(); ++i) {
    if (i == kTurnsMax) throw BadCommand("answer: effects follow each other without end");
    answer(core::Intent(state().open.begin()->second), core::Outcome::Done);
  }
}

bool Scene::once() {
  if (is_terminal(state().stage)) return false;
  if (!has_begun()) {
    send(core::RunRequested{core::digest_of(plan()), 1}, base::PersonId("release-manager-123"));
    return true;
  }
  if (!state().open.empty()) {
    answer(core::Intent(state().open.begin()->second), core::Outcome::Done);
    return true;
  }
  if (state().paused) return false;
  const auto waiting = core::waiting_for_people(plan(), state());
  if (!waiting.empty()) {
    const core::Step& step = *plan().find_step(waiting.front());
    if (const auto* approval = std::get_if<core::ApprovalAction>(&step.action))
      send(core::Approved{state().plan, approval->signature_required},
           story_.plan.somebody_with({approval->role}));
    else
      send(core::Attested{step.id, {}}, story_.plan.somebody_with(step.roles));
    return true;
  }
  if (holding() && !state().hold_done) return hold(), true;
  const auto due = core::next_due(plan(), state());
  if (!due || *due <= now().runbook) return false;
  pass((*due - now().runbook) / state().anchor.speed, Flow::Good);
  return true;
}

void Scene::reach(Stage stage, std::uint32_t wave) {
  const std::size_t told_before = told_.size();
  const auto there = [&] { return state().stage == stage && (wave == 0 || state().wave == wave); };
  for (int i = 0; !there(); ++i) {
    if (i == kTurnsMax || !once())
      throw BadCommand(fmt::format("reach: {} is not reached from {}{}", to_string(stage),
                                   to_string(state().stage), state().paused ? ", paused" : ""));
  }
  told_.resize(told_before);
}

std::vector<std::string> Scene::sequence() const {
  static const std::vector<std::string> kNames{"scheduler.release.", "notification.",
                                               "analytics.release.", "audit.release.",
                                               "audit.precheck.",    "audit.rollback."};
  std::vector<std::string> lines;
  for (const auto& told : story_.told()) {
    const std::string type = core::type_of(told.entry.event);
    const bool runbooks = std::any_of(kNames.begin(), kNames.end(),
                                      [&](const auto& name) { return type.starts_with(name); });
    if (runbooks)
      lines.push_back(fmt::format("{:<9}{}", time_text(state(), told.at, begun_), type));
  }
  return lines;
}

}  // namespace stellwerk::transcripts
