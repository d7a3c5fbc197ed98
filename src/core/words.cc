#include "core/words.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace stellwerk::core {
namespace {

template <class Enum, std::size_t N>
base::Result<Enum> parse_word(std::string_view text, const std::array<Enum, N>& all,
                              std::string_view kind) {
  std::vector<std::string> names;
  for (const Enum value : all) {
    if (to_string(value) == text) return value;
    names.emplace_back(to_string(value));
  }
  const auto near = base::nearest(text, names);
  return base::fail(
      base::error(base::Code::InvalidArgument, "PLN-0001",
                  fmt::format("\"{}\" is no {}", base::printable(text, 60), kind))
          .because(fmt::format("valid are {}{}", base::and_list(names),
                               near ? fmt::format("; did you mean {}?", *near) : "")));
}

}  // namespace

std::string_view to_string(ReleaseType type) {
  switch (type) {
    case ReleaseType::Patch:
      return "patch";
    case ReleaseType::Hotfix:
      return "hotfix";
    case ReleaseType::Minor:
      return "minor";
    case ReleaseType::Major:
      return "major";
    case ReleaseType::Migration:
      return "migration";
  }
  return "?";
}

std::string_view to_string(ApprovalKind decision) {
  switch (decision) {
    case ApprovalKind::Approve:
      return "approve";
    case ApprovalKind::AcceptFeatures:
      return "accept-features";
    case ApprovalKind::AcceptChangelog:
      return "accept-changelog";
    case ApprovalKind::AcceptCompleteness:
      return "accept-completeness";
    case ApprovalKind::SignOff:
      return "sign-off";
    case ApprovalKind::EmergencyApprove:
      return "emergency-approve";
  }
  return "?";
}

std::string_view to_string(Strategy strategy) {
  switch (strategy) {
    case Strategy::Rolling:
      return "rolling";
    case Strategy::Canary:
      return "canary";
    case Strategy::BlueGreen:
      return "blue-green";
    case Strategy::Stepwise:
      return "stepwise";
  }
  return "?";
}

std::string_view to_string(Capacity capacity) {
  switch (capacity) {
    case Capacity::Parallel:
      return "parallel";
    case Capacity::InPlace:
      return "in-place";
  }
  return "?";
}

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::Preparation:
      return "preparation";
    case Phase::PreCheck:
      return "pre-check";
    case Phase::Rollout:
      return "rollout";
    case Phase::PostCheck:
      return "post-check";
    case Phase::Rollback:
      return "rollback";
  }
  return "?";
}

std::string_view to_string(Role role) {
  switch (role) {
    case Role::ReleaseManager:
      return "release-manager";
    case Role::DevOps:
      return "devops";
    case Role::Qa:
      return "qa";
    case Role::ProductOwner:
      return "product-owner";
    case Role::AuditOfficer:
      return "audit-officer";
  }
  return "?";
}

base::Result<ReleaseType> parse_release_type(std::string_view text) {
  return parse_word(text, kReleaseTypes, "release type");
}
base::Result<Strategy> parse_strategy(std::string_view text) {
  return parse_word(text, kStrategies, "strategy");
}
base::Result<Capacity> parse_capacity(std::string_view text) {
  return parse_word(text, kCapacities, "capacity");
}
base::Result<Phase> parse_phase(std::string_view text) {
  return parse_word(text, kPhases, "phase");
}
base::Result<Role> parse_role(std::string_view text) { return parse_word(text, kRoles, "role"); }
base::Result<ApprovalKind> parse_approval_kind(std::string_view text) {
  return parse_word(text, kApprovalKinds, "decision");
}

std::string actor_text(const base::PersonId& by) {
  return by.empty() ? std::string(kSelf) : by.str();
}

}  // namespace stellwerk::core
