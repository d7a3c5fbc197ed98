// Goal: only a number that is really there becomes a value (runbook: consumer lag > 1000 pauses).
#include "adapters/http/gauge_reader.h"

#include <gtest/gtest.h>

namespace stellwerk::adapters::http {
namespace {

GaugeReading json(std::string_view body) {
  return read_gauge(
      {.name = "lag", .path = "/", .format = core::GaugeFormat::Json, .selector = "/q/lag"}, body);
}

GaugeReading prometheus(const std::string& selector, std::string_view body) {
  return read_gauge(
      {.name = "lag", .path = "/", .format = core::GaugeFormat::Prometheus, .selector = selector},
      body);
}

TEST(GaugeReader, ReadsAJsonNumberAndRoundsUp) {
  EXPECT_EQ(json(R"({"q":{"lag":1000}})").value, 1000);
  EXPECT_EQ(json(R"({"q":{"lag":1000.01}})").value, 1001);
  EXPECT_EQ(json(R"({"q":{"lag":-3}})").value, -3);
}

TEST(GaugeReader, GivesAProblemInsteadOfAGuessForJson) {
  for (const std::string_view body :
       {R"({"q":{"lag":"7"}})", R"({"q":{"lag":null}})", R"({"q":{}})", R"({"q":{"lag":1e300}})",
        R"({"q":{"lag":NaN}})", "", "lag 7", R"({"q":{"lag":1e999}})", "[]"}) {
    const auto reading = json(body);
    EXPECT_FALSE(reading.value) << body;
    EXPECT_FALSE(reading.problem.empty()) << body;
  }
}

TEST(GaugeReader, SumsTheSeriesThatASelectorMatches) {
  constexpr std::string_view kBody =
      "# HELP lag events waiting\n# TYPE lag gauge\n"
      "lag{queue=\"render\",shard=\"a\"} 3\n"
      "lag{queue=\"render\",shard=\"b\"} 4.5 1700000000000\r\n"
      "lag{queue=\"mail \\\"x\\\" }\"} 100\n"
      "lag_total 7000\n";
  EXPECT_EQ(prometheus("lag{queue=\"render\"}", kBody).value, 8);
  EXPECT_EQ(prometheus("lag", kBody).value, 108);
  EXPECT_EQ(prometheus("lag{queue=\"mail \\\"x\\\" }\"}", kBody).value, 100);
  EXPECT_EQ(prometheus("lag_total", kBody).value, 7000);
}

TEST(GaugeReader, GivesAProblemInsteadOfAGuessForPrometheusText) {
  for (const std::string_view body :
       {"lag NaN", "lag +Inf", "lag -Inf", "lag x", "lag", "lag{", "", "lag 1 2 3", "lagging 3",
        "lag{a=\"b} 3", "lag 1e99", "lag 3\nlag NaN"}) {
    const auto reading = prometheus("lag", body);
    EXPECT_FALSE(reading.value) << body;
    EXPECT_FALSE(reading.problem.empty()) << body;
  }
}

TEST(GaugeReader, RefusesDescriptionsThatCanNeverBeRead) {
  const core::GaugeSpec good{.name = "lag",
                             .path = "/m",
                             .format = core::GaugeFormat::Prometheus,
                             .selector = "lag{a=\"b\"}"};
  EXPECT_TRUE(check_gauge(good));
  for (const std::string selector :
       {"", "1lag", "lag{", "lag{a}", "lag{a=\"b\"} 3", "lag{a=\"b\",a=\"c\"}"}) {
    auto bad = good;
    bad.selector = selector;
    ASSERT_FALSE(check_gauge(bad)) << selector;
    EXPECT_EQ(check_gauge(bad).error().id, "GAU-0002");
  }
  auto json_gauge = good;
  json_gauge.format = core::GaugeFormat::Json;
  EXPECT_FALSE(check_gauge(json_gauge));
  auto no_path = good;
  no_path.path = "m";
  EXPECT_FALSE(check_gauge(no_path));
}

}  // namespace
}  // namespace stellwerk::adapters::http
