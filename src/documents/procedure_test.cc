// Goal: the documentation of the procedure says what the program does: every rule of its tables is
// in it, in both languages, and what a file or a person wrote cannot change it.
#include "documents/procedure.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/ratio.h"
#include "core/guard_policy.h"
#include "core/permissions.h"
#include "core/requirements.h"
#include "core/runbook_steps.h"

namespace stellwerk::documents {
namespace {

constexpr base::Locale kLocales[] = {base::Locale::De, base::Locale::En};
constexpr base::WallTime kBegin{1'760'558'400'000'000};  // 2025-10-15T20:00:00Z

base::Digest digest_of(std::string_view text) { return base::sha256(text); }

core::Person person(const std::string& id, std::vector<core::Role> roles, bool has_key = false) {
  core::Person made;
  made.id = base::PersonId(id);
  made.os_user = id == "paul" ? "" : id;
  made.roles = std::move(roles);
  if (has_key) made.keys.push_back({"ssh-ed25519 AAAA", {}, {}, {}});
  return made;
}

ProcedureRelease release() {
  ProcedureRelease made;
  made.id = base::ReleaseId("rel-2025-10-001");
  made.components = {"document-domain 1.2.0 → 1.3.0"};
  made.begin = kBegin;
  made.end = kBegin + base::hours(25);
  made.requested = {"lena"};
  made.decisions = {{base::PersonId("paul"), core::Role::ProductOwner,
                     core::ApprovalKind::AcceptFeatures, false, true},
                    {base::PersonId("lena"), core::Role::ReleaseManager,
                     core::ApprovalKind::Approve, false, false}};
  made.outcome = ReleaseOutcome::Completed;
  made.plan = digest_of("plan");
  return made;
}

ProcedureFacts facts() {
  ProcedureFacts made;
  made.program = "stellwerk 1.2.3";
  made.environment_file = digest_of("stellwerk.yaml");
  core::Environment& environment = made.environment;
  environment.installation = base::InstallationId("erp.example");
  environment.tenants = {{base::TenantId("pilot-1"), 1}};
  environment.services.emplace_back().name = base::ServiceName("document-domain");
  environment.services.back().workload.emplace();
  environment.services.emplace_back().name = base::ServiceName("audit-domain");
  environment.people = {person("lena", {core::Role::ReleaseManager, core::Role::DevOps}, true),
                        person("paul", {core::Role::ProductOwner}),
                        person("quinn", {core::Role::Qa})};
  made.setting = {.router = "haproxy",
                  .workload = "process",
                  .notices = {"file"},
                  .events = {"ndjson"},
                  .witnesses = {{"witness.example/w1", "https://witness.example"}},
                  .timestamps = {},
                  .keys = {"erp.example/stellwerk+1acf8b0e+AYqI4910"}};
  made.entries = 131;
  made.last_entry = kBegin + base::hours(26);
  made.releases = {release()};
  ProcedureRelease second = release();
  second.id = base::ReleaseId("rel-2025-10-002");
  second.end.reset();
  second.decisions = {{base::PersonId("quinn"), {}, {}, true, false}};
  second.outcome = ReleaseOutcome::UnderWay;
  second.plan_is_there = false;
  made.releases.push_back(second);
  made.recorded = {{129, kBegin + base::hours(26), "lena", digest_of("old document"),
                    digest_of("old file"), "stellwerk 1.2.2"}};
  return made;
}

std::string in(base::Locale locale, std::string_view key) {
  return base::message(locale, fmt::format("procedure.{}", key));
}

bool has(const std::string& document, std::string_view part) {
  return document.find(part) != std::string::npos;
}

/// Without what is a table of the program's own: sections 3 to 6 and the annex.
std::string own_sections(const std::string& document, base::Locale locale) {
  const auto begin_of = [&](std::string_view key) {
    return document.find("## " + in(locale, key) + "\n");
  };
  return document.substr(0, begin_of("types")) +
         document.substr(begin_of("record"), begin_of("lines") - begin_of("record"));
}

/// Cells of a table's line, by the bars that are not escaped.
std::size_t bars_of(std::string_view line) {
  std::size_t bars = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\')
      ++i;
    else if (line[i] == '|')
      ++bars;
  }
  return bars;
}

void expect_whole_tables(const std::string& document) {
  std::istringstream in(document);
  std::size_t bars = 0;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with('|')) {
      bars = 0;
      continue;
    }
    if (bars == 0) bars = bars_of(line);
    EXPECT_EQ(bars_of(line), bars) << line;
  }
}

/// The English text up to its first placeholder.
std::string beginning_of(std::string_view key) {
  const base::MessageArguments arguments{{"types", "#"}};
  const std::string text =
      base::message(base::Locale::En, fmt::format("procedure.{}", key), arguments);
  return text.substr(0, text.find('#'));
}

TEST(Procedure, IsTheKeptDocument) {
  for (const base::Locale locale : kLocales) {
    const std::string made = own_sections(procedure_document(facts(), locale), locale);
    const std::string path =
        fmt::format("{}/procedure.{}.md", STELLWERK_DOCUMENTS, base::to_string(locale));
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no thread changes variables
    if (std::getenv("STELLWERK_REWRITE") != nullptr) std::ofstream(path) << made;
    std::ifstream kept(path);
    std::stringstream bytes;
    bytes << kept.rdbuf();
    EXPECT_EQ(made, bytes.str()) << "STELLWERK_REWRITE=1 writes it; read the difference";
  }
}

TEST(Procedure, IsTheSameTwice) {
  EXPECT_EQ(procedure_document(facts(), base::Locale::De),
            procedure_document(facts(), base::Locale::De));
}

TEST(Procedure, HasEveryReleaseTypeAndItsRules) {
  for (const base::Locale locale : kLocales) {
    const std::string document = procedure_document(facts(), locale);
    for (const core::ReleaseType type : core::kReleaseTypes) {
      EXPECT_TRUE(has(document, fmt::format(" {}\n", core::to_string(type))));
      const core::TypePolicy& policy = core::policy_of(type);
      for (const auto ids : {policy.tests, policy.documents, policy.audit})
        for (const std::string_view id : ids)
          EXPECT_TRUE(has(document, fmt::format("(`{}`)", id))) << id;
      for (const core::Strategy strategy : core::kStrategies)
        if (policy.strategies.contains(strategy)) {
          EXPECT_TRUE(has(document, fmt::format("`{}`", core::to_string(strategy))));
        }
    }
  }
}

TEST(Procedure, HasEveryStepAndEveryLineOfTheRunbook) {
  for (const base::Locale locale : kLocales) {
    const std::string document = procedure_document(facts(), locale);
    for (const core::StepTemplate& step : core::runbook_steps())
      EXPECT_TRUE(has(document, fmt::format("\n| `{}` |", step.id))) << step.id;
    for (const core::Requirement& line : core::requirements())
      EXPECT_TRUE(has(document, fmt::format("\n| `{}` |", line.id))) << line.id;
    for (const core::ApprovalKind kind : core::kApprovalKinds)
      EXPECT_TRUE(has(document, fmt::format("`{}`", core::to_string(kind))));
  }
}

TEST(Procedure, HasEveryRoleAndEveryPermissionInTheWordsOfTheTable) {
  const std::string english = procedure_document(facts(), base::Locale::En);
  for (const core::PermissionRow& row : core::permissions()) {
    EXPECT_TRUE(has(english, fmt::format("\n| {} |", row.text))) << row.text;
    if (!row.held_by.empty()) {
      EXPECT_TRUE(has(english, row.held_by)) << row.text;
    }
  }
  for (const base::Locale locale : kLocales) {
    const std::string document = procedure_document(facts(), locale);
    for (const core::Role role : core::kRoles) {
      const std::string name = base::message(locale, fmt::format("role.{}", core::to_string(role)));
      EXPECT_TRUE(
          has(document, fmt::format("\n| {} | {} |", name,
                                    in(locale, fmt::format("role.{}", core::to_string(role))))));
    }
  }
}

// Goal: the English words of a version rule are those of the policy, so that neither can change
// alone.
TEST(Procedure, HasTheVersionRulesOfThePolicy) {
  for (const core::ReleaseType type : core::kReleaseTypes)
    EXPECT_EQ(in(base::Locale::En, fmt::format("type.version.{}", core::to_string(type))),
              core::policy_of(type).version_rule);
}

TEST(Procedure, HasTheLimitsThatTheGuardBeginsWith) {
  const std::string document = procedure_document(facts(), base::Locale::De);
  const core::GuardPolicy policy;
  EXPECT_TRUE(has(document, "| > " + base::percent_text(policy.limits.error_rate_pause) + " |"));
  EXPECT_TRUE(has(document, "| > " + base::percent_text(policy.limits.error_rate_rollback) + " |"));
  EXPECT_TRUE(has(document, "| > " + base::to_string(policy.limits.p95_pause) + " |"));
  EXPECT_TRUE(has(document, fmt::format("| > {} ", policy.limits.consumer_lag_pause)));
  EXPECT_TRUE(has(document, base::to_string(policy.lease)));
}

TEST(Procedure, SaysWhatTheInstallationLetsGoOf) {
  ProcedureFacts relaxed = facts();
  relaxed.environment.self_approval = true;
  relaxed.environment.unsigned_approvals = true;
  const std::string strict = procedure_document(facts(), base::Locale::En);
  const std::string lax = procedure_document(relaxed, base::Locale::En);
  for (const std::string_view key : {"duties.self-approval.true", "duties.two-persons.given-up",
                                     "held.approve-alone", "type.signed.waived"}) {
    const std::string words = beginning_of(key);
    EXPECT_TRUE(has(lax, words)) << key;
    EXPECT_FALSE(has(strict, words)) << key;
  }
}

TEST(Procedure, SaysThatTwoPeopleAreNeededWhereTheyAre) {
  ProcedureFacts both = facts();
  both.environment.two_persons = true;
  both.environment.self_approval = true;  // as compile() does, the first one holds
  const std::string document = procedure_document(both, base::Locale::En);
  EXPECT_TRUE(has(document, in(base::Locale::En, "duties.two-persons.true")));
  EXPECT_FALSE(has(document, "| Two people | no |"));
}

TEST(Procedure, SaysThatARoleIsVacantAndThatNobodyConfirmsTheLog) {
  ProcedureFacts bare = facts();
  EXPECT_TRUE(has(procedure_document(bare, base::Locale::De), "| **niemand** |"));
  bare.setting.witnesses.clear();
  EXPECT_TRUE(
      has(procedure_document(bare, base::Locale::De), in(base::Locale::De, "record.alone")));
  bare.setting.timestamps = "https://tsa.example";
  EXPECT_FALSE(
      has(procedure_document(bare, base::Locale::De), in(base::Locale::De, "record.alone")));
}

TEST(Procedure, OfAnInstallationWithoutAnythingIsWholeToo) {
  const ProcedureFacts nothing;
  for (const base::Locale locale : kLocales) {
    const std::string document = procedure_document(nothing, locale);
    expect_whole_tables(document);
    EXPECT_TRUE(has(document, in(locale, "history.no-releases")));
    EXPECT_TRUE(has(document, in(locale, "history.no-versions")));
    EXPECT_TRUE(has(document, in(locale, "scope.as-of-empty")));
  }
}

TEST(Procedure, IsNotChangedByWhatSomebodyWrote) {
  const std::string hostile = "x | y\n# Heading `code` <script>*\\| |\x1b[2J \xff";
  ProcedureFacts made = facts();
  made.program = hostile;
  made.setting.router = hostile;
  made.setting.keys = {hostile};
  made.setting.witnesses = {{hostile, hostile}};
  made.setting.timestamps = hostile;
  made.releases.front().components = {hostile};
  made.releases.front().requested = {hostile};
  made.recorded.front().by = hostile;
  made.recorded.front().program = hostile;
  made.key_changes = {{7, kBegin, hostile}};
  for (const base::Locale locale : kLocales) {
    const std::string document = procedure_document(made, locale);
    expect_whole_tables(document);
    EXPECT_FALSE(has(document, "\n# Heading"));
    EXPECT_FALSE(has(document, "<script>*"));
    EXPECT_EQ(document.find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace stellwerk::documents
