// campaign.h — many seeds on all cores: what they came to, and a failing one shortened to what it
// takes.
//
// Role: for tests and for `stellwerk simulate`.                          Start here: run_campaign()
// Thread-safety: any thread; it starts threads of its own and ends them.
// Invariants: the tally does not depend on the number of threads.    Spec: docs/simulator.md
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/world.h"

namespace stellwerk::sim {

/// The scenario of a seed, with some kinds of fault left out. Called from any thread.
using MakeScenario = std::function<Scenario(std::uint64_t seed, const std::set<Fault>& without)>;

struct CampaignOptions {
  std::uint64_t first = 1;
  std::uint64_t seeds = 100;
  unsigned threads = 1;          ///< 0: one a core
  bool twice = true;             ///< each seed again, and the journals compared
  std::size_t failures_max = 1;  ///< no more seeds are begun after so many failing ones
  /// After every seed, on the thread that ran it; may be empty.
  std::function<void(std::uint64_t seed, const Run& run)> on_run = {};
};

struct Failure {
  std::uint64_t seed = 0;
  Violation violation;
  std::set<Fault> without;  ///< it fails without these too
  std::set<Fault> faults;   ///< those it still has then
  std::deque<std::string> trace;
};

struct Tally {
  std::uint64_t seeds = 0;
  std::uint64_t runs = 0;
  std::uint64_t entries = 0;
  std::uint64_t steps = 0;
  std::uint64_t misfortunes = 0;
  std::uint64_t starts = 0;
  std::map<std::string, std::uint64_t> endings;  ///< `rolled-back guard health` → how many releases
  std::vector<Failure> failures;                 ///< by seed, not shortened
};

Tally run_campaign(const CampaignOptions& options, const MakeScenario& make);
/// Leaves out one kind of fault after the other, as long as the seed still fails in the same way.
Failure shorten(const Failure& failure, const MakeScenario& make);
/// For people: what failed, the end of its trace, and what repeats it.
/// @param program  the command that runs one seed
std::string text_of(const Failure& failure, const std::string& program);

}  // namespace stellwerk::sim
