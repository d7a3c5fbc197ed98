#include "load/options.h"

#include <gtest/gtest.h>

namespace load {
namespace {

using std::chrono::milliseconds;

std::vector<std::string> with(const std::vector<std::string>& extra) {
  std::vector<std::string> arguments = {
      "--url", "http://127.0.0.1:8080", "--tenants", "a,b", "--rate", "100"};
  arguments.insert(arguments.end(), extra.begin(), extra.end());
  return arguments;
}

std::vector<std::string> with_url(const std::string& url) {
  return {"--url", url, "--tenants", "a", "--rate", "1", "--duration", "1s"};
}

TEST(LoadOptions, ReadsAFullCommandLine) {
  const auto options =
      parse_options(with({"--duration", "60s", "--mix", "create=1,file=2", "--arrivals", "poisson",
                          "--seed", "7", "--timeout", "250ms", "--report", "-"}));
  ASSERT_TRUE(options);
  EXPECT_EQ(options->tenants, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options->duration, milliseconds(60'000));
  EXPECT_EQ(options->mix, (Mix{1, 0, 2, 0}));
  EXPECT_EQ(options->arrivals, Arrivals::Poisson);
  EXPECT_EQ(options->seed, 7U);
  EXPECT_EQ(options->timeout, milliseconds(250));
}

TEST(LoadOptions, RefusesBadArgumentsWithWhatWhyAndNext) {
  const std::vector<std::vector<std::string>> bad = {
      {},
      {"--duration", "60"},
      {"--duration", "60s", "--until-stopped"},
      {"--until-stopped", "--mix", "create"},
      {"--until-stopped", "--mix", "create=0"},
      {"--until-stopped", "--mix", "create=1,create=2"},
      {"--until-stopped", "--mix", "delete=1"},
      {"--until-stopped", "--mix", "get=-1"},
      {"--until-stopped", "--arrivals", "random"},
      {"--until-stopped", "--seed", "x"},
      {"--until-stopped", "--in-flight-max", "0"},
      {"--until-stopped", "--timeout", "5"},
      {"--until-stopped", "--timeout", "1h"},
      {"--until-stopped", "--report", ""},
      {"--until-stopped", "--frobnicate"}};
  for (const auto& extra : bad) {
    const auto options = parse_options(with(extra));
    ASSERT_FALSE(options) << (extra.empty() ? "" : extra.back());
    EXPECT_FALSE(options.error().what.empty() || options.error().why.empty() ||
                 options.error().next.empty());
  }
}

TEST(LoadOptions, RefusesBadTenantsAndRates) {
  for (const char* tenants : {"", "a,", "a,a", "a b", "../x", "a\r\nx: y"})
    EXPECT_FALSE(parse_options(std::vector<std::string>{"--url", "http://localhost", "--tenants",
                                                        tenants, "--rate", "1", "--until-stopped"}))
        << tenants;
  for (const char* rate : {"", "0", "-5", "1.5", "100001", "fast"})
    EXPECT_FALSE(parse_options(std::vector<std::string>{"--url", "http://localhost", "--tenants",
                                                        "a", "--rate", rate, "--until-stopped"}))
        << rate;
}

TEST(LoadOptions, SendsToThisMachineOnlyUnlessAllowed) {
  for (const char* url :
       {"http://127.0.0.1:1", "http://127.9.9.9", "http://localhost:80/base/", "http://[::1]:8080"})
    EXPECT_TRUE(parse_options(with_url(url))) << url;
  for (const char* url :
       {"http://example.com", "http://10.0.0.1:80", "http://127.0.0.1.example.com",
        "http://localhost.example.com", "http://127.0.0.1@example.com", "http://0.0.0.0:1"})
    EXPECT_FALSE(parse_options(with_url(url))) << url;
  auto remote = with_url("http://example.com");
  remote.emplace_back("--allow-remote");
  EXPECT_TRUE(parse_options(remote));
}

TEST(LoadOptions, RefusesWhatIsNoPlainUrl) {
  for (const char* url : {"", "127.0.0.1:80", "https://127.0.0.1", "http://", "http://127.0.0.1:0",
                          "http://127.0.0.1:99999", "http://127.0.0.1:x", "http://127.0.0.1/?a=b",
                          "http://[::1", "ftp://127.0.0.1"})
    EXPECT_FALSE(parse_options(with_url(url))) << url;
}

}  // namespace
}  // namespace load
