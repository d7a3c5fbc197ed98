#include "core/permissions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"

namespace stellwerk::core {
namespace {

constexpr RoleSet kSteering{Role::ReleaseManager, Role::DevOps};
constexpr RoleSet kWatching{Role::ReleaseManager, Role::DevOps, Role::Qa};
constexpr RoleSet kAnybody{Role::ReleaseManager, Role::DevOps, Role::Qa, Role::ProductOwner,
                           Role::AuditOfficer};
constexpr RoleSet kAuditing{Role::AuditOfficer};
constexpr RoleSet kKeeping{Role::AuditOfficer, Role::DevOps};
constexpr RoleSet kDocumenting{Role::ReleaseManager, Role::DevOps, Role::AuditOfficer};

constexpr std::string_view kDecision = "the decision core; refused with ENG-0010 or ENG-0011";
constexpr std::string_view kFiles =
    "the operating system: mode 0700 of the data folder, 0600 of its socket";

constexpr std::array kRows{
    PermissionRow{Permission::Start, "start a release (`stellwerk run`)", kSteering, {}, kDecision},
    PermissionRow{Permission::Approve,
                  "approve a plan, accept features, the changelog; sign off",
                  {},
                  "the roles of the step; never the requester alone",
                  kDecision},
    PermissionRow{Permission::EmergencyApprove,
                  "approve a hotfix in an emergency, signed off afterwards",
                  kSteering,
                  {},
                  kDecision},
    PermissionRow{
        Permission::Reject, "reject a release before its rollout", kAnybody, {}, kDecision},
    PermissionRow{Permission::Attest, "attest a step", {}, "the roles of the step", kDecision},
    PermissionRow{Permission::Pause, "pause a release", kWatching, {}, kDecision},
    PermissionRow{Permission::Resume, "resume a release", kSteering, {}, kDecision},
    PermissionRow{Permission::Promote, "skip the rest of a hold", kSteering, {}, kDecision},
    PermissionRow{Permission::RollBack, "roll a release back", kSteering, {}, kDecision},
    PermissionRow{Permission::ResolveIncident,
                  "resolve an incident: resume, or roll back, what it paused",
                  kSteering,
                  {},
                  kDecision},
    PermissionRow{Permission::AcceptCompleteness,
                  "sign that the record of a release is complete",
                  kAuditing,
                  {},
                  kDecision},
    PermissionRow{Permission::RotateKey,
                  "change the key that signs checkpoints",
                  kKeeping,
                  {},
                  "the command; refused with ENG-0011"},
    PermissionRow{Permission::Erase,
                  "erase a private text of the record",
                  kAuditing,
                  {},
                  "the command; refused with ENG-0011"},
    PermissionRow{Permission::RecordProcedure,
                  "record the documentation of the procedure",
                  kDocumenting,
                  {},
                  "the command; refused with ENG-0011"},
    PermissionRow{Permission::Plan,
                  "plan a release",
                  {},
                  "whoever can read the two files",
                  "the operating system"},
    PermissionRow{Permission::Read,
                  "read releases and their record",
                  {},
                  "whoever may read the data folder",
                  kFiles},
    PermissionRow{Permission::Export,
                  "export and verify the record",
                  {},
                  "whoever may read the data folder; an archive, whoever has it",
                  kFiles}};

}  // namespace

std::span<const PermissionRow> permissions() { return kRows; }

const PermissionRow& row_of(Permission permission) {
  const auto* found = std::find_if(kRows.begin(), kRows.end(), [&](const PermissionRow& row) {
    return row.permission == permission;
  });
  STELLWERK_CHECK(found != kRows.end());
  return *found;
}

bool has_role(const Person& person, Role role) {
  return std::find(person.roles.begin(), person.roles.end(), role) != person.roles.end();
}

bool has_any_role(const Person& person, std::span<const Role> roles) {
  return std::any_of(roles.begin(), roles.end(), [&](Role role) { return has_role(person, role); });
}

bool may(const Person& person, Permission permission) {
  const RoleSet& roles = row_of(permission).roles;
  return std::any_of(person.roles.begin(), person.roles.end(),
                     [&](Role role) { return roles.contains(role); });
}

std::string roles_text(const RoleSet& roles) {
  std::vector<std::string_view> names;
  for (const Role role : kRoles)
    if (roles.contains(role)) names.push_back(to_string(role));
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace stellwerk::core
