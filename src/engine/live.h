// live.h — what the engine keeps of one release (internal to engine*.cc).
#pragma once

#include <optional>
#include <set>

#include "engine/capacity_watch.h"
#include "engine/engine.h"

namespace stellwerk::engine {

struct Engine::Live {
  Live(ReleaseRun run_in, GuardWatch watch_in)
      : run(std::move(run_in)), watch(std::move(watch_in)) {}

  ReleaseRun run;
  GuardWatch watch;
  std::set<base::EffectKey> started;               ///< by this process
  std::optional<std::int64_t> rollout_speed;       ///< asked for a demonstration
  bool sending_hold = false;                       ///< evidence of a hold is being stored
  std::optional<base::MonoTime> completing_since;  ///< the hold could end but for the router's word
  /// Of waves that ended, until they are stored; by the subject of the effect, which names the run.
  std::map<std::string, std::string> windows;
  CapacityWatch old_capacity;
  std::optional<base::MonoTime> restoring_since;  ///< a rollback's traffic waits for old instances
};

}  // namespace stellwerk::engine
