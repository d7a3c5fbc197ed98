// Checks that a release brings: where they may stand, and which lines of the runbook they answer.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/compile.h"
#include "support/sample_release.h"

namespace stellwerk::core {
namespace {

using stellwerk::testing::ids_of;
using stellwerk::testing::sample_environment;
using stellwerk::testing::sample_release;

CheckRequest check(std::string name, Phase phase, std::vector<std::string> fulfils = {}) {
  CheckRequest request;
  request.name = std::move(name);
  request.title = "A check";
  request.phase = phase;
  request.action = CommandCheck{};
  request.fulfils = std::move(fulfils);
  return request;
}

CompileResult compile_with(std::vector<CheckRequest> checks) {
  Release release = sample_release();
  release.checks = std::move(checks);
  return compile(release, sample_environment());
}

const Step* step_of(const CompileResult& result, std::string id) {
  return result.plan ? result.plan->find_step(base::StepId(std::move(id))) : nullptr;
}

bool answers(const Step& step, std::string_view line) {
  return std::find(step.fulfils.begin(), step.fulfils.end(), line) != step.fulfils.end();
}

TEST(Checks, BecomeStepsOfTheirPhase) {
  CheckRequest request = check("smoke-batch", Phase::PostCheck);
  request.critical = true;
  const auto result = compile_with({request});
  const Step* step = step_of(result, "post-check/smoke-batch");
  ASSERT_NE(step, nullptr);
  EXPECT_TRUE(step->critical);
  EXPECT_EQ(step->roles, (std::vector{Role::DevOps, Role::Qa}));
  EXPECT_NE(step_of(result, "post-check/smoke"), nullptr);  // people still attest the journeys
}

// Goal: a check answers lines of the runbook, so that people are asked only for the rest.
TEST(Checks, TakeOverTheLinesTheyFulfil) {
  const auto result = compile_with({check("unit", Phase::Preparation, {"phase1.tests.unit"})});
  const Step* mine = step_of(result, "preparation/unit");
  const Step* manual = step_of(result, "preparation/tests");
  ASSERT_TRUE(mine != nullptr && manual != nullptr);
  EXPECT_EQ(mine->fulfils, std::vector<std::string>{"phase1.tests.unit"});
  EXPECT_FALSE(answers(*manual, "phase1.tests.unit"));
  EXPECT_TRUE(answers(*manual, "phase1.tests.e2e"));
  EXPECT_TRUE(answers(*manual, "success.tests"));
}

TEST(Checks, ReplaceAManualStepWhoseLinesTheyAllFulfil) {
  const auto result = compile_with({check("journeys", Phase::PostCheck, {"post-check/smoke"})});
  const Step* mine = step_of(result, "post-check/journeys");
  ASSERT_NE(mine, nullptr);
  EXPECT_EQ(step_of(result, "post-check/smoke"), nullptr);
  EXPECT_TRUE(answers(*mine, "phase4.smoke.document") && answers(*mine, "after.smoke"));
}

TEST(Checks, ShareTheLinesThatOnlySumUp) {
  const auto result =
      compile_with({check("document", Phase::PostCheck, {"phase4.smoke.document"}),
                    check("contract", Phase::PostCheck, {"phase4.smoke.contract"})});
  EXPECT_EQ(step_of(result, "post-check/smoke"), nullptr);
  for (const char* id : {"post-check/document", "post-check/contract"}) {
    const Step* step = step_of(result, id);
    ASSERT_NE(step, nullptr);
    EXPECT_TRUE(answers(*step, "after.smoke")) << id;
  }
}

TEST(Checks, NeverReplaceWhatStellwerkProvesItself) {
  const auto result = compile_with({check("health-too", Phase::PreCheck, {"phase2.health"})});
  const Step* health = step_of(result, "pre-check/health");
  ASSERT_NE(health, nullptr);
  EXPECT_TRUE(answers(*health, "phase2.health"));
}

TEST(Checks, MayHaveTheNameOfAManualStepTheyReplace) {
  const auto result = compile_with({check("tests", Phase::Preparation, {"preparation/tests"})});
  const Step* step = step_of(result, "preparation/tests");
  ASSERT_NE(step, nullptr);
  EXPECT_EQ(kind_of(step->action), "command");
}

TEST(Checks, AreRefusedWhereTheyCannotStand) {
  EXPECT_EQ(ids_of(compile_with({check("undo", Phase::Rollback)})), "PLN-0008");
  EXPECT_EQ(ids_of(compile_with({check("health", Phase::PreCheck)})), "PLN-0008");
  EXPECT_EQ(ids_of(compile_with({check("a", Phase::PreCheck), check("a", Phase::PreCheck)})),
            "PLN-0008");
  CheckRequest attested = check("customers-told", Phase::Rollback);
  attested.action = Attestation{};
  const auto result = compile_with({attested});
  ASSERT_NE(step_of(result, "rollback/customers-told"), nullptr);
  EXPECT_TRUE(step_of(result, "rollback/customers-told")->follow_up);
}

TEST(Checks, AreRefusedWhenTheyFulfilWhatIsUnknownElsewhereOrNotAsked) {
  const auto unknown = compile_with({check("unit", Phase::Preparation, {"phase1.test.unit"})});
  ASSERT_EQ(ids_of(unknown), "PLN-0004");
  EXPECT_EQ(unknown.problems[0].next[0].command, "write phase1.tests.unit");
  EXPECT_EQ(ids_of(compile_with({check("unit", Phase::PostCheck, {"phase1.tests.unit"})})),
            "PLN-0008");
  EXPECT_EQ(ids_of(compile_with({check("chaos", Phase::Preparation, {"type.tests.chaos"})})),
            "PLN-0008");
  EXPECT_EQ(
      ids_of(compile_with({check("guide", Phase::Preparation, {"preparation/migration-guide"})})),
      "PLN-0004");
}

TEST(Checks, ThroughTheRouterNeedAKnownServiceAndTenant) {
  HttpCheck http;
  http.url = "router:document-domain/documents";
  http.tenant = base::TenantId("pilot-1");
  CheckRequest request = check("smoke-1", Phase::PostCheck);
  request.action = http;
  EXPECT_EQ(ids_of(compile_with({request})), "");
  http.url = "router:document-domian/documents";
  http.tenant = base::TenantId("pilot-x");
  request.action = http;
  EXPECT_EQ(ids_of(compile_with({request})), "PLN-0004 PLN-0004");
}

// Goal: approvals that a release adds never replace those its type demands.
TEST(Approvals, TakeTheLargerNumberOfARole) {
  Release release = sample_release();
  release.approvals = {{Role::ReleaseManager, 2}, {Role::Qa, 1}};
  const auto plan = compile(release, sample_environment()).plan;
  ASSERT_TRUE(plan);
  const auto count = [&](const char* id) {
    const Step* step = plan->find_step(base::StepId(id));
    return step == nullptr ? 0U : std::get<ApprovalAction>(step->action).count;
  };
  EXPECT_EQ(count("preparation/approval-release-manager"), 2U);
  EXPECT_EQ(count("preparation/acceptance"), 1U);
  EXPECT_EQ(count("preparation/approval-qa"), 1U);
}

TEST(Undoing, IsNamedByEveryStepThatMovesSomething) {
  const Plan plan = stellwerk::testing::sample_plan();
  for (const Step& step : plan.steps) {
    const bool moves = std::holds_alternative<DeployAction>(step.action) ||
                       std::holds_alternative<WaveAction>(step.action);
    ASSERT_EQ(!step.undone_by.empty(), moves) << step.id.str();
    EXPECT_EQ(plan.find_step(base::StepId(step.undone_by)) != nullptr, moves) << step.undone_by;
  }
}

}  // namespace
}  // namespace stellwerk::core
