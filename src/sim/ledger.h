// ledger.h — what the journal of one simulated release says so far, folded by nobody but the
// simulator.
//
// Role: the invariants hold the world and the engine against it.            Start here: Ledger
// Thread-safety: one thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/decide.h"
#include "engine/entries.h"

namespace stellwerk::sim {

struct Ledger {
  Ledger() = default;
  explicit Ledger(const core::Plan& of);

  std::shared_ptr<const core::Plan> plan;
  std::vector<core::RoutingTable> routes;  ///< of each wave, and settled (the last one)
  std::vector<std::string> tenants;        ///< that are watched; empty: requests without one
  base::Digest digest;                     ///< of the plan
  core::State state;
  std::map<std::string, std::uint32_t> count;       ///< by type
  std::set<base::EffectKey> keys;                   ///< every intent there ever was
  std::map<std::string, std::uint32_t> runs_asked;  ///< intents to run a step, by step
  std::uint64_t waves_begun = 0;                    ///< `stellwerk.traffic.intended` so far
  bool given_up = false;  ///< a retirement was given up after its last attempt
  bool promoted = false;  ///< the hold that ends next
  /// Numbers of the waves whose routes may be in force: what was read back last, and what is
  /// intended since (0: everyone on the old version; one more than there are: settled).
  std::set<std::uint32_t> tables = {0};
  bool may_be_down = false;  ///< the page of maintenance may be shown

  [[nodiscard]] std::uint32_t settled() const {
    return static_cast<std::uint32_t>(plan->waves.size()) + 1;
  }
  [[nodiscard]] bool has(const std::string& type) const { return count.contains(type); }
  /// The routes may be those in force.
  [[nodiscard]] bool allows(const base::ComponentName& component,
                            const core::ComponentRoutes& found) const;
  /// They are those of nobody on the new version or, in place, of a wave before this one.
  [[nodiscard]] bool goes_back(const base::ComponentName& component,
                               const core::ComponentRoutes& found) const;
  /// An intent of this kind (and subject, if one is given) has no answer yet.
  [[nodiscard]] bool is_open(core::EffectKind kind, std::string_view subject = {}) const;
  /// Folds one more entry.
  void take(const engine::ReadEntry& entry);

 private:
  void follow_routes(const core::Event& event);
};

}  // namespace stellwerk::sim
