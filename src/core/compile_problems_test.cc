// What compile() refuses: each with its place, all at once.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/compile.h"
#include "support/sample_release.h"

namespace stellwerk::core {
namespace {

using base::minutes;
using stellwerk::testing::bare_release;
using stellwerk::testing::sample_environment;
using stellwerk::testing::sample_release;

std::vector<base::Error> problems_of(const Release& release,
                                     const Environment& environment = sample_environment()) {
  auto result = compile(release, environment);
  EXPECT_EQ(result.plan.has_value(), result.problems.empty());
  return std::move(result.problems);
}

std::string ids_of(const std::vector<base::Error>& errors) {
  std::string ids;
  for (const base::Error& error : errors) ids += (ids.empty() ? "" : " ") + error.id;
  return ids;
}

bool proposes(const base::Error& error, std::string_view command) {
  return std::any_of(error.next.begin(), error.next.end(), [&](const base::NextStep& step) {
    return step.command.find(command) != std::string::npos;
  });
}

struct VersionCase {
  ReleaseType type;
  const char* from;
  const char* to;
  const char* proposed;  ///< empty: it fits
};

// Goal: SemVer in full; a version that does not fit says which type would (runbook
// "Versionierung").
TEST(VersionRule, FitsTheTypeOrNamesTheOneThatWould) {
  const VersionCase cases[] = {{ReleaseType::Patch, "1.2.3", "1.2.4", ""},
                               {ReleaseType::Patch, "1.2.3", "1.2.9", ""},
                               {ReleaseType::Patch, "1.2.3", "1.3.0", "type: minor"},
                               {ReleaseType::Patch, "1.2.3", "2.0.0", "type: major"},
                               {ReleaseType::Hotfix, "1.2.3", "1.2.4", ""},
                               {ReleaseType::Hotfix, "1.2.3", "1.2.4-rc.1", ""},
                               {ReleaseType::Minor, "1.2.3", "1.3.0", ""},
                               {ReleaseType::Minor, "1.2.3", "1.4.2", ""},
                               {ReleaseType::Minor, "1.2.3", "1.2.4", "type: patch or hotfix"},
                               {ReleaseType::Minor, "1.2.3", "2.0.0", "type: major"},
                               {ReleaseType::Minor, "1.3.0-rc.1", "1.3.0", ""},
                               {ReleaseType::Minor, "1.3.0-rc.1", "1.3.0-rc.2", ""},
                               {ReleaseType::Major, "1.5.0", "2.0.0", ""},
                               {ReleaseType::Major, "1.5.0", "3.1.0", ""},
                               {ReleaseType::Major, "2.0.0-alpha", "2.0.0", ""},
                               {ReleaseType::Major, "1.5.0", "1.6.0", "type: minor"},
                               {ReleaseType::Migration, "1.0.0", "1.0.1", ""},
                               {ReleaseType::Migration, "1.0.0", "4.0.0", ""}};
  for (const VersionCase& each : cases) {
    Release release = bare_release(each.type);
    release.components[0].from = *base::SemVer::parse(each.from);
    release.components[0].to = *base::SemVer::parse(each.to);
    const auto problems = problems_of(release);
    const std::string what = std::string(to_string(each.type)) + " " + each.from + " " + each.to;
    if (*each.proposed == '\0') {
      EXPECT_EQ(ids_of(problems), "") << what;
    } else {
      ASSERT_EQ(ids_of(problems), "PLN-0003") << what;
      EXPECT_TRUE(proposes(problems[0], each.proposed)) << what;
    }
  }
}

TEST(VersionRule, RefusesWhatIsNotNewerForEveryType) {
  for (const ReleaseType type : kReleaseTypes)
    for (const char* to : {"1.2.0", "1.2.0+build.7", "1.1.9", "1.2.0-rc.1", "0.9.0"}) {
      Release release = bare_release(type);
      release.components[0].to = *base::SemVer::parse(to);
      EXPECT_EQ(ids_of(problems_of(release)), "PLN-0003") << to_string(type) << " " << to;
    }
}

TEST(VersionRule, WarnsOfSkippedNumbersAndPreReleases) {
  const auto notes_with = [](const char* to) {
    Release release = bare_release(ReleaseType::Minor);
    release.components[0].to = *base::SemVer::parse(to);
    const auto result = compile(release, sample_environment());
    std::string text;
    for (const PlanNote& note : result.plan->notes) text += note.text + "\n";
    return text;
  };
  EXPECT_EQ(notes_with("1.3.0").find("skips"), std::string::npos);
  EXPECT_NE(notes_with("1.5.0").find("1.2.0 → 1.5.0 skips version numbers; 1.3.0 is expected"),
            std::string::npos);
  EXPECT_NE(notes_with("1.3.0-rc.1").find("pre-release"), std::string::npos);
}

TEST(CompileProblems, AreAllReportedAtOnceWithTheirPlaces) {
  Release release = sample_release();
  release.components[0].to = *base::SemVer::parse("2.0.0");
  release.waves[1].tenants[0] = base::TenantId("pilot-9");
  release.requested_by = "nobody";
  release.positions = {{"components[0].to", {"release.yaml", 7, 5}},
                       {"waves[1]", {"release.yaml", 12, 3}},
                       {"requested_by", {"release.yaml", 20, 15}}};
  const auto problems = problems_of(release);
  ASSERT_EQ(ids_of(problems), "PLN-0003 PLN-0004 PLN-0004");
  EXPECT_EQ(problems[0].where.to_string(), "release.yaml:7:5");
  EXPECT_EQ(problems[1].where.to_string(), "release.yaml:12:3");
  EXPECT_TRUE(proposes(problems[1], "pilot-"));
  EXPECT_EQ(problems[2].where.to_string(), "release.yaml:20:15");
  for (const base::Error& error : problems) {
    EXPECT_FALSE(error.why.empty() || error.state.empty() || error.next.empty()) << error.message;
  }
}

TEST(CompileProblems, NameComponentsThatCannotBeReleased) {
  Release release = sample_release();
  release.components[0].name = base::ComponentName("document-domein");
  auto problems = problems_of(release);
  ASSERT_EQ(ids_of(problems), "PLN-0004");
  EXPECT_TRUE(proposes(problems[0], "document-domain"));

  release.components[0].name = base::ComponentName("audit-domain");
  EXPECT_EQ(ids_of(problems_of(release)), "PLN-0009");
  release = sample_release();
  release.components.push_back(release.components[0]);
  EXPECT_EQ(ids_of(problems_of(release)), "PLN-0009");
  release.components.clear();
  EXPECT_EQ(ids_of(problems_of(release)), "PLN-0009");
}

TEST(CompileProblems, NameHealthUrlsThatNoInstanceCanAnswer) {
  auto environment = sample_environment();
  environment.services[0].health.url = "http://somewhere/health";
  EXPECT_EQ(ids_of(problems_of(sample_release(), environment)), "PLN-0009");
}

TEST(CompileProblems, NameWaiversOfUnknownServicesAndOfComponents) {
  Release release = sample_release();
  release.health_waivers = {{base::ServiceName("audit-domian"), "maintenance", {}}};
  auto problems = problems_of(release);
  ASSERT_EQ(ids_of(problems), "PLN-0004");
  EXPECT_TRUE(proposes(problems[0], "audit-domain"));
  release.health_waivers = {{base::ServiceName("document-domain"), "brave", {}}};
  EXPECT_EQ(ids_of(problems_of(release)), "PLN-0009");
}

struct ScheduleCase {
  const char* what;
  void (*change)(Release&);
  const char* ids;
};

TEST(CompileProblems, NameSchedulesThatContradictThemselves) {
  const ScheduleCase cases[] = {
      {"wave before the hold ends", [](Release& r) { r.waves[1].at = minutes(10); }, "PLN-0006"},
      {"wave before deployment", [](Release& r) { r.schedule.deploy = minutes(5); }, "PLN-0006"},
      {"completed in the last hold", [](Release& r) { r.schedule.completed = minutes(50); },
       "PLN-0006"},
      {"completed long after", [](Release& r) { r.schedule.completed = minutes(70); }, "PLN-0006"},
      {"pre-check before announcement", [](Release& r) { r.schedule.pre_check = -base::hours(25); },
       "PLN-0006"},
      {"deployment before pre-check", [](Release& r) { r.schedule.deploy = -base::hours(2); },
       "PLN-0006"},
      {"holds follow from times",
       [](Release& r) {
         for (WaveRequest& wave : r.waves) wave.hold.reset();
         r.schedule.completed = minutes(45);
       },
       ""}};
  for (const ScheduleCase& each : cases) {
    Release release = sample_release();
    each.change(release);
    EXPECT_EQ(ids_of(problems_of(release)), each.ids) << each.what;
  }
}

TEST(CompiledSchedule, KeepsTheOldVersionToTheEndOfThePostCheckAndSaysSo) {
  Release release = sample_release();
  release.standby = minutes(10);
  const auto plan = compile(release, sample_environment()).plan;
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->schedule.standby, minutes(30));
  EXPECT_TRUE(std::any_of(plan->notes.begin(), plan->notes.end(), [](const PlanNote& note) {
    return note.text.find("until the end of the post-check") != std::string::npos;
  }));
  release.standby = minutes(45);
  EXPECT_EQ(compile(release, sample_environment()).plan->schedule.standby, minutes(45));
}

}  // namespace
}  // namespace stellwerk::core
