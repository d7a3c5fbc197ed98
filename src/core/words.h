// words.h — the closed vocabularies of a release: types, strategies, phases, roles; and their
// texts.
//
// Thread-safety: values; any thread.          Spec: runbook "Release-Typen", "Standardablauf",
// "Rollen & Verantwortung".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace stellwerk::core {

enum class ReleaseType : std::uint8_t { Patch, Hotfix, Minor, Major, Migration };
enum class Strategy : std::uint8_t { Rolling, Canary, BlueGreen, Stepwise };
/// Where the new version's instances run: beside all of the old one's, or in their place.
enum class Capacity : std::uint8_t { Parallel, InPlace };
enum class Phase : std::uint8_t { Preparation, PreCheck, Rollout, PostCheck, Rollback };
enum class Role : std::uint8_t { ReleaseManager, DevOps, Qa, ProductOwner, AuditOfficer };
/// What a person says of a plan, signed or not.
enum class ApprovalKind : std::uint8_t {
  Approve,             ///< it may be carried out
  AcceptFeatures,      ///< the Product Owner's acceptance of new features
  AcceptChangelog,     ///< the changelog may go out
  AcceptCompleteness,  ///< the Audit Officer found the record complete, after the end
  SignOff,             ///< afterwards, of what began under an emergency approval
  EmergencyApprove,    ///< a hotfix may begin before its approvals are there
};

inline constexpr std::array kReleaseTypes{ReleaseType::Patch, ReleaseType::Hotfix,
                                          ReleaseType::Minor, ReleaseType::Major,
                                          ReleaseType::Migration};
inline constexpr std::array kStrategies{Strategy::Rolling, Strategy::Canary, Strategy::BlueGreen,
                                        Strategy::Stepwise};
inline constexpr std::array kCapacities{Capacity::Parallel, Capacity::InPlace};
inline constexpr std::array kPhases{Phase::Preparation, Phase::PreCheck, Phase::Rollout,
                                    Phase::PostCheck, Phase::Rollback};
inline constexpr std::array kApprovalKinds{
    ApprovalKind::Approve,         ApprovalKind::AcceptFeatures,
    ApprovalKind::AcceptChangelog, ApprovalKind::AcceptCompleteness,
    ApprovalKind::SignOff,         ApprovalKind::EmergencyApprove};
inline constexpr std::array kRoles{Role::ReleaseManager, Role::DevOps, Role::Qa, Role::ProductOwner,
                                   Role::AuditOfficer};

std::string_view to_string(ReleaseType);  ///< patch, hotfix, minor, major, migration
std::string_view to_string(Strategy);     ///< rolling, canary, blue-green, stepwise
std::string_view to_string(Capacity);     ///< parallel, in-place
std::string_view to_string(Phase);        ///< preparation, pre-check, rollout, post-check, rollback
std::string_view to_string(Role);  ///< release-manager, devops, qa, product-owner, audit-officer
/// approve, accept-features, accept-changelog, accept-completeness, sign-off, emergency-approve
std::string_view to_string(ApprovalKind);

/// As an actor: what was decided without anybody asking for it.
inline constexpr std::string_view kSelf = "stellwerk";
/// The person, or kSelf.
std::string actor_text(const base::PersonId& by);

/// @errors InvalidArgument PLN-0001: an unknown word; lists the valid ones and the nearest.
base::Result<ReleaseType> parse_release_type(std::string_view);
base::Result<Strategy> parse_strategy(std::string_view);
base::Result<Capacity> parse_capacity(std::string_view);
base::Result<Phase> parse_phase(std::string_view);
base::Result<Role> parse_role(std::string_view);
base::Result<ApprovalKind> parse_approval_kind(std::string_view);

}  // namespace stellwerk::core
