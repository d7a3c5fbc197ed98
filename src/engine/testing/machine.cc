#include "engine/testing/machine.h"

#include <algorithm>

#include "engine/person_command.h"
#include "engine/replay.h"

namespace stellwerk::engine::testing {
namespace {

std::set<base::TenantId> known_tenants() {
  std::set<base::TenantId> known;
  for (const core::Tenant& tenant : stellwerk::testing::sample_environment().tenants)
    known.insert(tenant.id);
  return known;
}

}  // namespace

Machine::Machine(core::Plan of) : plan(std::move(of)), router(clock, known_tenants()) { start(); }

Machine::~Machine() {
  end();
  if (!replays || disk.journal.stored.read_stream(plan.release, 0, 1)->empty()) return;
  const auto report = replay_release(disk.journal.stored, disk.content.stored, plan.release);
  EXPECT_TRUE(report) << report.error().one_line();
  if (!report) return;
  for (const Difference& each : report->differences)
    ADD_FAILURE() << to_string(each.kind) << " " << each.index << " " << each.input << " "
                  << each.where << "\n"
                  << each.recorded << "\n"
                  << each.derived;
  EXPECT_TRUE(report->same());
}

void Machine::start() {
  engine = std::make_unique<Engine>(EnginePorts{clock,
                                                lanes,
                                                disk.journal,
                                                disk.content,
                                                disk.emergency,
                                                disk.reserve,
                                                signer,
                                                log,
                                                entropy,
                                                workload,
                                                router,
                                                health,
                                                steps,
                                                {&metrics},
                                                {},
                                                {},
                                                [this] { return reader(); }},
                                    EngineSettings{});
  engine->on_report = [this](const base::Error& error) { reports.push_back(error); };
}

base::Result<std::unique_ptr<ports::JournalStore>> Machine::reader() {
  return std::make_unique<stellwerk::testing::SharedJournal>(disk.journal);
}

void Machine::end() {
  lanes.drop_all();
  engine.reset();
}

void Machine::measure() {
  const core::PlannedComponent& component = plan.components.front();
  kpi::MetricBatch batch;
  batch.alive_at = clock.mono();
  kpi::RequestGroup group;
  group.component = component.name;
  group.version = component.to;
  group.tenant = base::TenantId("pilot-1");
  group.second = clock.mono();
  group.requests = requests;
  group.errors = errors;
  batch.groups.push_back(group);
  batch.gauges.push_back(
      {component.name, component.to, "consumer_lag", std::int64_t{1}, {}, clock.mono()});
  metrics.push(std::move(batch));
}

void Machine::serve_people() {
  if (!attended || engine->find(plan.release) == nullptr || state().rollback) return;
  const base::Digest digest = state().plan;
  // Nothing to compare with was measured here: a person decides.
  if (const auto& paused = state().paused; paused && paused->detail != "post-check/comparison")
    return;
  for (const base::StepId& id : core::waiting_for_people(plan, state())) {
    const core::Step* step = plan.find_step(id);
    if (const auto* approval = std::get_if<core::ApprovalAction>(&step->action))
      engine->command(plan.release, core::Approved{digest, false},
                      plan.somebody_with({approval->role}), {});
    else
      engine->command(plan.release, core::Attested{id, {}}, plan.somebody_with(step->roles), {});
  }
}

void Machine::turn(base::Duration span) {
  clock.advance(span);
  measure();
  serve_people();
  engine->step();
}

void Machine::until(const char* what, const std::function<bool()>& is_so) {
  const base::MonoTime limit = clock.mono() + base::minutes(10);
  while (!is_so() && clock.mono() < limit) turn();
  EXPECT_TRUE(is_so()) << "waited in vain for " << what << "; it is "
                       << core::to_string(state().stage);
}

void Machine::reach(core::Stage stage) {
  until("a stage", [&] { return state().stage == stage; });
}

void Machine::reach_wave(std::uint32_t wave) {
  if (engine->find(plan.release) == nullptr) {
    const auto begun = begin();
    ASSERT_TRUE(begun) << begun.error().one_line();
  }
  until("a wave", [&] { return state().stage == core::Stage::Holding && state().wave == wave; });
}

void Machine::tell(core::InputBody body, const char* person) {
  engine->command(plan.release, std::move(body), base::PersonId(person), {});
}

base::Result<core::InputBody> Machine::roll_back(const std::string& reason) {
  auto input = input_of({"rollback", reason, {}, {}, {}}, *engine);
  if (input) tell(*input);
  return input;
}

std::string Machine::serves(const char* tenant) const {
  const auto version = router.serves(plan.components.front().name, tenant);
  return version ? version->to_string() : "";
}

std::vector<ReadEntry> Machine::entries() {
  std::vector<ReadEntry> read;
  for (std::uint64_t after = 0;; ++after) {
    const auto stored = disk.journal.stored.read_stream(plan.release, after, 1);
    if (!stored) continue;  // a test has altered it
    if (stored->empty()) return read;
    auto entry = decode(stored->front(), disk.content);
    EXPECT_TRUE(entry) << entry.error().one_line();
    if (entry) read.push_back(std::move(*entry));
  }
}

std::vector<std::string> Machine::types() {
  std::vector<std::string> all;
  for (const ReadEntry& entry : entries()) all.push_back(core::type_of(entry.event));
  return all;
}

bool Machine::has(const std::string& type) {
  const auto all = types();
  return std::find(all.begin(), all.end(), type) != all.end();
}

bool Machine::reported(const std::string& id) const {
  return std::any_of(reports.begin(), reports.end(),
                     [&](const base::Error& error) { return error.id == id; });
}

}  // namespace stellwerk::engine::testing
