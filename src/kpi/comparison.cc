#include "kpi/comparison.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/archive.h"
#include "kpi/unreadable.h"

namespace stellwerk::kpi {
namespace {

constexpr std::int64_t kMinuteUs = 60000000;
constexpr std::int64_t kBaselineMinutes = ComparisonRecorder::kBaselineSpan.us / kMinuteUs;

constexpr std::array<std::pair<CriterionResult, std::string_view>, 2> kResults{
    {{CriterionResult::Met, "met"}, {CriterionResult::Inconclusive, "inconclusive"}}};
constexpr std::array<std::pair<CriterionReason, std::string_view>, 7> kReasons{
    {{CriterionReason::NotHigher, "not-higher"},
     {CriterionReason::Higher, "higher"},
     {CriterionReason::WithinMargin, "within-margin"},
     {CriterionReason::WithinTick, "within-tick"},
     {CriterionReason::AboveMargin, "above-margin"},
     {CriterionReason::TooFewBefore, "too-few-before"},
     {CriterionReason::TooFewAfter, "too-few-after"}}};

}  // namespace

// Found by argument-dependent lookup (core/archive.h), so not in the unnamed namespace.
static core::EnumNames<CriterionResult> names_of(CriterionResult) { return kResults; }
static core::EnumNames<CriterionReason> names_of(CriterionReason) { return kReasons; }

namespace {

template <class E>
std::string_view name_of(E value) {
  for (const auto& [each, text] : names_of(value))
    if (each == value) return text;
  return "?";
}

}  // namespace

std::string_view to_string(CriterionResult result) { return name_of(result); }
std::string_view to_string(CriterionReason reason) { return name_of(reason); }

void Traffic::add(const RequestGroup& group) {
  requests += group.requests;
  errors += group.errors;
  client_aborts += group.client_aborts;
  latencies.merge(group.latencies);
}

void Traffic::add(const Traffic& other) {
  requests += other.requests;
  errors += other.errors;
  client_aborts += other.client_aborts;
  latencies.merge(other.latencies);
}

TrafficFigures figures_of(const Traffic& traffic) {
  return {.requests = traffic.requests,
          .errors = traffic.errors,
          .client_aborts = traffic.client_aborts,
          .error_rate = base::ratio_of(traffic.errors, traffic.requests),
          .p50 = traffic.latencies.quantile(base::percent(50)),
          .p95 = traffic.latencies.quantile(base::percent(95)),
          .p99 = traffic.latencies.quantile(base::percent(99))};
}

namespace {

/// a/b ≤ c/d without rounding; b and d not 0.
bool not_higher(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
  __extension__ using Wide = unsigned __int128;
  return Wide{a} * d <= Wide{c} * b;
}

/// The words decide; too few requests on either side leave it open whatever they say.
Criterion concluded(const ComparisonPolicy& policy, const TrafficFigures& before,
                    const TrafficFigures& after, Criterion words) {
  const bool met = words.literally_met || words.reason == CriterionReason::WithinTick;
  if (met) words.result = CriterionResult::Met;
  if (after.requests < policy.requests_after_min) {
    words.result = CriterionResult::Inconclusive;
    words.reason = CriterionReason::TooFewAfter;
  }
  if (before.requests < policy.requests_before_min) {
    words.result = CriterionResult::Inconclusive;
    words.reason = CriterionReason::TooFewBefore;
  }
  return words;
}

}  // namespace

Criterion judge_error_rate(const ComparisonPolicy& policy, const TrafficFigures& before,
                           const TrafficFigures& after) {
  Criterion words;
  words.literally_met = before.requests > 0 && after.requests > 0 &&
                        not_higher(after.errors, after.requests, before.errors, before.requests);
  words.reason = words.literally_met ? CriterionReason::NotHigher : CriterionReason::Higher;
  return concluded(policy, before, after, words);
}

Criterion judge_p95(const ComparisonPolicy& policy, const TrafficFigures& before,
                    const TrafficFigures& after) {
  Criterion words;
  // Both are below an hour, so the products fit.
  words.literally_met = before.p95 && after.p95 &&
                        after.p95->us * base::kWhole.value <
                            before.p95->us * (base::kWhole.value + policy.p95_margin.value);
  const bool same_tick = before.p95 && after.p95 && *after.p95 - *before.p95 <= policy.tick;
  words.reason = words.literally_met ? CriterionReason::WithinMargin
                 : same_tick         ? CriterionReason::WithinTick
                                     : CriterionReason::AboveMargin;
  return concluded(policy, before, after, words);
}

ComparisonRecorder::ComparisonRecorder(std::vector<GuardedComponent> components)
    : components_(std::move(components)), sides_(components_.size()) {}

void ComparisonRecorder::begin_rollout(base::MonoTime at) {
  if (!rollout_at_) rollout_at_ = at;
}

void ComparisonRecorder::begin_post_check(base::MonoTime at) {
  if (!post_check_at_) post_check_at_ = at;
}

void ComparisonRecorder::observe(const MetricBatch& batch) {
  for (const RequestGroup& group : batch.groups) {
    for (std::size_t i = 0; i < components_.size(); ++i) {
      if (components_[i].name != group.component) continue;
      if (group.version == components_[i].from) add_before(sides_[i], group);
      if (group.version == components_[i].to && post_check_at_ && group.second >= *post_check_at_)
        sides_[i].after.add(group);
    }
  }
}

void ComparisonRecorder::add_before(Sides& sides, const RequestGroup& group) const {
  if (rollout_at_ && group.second >= *rollout_at_) return;
  const std::int64_t minute = group.second.us / kMinuteUs;
  sides.before[minute].add(group);
  const std::int64_t newest = sides.before.rbegin()->first;
  while (sides.before.begin()->first <= newest - kBaselineMinutes)
    sides.before.erase(sides.before.begin());
}

std::vector<ComponentComparison> ComparisonRecorder::compare(const ComparisonPolicy& policy) const {
  std::vector<ComponentComparison> all;
  for (std::size_t i = 0; i < components_.size(); ++i) {
    Traffic before;
    for (const auto& [minute, traffic] : sides_[i].before) before.add(traffic);
    ComponentComparison c{.component = components_[i].name,
                          .from = components_[i].from,
                          .to = components_[i].to,
                          .before = figures_of(before),
                          .after = figures_of(sides_[i].after),
                          .error_rate = {},
                          .p95 = {}};
    c.error_rate = judge_error_rate(policy, c.before, c.after);
    c.p95 = judge_p95(policy, c.before, c.after);
    all.push_back(std::move(c));
  }
  return all;
}

base::Json to_json(const std::vector<ComponentComparison>& comparison) {
  return core::JsonWriter::to(comparison);
}

base::Result<std::vector<ComponentComparison>> comparison_from_json(const base::Json& json) {
  std::vector<ComponentComparison> comparison;
  core::ReadProblem problem;
  core::JsonReader::from(json, comparison, problem);
  if (problem.any()) return unreadable("comparison before and after", problem.text);
  return comparison;
}

namespace {

/// A whole number where it is one, as the runbook's example has it.
base::Json decimal(std::int64_t number, std::int64_t parts) {
  if (number % parts == 0) return number / parts;
  return static_cast<double>(number) / static_cast<double>(parts);
}

}  // namespace

base::Json runbook_kpi_comparison(const ComponentComparison& c) {
  constexpr std::int64_t kPpmPerPercent = 10000;
  base::Json json;
  json["errorRateBefore"] = decimal(c.before.error_rate.value, kPpmPerPercent);
  json["errorRateAfter"] = decimal(c.after.error_rate.value, kPpmPerPercent);
  if (c.before.p95) json["p95LatencyBefore"] = decimal(c.before.p95->us, 1000);
  if (c.after.p95) json["p95LatencyAfter"] = decimal(c.after.p95->us, 1000);
  return json;
}

// --- saved and restored ---

namespace {

struct SavedTraffic {
  std::int64_t minute = 0;
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t client_aborts = 0;
  std::vector<std::int64_t> latencies;  ///< bucket, count; …

  template <class A>
  void fields(A& a) {
    a("minute", minute)("requests", requests)("errors", errors);
    a("client_aborts", client_aborts)("latencies", latencies);
  }
};

struct SavedSides {
  base::ComponentName component;
  base::SemVer from;
  base::SemVer to;
  std::vector<SavedTraffic> before;
  SavedTraffic after;

  template <class A>
  void fields(A& a) {
    a("component", component)("from", from)("to", to)("before", before)("after", after);
  }
};

struct SavedRecorder {
  std::int64_t version = 1;
  std::optional<base::MonoTime> rollout_at;
  std::optional<base::MonoTime> post_check_at;
  std::vector<SavedSides> components;

  template <class A>
  void fields(A& a) {
    a("v", version)("rollout_at_us", rollout_at)("post_check_at_us", post_check_at);
    a("components", components);
  }
};

SavedTraffic saved_traffic(std::int64_t minute, const Traffic& traffic) {
  SavedTraffic saved{minute, traffic.requests, traffic.errors, traffic.client_aborts, {}};
  for (const auto& [bucket, count] : traffic.latencies.buckets()) {
    saved.latencies.push_back(bucket);
    saved.latencies.push_back(static_cast<std::int64_t>(count));
  }
  return saved;
}

bool restore_traffic(const SavedTraffic& saved, Traffic& traffic) {
  if (saved.latencies.size() % 2 != 0) return false;
  LatencyBuckets buckets;
  for (std::size_t i = 0; i < saved.latencies.size(); i += 2) {
    const std::int64_t bucket = saved.latencies[i];
    if (bucket < 0 || bucket >= kBucketCount || saved.latencies[i + 1] < 0) return false;
    buckets[static_cast<std::int32_t>(bucket)] = static_cast<std::uint64_t>(saved.latencies[i + 1]);
  }
  traffic.requests = saved.requests;
  traffic.errors = saved.errors;
  traffic.client_aborts = saved.client_aborts;
  traffic.latencies.merge(buckets);
  return true;
}

}  // namespace

base::Json ComparisonRecorder::save() const {
  SavedRecorder saved;
  saved.rollout_at = rollout_at_;
  saved.post_check_at = post_check_at_;
  for (std::size_t i = 0; i < components_.size(); ++i) {
    SavedSides sides{components_[i].name, components_[i].from, components_[i].to, {}, {}};
    for (const auto& [minute, traffic] : sides_[i].before)
      sides.before.push_back(saved_traffic(minute, traffic));
    sides.after = saved_traffic(0, sides_[i].after);
    saved.components.push_back(std::move(sides));
  }
  return core::JsonWriter::to(saved);
}

base::Result<ComparisonRecorder> ComparisonRecorder::restore(
    std::vector<GuardedComponent> components, const base::Json& json) {
  const auto refused = [](std::string why) {
    return unreadable("saved comparison", std::move(why));
  };
  SavedRecorder saved;
  core::ReadProblem problem;
  core::JsonReader::from(json, saved, problem);
  if (problem.any()) return refused(problem.text);
  if (saved.version != 1) return refused("v: " + std::to_string(saved.version) + ", not 1");
  if (saved.components.size() != components.size()) return refused("components: another number");
  ComparisonRecorder recorder(std::move(components));
  recorder.rollout_at_ = saved.rollout_at;
  recorder.post_check_at_ = saved.post_check_at;
  for (std::size_t i = 0; i < saved.components.size(); ++i) {
    const SavedSides& sides = saved.components[i];
    const GuardedComponent& c = recorder.components_[i];
    if (sides.component != c.name || sides.from != c.from || sides.to != c.to)
      return refused("it compares other versions than those of " + c.name.str());
    bool whole = restore_traffic(sides.after, recorder.sides_[i].after);
    for (const SavedTraffic& t : sides.before)
      whole = whole && restore_traffic(t, recorder.sides_[i].before[t.minute]);
    if (!whole) return refused("latencies: not a sketch");
  }
  return recorder;
}

}  // namespace stellwerk::kpi
