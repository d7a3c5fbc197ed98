#include "core/runbook_steps.h"

#include <algorithm>
#include <array>

namespace stellwerk::core {
namespace {

constexpr RoleSet kManager{Role::ReleaseManager};
constexpr RoleSet kDevOps{Role::DevOps};
constexpr RoleSet kQuality{Role::Qa, Role::DevOps};
constexpr RoleSet kProduct{Role::ProductOwner, Role::ReleaseManager};
constexpr RoleSet kAuditor{Role::AuditOfficer};
constexpr TypeSet kWithFeatures{ReleaseType::Minor, ReleaseType::Major};
constexpr TypeSet kOnlyHotfix{ReleaseType::Hotfix};
constexpr RoleSet kAudit{Role::AuditOfficer, Role::ReleaseManager};

constexpr StepTemplate manual(std::string_view id, Phase phase, RoleSet roles,
                              TypeSet types = kEveryType) {
  return {.id = id, .phase = phase, .roles = roles, .event = {}, .types = types};
}
constexpr StepTemplate record(std::string_view id, Phase phase, std::string_view event) {
  return {.id = id, .phase = phase, .kind = StepKind::Record, .roles = {}, .event = event};
}
constexpr StepTemplate built_in(std::string_view id, Phase phase, StepKind kind) {
  return {.id = id, .phase = phase, .kind = kind, .roles = {}, .event = {}};
}
constexpr StepTemplate decides(std::string_view id, Phase phase, ApprovalKind decision,
                               RoleSet roles, TypeSet types = kEveryType) {
  return {.id = id,
          .phase = phase,
          .kind = StepKind::Decides,
          .roles = roles,
          .event = {},
          .types = types,
          .decision = decision};
}
constexpr StepTemplate later(StepTemplate step) {
  step.follow_up = true;
  return step;
}
constexpr StepTemplate by(RoleSet roles, StepTemplate step) {
  step.roles = roles;
  return step;
}

// A record keeps the gate of its phase closed, so it stands in a phase whose gate closes after its
// event is written, or is a follow-up.
constexpr std::array kRunbookSteps{
    manual("preparation/changelog", Phase::Preparation, {}),
    manual("preparation/version", Phase::Preparation, {}),
    manual("preparation/tests", Phase::Preparation, kQuality),
    manual("preparation/import-tests", Phase::Preparation, kQuality, kOnlyMigration),
    manual("preparation/migration-guide", Phase::Preparation, {}, kOnlyMajor),
    manual("preparation/backup", Phase::Preparation, kDevOps, kOnlyMigration),
    built_in("preparation/checks", Phase::Preparation, StepKind::UserChecks),
    record("preparation/draft", Phase::Preparation, "audit.release.planned"),
    record("preparation/schedule", Phase::Preparation, "scheduler.release.planned"),
    decides("preparation/changelog-approval", Phase::Preparation, ApprovalKind::AcceptChangelog,
            kProduct),
    decides("preparation/acceptance", Phase::Preparation, ApprovalKind::AcceptFeatures,
            {Role::ProductOwner}, kWithFeatures),
    built_in("preparation/approval", Phase::Preparation, StepKind::Approvals),

    record("pre-check/announcement", Phase::PreCheck, "notification.maintenance.scheduled"),
    built_in("pre-check/health", Phase::PreCheck, StepKind::Health),
    manual("pre-check/database", Phase::PreCheck, {}),
    manual("pre-check/compatibility", Phase::PreCheck, {}),
    built_in("pre-check/checks", Phase::PreCheck, StepKind::UserChecks),

    record("rollout/pre-check-record", Phase::Rollout, "audit.precheck.completed"),
    record("rollout/start", Phase::Rollout, "scheduler.release.started"),
    record("rollout/start-notice", Phase::Rollout, "notification.release.started"),
    built_in("rollout/deploy", Phase::Rollout, StepKind::Deploys),
    record("rollout/deployed", Phase::Rollout, "scheduler.release.deployed"),
    built_in("rollout/checks", Phase::Rollout, StepKind::UserChecks),  // before the first wave
    built_in("rollout/wave", Phase::Rollout, StepKind::Waves),
    record("rollout/progress-notice", Phase::Rollout, "notification.release.progress"),

    record("post-check/rollout-completed", Phase::PostCheck, "scheduler.release.completed"),
    built_in("post-check/watch", Phase::PostCheck, StepKind::Watch),
    manual("post-check/smoke", Phase::PostCheck, kQuality),
    manual(kLogsStep, Phase::PostCheck, kDevOps),
    manual("post-check/import-records", Phase::PostCheck, kAudit, kOnlyMigration),
    built_in("post-check/checks", Phase::PostCheck, StepKind::UserChecks),
    built_in("post-check/comparison", Phase::PostCheck, StepKind::Compare),
    built_in("post-check/integrity", Phase::PostCheck, StepKind::Integrity),
    built_in("post-check/summary", Phase::PostCheck, StepKind::Summary),
    later(record("post-check/metrics", Phase::PostCheck, "analytics.release.metrics")),
    later(record("post-check/verified", Phase::PostCheck, "audit.release.completed")),
    later(record("post-check/success-notice", Phase::PostCheck, "notification.release.successful")),
    by(kAudit, later(record("post-check/audit-log", Phase::PostCheck, "audit.release.logged"))),
    later(manual("post-check/release-notes", Phase::PostCheck, kManager)),
    later(manual("post-check/reports", Phase::PostCheck, kManager)),
    later(manual("post-check/retrospective", Phase::PostCheck, kManager)),
    later(decides("post-check/sign-off", Phase::PostCheck, ApprovalKind::SignOff, kProduct,
                  kOnlyHotfix)),
    later(decides("post-check/completeness", Phase::PostCheck, ApprovalKind::AcceptCompleteness,
                  kAuditor)),

    by(kManager, record("rollback/decision", Phase::Rollback, "notification.rollback.initiated")),
    by(kDevOps, built_in("rollback/return-traffic", Phase::Rollback, StepKind::ReturnTraffic)),
    record("rollback/executed-notice", Phase::Rollback, "notification.rollback.executed"),
    by(kDevOps, built_in("rollback/retire", Phase::Rollback, StepKind::Retires)),
    record("rollback/restored", Phase::Rollback, "scheduler.release.rolledback"),
    record("rollback/completed-notice", Phase::Rollback, "notification.rollback.completed"),
    by(kManager, record("rollback/reason", Phase::Rollback, "audit.release.rolledback")),
    by(kAudit, record("rollback/audit-log", Phase::Rollback, "audit.rollback.logged")),
    built_in("rollback/checks", Phase::Rollback, StepKind::UserChecks),
    later(manual("rollback/incident-report", Phase::Rollback, {})),
    later(manual("rollback/post-mortem", Phase::Rollback, {})),
    later(decides("rollback/sign-off", Phase::Rollback, ApprovalKind::SignOff, kProduct,
                  kOnlyHotfix)),
    later(decides("rollback/completeness", Phase::Rollback, ApprovalKind::AcceptCompleteness,
                  kAuditor))};

}  // namespace

std::span<const StepTemplate> runbook_steps() { return kRunbookSteps; }

const StepTemplate* find_runbook_step(std::string_view id) {
  const auto* found = std::find_if(kRunbookSteps.begin(), kRunbookSteps.end(),
                                   [&](const StepTemplate& each) { return each.id == id; });
  return found == kRunbookSteps.end() ? nullptr : found;
}

RoleSet roles_of(Phase phase) {
  switch (phase) {
    case Phase::Preparation:
    case Phase::Rollout:
    case Phase::Rollback:
      return {Role::ReleaseManager, Role::DevOps};
    case Phase::PreCheck:
    case Phase::PostCheck:
      return {Role::DevOps, Role::Qa};
  }
  return {};
}

std::string title_key(std::string_view template_id) {
  std::string key = "step." + std::string(template_id);
  std::replace(key.begin(), key.end(), '/', '.');
  return key;
}

}  // namespace stellwerk::core
