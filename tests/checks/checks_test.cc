// Goal: a check is carried out with real programs and real services, and its evidence tells an
// auditor what was asked and what came back; no deadline is missed.
#include "checks/checks.h"

#include <gtest/gtest.h>

#include <atomic>

#include "adapters/http/curl_http_client.h"
#include "adapters/http/http_prober.h"
#include "adapters/http/testing/scripted_server.h"
#include "adapters/process/process_command_runner.h"
#include "base/files.h"
#include "base/json.h"
#include "base/testing/temporary_folder.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::checks {
namespace {

using adapters::http::testing::answer;
using adapters::http::testing::ScriptedRequest;
using adapters::http::testing::ScriptedServer;

class ChecksTest : public ::testing::Test {
 protected:
  base::Result<ports::StepReport> run(ports::CheckWork work,
                                      base::Duration timeout = base::seconds(30)) {
    return checks_.run(request(std::move(work)), clock_.call(timeout));
  }
  static ports::StepRequest request(ports::CheckWork work) {
    return {.release = base::ReleaseId("rel-1"),
            .step = base::StepId("pre-check/tests"),
            .work = std::move(work)};
  }
  static core::CommandCheck shell(const std::string& script) {
    core::CommandCheck check;
    check.command.arguments = {"/bin/sh", "-c", script};
    return check;
  }
  static core::HttpCheck get(const std::string& url) {
    core::HttpCheck check;
    check.url = url;
    return check;
  }
  static ports::HealthTarget target(const std::string& name, const std::string& url) {
    return {.name = name,
            .service = base::ServiceName(name),
            .version = {},
            .is_new_version = false,
            .check = {.url = url, .expect = {}, .timeout = base::milliseconds(500)}};
  }
  static base::Json evidence(const ports::StepReport& report) {
    EXPECT_LE(report.evidence.size(), std::size_t{1} << 20);
    return base::parse_json(report.evidence).value();
  }

  ports::testing::RealClock clock_;
  base::Scrubber scrubber_;
  std::unique_ptr<adapters::http::CurlLoop> loop_ = adapters::http::CurlLoop::make(clock_).value();
  adapters::http::HttpProber prober_{*loop_};
  adapters::http::CurlHttpClient client_{*loop_};
  adapters::process::ProcessCommandRunner commands_{clock_};
  Checks checks_{{.clock = clock_,
                  .commands = commands_,
                  .http = client_,
                  .health = prober_,
                  .scrubber = scrubber_,
                  .tenant_header = "x-tenant-id"}};
};

TEST_F(ChecksTest, PassesACommandWithAnExpectedExitCode) {
  auto check = shell("echo 42 tests passed; exit 4");
  check.exit_codes = {0, 4};
  check.command.environment = {{"TOKEN", "not-to-be-kept"}};
  const auto report = run(check);
  ASSERT_TRUE(report) << report.error().one_line();
  EXPECT_TRUE(report->passed);
  EXPECT_TRUE(report->summary.starts_with("exit 4 after 0.")) << report->summary;
  const auto record = evidence(*report);
  EXPECT_EQ(record.at("release"), "rel-1");
  EXPECT_EQ(record.at("step"), "pre-check/tests");
  EXPECT_EQ(record.at("asked").at("kind"), "command");
  EXPECT_EQ(record.at("asked").at("arguments").at(2), "echo 42 tests passed; exit 4");
  EXPECT_EQ(record.at("answer").at("exit_code"), 4);
  EXPECT_EQ(record.at("answer").at("output"), "42 tests passed\n");
  EXPECT_TRUE(base::parse_rfc3339(record.at("started").get<std::string>()));
  EXPECT_EQ(report->evidence.find("not-to-be-kept"), std::string::npos);
}

TEST_F(ChecksTest, FailsACommandWithAnotherExitCodeOrASignal) {
  const auto failed = run(shell("echo begun; echo 3 tests failed >&2; exit 1"));
  ASSERT_TRUE(failed);
  EXPECT_FALSE(failed->passed);
  EXPECT_NE(failed->summary.find(", expected 0; last output: 3 tests failed"), std::string::npos);
  // What the program printed is for people, never for the journal.
  EXPECT_TRUE(failed->result.starts_with("exit 1 after 0.")) << failed->result;
  EXPECT_TRUE(failed->result.ends_with(" s, expected 0")) << failed->result;
  const auto killed = run(shell("kill -SEGV $$"));
  ASSERT_TRUE(killed);
  EXPECT_FALSE(killed->passed);
  EXPECT_TRUE(killed->summary.starts_with("killed by signal 11")) << killed->summary;
}

TEST_F(ChecksTest, KeepsNoSecretAndNothingThatSteersATerminal) {
  scrubber_.learn(base::Secret("s3cret-token"));
  const auto report = run(shell("printf '\\033[2Jtoken s3cret-token \\377\\001\\n'; exit 1"));
  ASSERT_TRUE(report);
  for (const auto& text : {report->summary, report->evidence}) {
    EXPECT_EQ(text.find("s3cret-token"), std::string::npos);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_NE(text.find("***"), std::string::npos);
  }
}

TEST_F(ChecksTest, BoundsTheEvidence) {
  const auto report = run(shell("head -c 3000000 /dev/zero"));
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->passed);
  EXPECT_GT(evidence(*report).at("answer").at("output_bytes_cut").get<int>(), 1000000);
}

TEST_F(ChecksTest, SaysThatTheOutcomeIsUnknownWhenACommandIsKilledAtItsDeadline) {
  auto check = shell("echo migrating; sleep 600");
  check.timeout = base::milliseconds(300);
  const auto began = clock_.mono();
  const auto unknown = run(check);
  EXPECT_LT(clock_.mono() - began, base::seconds(3));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().id, "CHK-0001");
  EXPECT_EQ(unknown.error().code, base::Code::OutcomeUnknown);
  EXPECT_NE(unknown.error().why.find("migrating"), std::string::npos);

  check.repeatable = true;
  const auto failed = run(check);
  ASSERT_TRUE(failed);
  EXPECT_FALSE(failed->passed);
  EXPECT_TRUE(failed->summary.starts_with("killed at its deadline")) << failed->summary;
}

TEST_F(ChecksTest, CannotBeginACommandThatIsMissing) {
  core::CommandCheck check;
  check.command.arguments = {"/no/such/program"};
  const auto refused = run(check);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "CHK-0002");
  EXPECT_EQ(refused.error().code, base::Code::Unavailable);
  EXPECT_NE(refused.error().why.find("PRC-0001"), std::string::npos);
}

TEST_F(ChecksTest, JudgesAnHttpAnswerForATenant) {
  const ScriptedServer server([](const ScriptedRequest& request) {
    const bool tenant = request.head.find("x-tenant-id: pilot-1\r\n") != std::string::npos;
    return answer(201, tenant ? R"({"valid":true})" : R"({"valid":false})");
  });
  auto check = get(server.url("/documents"));
  check.method = "POST";
  check.body = R"({"title":"x"})";
  check.tenant = base::TenantId("pilot-1");
  check.expect = {.status = {201}, .json = {{"/valid", "true"}}, .time_max = base::seconds(5)};
  const auto passed = run(check);
  ASSERT_TRUE(passed) << passed.error().one_line();
  EXPECT_TRUE(passed->passed) << passed->summary;
  EXPECT_EQ(evidence(*passed).at("answer").at("body"), R"({"valid":true})");

  check.tenant = base::TenantId("other");
  const auto failed = run(check);
  ASSERT_TRUE(failed);
  EXPECT_FALSE(failed->passed);
  EXPECT_NE(failed->summary.find("/valid is false, expected true"), std::string::npos);
  EXPECT_TRUE(failed->result.starts_with("status 201 in ")) << failed->result;
  EXPECT_TRUE(failed->result.ends_with(" ms")) << failed->result;
}

// Goal: a secret is read when it is used, reaches the service, and nothing that is kept.
TEST_F(ChecksTest, SendsASecretHeaderAndKeepsItNowhere) {
  const base::testing::TemporaryFolder folder;
  const std::string file = folder / "token";
  ASSERT_TRUE(base::replace_file(file, "s3cret-token\n"));
  const ScriptedServer server([](const ScriptedRequest& request) {
    const bool known =
        request.head.find("authorization: Bearer s3cret-token\r\n") != std::string::npos;
    return answer(known ? 200 : 401, R"({"echo":"s3cret-token"})");
  });
  auto check = get(server.url("/"));
  check.secret_headers["authorization"] = {.prefix = "Bearer ", .file = file, .environment = {}};
  const auto report = run(check);
  ASSERT_TRUE(report) << report.error().one_line();
  EXPECT_TRUE(report->passed) << report->summary;
  EXPECT_EQ(report->evidence.find("s3cret-token"), std::string::npos) << report->evidence;
  EXPECT_NE(report->evidence.find("authorization"), std::string::npos);
  EXPECT_EQ(scrubber_.scrub("x s3cret-token"), "x ***") << "others are scrubbed of it too";
  const auto printed = run(shell("echo s3cret-token"));
  ASSERT_TRUE(printed);
  EXPECT_EQ(printed->evidence.find("\"s3cret-token"), std::string::npos) << printed->evidence;
}

TEST_F(ChecksTest, CannotBeginWithoutItsSecret) {
  auto check = get("http://127.0.0.1:1/");
  check.secret_headers["x-api-key"] = {.prefix = {}, .file = "/no/such/file", .environment = {}};
  const auto refused = run(check);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "CHK-0002");
  EXPECT_NE(refused.error().why.find("BAS-0009"), std::string::npos) << refused.error().why;
}

TEST_F(ChecksTest, AsksAgainUntilTheAnswerIsGood) {
  std::atomic<int> asked = 0;
  const ScriptedServer server(
      [&](const ScriptedRequest&) { return answer(++asked < 2 ? 503 : 200, ""); });
  auto check = get(server.url("/"));
  check.attempts = 5;
  const auto report = run(check);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->passed);
  EXPECT_EQ(asked, 2);
  EXPECT_NE(report->summary.find("(attempt 2)"), std::string::npos) << report->summary;
  EXPECT_EQ(evidence(*report).at("answer").at("last_attempts").size(), 2U);
}

TEST_F(ChecksTest, NeverSendsARequestTwiceThatMayHaveDoneSomething) {
  std::atomic<int> asked = 0;
  const ScriptedServer server([&](const ScriptedRequest&) {
    ++asked;
    return answer(500, "");
  });
  auto check = get(server.url("/"));
  check.method = "POST";
  check.attempts = 3;
  const auto report = run(check);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->passed);
  EXPECT_EQ(asked, 1);
}

TEST_F(ChecksTest, FailsAServiceThatDoesNotAnswerInTime) {
  const ScriptedServer mute([](const ScriptedRequest&) { return std::nullopt; });
  auto check = get(mute.url("/"));
  check.timeout = base::milliseconds(200);
  const auto report = run(check);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->passed);
  EXPECT_NE(report->summary.find("no answer within"), std::string::npos) << report->summary;
  EXPECT_TRUE(report->result.starts_with("HLT-0003")) << report->result;
}

TEST_F(ChecksTest, SaysThatTheOutcomeIsUnknownWhenTheStepEndsFirst) {
  const ScriptedServer mute([](const ScriptedRequest&) { return std::nullopt; });
  const auto began = clock_.mono();
  const auto late = run(get(mute.url("/")), base::milliseconds(200));
  EXPECT_LT(clock_.mono() - began, base::seconds(2));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().id, "CHK-0001");
}

TEST_F(ChecksTest, CannotBeginARequestThatIsNone) {
  const auto refused = run(get("ftp://127.0.0.1/"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "CHK-0002");
}

TEST_F(ChecksTest, PassesHealthyServicesAndWaivesByName) {
  const ScriptedServer good([](const ScriptedRequest&) { return answer(200, ""); });
  const ScriptedServer bad([](const ScriptedRequest&) { return answer(503, ""); });
  ports::HealthStep step{.targets = {target("audit", good.url("/")), target("mail", bad.url("/"))},
                         .waived = {}};
  const auto failed = run(step);
  ASSERT_TRUE(failed);
  EXPECT_FALSE(failed->passed);
  EXPECT_TRUE(failed->summary.starts_with("1 of 2 are not healthy: mail (503 in"))
      << failed->summary;
  EXPECT_EQ(failed->result, "1 of 2 are not healthy");

  step.waived = {base::ServiceName("mail")};
  const auto passed = run(step);
  ASSERT_TRUE(passed);
  EXPECT_TRUE(passed->passed);
  EXPECT_NE(passed->summary.find("waived: mail (503"), std::string::npos) << passed->summary;
  EXPECT_TRUE(evidence(*passed).at("answer").at("results").at(1).at("waived").get<bool>());
}

TEST_F(ChecksTest, ForgivesOneBadProbe) {
  std::atomic<int> asked = 0;
  const ScriptedServer server(
      [&](const ScriptedRequest&) { return answer(++asked == 1 ? 500 : 200, ""); });
  const auto report =
      run(ports::HealthStep{.targets = {target("x", server.url("/"))}, .waived = {}});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->passed);
}

TEST_F(ChecksTest, PassesNothingWhenThereIsNothingToAsk) {
  const auto report = run(ports::HealthStep{});
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->passed);
}

}  // namespace
}  // namespace stellwerk::checks
