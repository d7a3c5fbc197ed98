// interference.h — what may happen to any call the engine makes: refused, lost, answered late, or
// the process dies there.
//
// Role: every simulated port asks before() and after() around what it does. The simulated world
// sets the weather: what lasts for some time.                      Start here: Interference
// Thread-safety: one thread.
#pragma once

#include <deque>
#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ports/call.h"
#include "ports/clock.h"
#include "sim/random.h"
#include "sim/swarm.h"

namespace stellwerk::sim {

/// The process is gone, in the middle of whatever it did (kill -9). Caught by the world only.
struct Killed : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return "killed"; }
};

/// Which call of which port.
enum class Place : std::uint8_t {
  Append,
  ReadJournal,
  Note,
  PutContent,
  GetContent,
  Emergency,
  Reserve,
  RouterWrite,
  RouterRead,
  Ensure,
  Retire,
  WorkloadRead,
  Probe,
  Step,
  Deliver,
  Sign,
  Draw,
  WriteLog,
};
std::string_view to_string(Place place);

enum class Twist : std::uint8_t {
  None,
  Refuse,       ///< nothing happens, and that is known
  LoseRequest,  ///< nothing happens, and nobody knows
  LoseAnswer,   ///< it happens, and nobody knows
};

/// What a seed's world did, told line by line; silent unless somebody listens.
class Trace {
 public:
  explicit Trace(const ports::Clock& clock) : clock_(clock) {}
  void listen() { on_ = true; }
  /// @param text  a callable that makes the line
  template <class Text>
  void say(const Text& text) {
    if (on_) keep(text());
  }
  [[nodiscard]] const std::deque<std::string>& lines() const { return lines_; }

 private:
  void keep(std::string line);

  const ports::Clock& clock_;
  bool on_ = false;
  std::deque<std::string> lines_;
};

/// What lasts for some time.
struct Weather {
  bool disk_full = false;
  bool router_gone = false;
  bool source_silent = false;
  bool source_late = false;
  bool source_lies = false;
  bool nobody_asks = false;
  bool errs = false;        ///< the new version
  bool slow = false;        ///< the new version
  bool lags = false;        ///< the new version
  bool steps_fail = false;  ///< a check that never passes
  bool unhealthy = false;   ///< a health check fails
};

class Interference {
 public:
  Interference(const Swarm& swarm, std::uint64_t seed, const ports::Clock& clock, Trace& trace);

  /// Before the call acts. @throws Killed
  Twist before(Place place, const ports::Call* call = nullptr);
  /// After it acted, before its answer is heard. @throws Killed
  void after(Place place);

  /// Whether one of a kind strikes now, at a call that has no twist for it.
  bool strikes(Fault fault);
  /// How long a job waits for its turn and how long its answer takes.
  std::pair<base::Duration, base::Duration> latency();
  /// How long its answer comes after its deadline; mostly not.
  base::Duration overdue();
  /// Time that calls of the job that just ran have waited in vain.
  base::Duration take_delay() { return std::exchange(delay_, {}); }

  /// Happens some seconds from now, whoever lives then.
  void later(base::Duration delay, std::function<void()> what);
  void run_due();
  [[nodiscard]] std::optional<base::MonoTime> next_due() const;

  /// One more misfortune has happened. After enough of them the world is calm for good.
  void count(Fault fault) {
    ++misfortunes_;
    if (on_fault) on_fault(fault, false);
  }
  /// One that lasted a while has ended.
  void over(Fault fault) {
    if (on_fault) on_fault(fault, true);
  }
  /// Told of every misfortune, and of its end where it lasted; may be empty.
  std::function<void(Fault fault, bool over)> on_fault;
  void calm_down() { calm_ = true; }
  [[nodiscard]] bool calm() const { return calm_ || misfortunes_ >= swarm_.misfortunes; }
  [[nodiscard]] std::uint32_t misfortunes() const { return misfortunes_; }
  [[nodiscard]] const Swarm& swarm() const { return swarm_; }
  Trace& trace() { return trace_; }

  Weather weather;

 private:
  bool strikes(Fault fault, base::Ppm rate);
  void maybe_kill(Place place, const char* when);
  [[nodiscard]] Twist weather_at(Place place) const;
  Twist twist_of(Fault fault, Place place, const ports::Call* call);

  /// Every kind has dice of its own, so that one can be left out and the others stay as they are.
  Random& dice_of(Fault fault) { return dice_[static_cast<std::size_t>(fault)]; }

  const Swarm& swarm_;
  std::vector<Random> dice_;
  const ports::Clock& clock_;
  Trace& trace_;
  base::Duration delay_;
  std::uint32_t misfortunes_ = 0;
  bool calm_ = false;
  std::vector<std::pair<base::MonoTime, std::function<void()>>> later_;
};

}  // namespace stellwerk::sim
