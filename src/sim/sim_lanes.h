// sim_lanes.h — lanes in simulated time: a job starts, acts at one instant, and its answer comes
// later; in an order that the seed decides.
//
// Role: ports::Lanes for a simulated process; it dies with it, and what had not acted never does.
// Start here: run()                                              Thread-safety: one thread.
// Invariants: jobs of a lane never overlap, and those that may start keep their order; a job acts
// at most once.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ports/clock.h"
#include "ports/lanes.h"
#include "sim/interference.h"

namespace stellwerk::sim {

class SimLanes final : public ports::Lanes {
 public:
  /// Both outlive the lanes.
  SimLanes(const ports::Clock& clock, Interference& interference, std::uint64_t seed)
      : clock_(clock), interference_(interference), dice_(Random(seed).fork(2)) {}

  void submit(ports::JobOptions options, ports::Job job) override;
  void cancel(const base::EffectKey& key) override;
  std::vector<ports::Completion> finished() override;
  void wait(base::MonoTime /*until*/) override {}  ///< the world moves the clock
  void wake() override {}
  [[nodiscard]] bool busy() const override;

  /// Starts, acts and finishes whatever is due now. True: completions wait in finished().
  /// @throws Killed
  bool run();
  /// When run() has something to do next; empty: never, by itself.
  [[nodiscard]] std::optional<base::MonoTime> next() const;
  /// Since when a job of the lane has been running; empty: none is.
  [[nodiscard]] std::optional<base::MonoTime> running_since(const std::string& lane) const;
  /// Since when the job whose turn it is has been waiting for its end; empty: there is none.
  [[nodiscard]] std::optional<base::MonoTime> waiting_since(const std::string& lane) const;
  /// Since when the lane has had no rest: what waits for it may have waited so long.
  [[nodiscard]] std::optional<base::MonoTime> busy_since(const std::string& lane) const;

 private:
  struct Waiting {
    ports::JobOptions options;
    ports::Job job;
    base::MonoTime not_before;
    base::MonoTime submitted;
  };
  struct Running {
    Waiting what;
    ports::Call call;
    base::MonoTime began;
    base::MonoTime acts_at;
    base::MonoTime answers_at;
    bool acted = false;
    ports::Completion completion;
  };
  struct Lane {
    std::deque<Waiting> waiting;
    std::optional<Running> running;
  };

  struct Busy {
    base::MonoTime since;
    std::optional<base::MonoTime> until = {};  ///< it rests since then
  };

  bool start(Lane& lane);
  bool go_on(Lane& lane);
  bool turn(Lane& lane);

  const ports::Clock& clock_;
  Interference& interference_;
  Random dice_;
  std::map<std::string, Lane> lanes_;
  std::map<std::string, Busy> busy_;
  std::vector<ports::Completion> finished_;
};

}  // namespace stellwerk::sim
