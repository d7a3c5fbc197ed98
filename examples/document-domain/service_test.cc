// The real program on a free port: each endpoint, the drain, the exit codes. Its faults are in
// service_faults_test.cc.
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "common/testing/http_client.h"
#include "common/testing/temporary_folder.h"
#include "document-domain/testing_service.h"

namespace document_domain::testing {
namespace {

using examples::testing::HttpAnswer;
using examples::testing::HttpClient;
using examples::testing::HttpRequest;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kPrefix = "/document/api/v1";
constexpr const char* kInvoice =
    R"({"docType":"invoice","templateKey":"t","payload":{"customer":"Müller"}})";

std::string id_of(const std::optional<HttpAnswer>& created) {
  return created ? json::parse(created->body).value("id", "") : "";
}

/// Polls until the page is there; rendering takes its time.
std::optional<HttpAnswer> wait_for_file(HttpClient& client, const std::string& path,
                                        const std::string& tenant) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  auto answer = client.get(path, tenant);
  while (answer && answer->status == 409 && std::chrono::steady_clock::now() < deadline)
    answer = client.get(path, tenant);
  return answer;
}

void expect_error(const std::optional<HttpAnswer>& answer, int status) {
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, status) << answer->body;
  const json body = json::parse(answer->body, nullptr, false);
  ASSERT_TRUE(body.is_object()) << answer->body;
  EXPECT_EQ(body.value("statusCode", 0), status);
  EXPECT_FALSE(body.value("error", "").empty());
  EXPECT_FALSE(body.value("message", "").empty());
}

TEST(Service, AnswersItsHealthEndpoints) {
  const RunningService service("1.3.0");
  HttpClient client(service.url);
  const auto health = client.get("/health");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->body, R"({"status":"ok","service":"document-domain","version":"1.3.0"})");
  EXPECT_EQ(health->headers.at("x-version"), "1.3.0");
  EXPECT_EQ(client.get("/ready")->body, R"({"status":"ready"})");
  EXPECT_EQ(client.get("/live")->body, R"({"status":"alive"})");
  EXPECT_EQ(client.send({.path = "/health", .method = "HEAD"})->status, 200);
}

TEST(Service, CreatesShowsAndDeliversADocumentUnderBothPaths) {
  const RunningService service("1.2.0");
  HttpClient client(service.url);
  for (const std::string prefix : {"", kPrefix}) {
    const auto created = client.post(prefix + "/documents", "pilot-1", kInvoice);
    ASSERT_TRUE(created);
    EXPECT_EQ(created->status, 201);
    const std::string id = id_of(created);
    EXPECT_EQ(created->headers.at("location"), std::string(kPrefix) + "/documents/" + id);
    const auto file = wait_for_file(client, prefix + "/documents/" + id + "/file", "pilot-1");
    ASSERT_TRUE(file);
    EXPECT_EQ(file->status, 200);
    EXPECT_EQ(file->headers.at("content-type"), "text/html; charset=utf-8");
    EXPECT_NE(file->headers.at("content-disposition").find(".html"), std::string::npos);
    EXPECT_NE(file->body.find("Müller"), std::string::npos);
    const auto shown = client.get(prefix + "/documents/" + id, "pilot-1");
    ASSERT_TRUE(shown);
    const json document = json::parse(shown->body);
    EXPECT_EQ(document.at("tenantId"), "pilot-1");
    EXPECT_EQ(document.at("files").at(0).at("bytes"), file->body.size());
  }
}

TEST(Service, RequiresExactlyOneWellFormedTenant) {
  const RunningService service("1.3.0");
  HttpClient client(service.url);
  expect_error(client.post("/documents", "", kInvoice), 400);
  for (const char* tenant : {"a,pilot-1", "../x", "a b"})
    expect_error(client.post("/documents", tenant, kInvoice), 400);
  expect_error(client.send({.path = "/documents",
                            .method = "POST",
                            .body = kInvoice,
                            .headers = {"x-tenant-id: a", "X-Tenant-Id: b"}}),
               400);
}

TEST(Service, ShowsNoTenantTheDocumentsOfAnother) {
  const RunningService service("1.3.0");
  HttpClient client(service.url);
  const std::string id = id_of(client.post("/documents", "a", kInvoice));
  EXPECT_EQ(client.get("/documents/" + id, "a")->status, 200);
  expect_error(client.get("/documents/" + id, "b"), 404);
  expect_error(client.get("/documents/" + id + "/file", "b"), 404);
}

TEST(Service, AnswersBadRequestsWithJsonErrors) {
  const RunningService service("1.3.0");
  HttpClient client(service.url);
  expect_error(client.post("/documents", "a", ""), 400);
  expect_error(client.post("/documents", "a", "{"), 400);
  expect_error(client.post("/documents", "a", R"({"docType":"release_notes"})"), 400);
  expect_error(client.post("/documents/batch", "a", R"({"templateKey":"t","documents":[]})"), 400);
  expect_error(client.get("/documents/not-an-id", "a"), 400);
  expect_error(client.get("/documents/..%2f..%2fetc%2fpasswd", "a"), 404);
  expect_error(client.get("/nothing"), 404);
  expect_error(client.get("/documents", "a"), 405);
  expect_error(client.send({.path = "/health", .method = "DELETE"}), 405);
}

TEST(Service, RefusesABodyOverOneMebibyte) {
  const RunningService service("1.3.0");
  const std::string body(std::size_t{1} << 20, ' ');
  HttpClient client(service.url);
  expect_error(client.post("/documents", "a", body), 400);  // just fits: bad JSON, not too large
  expect_error(client.post("/documents", "a", body + " "), 413);
  HttpClient chunked(service.url);
  expect_error(chunked.send({.path = "/documents",
                             .method = "POST",
                             .body = body + " ",
                             .headers = {"x-tenant-id: a", "Transfer-Encoding: chunked"}}),
               413);
}

TEST(Service, AnswersBeforeABodyFarTooLargeIsSent) {
  const RunningService service("1.3.0");
  HttpClient client(service.url);
  // The client waits for leave to send (RFC 9110 §10.1.1), and never gets it.
  expect_error(client.send({.path = "/documents",
                            .method = "POST",
                            .body = std::string(std::size_t{9} << 20, ' '),
                            .headers = {"x-tenant-id: a", "Expect: 100-continue"}}),
               413);
}

TEST(Service, TakesBatchesFrom130On) {
  const RunningService old_version("1.2.0");
  const RunningService new_version("1.3.0");
  const std::string batch =
      R"({"templateKey":"t","documents":[{"payload":{"a":1}},{"payload":1},{"payload":{}}]})";
  HttpClient old_client(old_version.url);
  expect_error(old_client.post("/documents/batch", "a", batch), 404);
  expect_error(old_client.post(std::string(kPrefix) + "/documents/batch", "a", batch), 404);
  HttpClient client(new_version.url);
  const auto answer = client.post("/documents/batch", "a", batch);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  const json body = json::parse(answer->body);
  EXPECT_EQ(body.at("success"), 2);
  EXPECT_EQ(body.at("failed"), 1);
  EXPECT_FALSE(body.at("results").at(1).at("error").get<std::string>().empty());
  const auto id = body.at("results").at(2).at("documentId").get<std::string>();
  EXPECT_EQ(client.get("/documents/" + id, "a")->status, 200);
}

TEST(Service, CountsItsRequestsAndItsQueue) {
  const RunningService service("1.3.0");
  HttpClient client(service.url);
  const std::string id = id_of(client.post("/documents", "a", kInvoice));
  wait_for_file(client, "/documents/" + id + "/file", "a");
  EXPECT_EQ(client.get("/lag")->body, R"({"consumer_lag":0})");
  const auto metrics = client.get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_NE(metrics->body.find("\ndocument_render_queue_length 0\n"), std::string::npos);
  EXPECT_NE(
      metrics->body.find(
          "\nhttp_requests_total{method=\"POST\",endpoint=\"/documents\",status=\"201\"} 1\n"),
      std::string::npos)
      << metrics->body;
}

TEST(Service, KeepsDocumentsOfATenantThatMovesToAnotherVersion) {
  const examples::testing::TemporaryFolder folder;
  const std::vector<std::string> shared = {"--data", folder.path().string()};
  const RunningService new_version("1.3.0", shared);
  std::string id;
  {
    // Its workers are stopped, so the new version must also render what the old one left behind.
    RunningService old_version("1.2.0", {"--data", folder.path().string(), "--fault", "queue"});
    HttpClient old_client(old_version.url);
    id = id_of(old_client.post("/documents", "pilot-1", kInvoice));
    old_version.process.signal(SIGTERM);
    ASSERT_TRUE(old_version.process.wait());
  }
  HttpClient client(new_version.url);
  const auto shown = client.get("/documents/" + id, "pilot-1");
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->status, 200);
  EXPECT_EQ(json::parse(shown->body).at("metadata").at("createdByVersion"), "1.2.0");
  EXPECT_EQ(wait_for_file(client, "/documents/" + id + "/file", "pilot-1")->status, 200);
}

TEST(Service, DrainsOnSigtermAndEndsWithZero) {
  RunningService service("1.3.0", {"--fault", "slow:1500"});
  HttpClient probe(service.url);
  ASSERT_EQ(probe.get("/ready")->status, 200);
  std::optional<HttpAnswer> answer;
  std::thread under_way(
      [&] { answer = HttpClient(service.url).post("/documents", "a", kInvoice); });
  // A request is counted when it is decided, which is before its delay.
  const std::string decided = "endpoint=\"/documents\"";
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (probe.get("/metrics")->body.find(decided) == std::string::npos &&
         std::chrono::steady_clock::now() < deadline) {
  }
  service.process.signal(SIGTERM);
  auto ready = probe.get("/ready");  // over the connection that is open already
  while (ready && ready->status == 200 && std::chrono::steady_clock::now() < deadline)
    ready = probe.get("/ready");
  under_way.join();
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->status, 503);
  EXPECT_EQ(ready->headers.at("connection"), "close");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  const auto ending = service.process.wait();
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->exit_code, 0);
  EXPECT_FALSE(HttpClient(service.url).get("/live"));
}

TEST(Service, SaysThatThePortIsTaken) {
  const RunningService service("1.2.0");
  const std::string port = service.address.substr(service.address.find(':') + 1);
  const auto second = examples::testing::run(
      {DOCUMENT_DOMAIN_PROGRAM, "--version-number", "1.3.0", "--port", port});
  ASSERT_TRUE(second.ending);
  EXPECT_EQ(second.ending->exit_code, 3);
  EXPECT_NE(second.err.find("the port is taken"), std::string::npos) << second.err;
  EXPECT_EQ(second.out, "");
}

TEST(Service, SaysWhatIsWrongWithItsArguments) {
  const auto wrong = examples::testing::run({DOCUMENT_DOMAIN_PROGRAM, "--port", "x"});
  ASSERT_TRUE(wrong.ending);
  EXPECT_EQ(wrong.ending->exit_code, 2);
  EXPECT_EQ(wrong.err.find("error: "), 0U);
  EXPECT_NE(wrong.err.find("\n  why   "), std::string::npos);
  EXPECT_NE(wrong.err.find("\n  next  "), std::string::npos);
  const auto help = examples::testing::run({DOCUMENT_DOMAIN_PROGRAM, "--help"});
  ASSERT_TRUE(help.ending);
  EXPECT_EQ(help.ending->exit_code, 0);
  EXPECT_NE(help.out.find("--fault"), std::string::npos);
}

}  // namespace
}  // namespace document_domain::testing
