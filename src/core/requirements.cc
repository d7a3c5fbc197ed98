// Rows stand in the runbook's order; a row is a line of it, so that reading both side by side is
// enough to see that none is missing. requirements_test.cc compares them.
#include "core/requirements.h"

#include <algorithm>
#include <array>

namespace stellwerk::core {
namespace {

using Line = Requirement;

constexpr TypeSet kFix{ReleaseType::Patch, ReleaseType::Hotfix};
constexpr TypeSet kMinor{ReleaseType::Minor};

constexpr Line sum(Line line) {
  line.sums_up = true;
  return line;
}

constexpr std::array kTypeLines{
    Line{"type.tests.unit",
         "Unit",
         "Unit tests",
         "preparation/tests",
         {ReleaseType::Patch, ReleaseType::Hotfix, ReleaseType::Major}},
    Line{"type.tests.e2e-regression", "E2E Regression", "End-to-end regression tests",
         "preparation/tests", kFix},
    Line{"type.audit.approval", "Freigabe", "Approval", "preparation/approval", kFix},
    Line{"type.audit.release-log", "Release-Log", "Release log", "post-check/audit-log", kFix},
    Line{"type.tests.regression", "Regression", "Regression tests", "preparation/tests", kMinor},
    Line{"type.tests.integration",
         "Integrationstests",
         "Integration tests",
         "preparation/tests",
         {ReleaseType::Minor, ReleaseType::Major}},
    Line{"type.documents.release-notes", "Release Notes → document-domain",
         "Release notes → document-domain", "preparation/changelog", kMinor},
    Line{"type.audit.approvals", "Freigaben", "Approvals", "preparation/approval", kMinor},
    Line{"type.audit.rollout-steps", "Rollout-Schritte", "Steps of the rollout", "rollout/wave",
         kMinor},
    Line{"type.audit.post-checks", "Post-Checks", "Post-checks", "post-check/summary", kMinor},
    Line{"type.major.downtime", "Möglich, nur nach Approval", "Possible, only after approval",
         "preparation/approval", kOnlyMajor},
    Line{"type.major.database", "\"Expand → Migrate → Contract\"-Muster",
         "The pattern “expand → migrate → contract”", "pre-check/database", kOnlyMajor},
    Line{"type.tests.load", "Load", "Load tests", "preparation/tests", kOnlyMajor},
    Line{"type.tests.chaos", "Chaos", "Chaos tests", "preparation/tests", kOnlyMajor},
    Line{"type.documents.changelog", "Changelog", "Changelog", "preparation/changelog", kOnlyMajor},
    Line{"type.documents.migration-guide", "Migrationsleitfaden", "Migration guide",
         "preparation/migration-guide", kOnlyMajor},
    Line{"type.audit.signed-approvals", "Signierte Freigaben", "Signed approvals",
         "preparation/approval", kOnlyMajor},
    Line{"type.audit.all-steps", "Protokollierung aller Schritte", "Record of all steps",
         "post-check/audit-log", kOnlyMajor},
    Line{"type.migration.dual-run", "Stepwise Migration + Dual-Run (Altsystem parallel)",
         "Stepwise migration + dual run (old system in parallel)", "rollout/wave", kOnlyMigration},
    Line{"type.migration.tools", "CSV-Import, API-Connector (doku.service-erp.de)",
         "CSV import, API connector (doku.service-erp.de)", "preparation/import-tests",
         kOnlyMigration},
    Line{"type.tests.mapping", "Feldmapping", "Field mapping", "preparation/import-tests",
         kOnlyMigration},
    Line{"type.tests.trial-imports", "Probeimporte", "Trial imports", "preparation/import-tests",
         kOnlyMigration},
    Line{"type.tests.plausibility", "Plausibilitätsprüfungen", "Plausibility checks",
         "preparation/import-tests", kOnlyMigration},
    Line{"type.audit.import-files", "Speicherung von Importfiles", "Import files kept",
         "post-check/import-records", kOnlyMigration},
    Line{"type.audit.mapping-logs", "Mapping-Logs", "Mapping logs", "post-check/import-records",
         kOnlyMigration},
    Line{"type.audit.error-lists", "Fehlerlisten", "Error lists", "post-check/import-records",
         kOnlyMigration},
    Line{"type.migration.backup", "Nur über Backups möglich → vorher Pflicht!",
         "Only from backups → which are compulsory", "preparation/backup", kOnlyMigration}};

constexpr std::array kPhase1Lines{
    sum({"phase1.changelog", "Changelog erstellen", "Write the changelog",
         "preparation/changelog"}),
    Line{"phase1.changelog.pdf", "Markdown → PDF via document-domain",
         "Markdown → PDF by document-domain", "preparation/changelog"},
    Line{"phase1.changelog.stakeholders", "Changelog an Stakeholder via notifications-domain",
         "Changelog to stakeholders by notifications-domain", "preparation/changelog"},
    sum({"phase1.version", "Version vergeben (SemVer)", "Assign the version (SemVer)",
         "preparation/version"}),
    Line{"phase1.version.git-tag", "Git-Tag: `v1.3.0`", "Git tag: `v1.3.0`", "preparation/version"},
    Line{"phase1.version.image", "Docker-Image: `valero-neuroerp:1.3.0`",
         "Docker image: `valero-neuroerp:1.3.0`", "preparation/version"},
    sum({"phase1.tests", "CI/CD Build + Tests", "CI/CD build + tests", "preparation/tests"}),
    Line{"phase1.tests.unit", "Unit-Tests: ✅ passing", "Unit tests: passing", "preparation/tests"},
    Line{"phase1.tests.integration", "Integration-Tests: ✅ passing", "Integration tests: passing",
         "preparation/tests"},
    Line{"phase1.tests.e2e", "E2E-Tests: ✅ passing", "End-to-end tests: passing",
         "preparation/tests"},
    Line{"phase1.audit", "Audit-Log", "Audit log", "preparation/draft"},
    Line{"phase1.audit.draft", "Release als Draft protokolliert", "Release recorded as a draft",
         "preparation/draft"},
    Line{"phase1.audit.event", "Event: `audit.release.planned`", "Event: `audit.release.planned`",
         "preparation/draft"},
    Line{"phase1.gate", "Alle Tests grün, Changelog genehmigt",
         "All tests green, changelog approved", "preparation/changelog-approval"}};

constexpr std::array kPhase2Lines{
    Line{"phase2.health", "Health-Check aller Services", "Health check of all services",
         "pre-check/health"},
    Line{"phase2.database", "DB-Migrationen Dry-Run", "Dry run of database migrations",
         "pre-check/database"},
    sum({"phase2.schema", "Schema-Kompatibilität prüfen", "Check schema compatibility",
         "pre-check/compatibility"}),
    Line{"phase2.schema.events", "Events (NATS-Schemas)", "Events (NATS schemas)",
         "pre-check/compatibility"},
    Line{"phase2.schema.dtos", "DTOs (Zod-Contracts)", "DTOs (Zod contracts)",
         "pre-check/compatibility"},
    Line{"phase2.schema.api", "API-Breaking-Changes (OpenAPI Diff)",
         "API breaking changes (OpenAPI diff)", "pre-check/compatibility"},
    Line{"phase2.audit", "Audit-Log", "Audit log", "rollout/pre-check-record"},
    Line{"phase2.audit.results", "Pre-Check-Ergebnisse dokumentiert", "Pre-check results recorded",
         "rollout/pre-check-record"},
    Line{"phase2.audit.event", "Event: `audit.precheck.completed`",
         "Event: `audit.precheck.completed`", "rollout/pre-check-record"},
    Line{"phase2.gate", "Alle Pre-Checks grün", "All pre-checks green",
         "rollout/pre-check-record"}};

constexpr std::array kPhase3Lines{
    Line{"phase3.limit.error-rate", "Error-Rate > 1% → Pause Rollout",
         "Error rate > 1 % → pause the rollout", "rollout/wave"},
    Line{"phase3.limit.latency", "p95-Latency > 500ms → Pause", "p95 latency > 500 ms → pause",
         "rollout/wave"},
    Line{"phase3.limit.lag", "Consumer Lag > 1000 → Pause", "Consumer lag > 1000 → pause",
         "rollout/wave"},
    Line{"phase3.notice.scheduled", "`notification.maintenance.scheduled` (24h vorher)",
         "`notification.maintenance.scheduled` (24 h before)", "pre-check/announcement"},
    Line{"phase3.notice.started", "`notification.release.started`",
         "`notification.release.started`", "rollout/start-notice"},
    Line{"phase3.notice.progress", "`notification.release.progress` (pro Welle)",
         "`notification.release.progress` (each wave)", "rollout/progress-notice"},
    Line{"phase3.audit.deployed", "Event: `scheduler.release.deployed`",
         "Event: `scheduler.release.deployed`", "rollout/deployed"},
    Line{"phase3.audit.waves", "Jede Welle einzeln geloggt", "Each wave recorded", "rollout/wave"},
    Line{"phase3.gate", "Rollout läuft, KPIs stabil", "Rollout runs, KPIs stable",
         "post-check/rollout-completed"}};

constexpr std::array kPhase4Lines{
    Line{"phase4.watch", "Logs & KPIs überwachen (30 Min)", "Watch logs and KPIs (30 min)",
         "post-check/watch"},
    sum({"phase4.smoke", "UAT Smoke Tests", "UAT smoke tests", "post-check/smoke"}),
    sum({"phase4.smoke.journeys", "Kritische User-Journeys durchspielen",
         "Play through critical user journeys", "post-check/smoke"}),
    Line{"phase4.smoke.document", "Dokument erstellen → PDF → Email-Versand",
         "Create a document → PDF → mail it", "post-check/smoke"},
    Line{"phase4.smoke.contract", "Contract anlegen → Audit-Log prüfen",
         "Create a contract → check the audit log", "post-check/smoke"},
    Line{"phase4.integrity", "Integritätsprüfung", "Integrity check", "post-check/integrity"},
    Line{"phase4.notice", "Notifications", "Notifications", "post-check/success-notice"},
    Line{"phase4.notice.successful", "`notification.release.successful`",
         "`notification.release.successful`", "post-check/success-notice"},
    Line{"phase4.notice.on-call", "Email an Stakeholder + On-Call",
         "Mail to stakeholders and on-call", "post-check/success-notice"},
    Line{"phase4.audit", "Audit-Log", "Audit log", "post-check/verified"},
    Line{"phase4.audit.event", "Event: `audit.release.completed`",
         "Event: `audit.release.completed`", "post-check/verified"},
    Line{"phase4.audit.comparison", "KPI-Vergleich gespeichert", "KPI comparison kept",
         "post-check/metrics"},
    Line{"phase4.gate", "Release erfolgreich, keine Incidents", "Release successful, no incidents",
         "post-check/summary"}};

constexpr std::array kPhase5Lines{
    Line{"phase5.trigger", "Error-Rate > 2%, kritische Funktionen defekt, Integritätsverletzung",
         "Error rate > 2 %, critical functions broken, integrity violated", "rollback/decision"},
    Line{"phase5.decision", "Rollback-Entscheidung", "Decide on the rollback", "rollback/decision"},
    Line{"phase5.decision.severity", "Schweregrad analysieren", "Analyse the severity",
         "rollback/incident-report"},
    Line{"phase5.decision.stakeholders", "Stakeholder informieren", "Inform stakeholders",
         "rollback/decision"},
    Line{"phase5.execution", "Rollback ausführen", "Carry out the rollback",
         "rollback/return-traffic"},
    Line{"phase5.down-migrations", "Down-Migrationen (falls DB geändert)",
         "Down migrations (if the database was changed)", "rollback/restored"},
    Line{"phase5.flags", "Feature Flags deaktivieren", "Turn off feature flags",
         "rollback/restored"},
    Line{"phase5.notice", "Notifications", "Notifications", "rollback/executed-notice"},
    Line{"phase5.notice.executed", "`notification.rollback.executed`",
         "`notification.rollback.executed`", "rollback/executed-notice"},
    Line{"phase5.notice.incident", "Incident-Report an Stakeholder",
         "Incident report to stakeholders", "rollback/incident-report"},
    Line{"phase5.audit", "Audit-Log", "Audit log", "rollback/reason"},
    Line{"phase5.audit.event", "Event: `audit.release.rolledback`",
         "Event: `audit.release.rolledback`", "rollback/reason"},
    Line{"phase5.audit.reason", "Grund: <error-description>", "Reason: <error-description>",
         "rollback/reason"},
    Line{"phase5.audit.time", "Zeit: <timestamp>", "Time: <timestamp>", "rollback/reason"},
    Line{"phase5.audit.responsible", "Verantwortliche: <release-manager>",
         "Responsible: <release-manager>", "rollback/reason"},
    Line{"phase5.gate", "Rollback erfolgreich, Altzustand wiederhergestellt",
         "Rollback successful, old state restored", "rollback/restored"}};

constexpr std::array kChecklistLines{
    sum({"before.changelog", "Changelog vollständig", "Changelog complete",
         "preparation/changelog"}),
    sum({"before.version", "Version korrekt (Git-Tag + Docker-Image)",
         "Version correct (Git tag + Docker image)", "preparation/version"}),
    sum({"before.tests", "Alle Tests grün (Unit, Integration, E2E)",
         "All tests green (unit, integration, end-to-end)", "preparation/tests"}),
    sum({"before.database", "DB-Migrationen geprüft (Dry-Run)",
         "Database migrations checked (dry run)", "pre-check/database"}),
    Line{"before.breaking-changes", "Schema-Breaking-Changes dokumentiert",
         "Breaking changes of schemas documented", "pre-check/compatibility"},
    Line{"before.rollback-plan", "Rollback-Plan bereit", "Rollback plan ready",
         "preparation/draft"},
    Line{"before.stakeholders", "Stakeholder informiert (24h vorher)",
         "Stakeholders informed (24 h before)", "pre-check/announcement"},
    Line{"before.draft", "Audit: Release als Draft protokolliert",
         "Audit: release recorded as a draft", "preparation/draft"},

    Line{"during.health", "Health-Checks laufen grün", "Health checks are green", "rollout/wave"},
    Line{"during.monitoring", "Monitoring aktiv (Error-Rate, Latenz, Lag)",
         "Monitoring active (error rate, latency, lag)", "rollout/wave"},
    Line{"during.waves", "Canary-Wellen nach Plan", "Canary waves as planned", "rollout/wave"},
    Line{"during.logs", "Logs überwacht (Fehler, Warnings)", "Logs watched (errors, warnings)",
         "post-check/logs"},
    Line{"during.notices", "Notifications verschickt (Start, Fortschritt)",
         "Notifications sent (start, progress)", "rollout/progress-notice"},
    Line{"during.audit", "Audit: Jede Welle geloggt", "Audit: each wave recorded", "rollout/wave"},

    sum({"after.smoke", "Smoke Tests durchgeführt", "Smoke tests done", "post-check/smoke"}),
    Line{"after.comparison", "KPI-Vergleich analysiert", "KPI comparison analysed",
         "post-check/comparison"},
    Line{"after.integrity", "Integritätsprüfung erfolgreich", "Integrity check successful",
         "post-check/integrity"},
    Line{"after.release-notes", "Release Notes veröffentlicht", "Release notes published",
         "post-check/release-notes"},
    Line{"after.stakeholders", "Stakeholder informiert (Success)",
         "Stakeholders informed (success)", "post-check/success-notice"},
    Line{"after.audit", "Audit: Release als Completed protokolliert",
         "Audit: release recorded as completed", "post-check/verified"},
    Line{"after.retrospective", "Retrospektive geplant", "Retrospective planned",
         "post-check/retrospective"},

    Line{"rollback.reason", "Rollback-Grund dokumentiert", "Reason of the rollback documented",
         "rollback/reason"},
    Line{"rollback.down-migrations", "Down-Migrationen ausgeführt", "Down migrations carried out",
         "rollback/restored"},
    Line{"rollback.flags", "Feature Flags deaktiviert", "Feature flags turned off",
         "rollback/restored"},
    Line{"rollback.incident-report", "Incident-Report erstellt", "Incident report written",
         "rollback/incident-report"},
    Line{"rollback.stakeholders", "Stakeholder informiert", "Stakeholders informed",
         "rollback/completed-notice"},
    Line{"rollback.audit", "Audit: Rollback protokolliert", "Audit: rollback recorded",
         "rollback/audit-log"},
    Line{"rollback.post-mortem", "Post-Mortem geplant", "Post-mortem planned",
         "rollback/post-mortem"}};

constexpr std::array kClosingLines{
    Line{"artefact.release-notes", "Release Notes (Markdown)", "Release notes (Markdown)",
         "preparation/changelog"},
    Line{"artefact.api-changelog", "API-Changelog (OpenAPI Diff)", "API changelog (OpenAPI diff)",
         "pre-check/compatibility"},
    Line{"artefact.database-plan", "DB-Migrations-Plan", "Plan of database migrations",
         "pre-check/database"},
    Line{"artefact.rollback-strategy", "Rollback-Strategie", "Rollback strategy",
         "preparation/draft"},
    Line{"artefact.deployment-report", "Deployment-Report (PDF)", "Deployment report (PDF)",
         "post-check/reports"},
    Line{"artefact.comparison", "KPI-Vergleich (CSV/PDF)", "KPI comparison (CSV/PDF)",
         "post-check/reports"},
    Line{"artefact.audit-trail", "Audit-Trail (signiert)", "Audit trail (signed)",
         "post-check/audit-log"},
    Line{"artefact.lessons-learned", "Lessons Learned (Retrospektive)",
         "Lessons learned (retrospective)", "post-check/retrospective"},

    sum({"success.tests", "Alle Tests grün", "All tests green", "preparation/tests"}),
    Line{"success.error-rate", "Error-Rate < Baseline", "Error rate < baseline",
         "post-check/comparison"},
    Line{"success.latency", "p95-Latenz < Baseline + 10%", "p95 latency < baseline + 10 %",
         "post-check/comparison"},
    Line{"success.no-trigger", "Keine Rollback-Trigger", "No rollback trigger", "post-check/watch"},
    Line{"success.integrity", "Integritätsprüfung ✅", "Integrity check passed",
         "post-check/integrity"},
    Line{"success.audit", "Audit-Log vollständig", "Audit log complete",
         "post-check/completeness"}};

template <std::size_t... Sizes>
constexpr auto joined(const std::array<Line, Sizes>&... parts) {
  std::array<Line, (Sizes + ...)> all{};
  auto* out = all.begin();
  ((out = std::copy(parts.begin(), parts.end(), out)), ...);
  return all;
}
constexpr auto kLines = joined(kTypeLines, kPhase1Lines, kPhase2Lines, kPhase3Lines, kPhase4Lines,
                               kPhase5Lines, kChecklistLines, kClosingLines);

}  // namespace

std::span<const Requirement> requirements() { return kLines; }

const Requirement* find_requirement(std::string_view id) {
  const auto* found =
      std::find_if(kLines.begin(), kLines.end(), [&](const Line& line) { return line.id == id; });
  return found == kLines.end() ? nullptr : found;
}

std::string_view text_of(const Requirement& line, base::Locale locale) {
  return locale == base::Locale::De ? line.german : line.english;
}

}  // namespace stellwerk::core
