// Goal: a gauge that hangs, disappears or talks nonsense is "no value, because", never a number.
#include "adapters/http/http_gauges.h"

#include <gtest/gtest.h>

#include "adapters/http/testing/scripted_server.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::adapters::http {
namespace {

using testing::answer;
using testing::ScriptedRequest;
using testing::ScriptedServer;

ports::Instance instance(std::uint16_t port, const std::string& id) {
  return {.id = id,
          .host = "127.0.0.1",
          .port = port,
          .state = ports::InstanceState::Ready,
          .detail = "",
          .restarts = 0};
}

ports::MetricTarget lag_of(std::vector<ports::Instance> instances) {
  return {.version = {base::ComponentName("doc"), *base::SemVer::parse("1.3.0")},
          .instances = std::move(instances),
          .gauges = {{.name = "consumer_lag",
                      .path = "/lag",
                      .format = core::GaugeFormat::Json,
                      .selector = "/lag",
                      .interval = base::milliseconds(20),
                      .timeout = base::milliseconds(300)}}};
}

class HttpGaugesTest : public ::testing::Test {
 protected:
  kpi::GaugeSample first_sample() {
    kpi::GaugeSample sample;
    EXPECT_TRUE(ports::testing::eventually([&] {
      const auto batch = gauges_.poll();
      EXPECT_FALSE(batch.alive_at);
      if (!batch.gauges.empty()) sample = batch.gauges.front();
      return !batch.gauges.empty();
    }));
    return sample;
  }

  ports::testing::RealClock clock_;
  ScriptedServer seven_{[](const ScriptedRequest&) { return answer(200, R"({"lag":7})"); }};
  ScriptedServer half_{[](const ScriptedRequest&) { return answer(200, R"({"lag":0.5})"); }};
  ScriptedServer mute_{[](const ScriptedRequest&) { return std::nullopt; }};
  ScriptedServer broken_{[](const ScriptedRequest&) { return answer(500, R"({"lag":7})"); }};
  std::unique_ptr<CurlLoop> loop_ = CurlLoop::make(clock_).value();
  HttpGauges gauges_{*loop_};
};

TEST_F(HttpGaugesTest, SumsTheInstances) {
  ASSERT_TRUE(gauges_.watch({lag_of({instance(seven_.port(), "a"), instance(half_.port(), "b")})}));
  const auto sample = first_sample();
  EXPECT_EQ(sample.value, 8);
  EXPECT_EQ(sample.name, "consumer_lag");
  EXPECT_EQ(sample.component.str(), "doc");
}

TEST_F(HttpGaugesTest, GivesNoValueWhenOneInstanceHangs) {
  ASSERT_TRUE(gauges_.watch({lag_of({instance(seven_.port(), "a"), instance(mute_.port(), "b")})}));
  const auto sample = first_sample();
  EXPECT_FALSE(sample.value);
  EXPECT_EQ(sample.problem, "b: no answer within 300ms");
}

TEST_F(HttpGaugesTest, GivesNoValueWhenAnInstanceAnswersBadlyOrThereIsNone) {
  ASSERT_TRUE(gauges_.watch({lag_of({instance(broken_.port(), "a")})}));
  EXPECT_EQ(first_sample().problem, "a: answered 500, expected 200");
  ASSERT_TRUE(gauges_.watch({lag_of({})}));
  EXPECT_EQ(first_sample().problem, "there are no instances");
}

TEST_F(HttpGaugesTest, ReportsAGaugeThatDisappearsWhileItIsWatched) {
  auto server = std::make_unique<ScriptedServer>(
      [](const ScriptedRequest&) { return answer(200, R"({"lag":1})"); });
  ASSERT_TRUE(gauges_.watch({lag_of({instance(server->port(), "a")})}));
  EXPECT_EQ(first_sample().value, 1);
  server.reset();
  EXPECT_TRUE(ports::testing::eventually([&] { return !first_sample().value; }));
}

TEST_F(HttpGaugesTest, RefusesASelectorThatCanNeverMatch) {
  auto target = lag_of({});
  target.gauges.front().selector = "lag";
  const auto watched = gauges_.watch({target});
  ASSERT_FALSE(watched);
  EXPECT_EQ(watched.error().id, "GAU-0002");
}

}  // namespace
}  // namespace stellwerk::adapters::http
