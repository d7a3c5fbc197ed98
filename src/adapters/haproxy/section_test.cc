#include "adapters/haproxy/section.h"

#include <gtest/gtest.h>

namespace stellwerk::adapters::haproxy {
namespace {

config::Loaded<HaproxySettings> read(std::string_view yaml) {
  auto section = config::parse_section(yaml, {});
  EXPECT_TRUE(section.value);
  return read_settings(*section.value);
}

TEST(HaproxySection, TakesDefaultsAndWhatIsWritten) {
  EXPECT_EQ(read("adapter: haproxy\n").value, HaproxySettings{});
  HaproxySettings wanted;
  wanted.program = "/opt/haproxy";
  wanted.server_timeout = base::seconds(5);
  wanted.connections_max = 20;
  EXPECT_EQ(
      read("adapter: haproxy\nprogram: /opt/haproxy\nserver_timeout: 5s\nconnections_max: 20\n")
          .value,
      wanted);
}

TEST(HaproxySection, RefusesUnknownKeysAndRangesAllAtOnce) {
  const auto loaded = read("adapter: haproxy\nconnection_max: 2\nconnections_max: 0\ndrain: 0s\n");
  EXPECT_FALSE(loaded.value);
  EXPECT_EQ(loaded.problems.size(), 3u);
}

}  // namespace
}  // namespace stellwerk::adapters::haproxy
