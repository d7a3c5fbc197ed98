// The real program with each of its faults, and what each leaves untouched.
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "common/testing/http_client.h"
#include "document-domain/testing_service.h"

namespace document_domain::testing {
namespace {

using examples::testing::HttpClient;
using examples::testing::HttpRequest;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kAnyInvoice = R"({"docType":"invoice","templateKey":"t","payload":{}})";
constexpr const char* kUnknown = "/documents/998daf14-dcc7-4806-8e69-5216f2ca6e31";

TEST(Faults, ErrorsFailExactlyTheirShareOfApiRequests) {
  const RunningService service("1.3.1", {"--fault", "errors:20%"});
  HttpClient client(service.url);
  for (int i = 1; i <= 50; ++i) {
    EXPECT_EQ(client.get("/health")->status, 200);
    EXPECT_EQ(client.get(kUnknown, "a")->status, i % 5 == 0 ? 500 : 404) << i;
  }
}

TEST(Faults, SlowDelaysApiRequestsOnly) {
  const RunningService service("1.3.1", {"--fault", "slow:300"});
  HttpClient client(service.url);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(client.get(kUnknown, "a")->status, 404);
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(300));
  const auto health = client.send({.path = "/health", .timeout = seconds(20)});
  ASSERT_TRUE(health);
}

TEST(Faults, HangNeverAnswersItsShare) {
  RunningService service("1.3.1", {"--fault", "hang:50", "--drain-ms", "100"});
  HttpClient client(service.url);
  EXPECT_EQ(client.get(kUnknown, "a")->status, 404);
  const auto hung =
      client.send({.path = kUnknown, .headers = {"x-tenant-id: a"}, .timeout = milliseconds(300)});
  EXPECT_FALSE(hung);
  EXPECT_EQ(client.get("/health")->status, 200);
  EXPECT_EQ(client.get(kUnknown, "a")->status, 404);
  EXPECT_FALSE(
      client.send({.path = kUnknown, .headers = {"x-tenant-id: a"}, .timeout = milliseconds(300)}));
  service.process.signal(SIGTERM);
  const auto ending = service.process.wait();
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->exit_code, 0);
}

TEST(Faults, HangingRequestsDoNotOutliveTheDrainLimit) {
  RunningService service("1.3.1", {"--fault", "hang:100", "--drain-ms", "200"});
  bool answered = true;
  std::thread waiting([&] { answered = HttpClient(service.url).get(kUnknown, "a").has_value(); });
  HttpClient probe(service.url);
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  const std::string with_the_hanging_one = "\nhttp_requests_in_progress 2\n";
  while (probe.get("/metrics")->body.find(with_the_hanging_one) == std::string::npos &&
         std::chrono::steady_clock::now() < deadline) {
  }
  service.process.signal(SIGTERM);
  const auto ending = service.process.wait();
  waiting.join();
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->exit_code, 0);
  EXPECT_FALSE(answered);
}

TEST(Faults, UnhealthyFailsHealthAndReadinessButNotTheApi) {
  const RunningService service("1.3.1", {"--fault", "unhealthy"});
  HttpClient client(service.url);
  EXPECT_EQ(client.get("/health")->status, 503);
  EXPECT_EQ(client.get("/ready")->status, 503);
  EXPECT_EQ(client.get("/live")->status, 200);
  EXPECT_EQ(client.post("/documents", "a", kAnyInvoice)->status, 201);
}

TEST(Faults, UnhealthyAfterTurnsWithTraffic) {
  const RunningService service("1.3.1", {"--fault", "unhealthy-after:2"});
  HttpClient client(service.url);
  client.get(kUnknown, "a");
  EXPECT_EQ(client.get("/health")->status, 200);
  client.get(kUnknown, "a");
  EXPECT_EQ(client.get("/health")->status, 503);
}

TEST(Faults, UnhealthyBodyLiesWithAStatusOf200) {
  const RunningService service("1.3.1", {"--fault", "unhealthy-body"});
  HttpClient client(service.url);
  const auto health = client.get("/health");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, 200);
  EXPECT_EQ(json::parse(health->body).at("status"), "error");
}

TEST(Faults, QueueOnlyGrows) {
  const RunningService service("1.3.1", {"--fault", "queue"});
  HttpClient client(service.url);
  std::string id;
  for (int i = 0; i < 7; ++i)
    id = json::parse(client.post("/documents", "a", kAnyInvoice)->body).at("id");
  EXPECT_EQ(client.get("/documents/" + id + "/file", "a")->status, 409);
  EXPECT_EQ(client.get("/lag")->body, R"({"consumer_lag":7})");
  EXPECT_NE(client.get("/metrics")->body.find("\ndocument_render_queue_length 7\n"),
            std::string::npos);
}

TEST(Faults, CrashOnStartEndsBySignalBeforeListening) {
  const auto crashed =
      examples::testing::run(service_command("1.3.1", {"--fault", "crash-on-start"}));
  ASSERT_TRUE(crashed.ending);
  EXPECT_EQ(crashed.ending->signal, SIGABRT);
  EXPECT_EQ(crashed.out, "");
}

TEST(Faults, CrashAfterServesItsRequestsFirst) {
  RunningService service("1.3.1", {"--fault", "crash-after:2"});
  HttpClient client(service.url);
  EXPECT_EQ(client.get(kUnknown, "a")->status, 404);
  EXPECT_EQ(client.get(kUnknown, "a")->status, 404);
  EXPECT_FALSE(client.get(kUnknown, "a"));
  const auto ending = service.process.wait();
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->signal, SIGABRT);
}

TEST(Faults, GarbageBreaksTheBodyOrTheProtocolOfHealth) {
  const RunningService body("1.3.1", {"--fault", "garbage:json"});
  const auto health = HttpClient(body.url).get("/health");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, 200);
  EXPECT_TRUE(json::parse(health->body, nullptr, false).is_discarded());
  const RunningService protocol("1.3.1", {"--fault", "garbage:http"});
  HttpClient client(protocol.url);
  EXPECT_FALSE(client.get("/health"));
  EXPECT_EQ(client.get("/live")->status, 200);
}

TEST(Faults, GaugesGiveNoNumberVanishOrHang) {
  const RunningService nan("1.3.1", {"--fault", "gauge:nan"});
  EXPECT_EQ(HttpClient(nan.url).get("/lag")->body, R"({"consumer_lag":NaN})");
  EXPECT_NE(HttpClient(nan.url).get("/metrics")->body.find("render_queue_length NaN\n"),
            std::string::npos);
  const RunningService gone("1.3.1", {"--fault", "gauge:gone"});
  EXPECT_EQ(HttpClient(gone.url).get("/lag")->status, 404);
  const RunningService hung("1.3.1", {"--fault", "gauge:hang"});
  HttpClient client(hung.url);
  EXPECT_FALSE(client.send({.path = "/metrics", .timeout = milliseconds(200)}));
  EXPECT_EQ(client.get("/health")->status, 200);
}

}  // namespace
}  // namespace document_domain::testing
