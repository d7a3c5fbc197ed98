// reaction.h — when the guard must have spoken: what the new version of a release has answered in
// the guard's window, as the world knows it.
//
// Role: the invariants show it every step and ask whether the rollback's limit is broken whichever
// way the window is cut.                                             Start here: Reaction::beyond()
// Thread-safety: one thread.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "core/guard_policy.h"
#include "sim/breaches.h"

namespace stellwerk::sim {

class Reaction {
 public:
  /// A wave begins anew, and the guard's windows with it.
  void forget(base::MonoTime now);
  /// The guard has not heard everything: nothing is said until its windows are past that.
  void doubt(base::MonoTime now);
  /// One step, which a guard that is fed has seen.
  void look(const Exposure& seen, base::MonoTime now, const core::GuardPolicy& policy);
  /// The window of some component is beyond the limit, with a second more or less at either end.
  [[nodiscard]] bool beyond(base::MonoTime now, const core::GuardPolicy& policy) const;

 private:
  struct Moment {
    base::MonoTime at;
    Answered counts;
  };

  base::MonoTime since_;
  bool doubted_ = false;
  std::map<base::ComponentName, std::deque<Moment>> answered_;
};

}  // namespace stellwerk::sim
