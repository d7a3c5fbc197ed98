// Who approves what, who may not, and what an emergency changes.
#include "core/approvals.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/compile.h"
#include "core/permissions.h"
#include "support/sample_release.h"
#include "support/story.h"

namespace stellwerk::core {
namespace {

using stellwerk::testing::bare_release;
using stellwerk::testing::sample_environment;
using testing::Story;

const base::PersonId kManagerOne("release-manager-123");
const base::PersonId kManagerTwo("release-manager-456");
const base::PersonId kOperator("devops-1");
const base::PersonId kOwner("product-owner-1");
const base::PersonId kOfficer("auditor-1");

/// The sample installation with its duties separated, and people enough for that.
Plan separated(ReleaseType type, bool two_persons = false) {
  Environment environment = sample_environment();
  environment.self_approval = false;
  environment.unsigned_approvals = true;
  environment.two_persons = two_persons;
  environment.people[0].roles = {Role::ReleaseManager};
  environment.people.push_back({kManagerTwo, "rm2", {Role::ReleaseManager}});
  environment.people.push_back({kOwner, "po", {Role::ProductOwner}});
  return *compile(bare_release(type), environment).plan;
}

Approved word(const Story& story, ApprovalKind kind) { return {story.state.plan, false, kind}; }

StepStatus status(const Story& story, const char* step) {
  return story.state.status_of(base::StepId(step));
}

constexpr const char* kManagersStep = "preparation/approval-release-manager";

// Goal: separation of duties (ISO/IEC 27001 A.5.3): the requester's own word is recorded, and
// counts only beside another person's.
TEST(SeparationOfDuties, LetsNoRequesterApproveAlone) {
  Story story(separated(ReleaseType::Patch));
  story.start();
  EXPECT_FALSE(story.send(word(story, ApprovalKind::Approve), kManagerOne).refusal);
  EXPECT_FALSE(story.send(word(story, ApprovalKind::AcceptChangelog), kManagerOne).refusal);
  EXPECT_EQ(status(story, kManagersStep), StepStatus::Open);
  EXPECT_NE(lacks(story.plan, story.state, *story.plan.find_step(base::StepId(kManagersStep)))
                .find("never approves it alone"),
            std::string::npos);

  EXPECT_FALSE(story.send(word(story, ApprovalKind::Approve), kManagerTwo).refusal);
  EXPECT_EQ(status(story, kManagersStep), StepStatus::Passed);
  EXPECT_EQ(status(story, "preparation/changelog-approval"), StepStatus::Passed);
}

TEST(SeparationOfDuties, CountsWhomTheReleaseFileNamesAsRequesterToo) {
  Plan plan = separated(ReleaseType::Patch);
  plan.requested_by = kManagerTwo.str();
  Story story(plan);
  story.start();
  story.send(word(story, ApprovalKind::Approve), kManagerOne);
  story.send(word(story, ApprovalKind::Approve), kManagerTwo);
  EXPECT_EQ(status(story, kManagersStep), StepStatus::Open) << "both requested it";
}

TEST(SeparationOfDuties, IsGivenUpWhereTheInstallationSaysSo) {
  Plan plan = separated(ReleaseType::Patch);
  plan.separation_of_duties = false;
  Story story(plan);
  story.start();
  story.send(word(story, ApprovalKind::Approve), kManagerOne);
  EXPECT_EQ(status(story, kManagersStep), StepStatus::Passed);
}

TEST(TwoPersons, AreTwoDifferentPeople) {
  Story story(separated(ReleaseType::Patch, true));
  story.start();
  story.send(word(story, ApprovalKind::Approve), kManagerTwo);
  story.send(word(story, ApprovalKind::AcceptChangelog), kManagerTwo);
  EXPECT_EQ(status(story, kManagersStep), StepStatus::Open);
  story.send(word(story, ApprovalKind::AcceptChangelog), kOwner);
  EXPECT_EQ(status(story, kManagersStep), StepStatus::Passed);
}

TEST(ApprovalsOfRoles, AreTakenFromThatRoleOnly) {
  Story story(separated(ReleaseType::Minor));
  story.start();
  EXPECT_EQ(story.send(word(story, ApprovalKind::AcceptFeatures), kManagerTwo).refusal->id,
            "ENG-0015");
  EXPECT_EQ(story.send(word(story, ApprovalKind::Approve), kOwner).refusal->id, "ENG-0015");
  EXPECT_EQ(story.send(word(story, ApprovalKind::Approve), kOfficer).refusal->id, "ENG-0015");
  EXPECT_FALSE(story.send(word(story, ApprovalKind::AcceptFeatures), kOwner).refusal);
  EXPECT_EQ(status(story, "preparation/acceptance"), StepStatus::Passed);
}

TEST(SignedApprovals, AreRefusedWithoutASignature) {
  Plan plan = separated(ReleaseType::Patch);
  for (Step& step : plan.steps)
    if (auto* action = std::get_if<ApprovalAction>(&step.action)) action->signature_required = true;
  Story story(plan);
  story.start();
  EXPECT_EQ(story.send(word(story, ApprovalKind::Approve), kManagerTwo).refusal->id, "ENG-0036");
  Approved with_signature = word(story, ApprovalKind::Approve);
  with_signature.signature = true;
  EXPECT_FALSE(story.send(with_signature, kManagerTwo).refusal);
  EXPECT_EQ(status(story, kManagersStep), StepStatus::Passed);
}

Approved emergency(const Story& story) {
  Approved in = word(story, ApprovalKind::EmergencyApprove);
  in.reason = base::sha256("salted reason");
  return in;
}

// Goal: a hotfix may begin under an emergency approval, and that is signed off by another person
// (ISO/IEC 27001 A.8.32: emergency changes).
TEST(EmergencyApproval, OpensAHotfixAndWaitsForItsSignOff) {
  Story story(separated(ReleaseType::Hotfix));
  story.start();
  EXPECT_FALSE(story.send(emergency(story), kOperator).refusal);
  EXPECT_EQ(status(story, kManagersStep), StepStatus::Passed);
  EXPECT_TRUE(sign_off_outstanding(story.plan, story.state));
  story.run_to_end();
  ASSERT_EQ(story.state.stage, Stage::Completed);
  EXPECT_TRUE(sign_off_outstanding(story.plan, story.state));
  const auto waiting = waiting_for_people(story.plan, story.state);
  EXPECT_NE(std::find(waiting.begin(), waiting.end(), base::StepId("post-check/sign-off")),
            waiting.end());
  EXPECT_EQ(story.send(word(story, ApprovalKind::SignOff), kManagerOne).refusal->id, "ENG-0011")
      << "the requester";
  EXPECT_FALSE(story.send(word(story, ApprovalKind::SignOff), kManagerTwo).refusal);
  EXPECT_FALSE(sign_off_outstanding(story.plan, story.state));
}

TEST(EmergencyApproval, IsForHotfixesWithAReason) {
  Story patch(separated(ReleaseType::Patch));
  patch.start();
  EXPECT_EQ(patch.send(emergency(patch), kOperator).refusal->id, "ENG-0012");
  Story hotfix(separated(ReleaseType::Hotfix));
  hotfix.start();
  EXPECT_EQ(hotfix.send(word(hotfix, ApprovalKind::EmergencyApprove), kOperator).refusal->id,
            "ENG-0030");
  EXPECT_EQ(hotfix.send(emergency(hotfix), kOwner).refusal->id, "ENG-0011");
}

TEST(EmergencyApproval, IsNotSignedOffByWhoGaveIt) {
  Story story(separated(ReleaseType::Hotfix));
  story.start();
  story.send(emergency(story), kManagerTwo);
  story.run_to_end();
  EXPECT_EQ(story.send(word(story, ApprovalKind::SignOff), kManagerTwo).refusal->id, "ENG-0011");
  EXPECT_FALSE(story.send(word(story, ApprovalKind::SignOff), kOwner).refusal);
}

TEST(EmergencyApproval, IsSaidInARoleThatMayAndIsHeld) {
  Story story(separated(ReleaseType::Hotfix));
  story.start();
  Approved in = emergency(story);
  in.role = Role::ProductOwner;
  EXPECT_EQ(story.send(in, kManagerTwo).refusal->id, "ENG-0011");
  in.role = Role::DevOps;
  EXPECT_EQ(story.send(in, kManagerTwo).refusal->id, "ENG-0011") << "not theirs";
  in.role = Role::ReleaseManager;
  EXPECT_FALSE(story.send(in, kManagerTwo).refusal);
  EXPECT_EQ(story.state.approvals.back().role, Role::ReleaseManager);
}

// Goal: what began in an emergency is signed off also when it was called off before any traffic.
TEST(EmergencyApproval, IsSignedOffAfterTheReleaseWasCalledOff) {
  Story story(separated(ReleaseType::Hotfix));
  story.start();
  story.send(emergency(story), kOperator);
  story.send(Rejected{story.state.plan, base::sha256("no")}, kOwner);
  story.settle();
  ASSERT_EQ(story.state.stage, Stage::Cancelled);
  EXPECT_EQ(waiting_for_people(story.plan, story.state),
            std::vector{base::StepId("post-check/sign-off")});
  EXPECT_EQ(story.send(word(story, ApprovalKind::AcceptCompleteness), kOfficer).refusal->id,
            "ENG-0037");
  EXPECT_FALSE(story.send(word(story, ApprovalKind::SignOff), kManagerTwo).refusal);
  EXPECT_FALSE(sign_off_outstanding(story.plan, story.state));
  EXPECT_FALSE(story.send(word(story, ApprovalKind::AcceptCompleteness), kOfficer).refusal);
}

TEST(HotfixApprovedBefore, NeedsNoSignOff) {
  Story story(separated(ReleaseType::Hotfix));
  story.start();
  story.send(word(story, ApprovalKind::Approve), kManagerTwo);
  story.send(word(story, ApprovalKind::AcceptChangelog), kOwner);
  EXPECT_EQ(status(story, "post-check/sign-off"), StepStatus::Passed);
  EXPECT_EQ(status(story, "rollback/sign-off"), StepStatus::Passed);
}

// Goal: "Audit-Log vollständig" is an Audit Officer's word after everything else has its entry.
TEST(Completeness, IsSignedLastByAnAuditOfficer) {
  Story story;
  story.run_to_end();
  const auto complete = [&] {
    return story.send(word(story, ApprovalKind::AcceptCompleteness), kOfficer);
  };
  ASSERT_TRUE(complete().refusal);
  EXPECT_EQ(complete().refusal->id, "ENG-0037");
  for (const base::StepId& id : waiting_for_people(story.plan, story.state)) {
    const Step& step = *story.plan.find_step(id);
    if (std::holds_alternative<Attestation>(step.action))
      story.send(Attested{id, {}}, story.plan.somebody_with(step.roles));
  }
  EXPECT_EQ(story.send(word(story, ApprovalKind::AcceptCompleteness), kManagerOne).refusal->id,
            "ENG-0012");
  EXPECT_FALSE(complete().refusal);
  EXPECT_TRUE(waiting_for_people(story.plan, story.state).empty());
}

TEST(RefusalToStart, IsForWhoMayNot) {
  const Plan plan = separated(ReleaseType::Patch);
  EXPECT_FALSE(refusal_to_start(plan, kManagerOne));
  EXPECT_FALSE(refusal_to_start(plan, kOperator));
  EXPECT_EQ(refusal_to_start(plan, kOwner)->id, "ENG-0011");
  EXPECT_EQ(refusal_to_start(plan, base::PersonId("mallory"))->id, "ENG-0010");
}

TEST(Permissions, HaveOneRowEach) {
  for (const PermissionRow& row : permissions()) {
    EXPECT_EQ(&row_of(row.permission), &row);
    EXPECT_NE(row.roles.empty(), row.held_by.empty()) << row.text;
  }
}

}  // namespace
}  // namespace stellwerk::core
