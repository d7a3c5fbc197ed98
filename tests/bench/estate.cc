#include "bench/estate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "core/compile.h"
#include "support/sample_release.h"

namespace stellwerk::bench {
namespace {

constexpr base::Duration kTurn = base::milliseconds(100);
constexpr base::Duration kTurnMax = base::seconds(1);
constexpr int kTurnsMax = 400000;

template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().one_line());
  return std::move(*result);
}

core::Plan plan_of(std::uint32_t number) {
  const std::string name = fmt::format("domain-{}", number);
  core::Environment environment = testing::sample_environment();
  environment.services.front().name = base::ServiceName(name);
  core::Release release = testing::sample_release();
  release.id = base::ReleaseId(fmt::format("rel-{}", number));
  release.components.front().name = base::ComponentName(name);
  auto compiled = core::compile(release, environment);
  if (!compiled.plan) throw std::runtime_error("the sample does not compile");
  return std::move(*compiled.plan);
}

}  // namespace

Estate::Estate(const std::filesystem::path& folder, std::int64_t speed)
    : speed_(speed),
      lock_(must(adapters::DataFolderLock::acquire(folder / "data", clock_.wall()))),
      journal_(must(adapters::SqliteJournal::open(lock_))),
      content_(folder / "data" / "content"),
      folder_(folder) {
  engine_ = std::make_unique<engine::Engine>(ports(), engine::EngineSettings{});
  engine_->on_report = [](const base::Error& error) {
    std::fprintf(stderr, "reported: %s\n", error.one_line().c_str());
  };
  next_ = clock_.mono();
}

Estate::~Estate() {
  metrics_.on_data({});
  probe_.on_data({});
}

engine::EnginePorts Estate::ports() {
  return {clock_,
          lanes_,
          *journal_,
          content_,
          emergency_,
          reserve_,
          signer_,
          log_,
          entropy_,
          workload_,
          router_,
          probe_,
          steps_,
          {&metrics_},
          {},
          {},
          [this]() -> base::Result<std::unique_ptr<ports::JournalStore>> {
            auto reader = adapters::SqliteJournal::open_reader(folder_ / "data");
            if (!reader) return base::fail(std::move(reader.error()));
            return std::unique_ptr<ports::JournalStore>(std::move(*reader));
          }};
}

void Estate::recover() {
  if (auto taken = engine_->recover(); !taken) throw std::runtime_error(taken.error().one_line());
}

void Estate::begin(std::uint32_t number) {
  const auto begun =
      engine_->begin(plan_of(number), base::PersonId("release-manager-123"), speed_, {});
  if (!begun) throw std::runtime_error(begun.error().one_line());
}

/// The source lives; nobody asks.
void Estate::turn(base::Duration span) {
  clock_.advance(span);
  say_alive();
  step();
}

void Estate::say_alive() {
  kpi::MetricBatch batch;
  batch.alive_at = clock_.mono();
  metrics_.push(std::move(batch));
}

void Estate::step() {
  next_ = engine_->step();
  while (lanes_.run()) next_ = engine_->step();
  ++turns_;
}

void Estate::serve_people() {
  for (const base::ReleaseId& id : engine_->live()) {
    const engine::ReleaseRun* run = engine_->find(id);
    if (!run->idle() || run->state().paused) continue;
    for (const base::StepId& waiting : core::waiting_for_people(run->plan(), run->state())) {
      const core::Step* step = run->plan().find_step(waiting);
      const auto* approval = std::get_if<core::ApprovalAction>(&step->action);
      if (approval != nullptr)
        engine_->command(id, core::Approved{run->state().plan, false},
                         run->plan().somebody_with({approval->role}), {});
      else
        engine_->command(id, core::Attested{waiting, {}}, run->plan().somebody_with(step->roles),
                         {});
      break;
    }
  }
}

std::size_t Estate::in_stage(core::Stage stage) const {
  std::size_t count = 0;
  for (const base::ReleaseId& id : engine_->live())
    if (engine_->find(id)->state().stage == stage) ++count;
  return count;
}

void Estate::run_until(core::Stage stage) {
  for (int i = 0; i < kTurnsMax; ++i) {
    if (in_stage(stage) == engine_->live().size() && engine_->quiet()) return;
    serve_people();
    turn(std::clamp(next_ - clock_.mono(), kTurn, kTurnMax));
  }
  const engine::ReleaseRun* run = engine_->find(engine_->live().front());
  throw std::runtime_error(
      fmt::format("the releases did not come so far: {} is {}{}", run->plan().release.str(),
                  core::to_string(run->state().stage), run->state().paused ? ", paused" : ""));
}

void Estate::pass(base::Duration span) {
  constexpr base::Duration kAlive = base::seconds(1);  // as an idle load balancer's source
  const base::MonoTime end = clock_.mono() + span;
  base::MonoTime alive = clock_.mono();
  while (clock_.mono() < end) {
    if (clock_.mono() >= alive) {
      alive = clock_.mono() + kAlive;
      say_alive();
    }
    step();
    const base::MonoTime until = std::min(std::min(next_, alive), end);
    clock_.advance(std::max(until - clock_.mono(), base::milliseconds(1)));
  }
}

}  // namespace stellwerk::bench
