#include "core/policy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/compile.h"
#include "core/requirements.h"
#include "support/sample_release.h"

namespace stellwerk::core {
namespace {

using base::hours;
using base::minutes;
using stellwerk::testing::bare_release;
using stellwerk::testing::sample_environment;

Plan plan_of(const Release& release) {
  auto result = compile(release, sample_environment());
  EXPECT_TRUE(result.problems.empty()) << result.problems.front().one_line();
  return std::move(*result.plan);
}

std::vector<base::Duration> times_of(const Plan& plan) {
  std::vector<base::Duration> times;
  for (const PlannedWave& wave : plan.waves) times.push_back(wave.at);
  times.push_back(plan.schedule.completed);
  return times;
}

// Goal: the runbook's "Release-Typen" row by row.
TEST(Policy, AllowsTheStrategiesOfTheRunbook) {
  const std::map<ReleaseType, std::vector<Strategy>> allowed{
      {ReleaseType::Patch, {Strategy::Rolling, Strategy::Canary}},
      {ReleaseType::Hotfix, {Strategy::Rolling, Strategy::Canary}},
      {ReleaseType::Minor, {Strategy::Canary, Strategy::BlueGreen}},
      {ReleaseType::Major, {Strategy::BlueGreen}},
      {ReleaseType::Migration, {Strategy::Stepwise}}};
  for (const ReleaseType type : kReleaseTypes)
    for (const Strategy strategy : kStrategies) {
      Release release = bare_release(type);
      release.strategy = strategy;
      const auto& row = allowed.at(type);
      const bool fits = std::find(row.begin(), row.end(), strategy) != row.end();
      const auto result = compile(release, sample_environment());
      EXPECT_EQ(result.plan.has_value(), fits) << to_string(type) << " " << to_string(strategy);
      if (!fits) {
        EXPECT_EQ(result.problems.at(0).id, "PLN-0007");
      }
    }
}

std::vector<std::string_view> names(const std::vector<Role>& roles) {
  std::vector<std::string_view> all;
  for (const Role role : roles) all.push_back(to_string(role));
  return all;
}

TEST(Policy, DemandsTheApprovalsOfTheRunbook) {
  const auto approvals = [](ReleaseType type) {
    std::string text;
    for (const Step& step : plan_of(bare_release(type)).steps)
      if (const auto* approval = std::get_if<ApprovalAction>(&step.action))
        text += fmt::format("{} {}{};", to_string(approval->decision),
                            fmt::join(names(step.roles), "|"),
                            approval->signature_required ? " signed" : "");
    return text;
  };
  const std::string first = "accept-changelog release-manager|product-owner;";
  const std::string approve = "approve release-manager;";
  const std::string accept = "accept-features product-owner;";
  const std::string last = "accept-completeness audit-officer;";
  EXPECT_EQ(approvals(ReleaseType::Patch), first + approve + last);
  EXPECT_EQ(approvals(ReleaseType::Hotfix),
            first + approve + "sign-off release-manager|product-owner;" + last);
  EXPECT_EQ(approvals(ReleaseType::Minor), first + accept + approve + last);
  EXPECT_EQ(approvals(ReleaseType::Major),
            "accept-changelog release-manager|product-owner signed;accept-features product-owner "
            "signed;approve release-manager signed;accept-completeness audit-officer signed;");
  EXPECT_EQ(approvals(ReleaseType::Migration), first + approve + last);
}

TEST(Policy, DemandsTestsDocumentsAndAuditThatThePlanAnswers) {
  for (const ReleaseType type : kReleaseTypes) {
    const TypePolicy& policy = policy_of(type);
    EXPECT_FALSE(policy.tests.empty() || policy.audit.empty());
    for (const auto ids : {policy.tests, policy.documents, policy.audit})
      for (const std::string_view id : ids) {
        const Requirement* line = find_requirement(id);
        ASSERT_NE(line, nullptr) << id;
        EXPECT_TRUE(line->types.contains(type)) << id;
      }
    EXPECT_EQ(plan_of(bare_release(type)).audit.size(), policy.audit.size());
  }
}

TEST(Policy, AllowsDowntimeOnlyAfterApproval) {
  for (const ReleaseType type : kReleaseTypes) {
    Release release = bare_release(type);
    release.downtime.emplace().all_tenants = true;
    const auto result = compile(release, sample_environment());
    const bool possible = type == ReleaseType::Major || type == ReleaseType::Migration;
    EXPECT_EQ(result.plan.has_value(), possible) << to_string(type);
    if (!possible) {
      EXPECT_EQ(result.problems.at(0).id, "PLN-0007");
    }
  }
}

// Goal: the default times.
TEST(DefaultSchedule, IsTheRunbooksEventSequenceForAMinorCanary) {
  const Plan plan = plan_of(bare_release(ReleaseType::Minor));
  EXPECT_EQ(times_of(plan), (std::vector{minutes(5), minutes(20), minutes(50), minutes(60)}));
  EXPECT_EQ(plan.schedule.deploy, base::Duration{});
  EXPECT_EQ(plan.schedule.announce_lead, hours(24));
  EXPECT_EQ(plan.schedule.post_check, minutes(30));
}

TEST(DefaultSchedule, HoldsAPatchCanaryFifteenAndTenMinutes) {
  const Plan plan = plan_of(bare_release(ReleaseType::Patch));
  ASSERT_EQ(plan.waves.size(), 2u);
  EXPECT_EQ(plan.waves[0].share_wanted, base::percent(10));
  EXPECT_EQ(times_of(plan), (std::vector{minutes(5), minutes(20), minutes(30)}));
}

TEST(DefaultSchedule, AnnouncesAHotfixAtOnce) {
  const Plan plan = plan_of(bare_release(ReleaseType::Hotfix));
  EXPECT_EQ(plan.schedule.announce_lead, base::Duration{});
  EXPECT_EQ(plan.schedule.pre_check, base::Duration{});
  EXPECT_EQ(plan.schedule.deploy, base::Duration{});
}

TEST(DefaultSchedule, GivesBlueGreenOneSwitchAndAStandby) {
  Release release = bare_release(ReleaseType::Minor);
  release.strategy = Strategy::BlueGreen;
  const Plan plan = plan_of(release);
  EXPECT_EQ(plan.waves.size(), 1u);
  EXPECT_EQ(plan.schedule.standby, minutes(30));  // 15 min, but never less than the post-check
  release.schedule.post_check = minutes(5);
  EXPECT_EQ(plan_of(release).schedule.standby, minutes(15));
}

TEST(DefaultSchedule, RollsOneInstanceAfterTheOther) {
  auto environment = sample_environment();
  environment.services[0].workload->instances = 4;
  Release release = bare_release(ReleaseType::Patch);
  release.strategy = Strategy::Rolling;
  const auto plan = compile(release, environment).plan;
  ASSERT_TRUE(plan);
  std::vector<base::Ppm> shares;
  for (const PlannedWave& wave : plan->waves) shares.push_back(wave.share_wanted);
  EXPECT_EQ(shares, (std::vector{base::percent(25), base::percent(50), base::percent(75),
                                 base::percent(100)}));
}

// Goal: what cannot be done is refused before anything starts, never passed over.
TEST(Obstacles, NameWhatThisVersionCannotCarryOut) {
  const auto ids = [](ReleaseType type) {
    std::string text;
    for (const base::Error& error : obstacles(plan_of(bare_release(type))))
      text += error.id + " " + error.message + "\n";
    return text;
  };
  EXPECT_EQ(ids(ReleaseType::Patch), "");
  EXPECT_EQ(ids(ReleaseType::Hotfix), "");
  EXPECT_EQ(ids(ReleaseType::Minor), "");
  EXPECT_EQ(ids(ReleaseType::Major),
            "PLN-0011 1 signed approval(s) of the role release-manager cannot be given "
            "(preparation/changelog-approval)\n"
            "PLN-0011 1 signed approval(s) of the role product-owner cannot be given "
            "(preparation/acceptance)\n"
            "PLN-0011 1 signed approval(s) of the role release-manager cannot be given "
            "(preparation/approval-release-manager)\n"
            "PLN-0011 1 signed approval(s) of the role audit-officer cannot be given "
            "(post-check/completeness)\n"
            "PLN-0011 1 signed approval(s) of the role audit-officer cannot be given "
            "(rollback/completeness)\n");
  EXPECT_EQ(ids(ReleaseType::Migration),
            "PLN-0010 the strategy stepwise cannot be carried out by this version\n");
}

TEST(Obstacles, NameApprovalsAndAttestationsThatNobodyCanGive) {
  auto environment = sample_environment();
  Release release = stellwerk::testing::sample_release();
  release.approvals = {{Role::DevOps, 2}};
  environment.people.erase(environment.people.begin() + 2, environment.people.end());
  environment.people[0].roles = {Role::ReleaseManager};
  const auto found = obstacles(*compile(release, environment).plan);
  std::string text;
  for (const base::Error& error : found) text += error.id + " " + error.message + "\n";
  EXPECT_EQ(text,
            "PLN-0011 1 approval(s) of the role product-owner cannot be given "
            "(preparation/acceptance)\n"
            "PLN-0011 2 approval(s) of the role devops cannot be given "
            "(preparation/approval-devops)\n"
            "PLN-0011 1 approval(s) of the role audit-officer cannot be given "
            "(post-check/completeness)\n"
            "PLN-0011 1 approval(s) of the role audit-officer cannot be given "
            "(rollback/completeness)\n");
}

}  // namespace
}  // namespace stellwerk::core
