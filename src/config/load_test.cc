// Goal: files that are right give what they say; files that cannot be read say why.
#include "config/load.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/testing/temporary_folder.h"
#include "config/testing/problems.h"

namespace stellwerk::config {
namespace {

using base::testing::TemporaryFolder;
using testing::kEnvironment;
using testing::kRelease;
using testing::lines_of;

void write(const std::string& path, std::string_view text) { std::ofstream(path) << text; }

core::Release release_of(const std::string& more) {
  auto loaded =
      read_release({.yaml = kRelease + more, .file = "a/release.yaml", .folder = "/etc/rel"});
  EXPECT_EQ(lines_of(loaded.problems), "");
  return loaded.value.value_or(core::Release{});
}

EnvironmentFile environment_of(const std::string& more) {
  auto loaded = read_environment(
      {.yaml = kEnvironment + more, .file = "stellwerk.yaml", .folder = "/etc/sw"});
  EXPECT_EQ(lines_of(loaded.problems), "");
  return loaded.value.value_or(EnvironmentFile{});
}

TEST(LoadRelease, LeavesToTheTypeWhatIsNotWritten) {
  const auto release = release_of("");
  EXPECT_EQ(release.id.str(), "rel-1");
  EXPECT_EQ(release.type, core::ReleaseType::Minor);
  ASSERT_EQ(release.components.size(), 1U);
  EXPECT_EQ(release.components[0].from.to_string(), "1.2.0");
  EXPECT_FALSE(release.components[0].command);
  EXPECT_FALSE(release.strategy);
  EXPECT_TRUE(release.waves.empty());
  EXPECT_EQ(release.guard, core::GuardPolicy{});
  EXPECT_TRUE(release.guard_origins.empty());
  EXPECT_FALSE(release.schedule.start);
  EXPECT_EQ(release.source, base::sha256(kRelease));
}

TEST(LoadRelease, ReadsWavesWithShareTenantsAndTimes) {
  const auto release = release_of(
      "waves:\n  - {share: 12.5 %, tenants: [a, b], at: T+5min, hold: 1h30m}\n  - {tenants: "
      "all}\n");
  ASSERT_EQ(release.waves.size(), 2U);
  EXPECT_EQ(release.waves[0].share, base::Ppm{125'000});
  EXPECT_EQ(release.waves[0].tenants, (std::vector{base::TenantId("a"), base::TenantId("b")}));
  EXPECT_EQ(release.waves[0].at, base::minutes(5));
  EXPECT_EQ(release.waves[0].hold, base::minutes(90));
  EXPECT_EQ(release.waves[0].where.to_string(), "a/release.yaml:6:5");
  EXPECT_TRUE(release.waves[1].all_tenants);
  EXPECT_EQ(release.positions.at("waves[0].tenants[1]").to_string(), "a/release.yaml:6:34");
  EXPECT_EQ(release.positions.at("waves").to_string(), "a/release.yaml:5:1");
}

TEST(LoadRelease, SaysWhereEachGuardSettingWasWritten) {
  const auto release =
      release_of("slo: {p95_pause: 300ms}\nguard: {window: 2m, on_stop: detach}\nrollback: ask\n");
  EXPECT_EQ(release.guard.limits.p95_pause, base::milliseconds(300));
  EXPECT_EQ(release.guard.limits.error_rate_pause, base::percent(1)) << "the runbook's";
  EXPECT_EQ(release.guard.window, base::minutes(2));
  EXPECT_EQ(release.guard.on_stop, core::OnStop::Detach);
  EXPECT_EQ(release.guard.rollback, core::RollbackMode::Ask);
  const std::map<std::string, std::string> origins = {{"on_stop", "release.yaml:6:30"},
                                                      {"p95_pause", "release.yaml:5:18"},
                                                      {"rollback", "release.yaml:7:11"},
                                                      {"window", "release.yaml:6:17"}};
  EXPECT_EQ(release.guard_origins, origins) << "without the folder: a plan does not depend on it";
}

TEST(LoadRelease, ReadsChecksOfAllKinds) {
  const auto release = release_of(R"(checks:
  - {name: tests, phase: preparation, kind: command, run: [./tests, 5, --fast], environment: {N: 1.50},
     exit_codes: [0, 3], timeout: 1h, repeatable: true, roles: [qa], fulfils: [tests.unit]}
  - {name: smoke, title: Smoke, phase: post-check, kind: http, url: "router:document-domain/x", tenant: a,
     method: POST, body: "a\nb", headers: {X-A: b}, secret_headers: {authorization: {file: token, prefix: "Bearer "}},
     attempts: 3, critical: true,
     expect: {status: [201], json: {/a: "1", /b: 1, /c: true, /d/0: x}, time_max: 2s}}
  - {name: uat, phase: post-check, kind: manual}
)");
  ASSERT_EQ(release.checks.size(), 3U);
  EXPECT_EQ(release.checks[0].title, "tests") << "the name";
  const auto& command = std::get<core::CommandCheck>(release.checks[0].action);
  EXPECT_EQ(command.command.arguments, (std::vector<std::string>{"/etc/rel/tests", "5", "--fast"}));
  EXPECT_EQ(command.command.environment.at("N"), "1.50") << "as it is written";
  EXPECT_EQ(command.command.working_folder, "/etc/rel");
  EXPECT_EQ(command.exit_codes, (std::vector{0, 3}));
  EXPECT_EQ(command.timeout, base::hours(1));
  EXPECT_TRUE(command.repeatable);
  EXPECT_EQ(release.checks[0].fulfils, std::vector<std::string>{"tests.unit"});
  const auto& http = std::get<core::HttpCheck>(release.checks[1].action);
  EXPECT_EQ(http.method, "POST");
  EXPECT_EQ(http.body, "a\nb");
  const core::SecretHeader secret{.prefix = "Bearer ", .file = "/etc/rel/token", .environment = {}};
  EXPECT_EQ(http.secret_headers.at("authorization"), secret);
  EXPECT_EQ(http.timeout, base::seconds(10)) << "its own default";
  const std::vector<core::JsonCondition> conditions = {
      {"/a", "\"1\""}, {"/b", "1"}, {"/c", "true"}, {"/d/0", "\"x\""}};
  EXPECT_EQ(http.expect.json, conditions);
  EXPECT_TRUE(release.checks[1].critical);
  EXPECT_TRUE(std::holds_alternative<core::Attestation>(release.checks[2].action));
}

TEST(LoadRelease, ResolvesProgramsAgainstTheFileAndPath) {
  const auto command_of = [](const std::string& run) {
    return release_of("checks: [{name: a, phase: pre-check, kind: command, run: [" + run + "]}]\n")
        .checks[0]
        .action;
  };
  const auto program = [&](const std::string& run) {
    return std::get<core::CommandCheck>(command_of(run)).command.arguments[0];
  };
  EXPECT_EQ(program("../bin/x"), "/etc/bin/x");
  EXPECT_EQ(program("/opt/x"), "/opt/x");
  EXPECT_EQ(program("make"), "make") << "searched in PATH when it runs";
}

TEST(LoadRelease, ResolvesAnArtifactAndKeepsItsPlaceholders) {
  const auto component = [](const std::string& keys) {
    const auto loaded = read_release({.yaml = "id: r\ntype: minor\ncomponents: [{domain: a, from: "
                                              "1.0.0, to: 1.1.0" +
                                              keys + "}]\n",
                                      .file = "release.yaml",
                                      .folder = "/etc/rel"});
    EXPECT_EQ(lines_of(loaded.problems), "");
    return loaded.value ? loaded.value->components[0] : core::Component{};
  };
  EXPECT_EQ(component("").artifact_file, "");
  EXPECT_EQ(component(R"(, artifact: "../bin/{version}.jar")").artifact_file,
            "/etc/bin/{version}.jar");
}

TEST(LoadRelease, ReadsTheRest) {
  const auto release = release_of(R"(title: Größeres
scope: [one, "two: three"]
strategy: canary
schedule: {start: 2025-10-15T20:00:00Z, announce_lead: 0s, pre_check: T-1h, deploy: T-5m, completed: T+60m, post_check: 30m}
approvals: [qa, {role: product-owner, count: 2}]
health_waivers: [{service: audit-domain, reason: being moved}]
stakeholders: [a@b.example]
requested_by: anna
standby: 15m
downtime: {tenants: [pilot-1]}
)");
  EXPECT_EQ(release.title, "Größeres");
  EXPECT_EQ(release.scope, (std::vector<std::string>{"one", "two: three"}));
  EXPECT_EQ(base::rfc3339(*release.schedule.start), "2025-10-15T20:00:00.000Z");
  EXPECT_EQ(release.schedule.pre_check, -base::hours(1));
  const std::vector<core::ApprovalRequest> approvals = {{core::Role::Qa, 1},
                                                        {core::Role::ProductOwner, 2}};
  EXPECT_EQ(release.approvals, approvals);
  EXPECT_EQ(release.health_waivers[0].where.line, 10);
  EXPECT_EQ(release.requested_by, "anna");
  EXPECT_EQ(release.standby, base::minutes(15));
  ASSERT_TRUE(release.downtime);
  EXPECT_EQ(release.downtime->tenants, std::vector{base::TenantId("pilot-1")});
}

TEST(LoadEnvironment, ReadsServicesAndTheirDefaults) {
  const auto file = environment_of("tenants: [a, {id: b, weight: 7}]\ntenant_header: X-Tenant\n");
  const auto& environment = file.environment;
  EXPECT_EQ(environment.installation.str(), "test");
  EXPECT_EQ(environment.locale, base::Locale::De);
  EXPECT_EQ(environment.data_folder, "/etc/sw/stellwerk-data");
  EXPECT_EQ(environment.tenant_header, "x-tenant") << "headers are matched in lower case";
  ASSERT_EQ(environment.tenants.size(), 2U);
  EXPECT_EQ(environment.tenants[0].weight, 1U);
  EXPECT_EQ(environment.tenants[1].weight, 7U);
  const auto& service = environment.services.at(0);
  EXPECT_EQ(service.health.url, "/health");
  ASSERT_TRUE(service.workload);
  EXPECT_EQ(service.workload->command.arguments,
            (std::vector<std::string>{"/etc/sw/server", "--port", "{port}"}));
  EXPECT_EQ(service.workload->command.working_folder, "/etc/sw");
  EXPECT_EQ(service.workload->instances, 2U);
  EXPECT_EQ(file.router.adapter, "memory");
  EXPECT_EQ(file.positions.at("services[0].run.command[0]").to_string(), "stellwerk.yaml:5:21");
}

TEST(LoadEnvironment, ReadsSectionsInOrder) {
  const auto file =
      environment_of("notices: [{adapter: file, folder: n}, {adapter: smtp}]\nevents: []\n");
  ASSERT_EQ(file.notices.size(), 2U);
  EXPECT_EQ(file.notices[0].adapter, "file");
  EXPECT_EQ(file.notices[1].path, "notices[1]");
  EXPECT_EQ(file.notices[1].where().to_string(), "stellwerk.yaml:10:39");
  EXPECT_TRUE(file.events.empty());
}

TEST(LoadEnvironment, TakesAtMeForWhoRunsThis) {
  auto loaded = read_environment(
      {.yaml =
           "installation: t\nservices: [{name: a, health: \"http://x/\"}]\nrouter: {adapter: m}\n"
           "workload: {adapter: m}\npeople: [{id: me, os_user: \"@me\", roles: [qa]}]\n",
       .file = "s",
       .folder = "/"});
  const passwd* user = ::getpwuid(::geteuid());
  if (user == nullptr) {
    EXPECT_EQ(
        lines_of(loaded.problems),
        fmt::format("5:28 CFG-0007 people[0].os_user: \"@me\" is nobody here | the system has no "
                    "name for user number {}\n",
                    ::geteuid()));
    return;
  }
  EXPECT_EQ(lines_of(loaded.problems), "");
  EXPECT_EQ(loaded.value->environment.people[0].os_user, user->pw_name);
}

TEST(LoadFile, ResolvesPathsAgainstTheFilesFolder) {
  const TemporaryFolder folder;
  write(folder / "stellwerk.yaml", std::string(kEnvironment) + "data_folder: ../data/\n");
  const auto loaded = load_environment(folder / "stellwerk.yaml");
  ASSERT_TRUE(loaded.value) << lines_of(loaded.problems);
  EXPECT_EQ(loaded.value->environment.data_folder,
            std::filesystem::path(folder.path()).parent_path() / "data");
  EXPECT_EQ(loaded.value->path, folder / "stellwerk.yaml");
}

TEST(LoadFile, SaysWhyAFileCannotBeRead) {
  const TemporaryFolder folder;
  const auto problem_of = [](const std::string& path) {
    const auto loaded = load_release(path);
    EXPECT_FALSE(loaded.value);
    return loaded.problems.size() == 1 ? loaded.problems[0].one_line() : "";
  };
  const auto missing = folder / "no.yaml";
  EXPECT_EQ(problem_of(missing),
            "CFG-0001: " + missing + " cannot be read (No such file or directory)");
  EXPECT_EQ(problem_of(folder.path()),
            "CFG-0001: " + folder.path() + " cannot be read (it is no regular file)");
  const auto pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(problem_of(pipe), "CFG-0001: " + pipe + " cannot be read (it is no regular file)");
  const auto large = folder / "large.yaml";
  write(large, std::string((std::size_t{1} << 20) + 1, '#'));
  EXPECT_EQ(problem_of(large), "CFG-0001: " + large + " cannot be read (more than 1048576 bytes)");
}

TEST(LoadFile, EveryProblemSaysStateAndWhatToDo) {
  const auto loaded = read_release({.yaml = "hodl: 1\n", .file = "x/r.yaml", .folder = "/"});
  ASSERT_EQ(loaded.problems.size(), 4U);
  for (const auto& problem : loaded.problems) {
    EXPECT_EQ(problem.state, "nothing of this file is used");
    EXPECT_EQ(problem.next.at(0).command, "stellwerk schema release");
    EXPECT_EQ(problem.next.at(1).command, "edit x/r.yaml");
    EXPECT_EQ(problem.where.file, "x/r.yaml");
  }
}

TEST(LoadFile, ListsAtMostAHundredProblems) {
  std::string yaml;
  for (int i = 0; i < 250; ++i) yaml += fmt::format("zz{}: 1\n", i);
  const auto loaded = read_release({.yaml = yaml, .file = "r.yaml", .folder = "/"});
  ASSERT_EQ(loaded.problems.size(), 101U);
  EXPECT_EQ(loaded.problems.back().one_line(),
            "CFG-0011: 153 more problems are not listed (a list of more than 100 helps nobody)");
}

// Goal: what adapters find wrong in their sections comes with everything else that is wrong.
TEST(LoadEnvironment, TellsWhatAdaptersSayOfTheirSectionsWithAllOtherProblems) {
  const auto unknown = [](const EnvironmentFile& file) {
    return std::vector<base::Error>{unknown_adapter(file.router, std::vector<std::string>{"x"})};
  };
  const std::string yaml = std::string(testing::kEnvironment) + "rooter: {}\n";
  const auto loaded = read_environment({.yaml = yaml, .file = "stellwerk.yaml"}, unknown);
  EXPECT_FALSE(loaded.value);
  ASSERT_EQ(loaded.problems.size(), 2U) << testing::lines_of(loaded.problems);
  EXPECT_EQ(loaded.problems[0].id, "CFG-0010");
  EXPECT_EQ(loaded.problems[0].where.line, 8U);
  EXPECT_EQ(loaded.problems[1].id, "CFG-0003");
  EXPECT_TRUE(read_environment({.yaml = testing::kEnvironment, .file = "stellwerk.yaml"},
                               [](const EnvironmentFile&) { return std::vector<base::Error>{}; })
                  .value);
}

}  // namespace
}  // namespace stellwerk::config
