// world.h — the real engine in a simulated world: one release, or several, from the first entry to
// the last, whatever happens, from a seed.
//
// Role: moves the clock from one due event to the next, lets the process live, die and start again,
// and asks the invariants after every step.                                  Start here: run()
// Thread-safety: one thread per world; worlds share nothing.
// Invariants: the same scenario gives the same journal, byte for byte.      Spec: docs/simulator.md
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/memory/memory_clock.h"
#include "sim/chronicle.h"
#include "sim/invariants.h"
#include "sim/misfortunes.h"
#include "sim/people.h"

namespace stellwerk::sim {

/// Everything a run depends on.
struct Scenario {
  std::vector<core::Plan> plans;  ///< of different components; begun one after another
  std::uint64_t seed = 0;
  Swarm swarm;
  Traffic traffic;
  bool trace = false;     ///< keep what happened, line by line
  bool timeline = false;  ///< keep every entry and what befell the world between them
};

/// What became of a release.
struct Ended {
  core::Stage stage = core::Stage::Unborn;
  std::string rollback;  ///< its cause and detail; empty: none
  Story story;
  std::vector<Breach> breaches;
};

struct Run {
  std::optional<Violation> violation;
  std::map<base::ReleaseId, Ended> releases;
  base::Digest journal;  ///< the root of its tree: two runs with equal ones wrote the same bytes
  std::uint64_t entries = 0;
  std::uint64_t steps = 0;  ///< of the world
  std::uint32_t misfortunes = 0;
  std::uint32_t starts = 0;  ///< of the process
  std::uint64_t served_by_new = 0;
  std::uint64_t harmed = 0;  ///< of these: answered with an error, or too slowly
  base::Duration took;       ///< simulated
  std::deque<std::string> trace;
  std::set<Fault> struck;  ///< kinds of misfortune that happened
  std::vector<Happening> timeline;
};

class World {
 public:
  explicit World(const Scenario& scenario);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Until everything has come to rest, or an invariant is violated.
  Run run();

 private:
  struct Process;

  void start();
  void kill();
  void freeze(base::Duration span);
  void tamper();
  void answer_twice();
  void begin_releases();
  void step();
  void live();
  void turns();
  void advance();
  void watch_for_calm();
  [[nodiscard]] bool over() const;
  [[nodiscard]] bool frozen() const { return clock_.mono() < thaws_at_; }
  [[nodiscard]] Facts facts();
  void listen();
  void look_for_breaches(base::Duration passed);
  [[nodiscard]] Ended ended(const Ledger& ledger);
  Run result();

  const Scenario& scenario_;
  Random dice_;
  adapters::MemoryClock clock_;
  Trace trace_;
  Interference interference_;
  SimStore store_;
  SimOutside outside_;
  Invariants invariants_;
  Load load_;
  Chronicle chronicle_;
  std::map<base::ReleaseId, Breaches> breaches_;
  base::MonoTime looked_at_;
  People people_;
  Misfortunes misfortunes_;
  std::unique_ptr<Process> process_;
  base::MonoTime began_at_;
  base::MonoTime restart_at_;
  base::MonoTime thaws_at_;
  base::MonoTime wakes_at_;
  std::optional<base::MonoTime> calm_since_;
  std::map<base::ReleaseId, base::MonoTime> begin_at_;
  std::uint64_t steps_ = 0;
  std::uint32_t starts_ = 0;
};

}  // namespace stellwerk::sim
