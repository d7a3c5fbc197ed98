// Goal: a probe says exactly what came back, and nothing a service does can delay the others.
#include "adapters/http/http_prober.h"

#include <gtest/gtest.h>

#include <atomic>

#include "adapters/http/testing/scripted_server.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::adapters::http {
namespace {

using ports::testing::eventually;
using testing::answer;
using testing::ScriptedRequest;
using testing::ScriptedServer;

ports::HealthTarget target(const std::string& url, core::HttpExpectation expect = {}) {
  return {.name = "x",
          .service = base::ServiceName("x"),
          .version = {},
          .is_new_version = false,
          .check = {.url = url, .expect = std::move(expect), .timeout = base::milliseconds(400)}};
}

/// Answers by path.
std::optional<std::string> scripted(const ScriptedRequest& request) {
  if (request.is("GET /good ")) return answer(200, R"({"valid":true})");
  if (request.is("GET /invalid ")) return answer(200, R"({"valid":false})");
  if (request.is("GET /down ")) return answer(503, "");
  if (request.is("GET /moved "))
    return "HTTP/1.1 302 X\r\nLocation: /good\r\nContent-Length: 0\r\n\r\n";
  if (request.is("GET /garbage ")) return std::string("\x01\x02garbage\n\n");
  if (request.is("GET /closed ")) return "";
  if (request.is("GET /half ")) return "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{\"valid\"";
  if (request.is("GET /large ")) return answer(200, std::string(400000, ' ') + R"({"valid":true})");
  return std::nullopt;
}

class HttpProberTest : public ::testing::Test {
 protected:
  ports::HealthResult probe(const std::string& path, bool with_condition = true) {
    core::HttpExpectation expect;
    if (with_condition) expect.json = {{"/valid", "true"}};
    const auto call = clock_.call(base::seconds(10));
    return prober_.probe({target(server_.url(path), expect)}, call).front();
  }

  ports::testing::RealClock clock_;
  ScriptedServer server_{scripted};
  std::unique_ptr<CurlLoop> loop_ = CurlLoop::make(clock_).value();
  HttpProber prober_{*loop_};
};

TEST_F(HttpProberTest, AcceptsTheExpectedAnswer) {
  const auto result = probe("/good");
  EXPECT_TRUE(result.good);
  EXPECT_TRUE(result.detail.starts_with("200 in ")) << result.detail;
}

TEST_F(HttpProberTest, RefusesTwoHundredThatSaysInvalid) {
  const auto result = probe("/invalid");
  EXPECT_FALSE(result.good);
  EXPECT_NE(result.detail.find("/valid is false, expected true"), std::string::npos)
      << result.detail;
}

TEST_F(HttpProberTest, SaysWhatWentWrong) {
  EXPECT_NE(probe("/down").detail.find("expected 200"), std::string::npos);
  EXPECT_NE(probe("/moved").detail.find("302 in"), std::string::npos);
  EXPECT_EQ(probe("/garbage").detail, "the answer is no HTTP");
  EXPECT_EQ(probe("/closed").detail, "connection closed without an answer");
  EXPECT_EQ(probe("/half").detail, "connection closed within the answer");
  EXPECT_EQ(probe("/hangs").detail, "no answer within 400ms");
  EXPECT_FALSE(probe("/large").good);
  EXPECT_TRUE(probe("/large", false).good);
}

TEST_F(HttpProberTest, SaysConnectionRefusedWhenNothingListens) {
  std::uint16_t port = 0;
  {
    port = ScriptedServer(scripted).port();
  }
  const auto url = "http://127.0.0.1:" + std::to_string(port) + "/";
  const auto result = prober_.probe({target(url)}, clock_.call(base::seconds(5))).front();
  EXPECT_FALSE(result.good);
  EXPECT_EQ(result.detail, "connection refused");
}

TEST_F(HttpProberTest, RefusesOtherProtocols) {
  const auto call = clock_.call(base::seconds(5));
  for (const std::string url : {"file:///etc/passwd", "gopher://127.0.0.1/", "no url", ""})
    EXPECT_FALSE(prober_.probe({target(url)}, call).front().good) << url;
}

TEST_F(HttpProberTest, ProbesSideBySide) {
  std::vector<ports::HealthTarget> targets(20, target(server_.url("/hangs")));
  targets.push_back(target(server_.url("/good")));
  const auto began = clock_.mono();
  const auto results = prober_.probe(targets, clock_.call(base::seconds(20)));
  EXPECT_LT(clock_.mono() - began, base::seconds(4));
  EXPECT_FALSE(results.front().good);
  EXPECT_TRUE(results.back().good);
}

TEST_F(HttpProberTest, ReturnsSoonAfterTheDeadlineAndAfterAStop) {
  auto slow = target(server_.url("/hangs"));
  slow.check.timeout = base::minutes(1);
  auto began = clock_.mono();
  EXPECT_FALSE(prober_.probe({slow}, clock_.call(base::milliseconds(50))).front().good);
  EXPECT_LT(clock_.mono() - began, base::seconds(2));

  auto call = clock_.call(base::minutes(1));
  call.stop.stop();
  began = clock_.mono();
  EXPECT_EQ(prober_.probe({slow}, call).front().detail, "no answer by the deadline");
  EXPECT_LT(clock_.mono() - began, base::seconds(2));
}

TEST_F(HttpProberTest, WatchesAgainAndAgainUntilTheSetIsReplaced) {
  std::atomic<int> wakes = 0;
  prober_.on_data([&] { ++wakes; });
  prober_.watch({target(server_.url("/good")), target(server_.url("/down"))},
                base::milliseconds(20));
  std::vector<ports::HealthResult> seen;
  ASSERT_TRUE(eventually([&] {
    for (auto& result : prober_.poll()) seen.push_back(std::move(result));
    return seen.size() >= 6;
  }));
  EXPECT_GE(wakes, 6);

  prober_.watch({}, base::milliseconds(20));
  (void)prober_.poll();
  const int before = server_.requests();
  probe("/good");
  probe("/good");
  EXPECT_LE(server_.requests(), before + 4);  // the two, and at most the two that were under way
  EXPECT_TRUE(prober_.poll().empty());
}

}  // namespace
}  // namespace stellwerk::adapters::http
