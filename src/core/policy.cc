#include "core/policy.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace stellwerk::core {
namespace {

using base::hours;
using base::minutes;
using base::percent;

constexpr std::array kPatchLevel{VersionLevel::Patch};
constexpr std::array kMinorLevel{VersionLevel::Minor};
constexpr std::array kMajorLevel{VersionLevel::Major};

constexpr std::array kOneApproval{RequiredApproval{Role::ReleaseManager}};

using Ids = std::string_view;
constexpr std::array kFixTests{Ids("type.tests.unit"), Ids("type.tests.e2e-regression")};
constexpr std::array kMinorTests{Ids("type.tests.regression"), Ids("type.tests.integration")};
constexpr std::array kMajorTests{Ids("type.tests.unit"), Ids("type.tests.integration"),
                                 Ids("type.tests.load"), Ids("type.tests.chaos")};
constexpr std::array kMigrationTests{Ids("type.tests.mapping"), Ids("type.tests.trial-imports"),
                                     Ids("type.tests.plausibility")};

constexpr std::array kMinorDocuments{Ids("type.documents.release-notes")};
constexpr std::array kMajorDocuments{Ids("type.documents.changelog"),
                                     Ids("type.documents.migration-guide")};

constexpr std::array kFixAudit{Ids("type.audit.approval"), Ids("type.audit.release-log")};
constexpr std::array kMinorAudit{Ids("type.audit.approvals"), Ids("type.audit.rollout-steps"),
                                 Ids("type.audit.post-checks")};
constexpr std::array kMajorAudit{Ids("type.audit.signed-approvals"), Ids("type.audit.all-steps")};
constexpr std::array kMigrationAudit{Ids("type.audit.import-files"), Ids("type.audit.mapping-logs"),
                                     Ids("type.audit.error-lists")};

constexpr TypePolicy kPatch{.type = ReleaseType::Patch,
                            .versions = kPatchLevel,
                            .version_rule = "X.Y.Z+1: the last number rises, the others stay",
                            .strategies = {Strategy::Rolling, Strategy::Canary},
                            .approvals = kOneApproval,
                            .tests = kFixTests,
                            .audit = kFixAudit};

constexpr TypePolicy hotfix() {
  TypePolicy policy = kPatch;
  policy.type = ReleaseType::Hotfix;
  policy.announce_lead = {};
  return policy;
}

constexpr std::array<TypePolicy, kReleaseTypes.size()> kPolicies{
    {kPatch, hotfix(),
     TypePolicy{.type = ReleaseType::Minor,
                .versions = kMinorLevel,
                .version_rule = "X.Y+1.0: the middle number rises, the first stays",
                .strategies = {Strategy::BlueGreen, Strategy::Canary},
                .downtime = Downtime::WithDatabase,
                .approvals = kOneApproval,
                .tests = kMinorTests,
                .documents = kMinorDocuments,
                .audit = kMinorAudit},
     TypePolicy{.type = ReleaseType::Major,
                .versions = kMajorLevel,
                .version_rule = "X+1.0.0: the first number rises",
                .strategies = {Strategy::BlueGreen},
                .strategy = Strategy::BlueGreen,
                .downtime = Downtime::WithApproval,
                .approvals = kOneApproval,
                .signatures = true,
                .two_persons = true,
                .tests = kMajorTests,
                .documents = kMajorDocuments,
                .audit = kMajorAudit},
     TypePolicy{.type = ReleaseType::Migration,
                .version_rule = "any higher version",
                .strategies = {Strategy::Stepwise},
                .strategy = Strategy::Stepwise,
                .downtime = Downtime::WithApproval,
                .approvals = kOneApproval,
                .tests = kMigrationTests,
                .audit = kMigrationAudit}}};

// The runbook's event sequence: wave 1 at T+5, then T+20 and T+50, completed at T+60.
constexpr std::array kCanary{WaveTemplate{percent(10), minutes(15)},
                             WaveTemplate{percent(50), minutes(30)},
                             WaveTemplate{percent(100), minutes(10)}};
constexpr std::array kFixCanary{WaveTemplate{percent(10), minutes(15)},
                                WaveTemplate{percent(100), minutes(10)}};
constexpr std::array kSwitch{WaveTemplate{percent(100), minutes(10)}};
constexpr std::array kExtendedCanary{
    WaveTemplate{percent(5), minutes(30)}, WaveTemplate{percent(25), minutes(30)},
    WaveTemplate{percent(50), minutes(30)}, WaveTemplate{percent(100), minutes(10)}};
constexpr std::array kSteps{WaveTemplate{percent(10), hours(1)},
                            WaveTemplate{percent(50), hours(1)},
                            WaveTemplate{percent(100), hours(1)}};

constexpr base::Duration kStandby = minutes(15);
constexpr base::Duration kDualRun = hours(24);  // the old system runs beside the new one
constexpr TypeSet kFixes{ReleaseType::Patch, ReleaseType::Hotfix};

// Blue-green and the dual run are what they are because both versions have their full capacity.
constexpr std::array kStrategyRows{
    StrategyTemplate{Strategy::Canary, kFixes, kFixCanary, {}, kStandby, Capacity::Parallel, true},
    StrategyTemplate{Strategy::Rolling, kFixes, {}, minutes(5), kStandby, Capacity::InPlace, true},
    StrategyTemplate{
        Strategy::Canary, {ReleaseType::Minor}, kCanary, {}, kStandby, Capacity::Parallel, true},
    StrategyTemplate{Strategy::BlueGreen, {ReleaseType::Minor}, kSwitch, {}, kStandby},
    StrategyTemplate{Strategy::BlueGreen, {ReleaseType::Major}, kExtendedCanary, {}, kStandby},
    StrategyTemplate{Strategy::Stepwise, {ReleaseType::Migration}, kSteps, {}, kDualRun}};

}  // namespace

const TypePolicy& policy_of(ReleaseType type) {
  const auto* row = std::find_if(kPolicies.begin(), kPolicies.end(),
                                 [&](const TypePolicy& each) { return each.type == type; });
  STELLWERK_CHECK(row != kPolicies.end());
  return *row;
}

const StrategyTemplate& strategy_of(ReleaseType type, Strategy strategy) {
  const auto* row =
      std::find_if(kStrategyRows.begin(), kStrategyRows.end(), [&](const StrategyTemplate& each) {
        return each.strategy == strategy && each.types.contains(type);
      });
  STELLWERK_CHECK(row != kStrategyRows.end());
  return *row;
}

}  // namespace stellwerk::core
