#include "sim/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <thread>

namespace stellwerk::sim {
namespace {

constexpr std::size_t kTraceShown = 60;

void add(Tally& tally, const Run& run) {
  ++tally.runs;
  tally.entries += run.entries;
  tally.steps += run.steps;
  tally.misfortunes += run.misfortunes;
  tally.starts += run.starts;
}

void add(Tally& tally, const Tally& other) {
  tally.seeds += other.seeds;
  tally.runs += other.runs;
  tally.entries += other.entries;
  tally.steps += other.steps;
  tally.misfortunes += other.misfortunes;
  tally.starts += other.starts;
  for (const auto& [ending, count] : other.endings) tally.endings[ending] += count;
  tally.failures.insert(tally.failures.end(), other.failures.begin(), other.failures.end());
}

std::string ending_of(const Ended& ended) {
  const std::string stage(core::to_string(ended.stage));
  return ended.rollback.empty() ? stage : stage + " " + ended.rollback;
}

Run run_seed(std::uint64_t seed, const MakeScenario& make, const std::set<Fault>& without,
             bool trace) {
  Scenario scenario = make(seed, without);
  scenario.trace = trace;
  return World(scenario).run();
}

/// One thread's share of the seeds.
class Worker {
 public:
  Worker(const CampaignOptions& options, const MakeScenario& make, std::atomic<std::uint64_t>& next,
         std::atomic<std::size_t>& failures)
      : options_(options), make_(make), next_(next), failures_(failures) {}

  void work() {
    while (failures_ < options_.failures_max) {
      const std::uint64_t nth = next_++;
      if (nth >= options_.seeds) return;
      one(options_.first + nth);
    }
  }
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  void one(std::uint64_t seed) {
    const Run run = run_seed(seed, make_, {}, false);
    ++tally_.seeds;
    add(tally_, run);
    for (const auto& [id, ended] : run.releases) ++tally_.endings[ending_of(ended)];
    std::optional<Violation> violation = run.violation;
    if (options_.twice) {
      const Run again = run_seed(seed, make_, {}, false);
      add(tally_, again);
      if (again.journal != run.journal && !violation)
        violation = Violation{"the-same-seed-gives-the-same-journal",
                              fmt::format("{} and {} entries", run.entries, again.entries)};
    }
    if (violation) {
      ++failures_;
      tally_.failures.push_back({seed, *violation, {}, {}, {}});
    }
    if (options_.on_run) options_.on_run(seed, run);
  }

  const CampaignOptions& options_;
  const MakeScenario& make_;
  std::atomic<std::uint64_t>& next_;
  std::atomic<std::size_t>& failures_;
  Tally tally_;
};

}  // namespace

Tally run_campaign(const CampaignOptions& options, const MakeScenario& make) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const unsigned count = options.threads == 0 ? cores : options.threads;
  std::atomic<std::uint64_t> next = 0;
  std::atomic<std::size_t> failures = 0;
  std::vector<Worker> workers(count, Worker(options, make, next, failures));
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < workers.size(); ++i)
    threads.emplace_back([&workers, i] { workers[i].work(); });
  workers.front().work();
  for (std::thread& thread : threads) thread.join();
  Tally tally;
  for (const Worker& worker : workers) add(tally, worker.tally());
  std::sort(tally.failures.begin(), tally.failures.end(),
            [](const Failure& a, const Failure& b) { return a.seed < b.seed; });
  return tally;
}

Failure shorten(const Failure& failure, const MakeScenario& make) {
  Failure shortest = failure;
  for (const Fault fault : make(failure.seed, {}).swarm.faults) {
    std::set<Fault> without = shortest.without;
    without.insert(fault);
    const Run run = run_seed(failure.seed, make, without, false);
    if (run.violation && run.violation->invariant == failure.violation.invariant)
      shortest.without = std::move(without);
  }
  const Run run = run_seed(failure.seed, make, shortest.without, true);
  if (run.violation) shortest.violation = *run.violation;
  shortest.faults = make(failure.seed, shortest.without).swarm.faults;
  shortest.trace = run.trace;
  return shortest;
}

std::string text_of(const Failure& failure, const std::string& program) {
  std::vector<std::string_view> left_out;
  for (const Fault fault : failure.without) left_out.push_back(to_string(fault));
  std::vector<std::string_view> needed;
  for (const Fault fault : failure.faults) needed.push_back(to_string(fault));
  std::string text =
      fmt::format("seed {} violates {}: {}\n  it takes: {}\n", failure.seed,
                  failure.violation.invariant, failure.violation.detail, fmt::join(needed, ", "));
  const std::size_t all = failure.trace.size();
  const std::size_t shown = std::min(all, kTraceShown);
  if (all > shown) text += fmt::format("  … {} lines before\n", all - shown);
  for (std::size_t i = all - shown; i < all; ++i) text += "  " + failure.trace[i] + "\n";
  text += fmt::format("  repeat: {} --seed {}", program, failure.seed);
  if (!left_out.empty()) text += fmt::format(" --without {}", fmt::join(left_out, ","));
  return text + "\n";
}

}  // namespace stellwerk::sim
