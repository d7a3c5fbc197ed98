// Strategies that compose: capacity, the order of components, checks before any traffic, downtime,
// approvals without a signature.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/compile.h"
#include "support/sample_release.h"

namespace stellwerk::core {
namespace {

using base::ComponentName;
using stellwerk::testing::bare_release;
using stellwerk::testing::ids_of;
using stellwerk::testing::sample_environment;

/// A component, and those that it comes after.
using Names = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// Three services that can be released, `a-domain` to `c-domain`, each after those named.
struct Estate {
  Release release = bare_release(ReleaseType::Minor);
  Environment environment = sample_environment();

  explicit Estate(const Names& components) {
    const Component like = release.components.front();
    const Service service = environment.services.front();
    release.components.clear();
    for (const auto& [name, after] : components) {
      Component component = like;
      component.name = ComponentName(name);
      for (const std::string& each : after) component.after.emplace_back(each);
      release.components.push_back(component);
      environment.services.push_back(service);
      environment.services.back().name = base::ServiceName(name);
    }
  }
  [[nodiscard]] CompileResult compiled() const { return compile(release, environment); }
};

TEST(Components, StartAfterThoseTheyNeedAndElseAsTheyAreWritten) {
  const auto result =
      Estate(Names{{"c-domain", {"a-domain"}}, {"b-domain", {}}, {"a-domain", {"b-domain"}}})
          .compiled();
  ASSERT_TRUE(result.plan) << ids_of(result);
  std::string order;
  for (const PlannedComponent& component : result.plan->components)
    order += component.name.str().substr(0, 1);
  EXPECT_EQ(order, "bac");
  EXPECT_EQ(decode_plan(encode_plan(*result.plan)).value().components[1].after,
            std::vector{ComponentName("b-domain")});
}

TEST(Components, CannotWaitForEachOtherForThemselvesOrForOthers) {
  const auto circle =
      Estate(Names{{"a-domain", {"b-domain"}}, {"b-domain", {"a-domain"}}, {"c-domain", {}}});
  ASSERT_EQ(ids_of(circle.compiled()), "PLN-0009");
  EXPECT_EQ(circle.compiled().problems[0].message, "a-domain and b-domain wait for each other");
  EXPECT_EQ(ids_of(Estate(Names{{"a-domain", {"a-domain"}}}).compiled()), "PLN-0009");
  const auto stranger = Estate(Names{{"a-domain", {"b-domian"}}, {"b-domain", {}}}).compiled();
  ASSERT_EQ(ids_of(stranger), "PLN-0004");
  EXPECT_EQ(stranger.problems[0].next.at(0).command, "write b-domain");
}

TEST(Capacity, IsInPlaceWhenRollingAndElseInParallel) {
  Release release = bare_release(ReleaseType::Patch);
  EXPECT_EQ(compile(release, sample_environment()).plan->capacity, Capacity::Parallel);
  release.strategy = Strategy::Rolling;
  const auto rolling = compile(release, sample_environment()).plan;
  EXPECT_EQ(rolling->capacity, Capacity::InPlace);
  EXPECT_TRUE(std::any_of(rolling->notes.begin(), rolling->notes.end(), [](const PlanNote& note) {
    return note.text.find("in place") != std::string::npos;
  }));
  release.capacity = Capacity::Parallel;
  EXPECT_EQ(compile(release, sample_environment()).plan->capacity, Capacity::Parallel);
}

TEST(Capacity, OfBlueGreenIsBothVersionsWhole) {
  Release release = bare_release(ReleaseType::Minor);
  release.strategy = Strategy::BlueGreen;
  release.capacity = Capacity::InPlace;
  EXPECT_EQ(ids_of(compile(release, sample_environment())), "PLN-0007");
}

TEST(PlanBytes, OfAPlanThatUsesNothingNewAreThoseOfOlderPrograms) {
  const std::string bytes = encode_plan(stellwerk::testing::sample_plan());
  for (const char* key : {"\"capacity\":", "\"after\":", "\"downtime_window\":"})
    EXPECT_EQ(bytes.find(key), std::string::npos) << key;
}

CheckRequest asking(std::string url, Phase phase) {
  CheckRequest check;
  check.name = "green-answers";
  check.title = "Green answers";
  check.phase = phase;
  HttpCheck http;
  http.url = std::move(url);
  check.action = http;
  return check;
}

TEST(ChecksOfTheNewVersion, ComeAfterItsStartAndBeforeTheFirstWave) {
  Release release = bare_release(ReleaseType::Minor);
  release.checks = {asking("new:document-domain/health", Phase::Rollout)};
  const auto plan = compile(release, sample_environment()).plan;
  ASSERT_TRUE(plan);
  std::vector<std::string> ids;
  for (const Step& step : plan->steps) ids.push_back(step.id.str());
  const auto at = [&](const char* id) { return std::find(ids.begin(), ids.end(), id); };
  EXPECT_LT(at("rollout/deployed"), at("rollout/green-answers"));
  EXPECT_LT(at("rollout/green-answers"), at("rollout/wave-1"));
}

TEST(ChecksOfTheNewVersion, AreRefusedWhereItDoesNotRunOrIsNone) {
  Release release = bare_release(ReleaseType::Minor);
  for (const Phase phase : {Phase::Preparation, Phase::PreCheck}) {
    release.checks = {asking("new:document-domain/health", phase)};
    EXPECT_EQ(ids_of(compile(release, sample_environment())), "PLN-0008") << to_string(phase);
  }
  release.checks = {asking("new:audit-domain/health", Phase::PostCheck)};
  EXPECT_EQ(ids_of(compile(release, sample_environment())), "PLN-0004");
}

TEST(DowntimeWindow, LastsUntilTheWaveThatServesAllItShowsThePage) {
  Release release = stellwerk::testing::sample_release();
  release.type = ReleaseType::Major;
  release.components[0].to = {2, 0, 0, {}, {}};
  release.downtime.emplace().tenants = {base::TenantId("pilot-1"), base::TenantId("pilot-3")};
  const auto named = compile(release, sample_environment()).plan;
  ASSERT_TRUE(named);
  EXPECT_EQ(named->last_wave_of_downtime(), 2U);
  release.downtime = DowntimeRequest{{}, true};
  EXPECT_EQ(compile(release, sample_environment()).plan->last_wave_of_downtime(), 3U);
  release.downtime = DowntimeRequest{{base::TenantId("pilto-1")}, false};
  EXPECT_EQ(ids_of(compile(release, sample_environment())), "PLN-0004");
  release.downtime.reset();
  EXPECT_EQ(compile(release, sample_environment()).plan->last_wave_of_downtime(), 0U);
}

TEST(DowntimeWindow, HasALimitThatTheWavesKeep) {
  Release release = stellwerk::testing::sample_release();
  release.type = ReleaseType::Major;
  release.components[0].to = {2, 0, 0, {}, {}};
  release.downtime = DowntimeRequest{{}, true};
  const auto open = compile(release, sample_environment()).plan;
  ASSERT_TRUE(open);
  const base::Duration planned = open->wave(3).at - open->schedule.deploy;
  const auto notes_of = [](const Plan& plan) {
    return std::count_if(plan.notes.begin(), plan.notes.end(), [](const PlanNote& note) {
      return note.text.find("downtime.at_most") != std::string::npos;
    });
  };
  EXPECT_EQ(notes_of(*open), 1);

  release.downtime->at_most = planned;
  EXPECT_EQ(ids_of(compile(release, sample_environment())), "PLN-0006");
  release.downtime->at_most = planned + base::minutes(1);
  const auto limited = compile(release, sample_environment()).plan;
  ASSERT_TRUE(limited);
  EXPECT_EQ(limited->downtime_window->at_most, planned + base::minutes(1));
  EXPECT_EQ(notes_of(*limited), 0);
  EXPECT_NE(digest_of(*limited), digest_of(*open)) << "an approval is for this limit";
}

TEST(UnsignedApprovals, LetAMajorReleaseRunAndAreNoted) {
  Environment environment = sample_environment();
  EXPECT_EQ(obstacles(*compile(bare_release(ReleaseType::Major), environment).plan).size(), 5U);
  environment.unsigned_approvals = true;
  const auto plan = compile(bare_release(ReleaseType::Major), environment).plan;
  EXPECT_TRUE(obstacles(*plan).empty());
  EXPECT_TRUE(std::any_of(plan->notes.begin(), plan->notes.end(), [](const PlanNote& note) {
    return note.text.find("unsigned_approvals") != std::string::npos;
  }));
  const auto patch = compile(bare_release(ReleaseType::Patch), environment).plan;
  EXPECT_TRUE(std::none_of(patch->notes.begin(), patch->notes.end(), [](const PlanNote& note) {
    return note.text.find("unsigned_approvals") != std::string::npos;
  }));
}

TEST(SignedCommands, DemandSignedApprovalsAndKeysOfWhoAttests) {
  Environment environment = sample_environment();
  const Plan without = compile(bare_release(ReleaseType::Patch), environment).plan.value();
  EXPECT_EQ(encode_plan(without).find("signed_commands"), std::string::npos);
  environment.signed_commands = true;
  environment.unsigned_approvals = true;  // gives nothing up then
  const Plan plan = compile(bare_release(ReleaseType::Patch), environment).plan.value();
  EXPECT_TRUE(decode_plan(encode_plan(plan))->signed_commands);
  for (const Step& step : plan.steps) {
    const auto* approval = std::get_if<ApprovalAction>(&step.action);
    EXPECT_TRUE(approval == nullptr || approval->signature_required) << step.id.str();
  }
  const auto notes_with = [&](std::string_view word) {
    return std::count_if(plan.notes.begin(), plan.notes.end(), [&](const PlanNote& note) {
      return note.text.find(word) != std::string::npos;
    });
  };
  EXPECT_EQ(notes_with("signed_commands"), 1);
  EXPECT_EQ(notes_with("unsigned_approvals"), 0);
  const auto lacking = obstacles(plan);
  const auto attestations =
      std::count_if(lacking.begin(), lacking.end(), [](const base::Error& each) {
        return each.message.starts_with("nobody can attest") &&
               each.why.find("a key") != std::string::npos;
      });
  EXPECT_GT(attestations, 0);
  for (Person& person : environment.people) person.keys = {{"ssh-ed25519 AAAA", {}, {}, {}}};
  EXPECT_TRUE(obstacles(*compile(bare_release(ReleaseType::Patch), environment).plan).empty());
}

}  // namespace
}  // namespace stellwerk::core
