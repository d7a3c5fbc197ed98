// people.h — those who approve, attest, resume, promote and roll back in a simulated world; and
// those who do so at odd moments, twice, or without being asked.
//
// Role: the world lets them look from time to time; they speak to the engine as the API does.
// Start here: act()                                             Thread-safety: one thread.
#pragma once

#include <map>
#include <vector>

#include "engine/engine.h"
#include "sim/interference.h"

namespace stellwerk::sim {

class People {
 public:
  People(const Swarm& swarm, std::uint64_t seed, const ports::Clock& clock,
         Interference& interference)
      : swarm_(swarm),
        dice_(Random(seed).fork(3)),
        clock_(clock),
        interference_(interference),
        next_(clock.mono()) {}

  /// They look at every release that is under way, if it is time.
  void act(engine::Engine& engine);
  [[nodiscard]] base::MonoTime next() const { return next_; }
  /// The world is calm: nobody waits any longer, and what cannot go on is rolled back.
  void hurry(base::MonoTime since) { hurry_since_ = hurry_since_.value_or(since); }
  /// Commands that were refused or changed nothing, for the record.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  bool look(engine::Engine& engine, const base::ReleaseId& id);
  bool answer(engine::Engine& engine, const engine::ReleaseRun& run);
  void answer_waiting(engine::Engine& engine, const engine::ReleaseRun& run,
                      const base::StepId& step);
  // sensible_people.cc
  void act_sensibly(engine::Engine& engine);
  void answer_sensibly(engine::Engine& engine, const engine::ReleaseRun& run);
  void decide_sensibly(engine::Engine& engine, const engine::ReleaseRun& run);
  void treat_pause(engine::Engine& engine, const engine::ReleaseRun& run);
  void say_odd(engine::Engine& engine, const engine::ReleaseRun& run);
  core::InputBody odd_command(const engine::ReleaseRun& run);
  void tell(engine::Engine& engine, const engine::ReleaseRun& run, core::InputBody body,
            const base::PersonId& by);
  base::PersonId anybody(const core::Plan& plan);

  const Swarm& swarm_;
  Random dice_;
  const ports::Clock& clock_;
  Interference& interference_;
  base::MonoTime next_;
  std::optional<base::MonoTime> hurry_since_;
  std::map<base::ReleaseId, std::uint32_t> resumed_;
  std::map<base::ReleaseId, base::MonoTime> answers_at_;  ///< while they are asked something
  std::map<base::ReleaseId, std::uint32_t> looks_;        ///< at a pause, without resuming
  std::uint64_t refused_ = 0;
};

}  // namespace stellwerk::sim
