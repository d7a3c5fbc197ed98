// forecast.h — one plan through many worlds: how often it completes, pauses and rolls back, how
// long a breach lasts, and what another plan would have made of the same worlds.
//
// Role: the computation of `stellwerk simulate`; pure data in and out.     Start here: forecast()
// Thread-safety: any thread; it starts threads of its own and ends them.
// Invariants: the same arguments give the same result, whatever the number of threads.
// Spec: docs/simulate.md
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/campaign.h"
#include "sim/paired.h"
#include "sim/user_world.h"
#include "sim/variations.h"

namespace stellwerk::sim {

/// What became of one seed.
struct Sample {
  std::uint64_t seed = 0;
  core::Stage end = core::Stage::Unborn;
  Story story;
  std::vector<Breach> breaches;
  std::set<Fault> struck;
  std::uint64_t served_by_new = 0;
  std::uint64_t bad = 0;  ///< of these

  [[nodiscard]] bool has(TurnKind kind) const;
  [[nodiscard]] std::uint64_t bad_in_breaches() const;
  [[nodiscard]] base::Duration in_breach() const;
};

struct ForecastOptions {
  UserWorld world;
  std::uint64_t first = 1;
  std::uint64_t seeds = 200;
  unsigned threads = 0;               ///< 0: one a core
  std::function<void()> on_run = {};  ///< after each run, one call at a time; may be empty
};
struct Forecast {
  std::vector<Sample> samples;     ///< by seed
  std::optional<Failure> failure;  ///< the first seed that broke a rule; shortened. No samples then
};
Forecast forecast(const core::Plan& plan, const ForecastOptions& options);

/// Where in the plan something happened.
struct Where {
  std::uint32_t wave = 0;  ///< 0: before the first
  bool watching = false;   ///< after the last wave's hold
  friend auto operator<=>(const Where&, const Where&) = default;
};
/// Turns of one kind, for one reason.
struct Reason {
  TurnKind kind = TurnKind::Paused;
  std::string cause;
  std::string detail;
  std::uint64_t releases = 0;            ///< that had it at least once
  std::uint64_t unfounded = 0;           ///< of these: the new version kept its limits
  std::uint64_t seed = 0;                ///< the first of them
  std::map<Where, std::uint64_t> where;  ///< releases; one may be counted in several places
};
/// What followed where a kind of misfortune happened.
struct AfterFault {
  Fault fault = Fault::Kill;
  std::uint64_t releases = 0;
  std::uint64_t paused = 0;
  std::uint64_t rolled_back = 0;
};
struct Summary {
  std::uint64_t releases = 0;
  std::map<core::Stage, std::uint64_t> ends;
  std::uint64_t paused = 0;  ///< at least once
  std::uint64_t completed_after_pause = 0;
  std::vector<Reason> reasons;     ///< most frequent first
  std::vector<AfterFault> faults;  ///< most frequent first
  std::uint64_t with_breach = 0;   ///< releases
  std::map<BreachEnd, std::uint64_t> breach_ends;
  Spread breach_us;                       ///< of all breaches
  Spread breach_bad;                      ///< requests
  std::uint64_t breach_requests_all = 0;  ///< during all of them, of both versions
  std::uint64_t breach_bad_all = 0;
  Spread took_us;       ///< of those that completed
  Spread took_back_us;  ///< of those that were rolled back
  Spread asked;         ///< of those that completed
  Spread asked_beside;
  std::uint64_t with_asked_beside = 0;
};
Summary summarize(const std::vector<Sample>& samples);

/// What is compared; less is better in all of them.
enum class Measure : std::uint8_t { NotCompleted, BadRequests, BreachTime, Took, AskedBeside };
inline constexpr std::array kMeasures = {Measure::NotCompleted, Measure::BadRequests,
                                         Measure::BreachTime, Measure::Took, Measure::AskedBeside};
std::string_view to_string(Measure measure);  ///< not-completed, bad-requests, breach-time, …

struct Compared {
  Measure measure = Measure::NotCompleted;
  Pairs pairs;
  bool real = false;  ///< more than chance, all comparisons that were made considered
};
struct VariationResult {
  std::string key;
  std::string from;
  std::string to;
  std::uint64_t seeds = 0;  ///< fewer than asked for: nothing showed in those
  std::vector<Compared> compared;

  [[nodiscard]] bool real() const;
};
/// Pairs of the same seeds. @param after  may have fewer
std::vector<Compared> compare(const std::vector<Sample>& before, const std::vector<Sample>& after);

struct Counterfactuals {
  std::vector<VariationResult> results;  ///< in the order of the variations
  std::optional<Failure> failure;        ///< a seed broke a rule under one of them
  std::string failed;                    ///< which: `guard.window 30s`
};
/// Each variation on the same seeds: an eighth of them first, and all where something shows. A
/// breach is one of the limits of `plan` under all of them.
/// @param before  what forecast(plan, options) gave
Counterfactuals vary(const core::Plan& plan, const std::vector<Variation>& variations,
                     const std::vector<Sample>& before, const ForecastOptions& options);

}  // namespace stellwerk::sim
