#include "sim/forecast.h"

#include <algorithm>
#include <mutex>
#include <tuple>

namespace stellwerk::sim {
namespace {

constexpr std::uint64_t kScreenedMin = 20;
constexpr std::uint64_t kScreenedPart = 8;
/// What counts as chance, over all comparisons together (Bonferroni).
constexpr double kChanceMax = 0.05;
/// Shorter differences of time are no difference.
constexpr std::int64_t kTimeLeast = base::seconds(30).us;
constexpr std::int64_t kBreachLeast = base::seconds(3).us;

Sample sample_of(std::uint64_t seed, const base::ReleaseId& release, const Run& run) {
  const Ended& ended = run.releases.at(release);
  return {seed,       ended.stage,       ended.story, ended.breaches,
          run.struck, run.served_by_new, run.harmed};
}

std::int64_t value_of(Measure measure, const Sample& sample) {
  switch (measure) {
    case Measure::NotCompleted:
      return sample.end == core::Stage::Completed ? 0 : 1;
    case Measure::BadRequests:
      return static_cast<std::int64_t>(sample.bad_in_breaches());
    case Measure::BreachTime:
      return sample.in_breach().us;
    case Measure::Took:
      return sample.story.took().us;
    case Measure::AskedBeside:
      return sample.story.asked_beside;
  }
  return 0;
}

std::int64_t least_of(Measure measure) {
  if (measure == Measure::Took) return kTimeLeast;
  return measure == Measure::BreachTime ? kBreachLeast : 1;
}

bool completed(const Sample& sample) { return sample.end == core::Stage::Completed; }

using ReasonKey = std::tuple<TurnKind, std::string, std::string>;

ReasonKey key_of(const Turn& turn) {
  const bool names_wave = turn.cause == core::to_string(core::PauseCause::LeaseExpired);
  return {turn.kind, turn.cause, names_wave ? std::string() : turn.detail};
}

void add_reasons(std::map<ReasonKey, Reason>& reasons, const Sample& sample) {
  struct Found {
    bool founded = false;
    std::set<Where> where;
  };
  std::map<ReasonKey, Found> of_this;
  for (const Turn& turn : sample.story.turns) {
    Found& found = of_this[key_of(turn)];
    found.founded = found.founded || turn.in_breach;
    found.where.insert({turn.wave, turn.watching});
  }
  for (const auto& [key, found] : of_this) {
    Reason& reason = reasons[key];
    std::tie(reason.kind, reason.cause, reason.detail) = key;
    if (reason.releases++ == 0) reason.seed = sample.seed;
    if (!found.founded) ++reason.unfounded;
    for (const Where& where : found.where) ++reason.where[where];
  }
}

void add_breaches(Summary& summary, const Sample& sample, std::vector<std::int64_t>& lasted,
                  std::vector<std::int64_t>& bad) {
  if (!sample.breaches.empty()) ++summary.with_breach;
  for (const Breach& breach : sample.breaches) {
    ++summary.breach_ends[breach.end];
    summary.breach_requests_all += breach.requests;
    summary.breach_bad_all += breach.bad;
    lasted.push_back(breach.lasted.us);
    bad.push_back(static_cast<std::int64_t>(breach.bad));
  }
}

void add_faults(std::map<Fault, AfterFault>& faults, const Sample& sample) {
  for (const Fault fault : sample.struck) {
    AfterFault& after = faults[fault];
    after.fault = fault;
    ++after.releases;
    if (sample.has(TurnKind::Paused)) ++after.paused;
    if (sample.has(TurnKind::RolledBack)) ++after.rolled_back;
  }
}

/// Most frequent first; equal ones stay in the order of their keys.
template <class Map>
auto by_frequency(const Map& map) {
  std::vector<typename Map::mapped_type> rows;
  for (const auto& [key, row] : map) rows.push_back(row);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.releases > b.releases; });
  return rows;
}

/// Something may be seen with more seeds.
bool shows(const std::vector<Compared>& compared) {
  return std::any_of(compared.begin(), compared.end(), [](const Compared& each) {
    const auto [less, more] = std::minmax(each.pairs.better, each.pairs.worse);
    return more - less >= 2;
  });
}

}  // namespace

bool Sample::has(TurnKind kind) const {
  return std::any_of(story.turns.begin(), story.turns.end(),
                     [&](const Turn& turn) { return turn.kind == kind; });
}

std::uint64_t Sample::bad_in_breaches() const {
  std::uint64_t sum = 0;
  for (const Breach& breach : breaches) sum += breach.bad;
  return sum;
}

base::Duration Sample::in_breach() const {
  base::Duration sum;
  for (const Breach& breach : breaches) sum = sum + breach.lasted;
  return sum;
}

Forecast forecast(const core::Plan& plan, const ForecastOptions& options) {
  Forecast result;
  result.samples.resize(options.seeds);
  std::mutex mutex;
  const MakeScenario make = [&](std::uint64_t seed, const std::set<Fault>& without) {
    Scenario scenario = user_scenario(seed, options.world, plan);
    for (const Fault fault : without) scenario.swarm.faults.erase(fault);
    return scenario;
  };
  CampaignOptions campaign{.first = options.first, .seeds = options.seeds};
  campaign.threads = options.threads;
  campaign.twice = false;
  // Each seed has a place of its own.
  campaign.on_run = [&](std::uint64_t seed, const Run& run) {
    result.samples[seed - options.first] = sample_of(seed, plan.release, run);
    if (!options.on_run) return;
    const std::lock_guard lock(mutex);
    options.on_run();
  };
  const Tally tally = run_campaign(campaign, make);
  if (tally.failures.empty()) return result;
  // Seeds are begun in order, so the first of those that failed is the same each time.
  result.failure = shorten(tally.failures.front(), make);
  result.samples.clear();
  return result;
}

Summary summarize(const std::vector<Sample>& samples) {
  Summary summary;
  std::map<ReasonKey, Reason> reasons;
  std::map<Fault, AfterFault> faults;
  std::vector<std::int64_t> lasted, bad, took, took_back, asked, asked_beside;
  for (const Sample& sample : samples) {
    ++summary.releases;
    ++summary.ends[sample.end];
    const bool paused = sample.has(TurnKind::Paused);
    if (paused) ++summary.paused;
    if (paused && completed(sample)) ++summary.completed_after_pause;
    add_reasons(reasons, sample);
    add_breaches(summary, sample, lasted, bad);
    add_faults(faults, sample);
    if (completed(sample)) took.push_back(sample.story.took().us);
    if (completed(sample)) asked.push_back(sample.story.asked);
    if (sample.end == core::Stage::RolledBack) took_back.push_back(sample.story.took().us);
    asked_beside.push_back(sample.story.asked_beside);
    if (sample.story.asked_beside > 0) ++summary.with_asked_beside;
  }
  summary.reasons = by_frequency(reasons);
  summary.faults = by_frequency(faults);
  summary.breach_us = spread_of(std::move(lasted));
  summary.breach_bad = spread_of(std::move(bad));
  summary.took_us = spread_of(std::move(took));
  summary.took_back_us = spread_of(std::move(took_back));
  summary.asked = spread_of(std::move(asked));
  summary.asked_beside = spread_of(std::move(asked_beside));
  return summary;
}

std::string_view to_string(Measure measure) {
  switch (measure) {
    case Measure::NotCompleted:
      return "not-completed";
    case Measure::BadRequests:
      return "bad-requests";
    case Measure::BreachTime:
      return "breach-time";
    case Measure::Took:
      return "took";
    case Measure::AskedBeside:
      return "asked-beside";
  }
  return "?";
}

bool VariationResult::real() const {
  return std::any_of(compared.begin(), compared.end(),
                     [](const Compared& each) { return each.real; });
}

std::vector<Compared> compare(const std::vector<Sample>& before, const std::vector<Sample>& after) {
  std::vector<Compared> compared;
  for (const Measure measure : kMeasures) {
    std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
    for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
      const bool both = completed(before[i]) && completed(after[i]);
      if (measure == Measure::Took && !both) continue;  // going back is quick and no better
      pairs.emplace_back(value_of(measure, before[i]), value_of(measure, after[i]));
    }
    compared.push_back({measure, compare_pairs(pairs, least_of(measure)), false});
  }
  return compared;
}

Counterfactuals vary(const core::Plan& plan, const std::vector<Variation>& variations,
                     const std::vector<Sample>& before, const ForecastOptions& options) {
  Counterfactuals found;
  const double comparisons = static_cast<double>(variations.size() * kMeasures.size());
  for (const Variation& variation : variations) {
    ForecastOptions some = options;
    some.world.traffic.limits = plan.guard.limits;
    some.seeds = std::min(options.seeds, std::max(kScreenedMin, options.seeds / kScreenedPart));
    Forecast after = forecast(variation.plan, some);
    std::vector<Compared> compared = compare(before, after.samples);
    if (!after.failure && some.seeds < options.seeds && shows(compared)) {
      some.first = options.first + some.seeds;
      some.seeds = options.seeds - some.seeds;
      Forecast rest = forecast(variation.plan, some);
      after.samples.insert(after.samples.end(), rest.samples.begin(), rest.samples.end());
      after.failure = std::move(rest.failure);
      compared = compare(before, after.samples);
    }
    if (after.failure) {
      found.failure = std::move(after.failure);
      found.failed = variation.key + ' ' + variation.to;
      return found;
    }
    const std::uint64_t seeds = after.samples.size();
    for (Compared& each : compared)
      each.real = seeds == options.seeds && each.pairs.chance * comparisons < kChanceMax;
    found.results.push_back(
        {variation.key, variation.from, variation.to, seeds, std::move(compared)});
  }
  return found;
}

}  // namespace stellwerk::sim
