// The real generator against the real service on a free port.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/testing/child_process.h"
#include "common/testing/http_client.h"
#include "common/testing/temporary_folder.h"
#include "document-domain/testing_service.h"

namespace load {
namespace {

using document_domain::testing::RunningService;
using examples::testing::ChildProcess;
using examples::testing::Finished;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<std::string> load_command(const std::string& url,
                                      const std::vector<std::string>& extra) {
  std::vector<std::string> command = {LOAD_PROGRAM, "--url",    url, "--tenants",
                                      "a,b,c,d",    "--report", "-"};
  command.insert(command.end(), extra.begin(), extra.end());
  return command;
}

/// Runs the generator to its end and reads its report; a missing report is an empty object.
json report_of(const std::string& url, const std::vector<std::string>& extra) {
  const Finished finished = examples::testing::run(load_command(url, extra));
  EXPECT_TRUE(finished.ending) << finished.err;
  json report = json::parse(finished.out, nullptr, false);
  EXPECT_TRUE(report.is_object()) << finished.out << finished.err;
  return report.is_object() ? report : json::object();
}

void expect_nothing_lost(const json& tally) {
  EXPECT_EQ(tally.at("intended"), tally.at("sent").get<int>() + tally.at("dropped").get<int>());
  EXPECT_EQ(tally.at("sent"), tally.at("answered").get<int>() + tally.at("failed").get<int>() +
                                  tally.at("unfinished").get<int>());
}

TEST(Load, SendsWhatItIntendsToEveryTenantAlike) {
  const RunningService service("1.3.0");
  const json report = report_of(service.url, {"--rate", "400", "--duration", "1s", "--mix",
                                              "create=40,get=40,batch=20", "--arrivals", "fixed"});
  const json& total = report.at("total");
  EXPECT_EQ(total.at("intended"), 400);
  EXPECT_EQ(total.at("answered"), 400);
  EXPECT_EQ(total.at("errors"), 0);
  EXPECT_EQ(total.at("versions").at("1.3.0"), 400);
  EXPECT_EQ(total.at("latency_us").at("count"), 400);
  EXPECT_LE(total.at("latency_us").at("p50"), total.at("latency_us").at("p99"));
  expect_nothing_lost(total);
  for (const char* tenant : {"a", "b", "c", "d"}) {
    const json& own = report.at("tenants").at(tenant);
    EXPECT_EQ(own.at("intended"), 100);
    EXPECT_EQ(own.at("flips"), 0);
    EXPECT_EQ(own.at("statuses").size(), 2U) << own;  // 200 and 201, nothing else
  }
}

TEST(Load, CountsErrorsByStatus) {
  const RunningService service("1.3.1", {"--fault", "errors:20"});
  const json report = report_of(service.url, {"--rate", "500", "--duration", "1s"});
  EXPECT_EQ(report.at("total").at("statuses").at("500"), 100);
  EXPECT_EQ(report.at("total").at("errors"), 100);
}

TEST(Load, MeasuresFromTheIntendedTimeWhenTheServiceIsSlow) {
  // 100 requests a second that take 300 ms each, two at a time: the queue before us grows, and must
  // be seen.
  const RunningService service("1.3.1", {"--fault", "slow:300"});
  const json report = report_of(service.url, {"--rate", "100", "--duration", "1s",
                                              "--in-flight-max", "2", "--timeout", "2s"});
  const json& total = report.at("total");
  EXPECT_EQ(total.at("intended"), 100);
  EXPECT_GT(total.at("dropped"), 50);
  EXPECT_GT(total.at("late"), 0);
  EXPECT_GT(total.at("latency_us").at("p95"), 1'200'000);
  expect_nothing_lost(total);
}

TEST(Load, KeepsSendingWhileTheServiceHangs) {
  const RunningService service("1.3.1", {"--fault", "hang:50"});
  const json report =
      report_of(service.url, {"--rate", "100", "--duration", "1s", "--timeout", "500ms"});
  const json& total = report.at("total");
  EXPECT_EQ(total.at("sent"), 100);
  EXPECT_EQ(total.at("failed"), 50);
  EXPECT_EQ(total.at("failures").at("Timeout was reached"), 50);
  EXPECT_GE(total.at("latency_us").at("p95"), 500'000);
  expect_nothing_lost(total);
}

TEST(Load, EndsOnASignalWithItsReport) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const RunningService service("1.3.0");
    examples::testing::HttpClient probe(service.url);
    ChildProcess load(load_command(service.url, {"--rate", "200", "--until-stopped"}));
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (probe.get("/metrics")->body.find("status=\"201\"") == std::string::npos)
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    load.signal(signal);
    const auto ending = load.wait();
    ASSERT_TRUE(ending);
    EXPECT_EQ(ending->exit_code, 0);
    const json report = json::parse(load.out(), nullptr, false);
    ASSERT_TRUE(report.is_object());
    EXPECT_EQ(report.at("stopped_by_signal"), true);
    EXPECT_GT(report.at("total").at("answered"), 0);
    expect_nothing_lost(report.at("total"));
  }
}

TEST(Load, SaysSoWhenNobodyAnswers) {
  std::string url;
  {
    const RunningService gone("1.3.0");
    url = gone.url;
  }
  const Finished finished = examples::testing::run(
      load_command(url, {"--rate", "50", "--duration", "200ms", "--timeout", "500ms"}));
  ASSERT_TRUE(finished.ending);
  EXPECT_EQ(finished.ending->exit_code, 1);
  const json report = json::parse(finished.out, nullptr, false);
  EXPECT_EQ(report.at("total").at("failed"), 10);
}

TEST(Load, WritesItsReportToAFile) {
  const RunningService service("1.2.0");
  const examples::testing::TemporaryFolder folder;
  const std::string file = (folder.path() / "report.json").string();
  const Finished finished =
      examples::testing::run({LOAD_PROGRAM, "--url", service.url, "--tenants", "pilot-1", "--rate",
                              "50", "--duration", "200ms", "--report", file});
  ASSERT_TRUE(finished.ending);
  EXPECT_EQ(finished.ending->exit_code, 0);
  EXPECT_NE(finished.out.find("pilot-1"), std::string::npos);
  std::ifstream stream(file);
  EXPECT_EQ(json::parse(stream).at("total").at("sent"), 10);
  const Finished refused = examples::testing::run(
      {LOAD_PROGRAM, "--url", service.url, "--tenants", "pilot-1", "--rate", "50", "--duration",
       "1h", "--report", (folder.path() / "no" / "such" / "folder").string()});
  ASSERT_TRUE(refused.ending);
  EXPECT_EQ(refused.ending->exit_code, 2);
}

TEST(Load, SaysWhatIsWrongWithItsArguments) {
  const Finished wrong = examples::testing::run({LOAD_PROGRAM, "--url", "http://example.com"});
  ASSERT_TRUE(wrong.ending);
  EXPECT_EQ(wrong.ending->exit_code, 2);
  EXPECT_NE(wrong.err.find("which is not this machine"), std::string::npos);
  EXPECT_NE(wrong.err.find("--allow-remote"), std::string::npos);
}

}  // namespace
}  // namespace load
