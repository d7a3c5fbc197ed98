#include "engine/world.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "kpi/sketch.h"

namespace stellwerk::engine::testing {
namespace {

std::set<base::TenantId> tenants_of(const core::Plan& plan) {
  std::set<base::TenantId> ids;
  for (const core::Tenant& tenant : plan.tenants) ids.insert(tenant.id);
  return ids;
}

kpi::RequestGroup group_of(const core::PlannedComponent& component, bool is_new,
                           base::MonoTime now) {
  kpi::RequestGroup group;
  group.component = component.name;
  group.version = is_new ? component.to : component.from;
  group.tenant = base::TenantId("pilot-1");
  group.second = {now.us - now.us % 1'000'000};
  return group;
}

}  // namespace

World::World(core::Plan plan_in) : plan(std::move(plan_in)), router(clock, tenants_of(plan)) {
  plan.guard.hold_real_min = base::seconds(2);
  start();
}

World::~World() {
  kill();
  if (replays) expect_replay();
}

void World::expect_replay() {
  const auto streams = journal.streams(false);
  for (const ports::StreamInfo& stream : *streams) {
    if (stream.release.empty()) continue;
    const auto report = replay_release(journal, content, stream.release);
    ASSERT_TRUE(report) << report.error().one_line();
    EXPECT_TRUE(report->same()) << told(*report);
  }
}

std::string told(const ReplayReport& report) {
  std::string text = report.release.str() + "\n";
  for (const Difference& each : report.differences)
    text +=
        fmt::format("{} {} {} {}\n  recorded {}\n  derived  {}\n", to_string(each.kind), each.index,
                    each.input, each.where, each.recorded.dump(), each.derived.dump());
  for (const Gap& each : report.gaps)
    text += fmt::format("gap {} {} x{} {}\n", to_string(each.kind), each.first_index, each.count,
                        each.detail);
  return text;
}

EnginePorts World::ports() {
  return {clock,
          *lanes_,
          writer,
          content,
          emergency,
          reserve,
          signer,
          log,
          entropy,
          workload,
          router,
          probe,
          steps,
          {&metrics},
          {&bus},
          {&notifier},
          [this]() -> base::Result<std::unique_ptr<ports::JournalStore>> {
            return std::make_unique<SharedJournal>(journal);
          },
          witnesses,
          {}};
}

void World::start() {
  lanes_ = std::make_unique<adapters::MemoryLanes>(clock);
  engine_ = std::make_unique<Engine>(ports(), EngineSettings{});
  engine_->on_report = [this](const base::Error& error) { reports.push_back(error); };
  const auto recovered = engine_->recover();
  ASSERT_TRUE(recovered) << recovered.error().one_line();
}

void World::kill() {
  engine_.reset();
  lanes_.reset();
  metrics.on_data({});
  probe.on_data({});
}

void World::begin(const core::Plan& other) {
  const auto begun = engine_->begin(other, base::PersonId("release-manager-123"), speed, {});
  ASSERT_TRUE(begun) << begun.error().one_line();
}

Answer World::command(core::InputBody body, const char* person) {
  std::optional<Answer> answer;
  engine_->command(plan.release, std::move(body), base::PersonId(person),
                   [&answer](const Answer& given) { answer = given; });
  const bool was_attended = std::exchange(attended, false);
  run_until([&] { return answer.has_value(); }, 100);
  attended = was_attended;
  return answer.value_or(Answer{});
}

const core::State& World::state() const { return engine_->find(plan.release)->state(); }

/// What the request log and the gauges say of the last tenth of a second.
void World::load() {
  const base::MonoTime now = clock.mono();
  kpi::MetricBatch batch;
  batch.alive_at = now;
  for (const core::PlannedComponent& component : plan.components) {
    for (const bool is_new : {false, true}) {
      if (is_new && serves("pilot-1") != component.to.to_string()) continue;
      kpi::RequestGroup group = group_of(component, is_new, now);
      group.requests = requests;
      group.errors = is_new ? errors_of_new : 0;
      group.latencies[kpi::bucket_of(base::milliseconds(20))] = requests;
      batch.groups.push_back(std::move(group));
    }
    for (const core::GaugeSpec& gauge : component.gauges)
      batch.gauges.push_back({component.name, component.to, gauge.name, 0, {}, now});
  }
  metrics.push(std::move(batch));
}

void World::turn(base::Duration span) {
  clock.advance(span);
  if (heard) load();
  engine_->step();
  while (lanes_->run()) engine_->step();
}

/// A restart loses what was measured before the rollout: the comparison then is a person's to
/// judge.
void World::accept_comparison(const ReleaseRun& run) {
  const core::Step* step = run.plan().find_step(base::StepId(run.state().paused->detail));
  if (step != nullptr && std::holds_alternative<core::CompareAction>(step->action))
    engine_->command(plan.release, core::Attested{step->id, {}},
                     run.plan().somebody_with(step->roles), {});
}

void World::serve_people() {
  const ReleaseRun* run = engine_->find(plan.release);
  if (run == nullptr || !run->idle()) return;
  if (run->state().paused) return accept_comparison(*run);
  for (const base::StepId& id : core::waiting_for_people(run->plan(), run->state())) {
    const core::Step* step = run->plan().find_step(id);
    if (step == nullptr) continue;  // of a rollback: nobody here answers for it
    if (const auto* approval = std::get_if<core::ApprovalAction>(&step->action))
      engine_->command(plan.release, core::Approved{run->state().plan, false},
                       run->plan().somebody_with({approval->role}), {});
    else
      engine_->command(plan.release, core::Attested{id, {}}, run->plan().somebody_with(step->roles),
                       {});
    return;
  }
}

bool World::run_until(const std::function<bool()>& condition, int turns) {
  for (int i = 0; i < turns; ++i) {
    if (condition()) return true;
    if (attended) serve_people();
    turn();
  }
  return condition();
}

bool World::run_until(core::Stage stage, std::uint32_t wave) {
  return run_until([&] { return state().stage == stage && (wave == 0 || state().wave == wave); });
}

std::vector<ports::StoredEntry> World::entries() { return *journal.read(0, 100'000); }

std::vector<std::string> World::types() {
  std::vector<std::string> types;
  for (const ports::StoredEntry& entry : entries()) types.push_back(entry.type);
  return types;
}

std::size_t World::times(const std::string& type) {
  const auto all = types();
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), type));
}

base::Json World::data_of(const std::string& type) {
  base::Json data;
  for (const ports::StoredEntry& entry : entries())
    if (entry.type == type) data = base::Json::parse(entry.bytes).at("data");
  return data;
}

std::string World::serves(std::string_view tenant) const {
  const auto version = router.serves(plan.components.front().name, tenant);
  return version ? version->to_string() : std::string();
}

}  // namespace stellwerk::engine::testing
