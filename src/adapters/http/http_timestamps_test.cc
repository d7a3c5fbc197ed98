// Goal: what a time stamping service sends is handed on as it came, and nothing else is taken for
// it (RFC 3161 §3.4). With a real service: tests/witness/.
#include "adapters/http/http_timestamps.h"

#include <gtest/gtest.h>

#include "adapters/http/curl_http_client.h"
#include "adapters/http/testing/scripted_server.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::adapters::http {
namespace {

using testing::ScriptedRequest;
using testing::ScriptedServer;

class HttpTimestampsTest : public ::testing::Test {
 protected:
  base::Result<std::string> stamp(int status, const std::string& type, const std::string& body) {
    ScriptedServer server([&](const ScriptedRequest& request) {
      asked_ = request;
      return "HTTP/1.1 " + std::to_string(status) + " X\r\n" +
             (type.empty() ? "" : "Content-Type: " + type + "\r\n") +
             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    });
    HttpTimestamps service(client_, server.url("/tsa"));
    return service.stamp(std::string("\x30\x00\xff", 3), clock_.call(base::seconds(10)));
  }

  ports::testing::RealClock clock_;
  std::unique_ptr<CurlLoop> loop_ = CurlLoop::make(clock_).value();
  CurlHttpClient client_{*loop_};
  ScriptedRequest asked_;
};

TEST_F(HttpTimestampsTest, PostsTheRequestAndHandsTheAnswerOn) {
  const std::string der("\x30\x03\x02\x01\x00", 5);
  const auto answered = stamp(200, "application/timestamp-reply", der);
  ASSERT_TRUE(answered) << answered.error().one_line();
  EXPECT_EQ(*answered, der);
  EXPECT_TRUE(asked_.head.starts_with("POST /tsa HTTP/1.1\r\n"));
  EXPECT_NE(asked_.head.find("Content-Type: application/timestamp-query\r\n"), std::string::npos);
  EXPECT_EQ(asked_.body, std::string("\x30\x00\xff", 3));
  EXPECT_TRUE(stamp(200, "Application/Timestamp-Reply; x=y", der));
}

TEST_F(HttpTimestampsTest, TakesNothingElseForATimeStamp) {
  for (const int status : {201, 204, 301, 400, 404, 500}) {
    const auto answered = stamp(status, "application/timestamp-reply", "");
    ASSERT_FALSE(answered) << status;
    EXPECT_EQ(answered.error().id, "AUD-0035");
    EXPECT_EQ(answered.error().code, base::Code::Rejected);
  }
  EXPECT_EQ(stamp(200, "text/html", "<html>").error().id, "AUD-0035");
  EXPECT_EQ(stamp(200, "", "x").error().id, "AUD-0035");
  for (const std::size_t size : {(64U << 10) + 1, 300U << 10})
    EXPECT_EQ(stamp(200, "application/timestamp-reply", std::string(size, 'x')).error().id,
              "AUD-0035");
}

TEST_F(HttpTimestampsTest, SaysWhenTheServiceWasNotReached) {
  HttpTimestamps nobody(client_, "http://127.0.0.1:1/");
  EXPECT_EQ(nobody.stamp("x", clock_.call(base::seconds(10))).error().id, "HLT-0002");
  HttpTimestamps no_url(client_, "ftp://x/");
  EXPECT_EQ(no_url.stamp("x", clock_.call(base::seconds(10))).error().id, "HLT-0001");
}

}  // namespace
}  // namespace stellwerk::adapters::http
