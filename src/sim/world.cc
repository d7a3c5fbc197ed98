#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stellwerk::sim {
namespace {

constexpr base::Duration kMostOfAllTime = base::minutes(90);
/// After the last misfortune, and with people who hurry, every release ends in this time.
constexpr base::Duration kEndsAfterCalm = base::hours(24);
constexpr base::Duration kIdle = base::seconds(10);
constexpr std::uint64_t kStepsMax = 60'000;
constexpr int kTurnsMax = 5'000;

std::set<base::TenantId> known_tenants(const std::vector<core::Plan>& plans) {
  std::set<base::TenantId> known;
  for (const core::Plan& plan : plans)
    for (const core::Tenant& tenant : plan.tenants) known.insert(tenant.id);
  return known;
}

}  // namespace

struct World::Process {
  explicit Process(World& world)
      : lanes(world.clock_, world.interference_, world.scenario_.seed + world.starts_),
        engine(ports(world), {.guard_interval = world.scenario_.swarm.guard_interval,
                              .integrity_interval = base::seconds(30),
                              .idle_interval = kIdle}) {}

  engine::EnginePorts ports(World& world) {
    SimStore& store = world.store_;
    SimOutside& outside = world.outside_;
    return {world.clock_,
            lanes,
            store.writer,
            store.content,
            store.emergency,
            store.reserve,
            store.signer,
            store.log,
            store.entropy,
            *outside.workload,
            *outside.router,
            outside.probe,
            *outside.steps,
            {&outside.metrics},
            {outside.bus.get()},
            {outside.notifier.get()},
            [&world]() -> base::Result<std::unique_ptr<ports::JournalStore>> {
              return std::make_unique<SimJournal>(world.store_.journal, world.interference_);
            }};
  }

  SimLanes lanes;
  engine::Engine engine;
};

World::World(const Scenario& scenario)
    : scenario_(scenario),
      dice_(Random(scenario.seed).fork(5)),
      trace_(clock_),
      interference_(scenario.swarm, scenario.seed, clock_, trace_),
      store_(interference_, scenario.seed),
      outside_(clock_, known_tenants(scenario.plans)),
      invariants_(clock_, store_, outside_.balancer, outside_.instances, trace_),
      load_(scenario.traffic, scenario.seed, clock_, outside_, interference_),
      chronicle_(clock_, scenario.timeline),
      looked_at_(clock_.mono()),
      people_(scenario.swarm, scenario.seed, clock_, interference_),
      misfortunes_(scenario.seed, clock_, interference_, load_,
                   {[this] { kill(); }, [this](base::Duration span) { freeze(span); },
                    [this] { tamper(); }, [this] { answer_twice(); }}),
      began_at_(clock_.mono()),
      restart_at_(clock_.mono()) {
  if (scenario.trace) trace_.listen();
  outside_.guard({interference_, invariants_});
  listen();
  store_.writer.on_append = [this](const auto& batches, bool failed) {
    for (const ports::AppendRequest& batch : batches) invariants_.appended(batch.stream, failed);
  };
  base::MonoTime at = clock_.mono();
  for (const core::Plan& plan : scenario.plans) {
    invariants_.watch(plan, scenario.swarm.speed_rollout);
    load_.watch(plan);
    misfortunes_.watch(plan);
    breaches_.emplace(plan.release, Breaches(plan.guard.health_span));
    begin_at_[plan.release] = at;
    at = at + dice_.between({}, base::minutes(1));
  }
}

World::~World() { kill(); }

void World::listen() {
  interference_.on_fault = [this](Fault fault, bool over) { chronicle_.fault(fault, over); };
  invariants_.on_entry = [this](const Ledger& after, const engine::ReadEntry& entry) {
    const Breaches& breaches = breaches_.at(after.plan->release);
    chronicle_.entry(after, entry, breaches.lately(clock_.mono(), after.plan->guard.window));
  };
}

// ---- the process

void World::start() {
  ++starts_;
  trace_.say([&] { return fmt::format("start {}", starts_); });
  chronicle_.started();
  try {
    process_ = std::make_unique<Process>(*this);
    invariants_.process(&process_->engine, &process_->lanes);
    process_->engine.on_report = [this](const base::Error& error) {
      trace_.say([&] { return "report: " + error.one_line(); });
      if (error.id == "ENG-0026") invariants_.goes_ahead(error.one_line());
    };
    if (const auto recovered = process_->engine.recover(); !recovered) {
      trace_.say([&] { return "cannot start: " + recovered.error().one_line(); });
      kill();
      return;
    }
    for (const core::Plan& plan : scenario_.plans)
      if (process_->engine.find(plan.release) != nullptr)
        process_->engine.set_rollout_speed(plan.release, scenario_.swarm.speed_rollout);
  } catch (const Killed&) {
    kill();
  }
  static_cast<void>(interference_.take_delay());
}

/// With everything that had not acted yet. Somebody starts another one: at once, or much later.
void World::kill() {
  if (!process_) return;
  process_.reset();
  invariants_.process(nullptr, nullptr);
  outside_.metrics.on_data({});
  static_cast<void>(outside_.metrics.watch({}));
  static_cast<void>(outside_.metrics.poll());
  outside_.probe.on_data({});
  outside_.probe.watch({}, base::seconds(1));
  thaws_at_ = {};
  const bool soon = dice_.chance(base::percent(70)) || interference_.calm();
  restart_at_ = clock_.mono() + (soon ? dice_.between(base::milliseconds(100), base::seconds(5))
                                      : dice_.between(base::seconds(5), base::minutes(6)));
}

void World::freeze(base::Duration span) {
  if (process_) thaws_at_ = clock_.mono() + span;
}

void World::tamper() {
  auto state = outside_.balancer.current({});
  if (!state) return;
  for (const auto& [id, ledger] : invariants_.ledgers()) {
    if (!core::guard_armed(ledger.state)) continue;
    for (const core::PlannedComponent& component : ledger.plan->components) {
      auto& routes = state->table.components[component.name];
      if (routes.candidate && dice_.chance(base::percent(60)))
        routes.candidate->everyone = !routes.candidate->everyone;
      else
        routes.candidate.reset();
    }
    invariants_.foreign_change();
    return outside_.balancer.tamper(state->table);
  }
}

void World::answer_twice() {
  if (!process_ || frozen()) return;
  for (const auto& [id, ledger] : invariants_.ledgers()) {
    const engine::ReleaseRun* run = process_->engine.find(id);
    if (run == nullptr || !run->idle() || ledger.keys.empty()) continue;
    auto key = ledger.keys.begin();
    std::advance(key, static_cast<std::ptrdiff_t>(dice_.below(ledger.keys.size())));
    if (run->state().open.contains(*key)) continue;
    core::EffectReturned again;
    again.key = *key;
    again.outcome = dice_.chance(base::percent(50)) ? core::Outcome::Done : core::Outcome::Failed;
    again.summary = "once more";
    process_->engine.command(id, std::move(again), {}, {});
  }
}

void World::begin_releases() {
  for (const core::Plan& plan : scenario_.plans) {
    const base::ReleaseId& id = plan.release;
    if (clock_.mono() < begin_at_[id] || invariants_.ledgers().at(id).state.version > 0) continue;
    if (process_->engine.find(id) != nullptr) continue;
    const auto begun = process_->engine.begin(
        plan, plan.somebody_with({core::Role::ReleaseManager}), scenario_.swarm.speed_before, {});
    if (begun) {
      process_->engine.set_rollout_speed(id, scenario_.swarm.speed_rollout);
    } else {
      begin_at_[id] = clock_.mono() + base::seconds(10);
      trace_.say([&] { return "cannot begin: " + begun.error().one_line(); });
    }
  }
}

// ---- time

void World::turns() {
  for (int turn = 0;; ++turn) {
    wakes_at_ = process_->engine.step();
    if (!process_->lanes.run()) return;
    if (turn > kTurnsMax) return invariants_.fail("an-instant-ends", "turn after turn");
  }
}

void World::live() {
  try {
    begin_releases();
    people_.act(process_->engine);
    turns();
  } catch (const Killed&) {
    kill();
  }
}

void World::step() {
  ++steps_;
  interference_.run_due();
  misfortunes_.happen();
  watch_for_calm();
  if (!process_ && clock_.mono() >= restart_at_) start();
  load_.feed(process_ != nullptr);
  look_for_breaches(clock_.mono() - looked_at_);
  if (process_ && !frozen()) live();
  static_cast<void>(interference_.take_delay());
  invariants_.check(facts());
}

void World::look_for_breaches(base::Duration passed) {
  looked_at_ = clock_.mono();
  for (auto& [id, breaches] : breaches_)
    breaches.look(load_.exposure(id), clock_.mono(), passed,
                  invariants_.ledgers().at(id).state.wave);
}

Facts World::facts() {
  const Weather& weather = interference_.weather;
  Facts facts;
  facts.engine = process_ ? &process_->engine : nullptr;
  facts.frozen = frozen();
  facts.source_silent = weather.source_silent;
  facts.source_sound = !weather.source_silent && !weather.source_late && !weather.source_lies;
  facts.router_reachable = !weather.router_gone;
  facts.router_crashed_at = misfortunes_.router_crashed_at();
  for (const core::Plan& plan : scenario_.plans)
    facts.exposures[plan.release] = &load_.exposure(plan.release);
  return facts;
}

/// When the last misfortune is over everything heals, and people hurry.
void World::watch_for_calm() {
  const bool out_of_time = clock_.mono() - began_at_ > kMostOfAllTime;
  if (out_of_time) interference_.calm_down();
  if (!interference_.calm() || calm_since_) return;
  if (interference_.next_due() && !out_of_time) return;  // something still lasts
  calm_since_ = clock_.mono();
  misfortunes_.heal();
  people_.hurry(clock_.mono());
  trace_.say([] { return std::string("calm"); });
}

void World::advance() {
  base::MonoTime next = clock_.mono() + kIdle;
  const auto consider = [&](base::MonoTime at) { next = std::min(next, at); };
  if (!process_) {
    consider(restart_at_);
  } else if (frozen()) {
    consider(thaws_at_);
  } else {
    consider(wakes_at_);
    consider(people_.next());
    if (const auto at = process_->lanes.next()) consider(*at);
  }
  if (const auto at = misfortunes_.next(); at && !interference_.calm()) consider(*at);
  if (const auto at = interference_.next_due()) consider(*at);
  const base::Duration span = std::max(next - clock_.mono(), base::milliseconds(1));
  clock_.advance(span);
  if (misfortunes_.drift().value != 0)
    clock_.step_wall({span.us / 1000 * misfortunes_.drift().value / 1000});
}

bool World::over() const {
  if (invariants_.violation()) return true;
  if (!process_ || frozen() || !process_->engine.live().empty()) return false;
  for (const auto& [id, ledger] : invariants_.ledgers())
    if (!core::is_terminal(ledger.state.stage)) return false;
  return process_->engine.quiet() && !interference_.next_due() &&
         store_.emergency.stored.lines().empty();
}

// ---- what became of it

Ended World::ended(const Ledger& ledger) {
  Ended ended;
  ended.stage = ledger.state.stage;
  if (const auto& rollback = ledger.state.rollback)
    ended.rollback = fmt::format("{} {}", core::to_string(rollback->cause), rollback->detail);
  ended.story = chronicle_.of(ledger.plan->release);
  Breaches& breaches = breaches_.at(ledger.plan->release);
  breaches.end(clock_.mono(), ended.stage == core::Stage::Completed);
  ended.breaches = breaches.all();
  return ended;
}

Run World::result() {
  Run run;
  run.violation = invariants_.violation();
  for (const auto& [id, ledger] : invariants_.ledgers()) run.releases[id] = ended(ledger);
  if (const auto head = store_.journal.head()) {
    run.journal = head->root;
    run.entries = head->size;
  }
  run.steps = steps_;
  run.misfortunes = interference_.misfortunes();
  run.starts = starts_;
  run.served_by_new = load_.served_by_new();
  run.harmed = load_.harmed();
  run.took = clock_.mono() - began_at_;
  run.trace = trace_.lines();
  run.struck = chronicle_.struck();
  run.timeline = chronicle_.happenings();
  return run;
}

Run World::run() {
  while (true) {
    step();
    if (over()) break;
    if (steps_ > kStepsMax) {
      invariants_.fail("every-release-ends", fmt::format("after {} steps", steps_));
      break;
    }
    if (calm_since_ && clock_.mono() - *calm_since_ > kEndsAfterCalm) {
      invariants_.fail("every-release-ends", "a day after the last misfortune");
      break;
    }
    advance();
  }
  if (!invariants_.violation()) invariants_.at_end(process_->engine);
  return result();
}

}  // namespace stellwerk::sim
