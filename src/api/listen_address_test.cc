// Goal: a server listens where it was told and nowhere else; what is beyond this machine is known.
#include "api/listen_address.h"

#include <gtest/gtest.h>

namespace stellwerk::api {
namespace {

TEST(ListenAddress, IsAnAddressInNumbersAndAPort) {
  EXPECT_EQ(ListenAddress::parse("127.0.0.1:7380").value(), (ListenAddress{"127.0.0.1", 7380}));
  EXPECT_EQ(ListenAddress::parse("[::1]:0").value(), (ListenAddress{"::1", 0}));
  EXPECT_EQ(ListenAddress::parse("localhost:1").value(), (ListenAddress{"127.0.0.1", 1}));
  for (const std::string_view text : {"127.0.0.1:7380", "[::1]:65535", "0.0.0.0:80", "[::]:443"})
    EXPECT_EQ(ListenAddress::parse(text)->to_string(), text);
  for (const std::string_view text :
       {"", ":", "7380", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80",
        "[127.0.0.1]:80", "[]:80", "example.org:80", "127.0.0.1:80 ", " 127.0.0.1:80", "1.2.3:80",
        "256.0.0.1:80", "[::g]:80"})
    EXPECT_EQ(ListenAddress::parse(text).error().id, "WIT-0008") << text;
}

TEST(ListenAddress, KnowsWhatOnlyThisMachineReaches) {
  for (const std::string_view text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"})
    EXPECT_TRUE(ListenAddress::parse(text)->is_loopback()) << text;
  for (const std::string_view text : {"0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[fe80::1]:1"})
    EXPECT_FALSE(ListenAddress::parse(text)->is_loopback()) << text;
}

TEST(ListenOn, ChoosesAFreePortWhenAskedAndSaysWhichIsTaken) {
  const auto first = listen_on({"127.0.0.1", 0});
  ASSERT_TRUE(first) << first.error().one_line();
  EXPECT_GT(first->port, 0);
  const auto second = listen_on({"127.0.0.1", first->port});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().id, "WIT-0008");
  EXPECT_EQ(second.error().code, base::Code::Unavailable);
}

}  // namespace
}  // namespace stellwerk::api
