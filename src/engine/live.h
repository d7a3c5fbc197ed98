// live.h — what the engine keeps of one release (internal to engine*.cc).
#pragma once

#include <optional>
#include <set>

#include "engine/capacity_watch.h"
#include "engine/engine.h"

namespace stellwerk::engine {

/// What of a release decides which instances are measured, probed and judged.
struct Followed {
  bool ended = false;
  bool new_version_runs = false;
  bool retiring = false;
  std::map<base::ComponentName, std::uint32_t> arranged;
  std::vector<base::ComponentName> old_failed;
  std::vector<std::string> changes;  ///< of instances, under way: their keys
  friend bool operator==(const Followed&, const Followed&) = default;
};
Followed followed_of(const core::State& state);

struct Engine::Live {
  Live(ReleaseRun run_in, GuardWatch watch_in)
      : run(std::move(run_in)), watch(std::move(watch_in)) {}

  ReleaseRun run;
  GuardWatch watch;
  std::set<base::EffectKey> started;               ///< by this process
  std::set<std::string> nonces;                    ///< of signed texts that were taken
  std::optional<std::int64_t> rollout_speed;       ///< asked for a demonstration
  bool sending_hold = false;                       ///< evidence of a hold is being stored
  std::optional<base::MonoTime> completing_since;  ///< the hold could end but for the router's word
  /// Of waves that ended, until they are stored; by the subject of the effect, which names the run.
  std::map<std::string, std::string> windows;
  CapacityWatch old_capacity;
  std::optional<Followed> followed;  ///< as the state was when the world was last looked over
  bool put_right = false;            ///< wrote its routes since the router's were last understood
  std::optional<base::MonoTime> ended_at;         ///< and nothing of it has been under way since
  std::optional<base::MonoTime> restoring_since;  ///< a rollback's traffic waits for old instances
};

}  // namespace stellwerk::engine
