// lanes.h — port: where effects run. The engine hands in jobs and collects what became of them; it
// starts no thread.
//
// Role: app runs lanes on a bounded pool of threads; sim runs them in its own order.       Start
// here: Lanes Jobs of one lane run one after another, those that may start in the order given;
// lanes run side by side. Thread-safety: called from the engine's thread only; `wake` from any
// thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "ports/call.h"

namespace stellwerk::ports {

/// What a job leaves behind: applied by the engine on its own thread, so jobs share nothing with
/// it.
using Completion = std::function<void()>;
/// Runs in the lane; blocks at most until `call.deadline`; must look at `call.stop`.
using Job = std::function<Completion(const Call& call)>;

struct JobOptions {
  std::string lane;        ///< `router`, `store`, `step:…`: jobs of equal lane never overlap
  base::EffectKey key;     ///< for cancel(); may be empty
  base::Duration timeout;  ///< the call's deadline counts from the job's start
  base::Duration delay;    ///< real time before it may start (back-off); others pass it
  bool urgent =
      false;  ///< goes before every waiting job of its lane (traffic back to the old version)
};

class Lanes {
 public:
  virtual ~Lanes() = default;
  virtual void submit(JobOptions options, Job job) = 0;
  /// Stops the running job of this key (its token is set) and drops a waiting one. Its completion
  /// still arrives when it was already running.
  virtual void cancel(const base::EffectKey& key) = 0;
  /// Completions of finished jobs, in order of finishing; the caller runs them.
  virtual std::vector<Completion> finished() = 0;
  /// Blocks until something finished, wake() was called, or `until`.
  virtual void wait(base::MonoTime until) = 0;
  virtual void wake() = 0;
  /// True while a job runs or waits.
  [[nodiscard]] virtual bool busy() const = 0;
};

}  // namespace stellwerk::ports
