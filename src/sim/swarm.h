// swarm.h — which misfortunes a simulated world has, how often, and how it is set up: chosen by the
// seed.
//
// Role: every seed gets other kinds of faults at other rates (swarm testing: a world with few kinds
// of faults goes deeper than one with all of them). A failing seed is shortened by leaving kinds
// out.                                              Start here: swarm_of()
// Thread-safety: values.   Spec: docs/simulator.md; Groce et al., "Swarm Testing", ISSTA 2012
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ratio.h"
#include "base/time.h"

namespace stellwerk::sim {

/// Kinds of misfortune. Those of a call strike at one call of a port; those of a time last for
/// some time.
enum class Fault : std::uint8_t {
  Kill,             ///< the process dies before or after any call of any port, or between
  Freeze,           ///< the process is stopped for seconds to minutes and goes on (SIGSTOP, VM)
  DiskFull,         ///< for a time: journal, content, notes and reserve refuse
  StoreAnswerLost,  ///< a call: the append is durable, its answer is lost
  StoreRefuses,     ///< a call fails, nothing is written
  StoreHangs,       ///< a call answers when its deadline is over
  ReadFails,        ///< a call that reads journal or content fails
  RouterRefuses,    ///< a call: unavailable, nothing changed
  RouterAnswerLost,
  RouterRequestLost,
  RouterHangs,
  RouterGone,      ///< for a time: it answers nothing, and has lost its leases
  RouterCrash,     ///< it loses its leases and is not there until it is brought up
  RouterTampered,  ///< a hand from outside sets other routes
  WorkloadRefuses,
  WorkloadAnswerLost,
  WorkloadHangs,
  InstancesDie,  ///< for a time: the instances of a version back off
  StepFails,     ///< a call: a check finds something bad
  StepUnknown,   ///< a call: started, and nobody knows what became of it
  StepHangs,
  StepsFailForever,  ///< one check never passes, until people do something about it
  SubscriberFails,   ///< a call: nothing delivered
  SubscriberAnswerLost,
  MetricsVanish,  ///< for a time: the source is silent
  MetricsLate,    ///< for a time: measurements come seconds later
  MetricsLie,     ///< for a time: no numbers, other versions, other times
  HealthFlaps,    ///< for a short time: one target answers badly
  HealthBad,      ///< for a long time
  HealthSilent,   ///< for a time: no probe comes back
  VersionErrs,    ///< for a time: the new version answers with errors
  VersionSlow,
  VersionLags,
  NoRequests,  ///< for a time: nobody asks anything
  WallSteps,
  WallDrifts,
  EntropyFails,
  SignerFails,
  AnswerTwice,  ///< an effect's answer comes a second time
  PeopleOdd,    ///< commands that nobody expects, twice, late, by the wrong person
  PeopleSlow,
  SlowLanes,         ///< effects take time, in another order each time
  LateWrites,        ///< what the router was told acts seconds after its answer was lost
  WorkloadHalfDone,  ///< a call: some instances are started or stopped, others not; nobody knows
  AnswerOverdue,     ///< an effect answers minutes after its deadline, and its lane waits for it
  WorkloadLacksOne,  ///< a call: the last instance does not come up, as it says
};
inline constexpr std::size_t kFaults = 46;
std::string_view to_string(Fault fault);
/// Empty: no fault of that name.
std::optional<Fault> fault_named(std::string_view name);
std::vector<Fault> all_faults();

/// People as one wishes them: see sensible_people.cc.
struct Manners {
  base::Duration answers_min;  ///< after they were asked; of the runbook's clock
  base::Duration answers_max;
};

/// How one seed's world is set up.
struct Swarm {
  std::set<Fault> faults;
  base::Ppm call_rate;               ///< that a call is struck by one of its kinds
  base::Duration pause_mean;         ///< between two misfortunes of a time
  std::uint32_t misfortunes = 0;     ///< after so many the world is calm for good
  std::int64_t speed_before = 3600;  ///< of the runbook's clock, up to the rollout
  std::int64_t speed_rollout = 3600;
  base::Duration guard_interval = base::seconds(1);
  std::uint64_t requests_per_second = 20;
  base::Ppm odd = base::percent(8);     ///< of the times people look: a command nobody expects
  std::optional<Manners> manners = {};  ///< empty: people do as they like

  [[nodiscard]] bool has(Fault fault) const { return faults.contains(fault); }
};
/// The world of a seed. @param without  kinds of fault that are left out
Swarm swarm_of(std::uint64_t seed, const std::set<Fault>& without = {});
/// No misfortune at all.
Swarm calm_swarm();

}  // namespace stellwerk::sim
