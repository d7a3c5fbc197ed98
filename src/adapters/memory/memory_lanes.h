// memory_lanes.h — lanes without threads: jobs run when they are told to, in an order that is
// always the same.
//
// Role: ports::Lanes for tests of the engine and for the simulator.        Start here: run()
// Thread-safety: one thread. Invariants: within a lane jobs keep their order; lanes take turns in
// the order of their names; a lane that is held starts nothing, as behind a job that hangs.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>

#include "ports/clock.h"
#include "ports/lanes.h"

namespace stellwerk::adapters {

class MemoryLanes final : public ports::Lanes {
 public:
  /// `clock` outlives the lanes.
  explicit MemoryLanes(const ports::Clock& clock) : clock_(clock) {}

  void submit(ports::JobOptions options, ports::Job job) override;
  void cancel(const base::EffectKey& key) override;
  std::vector<ports::Completion> finished() override;
  void wait(base::MonoTime /*until*/) override {}  ///< whoever drives the clock decides
  void wake() override {}
  [[nodiscard]] bool busy() const override;

  /// Runs what may start now, one job of each lane; true when there was any. What they leave waits
  /// in finished().
  bool run();
  /// @param lane  its name, or with a colon at its end all lanes of that kind (`step:`)
  void hold(const std::string& lane) { held_.insert(lane); }
  void let_go(const std::string& lane) { held_.erase(lane); }
  [[nodiscard]] std::size_t waiting(const std::string& lane) const;

 private:
  struct Waiting {
    ports::JobOptions options;
    ports::Job job;
    base::MonoTime not_before;
  };

  [[nodiscard]] bool held(const std::string& lane) const;

  const ports::Clock& clock_;
  std::map<std::string, std::deque<Waiting>> lanes_;
  std::set<std::string> held_;
  std::vector<ports::Completion> finished_;
};

}  // namespace stellwerk::adapters
