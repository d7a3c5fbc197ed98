// mutation.h — mistakes that a test can plant in the engine, to show that the simulator finds them.
//
// Role: `mutated(x)` stands where somebody could make the mistake. It is constant false, and so
// costs nothing, unless the build has STELLWERK_MUTATIONS (the presets for tests); even then
// nothing but a test sets one.                                          Start here:
// tests/sim/mutation_test.cc Thread-safety: any thread.
#pragma once

#include <cstdint>

namespace stellwerk::base {

enum class Mutation : std::uint8_t {
  None,
  ActBeforeCommit,      ///< effects start while their entry is still being written
  SkipReadBack,         ///< a change of traffic counts as done without the router's word
  ForgetGuardInPause,   ///< a paused release is not watched
  RepeatAfterRestart,   ///< a *once* effect of unknown outcome runs again
  IgnoreSilence,        ///< no data is taken for good data
  ReviveLease,          ///< a lease that ran out comes back without a person's word
  ForgetHoldMinimum,    ///< a hold ends without the guard's minimum
  OpenGateEarly,        ///< the pre-check's gate does not wait for its steps
  AcceptAnyPlan,        ///< an approval counts for another plan
  GiveUpRollback,       ///< traffic that could not be returned is not returned again
  LoseDelivery,         ///< what a subscriber did not take is not offered again
  ForgetEmergencyLine,  ///< what was done before its entry is not kept
  IgnoreRollback,       ///< the guard's word to go back is not taken
  PauseForgivesAll,     ///< … not in a pause
  IgnoreSchedule,       ///< what has a planned time does not wait for it
  HurryHold,            ///< a hold counts three times as fast as time passes
  ForgetRenewal,        ///< leases are not renewed
  ForgetEvidence,       ///< an entry names evidence that is not stored
  DelayReturn,          ///< a rollback tries seven times without writing anything
  ForgetPatience,       ///< a rollback goes ahead of its entry at once
  MoveBeforeCapacity,   ///< a wave does not wait for the instances it needs
};
inline constexpr Mutation kLastMutation = Mutation::MoveBeforeCapacity;

#ifdef STELLWERK_MUTATIONS
bool mutated(Mutation mutation);
/// One at a time, for the whole program. For tests.
void plant(Mutation mutation);
#else
constexpr bool mutated(Mutation /*mutation*/) { return false; }
#endif

}  // namespace stellwerk::base
