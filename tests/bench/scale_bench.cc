// scale_bench.cc — how much many releases, a long journal and many tenants cost.
//
//   scale_bench releases COUNT [SECONDS]       COUNT releases under way in one engine
//   scale_bench recover ENTRIES LIVE           a start with ENTRIES of ended releases, LIVE others
//   scale_bench decisions TIMES                whole releases through decide(), nothing else
//   scale_bench kpi TENANTS COMPONENTS         a minute of figures of two versions of each
//
// One line of JSON a measurement on stdout. Memory is what the process has more than before
// (resident, given back to the system first). Time passes by hand: `cpu_ppm` is the processor time
// used for a span of that clock, writing to the disk included.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>

#include "bench/arguments.h"
#include "bench/disk_folder.h"
#include "bench/estate.h"
#include "core/decide.h"
#include "kpi/board.h"
#include "kpi/sketch.h"
#include "support/sample_release.h"

namespace stellwerk::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t micros_since(Clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count();
}

std::int64_t processor_us() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto us = [](const timeval& t) { return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_usec; };
  return us(used.ru_utime) + us(used.ru_stime);
}

std::int64_t resident_kib() {
  ::malloc_trim(0);
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  file >> size >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

constexpr std::int64_t kRealTime = 1;
constexpr std::int64_t kHurried = 3600;  ///< an hour of the runbook in a second

// ---- releases

void tell_releases(Estate& estate, std::string_view stage, std::size_t count, std::int64_t memory,
                   std::int64_t seconds) {
  const std::int64_t turns = static_cast<std::int64_t>(estate.turns());
  const std::int64_t used = processor_us();
  estate.pass(base::seconds(seconds));
  fmt::print(
      R"({{"what":"releases","stage":"{}","count":{},"memory_kib":{},"cpu_ppm":{},"turns":{},"entries":{}}})"
      "\n",
      stage, count, memory, (processor_us() - used) / seconds,
      static_cast<std::int64_t>(estate.turns()) - turns, estate.entries());
  std::fflush(stdout);
}

void releases(std::uint32_t count, std::int64_t seconds) {
  const DiskFolder folder;
  Estate estate(folder.path(), kRealTime);
  const std::int64_t before = resident_kib();
  for (std::uint32_t i = 0; i < count; ++i) estate.begin(i);
  estate.run_until(core::Stage::Announced);
  tell_releases(estate, "announced", count, resident_kib() - before, seconds);
  estate.run_until(core::Stage::Holding);
  tell_releases(estate, "holding", count, resident_kib() - before, seconds);
}

// ---- recovery

/// Entries of releases that have ended, as many as there are in an installation of years.
void fill(adapters::SqliteJournal& journal, std::uint64_t entries) {
  constexpr std::uint64_t kOfARelease = 120;
  constexpr std::uint64_t kTogether = 40;
  const std::string middle(420, 'x');
  for (std::uint64_t done = 0; done < entries;) {
    std::vector<ports::AppendRequest> batches;
    for (std::uint64_t i = 0; i < kTogether && done < entries; ++i, done += kOfARelease) {
      const auto id = fmt::format("old-{}", done);
      ports::AppendRequest batch{base::ReleaseId(id), 0, {}, true};
      batch.entries.assign(
          kOfARelease,
          {"stellwerk.effect.finished",
           fmt::format(R"({{"actor":"stellwerk","data":{{"x":"{}"}},"index":)", middle),
           fmt::format(R"(,"release":"{}","time":"2025-10-15T20:00:00.000Z",)"
                       R"("type":"stellwerk.effect.finished","v":1}})",
                       id)});
      batches.push_back(std::move(batch));
    }
    if (auto written = journal.append(batches, {.deadline = {INT64_MAX}, .stop = {}}); !written)
      throw std::runtime_error(written.error().one_line());
  }
}

void recover(std::uint64_t entries, std::uint32_t live) {
  const DiskFolder folder;
  {
    Estate estate(folder.path(), kHurried);
    fill(estate.journal(), entries);
    for (std::uint32_t i = 0; i < live; ++i) estate.begin(i);
    estate.run_until(core::Stage::Holding);
  }
  const auto begin = Clock::now();
  Estate estate(folder.path(), kHurried);
  const std::int64_t opened = micros_since(begin);
  estate.recover();
  fmt::print(R"({{"what":"recover","entries":{},"live":{},"open_us":{},"recover_us":{}}})"
             "\n",
             estate.entries(), live, opened, micros_since(begin) - opened);
}

// ---- decisions

/// A release from its start to its end through decide() alone: answers, people, holds and time.
class Carrier {
 public:
  std::uint64_t carry() {
    send(core::RunRequested{core::digest_of(plan_), 1}, base::PersonId("release-manager-123"));
    while (!core::is_terminal(state_.stage)) once();
    return decisions_;
  }

 private:
  void send(core::InputBody body, const base::PersonId& by = {}) {
    state_ = core::decide(plan_, state_, {now_, by, std::move(body)}).next;
    ++decisions_;
  }

  void pass(base::Duration span) {
    now_.wall = now_.wall + span;
    now_.mono = now_.mono + span;
    now_.runbook = now_.runbook + span;
    send(core::Ticked{});
  }

  void answer() {
    const core::Intent intent = state_.open.begin()->second;
    core::EffectReturned returned{intent.key, core::Outcome::Done, "done", base::sha256("evidence"),
                                  base::Json::object()};
    if (intent.kind == core::EffectKind::SignCheckpoint)
      returned.data = {{"tree_size", state_.version},
                       {"root", base::sha256("root").to_string()},
                       {"stream_version", state_.version}};
    send(std::move(returned));
  }

  void once() {
    if (!state_.open.empty()) return answer();
    if (const auto waiting = core::waiting_for_people(plan_, state_); !waiting.empty()) {
      const core::Step* step = plan_.find_step(waiting.front());
      if (const auto* approval = std::get_if<core::ApprovalAction>(&step->action))
        return send(core::Approved{state_.plan, false}, plan_.somebody_with({approval->role}));
      return send(core::Attested{waiting.front(), {}}, plan_.somebody_with(step->roles));
    }
    const bool watching = state_.stage == core::Stage::PostChecking;
    if (!state_.hold_done && (watching || state_.stage == core::Stage::Holding)) {
      const base::Duration wanted = core::hold_wanted(plan_, state_);
      pass(wanted);
      return send(core::HoldProgressed{state_.wave, wanted, wanted, 1000, {}, {}, watching});
    }
    const auto due = core::next_due(plan_, state_);
    if (!due) throw std::runtime_error("nothing is due");
    pass(*due - now_.runbook);
  }

  core::Plan plan_ = testing::sample_plan();
  core::State state_;
  base::Now now_{{1760558400000000}, {1000000}, {1760558400000000}};
  std::uint64_t decisions_ = 0;
};

void decisions(std::uint64_t times) {
  const auto begin = Clock::now();
  std::uint64_t made = 0;
  for (std::uint64_t i = 0; i < times; ++i) made += Carrier().carry();
  const auto took = micros_since(begin);
  fmt::print(R"({{"what":"decisions","of_a_release":{},"per_second":{}}})"
             "\n",
             made / times, static_cast<std::int64_t>(made) * 1'000'000 / took);
}

// ---- figures

void kpi_memory(std::uint32_t tenants, std::uint32_t components) {
  constexpr std::int64_t kSeconds = 65;
  const base::SemVer versions[] = {{1, 2, 0, {}, {}}, {1, 3, 0, {}, {}}};
  std::vector<kpi::GuardedComponent> guarded;
  for (std::uint32_t c = 0; c < components; ++c)
    guarded.push_back({base::ComponentName(fmt::format("domain-{}", c)), versions[0], versions[1]});
  const std::int64_t before = resident_kib();
  kpi::KpiBoard board;
  kpi::ComparisonRecorder recorder(guarded);
  kpi::Guard guard({}, guarded);
  guard.begin_wave({0});
  std::int64_t took = 0;
  for (std::int64_t second = 0; second < kSeconds; ++second) {
    kpi::MetricBatch batch;
    batch.alive_at = base::MonoTime{second * 1'000'000};
    for (const auto& component : guarded)
      for (const auto& version : versions)
        for (std::uint32_t t = 0; t < tenants; ++t) {
          kpi::RequestGroup group;
          group.component = component.name;
          group.version = version;
          group.tenant = base::TenantId(fmt::format("tenant-{}", t));
          group.second = *batch.alive_at;
          group.requests = 3;
          for (std::uint32_t i = 0; i < 3; ++i)
            ++group.latencies[kpi::bucket_of(base::milliseconds(10 + (t * 7 + i * 31) % 200))];
          batch.groups.push_back(std::move(group));
        }
    const auto begin = Clock::now();
    board.observe(batch);
    recorder.observe(batch);
    guard.observe(batch);
    took += micros_since(begin);
  }
  const std::int64_t memory = resident_kib() - before;
  const std::int64_t rows = static_cast<std::int64_t>(board.tenants({kSeconds * 1'000'000}).size());
  fmt::print(
      R"({{"what":"kpi","tenants":{},"components":{},"memory_kib":{},"rows":{},"left_out":{},"second_us":{}}})"
      "\n",
      tenants, components, memory, rows, board.left_out(), took / kSeconds);
}

int run(int argc, char** argv) {
  const std::string_view what = argc > 2 ? argv[1] : "";
  const std::uint64_t first = argc > 2 ? number(argv[2]) : 0;
  const std::uint64_t second = argc > 3 ? number(argv[3]) : 10;
  const auto small = [](std::uint64_t n) { return static_cast<std::uint32_t>(n); };
  if (what == "releases") return releases(small(first), static_cast<std::int64_t>(second)), 0;
  if (what == "recover") return recover(first, small(second)), 0;
  if (what == "decisions") return decisions(first), 0;
  if (what == "kpi") return kpi_memory(small(first), small(second)), 0;
  std::fputs("usage: scale_bench releases|recover|decisions|kpi NUMBER [NUMBER]\n", stderr);
  return 2;
}

}  // namespace
}  // namespace stellwerk::bench

int main(int argc, char** argv) {
  try {
    return stellwerk::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
