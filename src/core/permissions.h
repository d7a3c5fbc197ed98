// permissions.h — which role may do what: the runbook's "Rollen & Verantwortung" as one table.
//
// Role: decide() and the command line ask may(); docs/reference/permissions.md is made from it.
// Start here: may(), permissions()     Thread-safety: immutable tables.
// Invariants: one row a permission. What a step's own roles decide (approving, attesting) has an
// empty set here.                      Spec: runbook "Rollen & Verantwortung"; docs/approvals.md
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/environment.h"
#include "core/policy.h"

namespace stellwerk::core {

enum class Permission : std::uint8_t {
  Start,
  Approve,
  EmergencyApprove,
  Reject,
  Attest,
  Pause,
  Resume,
  Promote,
  RollBack,
  ResolveIncident,
  AcceptCompleteness,
  RotateKey,
  Erase,
  RecordProcedure,
  Plan,
  Read,
  Export,
};

struct PermissionRow {
  Permission permission = Permission::Start;
  std::string_view text;      ///< what one does with it: `pause a release`
  RoleSet roles;              ///< any of them suffices; empty: see `held_by`
  std::string_view held_by;   ///< in words, where it is not a matter of roles alone
  std::string_view enforced;  ///< by what
};

/// Every permission once, in the order of the table that people read.
std::span<const PermissionRow> permissions();
const PermissionRow& row_of(Permission permission);

bool has_role(const Person& person, Role role);
bool has_any_role(const Person& person, std::span<const Role> roles);
/// Whether one of the person's roles is in the row's set.
bool may(const Person& person, Permission permission);
/// The roles of a row, for errors: `release-manager, devops`.
std::string roles_text(const RoleSet& roles);

}  // namespace stellwerk::core
