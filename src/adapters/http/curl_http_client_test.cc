// Goal: after a request it is known whether anything was sent.
#include "adapters/http/curl_http_client.h"

#include <gtest/gtest.h>

#include "adapters/http/testing/scripted_server.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::adapters::http {
namespace {

using testing::answer;
using testing::ScriptedRequest;
using testing::ScriptedServer;

class CurlHttpClientTest : public ::testing::Test {
 protected:
  base::Result<ports::HttpResponse> send(ports::HttpRequest request,
                                         base::Duration timeout = base::seconds(10)) {
    return client_.send(request, clock_.call(timeout));
  }

  ports::testing::RealClock clock_;
  ScriptedServer echo_{[](const ScriptedRequest& request) {
    return answer(201, request.head + "|" + request.body);
  }};
  ScriptedServer mute_{[](const ScriptedRequest&) { return std::nullopt; }};
  std::unique_ptr<CurlLoop> loop_ = CurlLoop::make(clock_).value();
  CurlHttpClient client_{*loop_};
};

TEST_F(CurlHttpClientTest, SendsMethodHeadersAndBody) {
  const auto response =
      send({.method = "POST",
            .url = echo_.url("/documents"),
            .headers = {{"x-tenant-id", "pilot-1"}, {"Content-Type", "application/json"}},
            .body = "{}"});
  ASSERT_TRUE(response) << response.error().one_line();
  EXPECT_EQ(response->status, 201);
  EXPECT_TRUE(response->body.starts_with("POST /documents HTTP/1.1\r\n"));
  EXPECT_NE(response->body.find("x-tenant-id: pilot-1\r\n"), std::string::npos);
  EXPECT_NE(response->body.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_TRUE(response->body.ends_with("|{}"));
}

TEST_F(CurlHttpClientTest, KnowsAllMethods) {
  for (const std::string method : {"GET", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    const auto response =
        send({.method = method, .url = echo_.url("/"), .headers = {}, .body = ""});
    ASSERT_TRUE(response) << method;
    EXPECT_TRUE(response->body.starts_with(method + " / ")) << method;
  }
}

TEST_F(CurlHttpClientTest, SaysThatTheOutcomeIsUnknownOnceItWasSent) {
  const auto response = send({.method = "POST", .url = mute_.url("/"), .headers = {}, .body = "x"},
                             base::milliseconds(200));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, base::Code::OutcomeUnknown);
  EXPECT_EQ(response.error().id, "HLT-0003");
}

TEST_F(CurlHttpClientTest, SaysThatNothingWasSentWhenNobodyListens) {
  std::uint16_t port = 0;
  {
    port = ScriptedServer([](const ScriptedRequest&) { return std::nullopt; }).port();
  }
  const auto response = send({.method = "POST",
                              .url = "http://127.0.0.1:" + std::to_string(port) + "/",
                              .headers = {},
                              .body = ""});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().id, "HLT-0002");
}

TEST_F(CurlHttpClientTest, EndsSoonAfterAStop) {
  auto call = clock_.call(base::minutes(1));
  std::thread stopper([&] {
    ports::testing::eventually([&] { return mute_.requests() == 1; });
    call.stop.stop();
  });
  const auto response =
      client_.send({.method = "GET", .url = mute_.url("/"), .headers = {}, .body = ""}, call);
  stopper.join();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().id, "HLT-0003");
}

TEST_F(CurlHttpClientTest, RefusesRequestsThatCannotBeSent) {
  const std::vector<ports::HttpRequest> bad{
      {.method = "BREW", .url = echo_.url("/"), .headers = {}, .body = ""},
      {.method = "GET", .url = "ftp://127.0.0.1/", .headers = {}, .body = ""},
      {.method = "GET", .url = echo_.url("/"), .headers = {{"a", "b\r\nX: y"}}, .body = ""},
      {.method = "GET", .url = echo_.url("/"), .headers = {{"a b", "c"}}, .body = ""},
      {.method = "GET", .url = "/path", .headers = {}, .body = ""}};
  for (const auto& request : bad) {
    const auto response = send(request);
    ASSERT_FALSE(response) << request.url;
    EXPECT_EQ(response.error().id, "HLT-0001");
  }
  EXPECT_EQ(echo_.requests(), 0);
}

}  // namespace
}  // namespace stellwerk::adapters::http
