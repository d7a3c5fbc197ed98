// misfortunes.h — what befalls a simulated world from time to time and lasts for a while.
//
// Role: the world asks happen() at every step; each kind of the seed's swarm comes at its turn and
// ends by itself.                                                Start here: happen()
// Thread-safety: one thread.
#pragma once

#include <functional>
#include <vector>

#include "adapters/memory/memory_clock.h"
#include "sim/load.h"

namespace stellwerk::sim {

/// What only the world can do to its process.
struct ProcessFate {
  std::function<void()> kill;
  std::function<void(base::Duration)> freeze;
  /// A hand from outside sets other routes; the world keeps in mind that it was not the engine.
  std::function<void()> tamper;
  /// An effect's answer comes a second time.
  std::function<void()> answer_twice;
};

class Misfortunes {
 public:
  Misfortunes(std::uint64_t seed, adapters::MemoryClock& clock, Interference& interference,
              Load& load, ProcessFate fate);
  void watch(const core::Plan& plan) { plans_.push_back(&plan); }

  void happen();
  /// Empty: nothing lasts a while in this world.
  [[nodiscard]] std::optional<base::MonoTime> next() const;
  /// Everything that still lasts ends.
  void heal();
  /// How far the wall clock runs from the monotonic one.
  [[nodiscard]] base::Ppm drift() const { return drift_; }
  /// Last; it may have been brought up again since.
  [[nodiscard]] std::optional<base::MonoTime> router_crashed_at() const {
    return router_crashed_at_;
  }

 private:
  /// Each has dice and a time of its own, so that one can be left out and the others stay.
  struct Kind {
    Fault fault;
    Random dice;
    base::MonoTime next;
  };

  void put_off(Kind& kind) const;
  void strike(Fault fault);
  void strike_weather(Fault fault);
  void strike_version(Fault fault);
  void strike_health(Fault fault);
  void last(Fault fault, bool Weather::* what, base::Duration longest);
  void crash_router();
  void instances_die();
  base::Duration some_time(base::Duration longest);

  Random dice_;  ///< of the kind that strikes
  adapters::MemoryClock& clock_;
  Interference& interference_;
  SimOutside& outside_;
  Load& load_;
  ProcessFate fate_;
  std::vector<Kind> kinds_;
  std::vector<const core::Plan*> plans_;
  base::Ppm drift_;
  std::optional<base::MonoTime> router_crashed_at_;
};

}  // namespace stellwerk::sim
