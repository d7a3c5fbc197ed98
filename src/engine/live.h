// live.h — what the engine keeps of one release (internal to engine*.cc).
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/engine.h"

namespace stellwerk::engine {

struct Engine::Live {
  Live(ReleaseRun run_in, GuardWatch watch_in)
      : run(std::move(run_in)), watch(std::move(watch_in)) {}

  ReleaseRun run;
  GuardWatch watch;
  std::set<base::EffectKey> started;          ///< by this process
  std::optional<std::int64_t> rollout_speed;  ///< asked for a demonstration
  bool sending_hold = false;                  ///< evidence of a hold is being stored
  std::set<base::ComponentName> seen_ready;   ///< components whose old version was once ready
  std::map<std::string, bool> old_instances;  ///< last probe of each instance of an old version
};

}  // namespace stellwerk::engine
