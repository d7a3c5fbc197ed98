#include "core/requirements.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "core/compile.h"
#include "core/runbook_steps.h"
#include "support/sample_release.h"

namespace stellwerk::core {
namespace {

struct RunbookLine {
  std::string group;
  std::string text;
};

/// tests/data/runbook_lines.txt: `== group`, then its lines.
std::vector<RunbookLine> runbook_lines() {
  std::ifstream file(STELLWERK_TEST_DATA "/runbook_lines.txt");
  std::vector<RunbookLine> lines;
  std::string group;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("== "))
      group = line.substr(3);
    else if (!line.empty() && !line.starts_with('#'))
      lines.push_back({group, line});
  }
  return lines;
}

/// How ids of a group's requirements begin.
const std::map<std::string, std::string> kPrefixes{{"phase 1", "phase1."},
                                                   {"phase 2", "phase2."},
                                                   {"phase 3", "phase3."},
                                                   {"phase 4", "phase4."},
                                                   {"phase 5", "phase5."},
                                                   {"before", "before."},
                                                   {"during", "during."},
                                                   {"after", "after."},
                                                   {"on rollback", "rollback."},
                                                   {"success", "success."},
                                                   {"artefacts before", "artefact."},
                                                   {"artefacts after", "artefact."}};

const Requirement* requirement_for(const RunbookLine& line) {
  for (const Requirement& each : requirements())
    if (each.german == line.text && each.id.starts_with(kPrefixes.at(line.group))) return &each;
  return nullptr;
}

Plan plan_of(ReleaseType type) {
  auto result =
      compile(stellwerk::testing::bare_release(type), stellwerk::testing::sample_environment());
  EXPECT_TRUE(result.problems.empty()) << result.problems.front().one_line();
  return std::move(*result.plan);
}

std::map<std::string, const Step*> answers_of(const Plan& plan) {
  std::map<std::string, const Step*> answers;
  for (const auto* steps : {&plan.steps, &plan.rollback})
    for (const Step& step : *steps)
      for (const std::string& id : step.fulfils) answers[id] = &step;
  return answers;
}

// Goal: no line of the runbook is silently passed.
TEST(Requirements, HoldEveryLineOfTheRunbook) {
  const auto lines = runbook_lines();
  ASSERT_GT(lines.size(), 90u);
  for (const RunbookLine& line : lines)
    EXPECT_NE(requirement_for(line), nullptr) << line.group << ": " << line.text;
}

TEST(Requirements, InventNoLineThatTheRunbookLacks) {
  std::set<std::string_view> in_runbook;
  for (const RunbookLine& line : runbook_lines())
    if (const Requirement* requirement = requirement_for(line)) in_runbook.insert(requirement->id);
  for (const Requirement& each : requirements())
    EXPECT_TRUE(each.id.starts_with("type.") || in_runbook.contains(each.id)) << each.id;
}

TEST(Requirements, AreAnsweredByAStepInThePlanOfEveryTypeTheyApplyTo) {
  for (const ReleaseType type : kReleaseTypes) {
    const Plan plan = plan_of(type);
    const auto answers = answers_of(plan);
    for (const Requirement& line : requirements())
      EXPECT_EQ(answers.contains(std::string(line.id)), line.types.contains(type))
          << to_string(type) << ": " << line.id;
  }
}

// Goal: each line closes a gate, except what is due only after the end or in a rollback.
TEST(Requirements, CloseAGateUnlessTheyAreDueAfterTheEnd) {
  const std::set<std::string_view> late{
      "post-check/metrics",       "post-check/verified",      "post-check/success-notice",
      "post-check/audit-log",     "post-check/release-notes", "post-check/reports",
      "post-check/retrospective", "post-check/sign-off",      "post-check/completeness"};
  for (const ReleaseType type : kReleaseTypes)
    for (const Step& step : plan_of(type).steps)
      EXPECT_EQ(step.follow_up, late.contains(step.id.str())) << step.id.str();
}

TEST(Requirements, AreSoundAsATable) {
  std::set<std::string_view> ids;
  for (const Requirement& line : requirements()) {
    EXPECT_TRUE(ids.insert(line.id).second) << line.id;
    const StepTemplate* row = find_runbook_step(line.step);
    ASSERT_NE(row, nullptr) << line.id;
    EXPECT_FALSE(line.german.empty() || line.english.empty()) << line.id;
    for (const ReleaseType type : kReleaseTypes)
      EXPECT_TRUE(!line.types.contains(type) || row->types.contains(type)) << line.id;
  }
}

TEST(Requirements, StandInTheReferenceWithTheirIds) {
  std::ifstream file(STELLWERK_TEST_DATA "/../../docs/reference/requirements.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  for (const Requirement& line : requirements())
    EXPECT_NE(page.find("| `" + std::string(line.id) + "`"), std::string::npos) << line.id;
}

// Goal: a manual step can only fall away when checks answer something that does not merely sum up.
TEST(Requirements, GiveEveryManualStepALineOfItsOwn) {
  for (const StepTemplate& row : runbook_steps()) {
    if (row.kind != StepKind::Manual) continue;
    EXPECT_TRUE(
        std::any_of(requirements().begin(), requirements().end(),
                    [&](const Requirement& line) { return line.step == row.id && !line.sums_up; }))
        << row.id;
  }
}

// Goal: a minor release asks people for little enough that they still read it.
TEST(Requirements, AskPeopleForAtMostTenManualSteps) {
  const Plan plan = plan_of(ReleaseType::Minor);
  const auto manual = std::count_if(plan.steps.begin(), plan.steps.end(), [](const Step& step) {
    return std::holds_alternative<Attestation>(step.action);
  });
  EXPECT_LE(manual, 10);
}

}  // namespace
}  // namespace stellwerk::core
