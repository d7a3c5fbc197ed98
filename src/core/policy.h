// policy.h — what each release type demands and allows: the runbook's "Release-Typen" as data.
//
// Role: compile() reads these tables; there is no code path of a type anywhere.
// Start here: policy_of()          Thread-safety: immutable tables.
// Invariants: one row a type; the default strategy is among the allowed ones; every allowed
// strategy has a row of waves. Spec: runbook "Release-Typen", "Phase 3: Rollout".
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "base/ratio.h"
#include "base/time.h"
#include "core/words.h"

namespace stellwerk::core {

/// A set of words of one closed vocabulary, as data.
template <class E>
class SetOf {
 public:
  constexpr SetOf() = default;
  constexpr SetOf(std::initializer_list<E> items) {
    for (const E item : items) bits_ |= bit(item);
  }
  [[nodiscard]] constexpr bool contains(E item) const { return (bits_ & bit(item)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }

 private:
  static constexpr std::uint32_t bit(E item) { return 1U << static_cast<unsigned>(item); }
  std::uint32_t bits_ = 0;
};
using TypeSet = SetOf<ReleaseType>;
using StrategySet = SetOf<Strategy>;
using RoleSet = SetOf<Role>;

inline constexpr TypeSet kEveryType{ReleaseType::Patch, ReleaseType::Hotfix, ReleaseType::Minor,
                                    ReleaseType::Major, ReleaseType::Migration};
inline constexpr TypeSet kOnlyMajor{ReleaseType::Major};
inline constexpr TypeSet kOnlyMigration{ReleaseType::Migration};

/// The highest part of a version that changes.
enum class VersionLevel : std::uint8_t { Patch, Minor, Major };

enum class Downtime : std::uint8_t {
  None,          ///< the runbook says: none
  WithDatabase,  ///< only if a migration of the database needs a lock
  WithApproval,  ///< possible, after approval
};

struct RequiredApproval {
  Role role = Role::ReleaseManager;
  std::uint32_t count = 1;
};

struct TypePolicy {
  ReleaseType type = ReleaseType::Minor;
  std::span<const VersionLevel> versions = {};  ///< empty: any higher version
  std::string_view version_rule = {};           ///< for errors: what the runbook asks
  StrategySet strategies = {};
  Strategy strategy = Strategy::Canary;  ///< the default
  Downtime downtime = Downtime::None;
  base::Duration announce_lead = base::hours(24);
  /// Beside the acceptance of features and of the changelog, which are steps of their own.
  std::span<const RequiredApproval> approvals = {};
  bool signatures = false;   ///< decisions before the rollout are signed ("signierte Freigaben")
  bool two_persons = false;  ///< no fewer than two different people approve
  /// Requirement ids (requirements.h) of what the type's own table demands.
  std::span<const std::string_view> tests = {};
  std::span<const std::string_view> documents = {};
  std::span<const std::string_view> audit = {};
};
const TypePolicy& policy_of(ReleaseType type);

struct WaveTemplate {
  base::Ppm share;
  base::Duration hold;
};
/// How a strategy moves the traffic of a release type when the release does not say.
struct StrategyTemplate {
  Strategy strategy = Strategy::Canary;
  TypeSet types;
  std::span<const WaveTemplate> waves = {};  ///< empty: one per instance (rolling)
  base::Duration hold;                       ///< rolling: of each wave
  base::Duration standby;                    ///< of the old version after 100 %
  Capacity capacity = Capacity::Parallel;    ///< when the release does not say
  bool has_choice = false;                   ///< it may say the other one
};
/// The row for this pair; the pair must be allowed.
const StrategyTemplate& strategy_of(ReleaseType type, Strategy strategy);

inline constexpr base::Duration kPreCheckLead = base::hours(1);  ///< T-1h, or the shorter lead
inline constexpr base::Duration kWarmUp = base::minutes(5);  ///< from deployment to the first wave
inline constexpr base::Duration kPostCheck = base::minutes(30);

}  // namespace stellwerk::core
