// Goal: a real authority stamps what we ask, we judge its answer, and openssl agrees (RFC 3161).
#include "audit/timestamp.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "adapters/http/curl_http_client.h"
#include "adapters/http/http_timestamps.h"
#include "base/files.h"
#include "base/testing/temporary_folder.h"
#include "common/testing/child_process.h"
#include "ports/testing/real_clock.h"

namespace stellwerk {
namespace {

using examples::testing::ChildProcess;

constexpr const char* kPython = "/usr/bin/python3";
constexpr const char* kOpenssl = "/usr/bin/openssl";
constexpr audit::TimestampNonce kNonce = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6};
const std::string kStamped = "erp.example/stellwerk\n3\nAAAA\n";

class TimestampService : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::access(kOpenssl, X_OK) != 0 || ::access(kPython, X_OK) != 0)
      GTEST_SKIP() << "the Debian packages openssl and python3 are needed";
    authority_.emplace(std::vector<std::string>{kPython, "-B", STELLWERK_TSA, folder_.path()});
    const auto port = authority_->line_after("port ", std::chrono::seconds(60));
    ASSERT_TRUE(port) << authority_->err();
    url_ = "http://127.0.0.1:" + *port;
  }
  base::Result<std::string> stamp(const std::string& path, const std::string& request) {
    adapters::http::HttpTimestamps service(client_, url_ + path);
    return service.stamp(request, clock_.call(base::seconds(60)));
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    return base::read_file(folder_ / name, audit::kTrustedBytesMax).value();
  }
  static std::string request() {
    return audit::timestamp_request(base::sha256(kStamped), kNonce).value();
  }

  base::testing::TemporaryFolder folder_;
  std::optional<ChildProcess> authority_;
  std::string url_;
  ports::testing::RealClock clock_;
  std::unique_ptr<adapters::http::CurlLoop> loop_ = adapters::http::CurlLoop::make(clock_).value();
  adapters::http::CurlHttpClient client_{*loop_};
};

TEST_F(TimestampService, StampsAndOpensslAgreesWithUs) {
  const auto response = stamp("/", request());
  ASSERT_TRUE(response) << response.error().one_line();
  const std::string trusted = file("ca.pem");
  const auto ours = audit::verify_timestamp(*response, {base::sha256(kStamped), kNonce, trusted});
  ASSERT_TRUE(ours) << ours.error().one_line();
  EXPECT_EQ(ours->policy, "1.2.3.4.1");
  EXPECT_EQ(ours->authority, "CN=Test TSA");
  EXPECT_GT(ours->time, base::WallTime{1'700'000'000'000'000});
  ASSERT_TRUE(base::replace_file(folder_ / "ours.tsr", *response));
  ASSERT_TRUE(base::replace_file(folder_ / "ours.tsq", request()));
  ASSERT_TRUE(base::replace_file(folder_ / "stamped", kStamped));
  for (const std::vector<std::string>& what :
       {std::vector<std::string>{"-data", folder_ / "stamped"},
        {"-queryfile", folder_ / "ours.tsq"}}) {
    std::vector<std::string> words{
        kOpenssl, "ts", "-verify", "-in", folder_ / "ours.tsr", "-CAfile", folder_ / "ca.pem"};
    words.insert(words.end(), what.begin(), what.end());
    const auto theirs = examples::testing::run(words);
    EXPECT_NE(theirs.out.find("Verification: OK"), std::string::npos) << theirs.out << theirs.err;
  }
}

TEST_F(TimestampService, IsNotBelievedForAnotherDigestRequestOrAuthority) {
  const auto response = stamp("/", request());
  ASSERT_TRUE(response) << response.error().one_line();
  const std::string trusted = file("ca.pem");
  const std::string other = file("other-ca.pem");
  const auto id = [&](const audit::TimestampDemand& demand) {
    const auto judged = audit::verify_timestamp(*response, demand);
    return judged ? std::string("none") : judged.error().id;
  };
  EXPECT_EQ(id({base::sha256("x"), kNonce, trusted}), "AUD-0032");
  EXPECT_EQ(id({base::sha256(kStamped), audit::TimestampNonce{1}, trusted}), "AUD-0032");
  EXPECT_EQ(id({base::sha256(kStamped), kNonce, other}), "AUD-0033");
  EXPECT_EQ(id({base::sha256(kStamped), kNonce, trusted + other}), "none");
}

TEST_F(TimestampService, SaysWhyItRefuses) {
  const auto response = stamp("/", "no request");
  ASSERT_TRUE(response) << response.error().one_line();
  const auto judged = audit::verify_timestamp(*response, {base::sha256(kStamped), kNonce, {}});
  ASSERT_FALSE(judged);
  EXPECT_EQ(judged.error().id, "AUD-0031") << judged.error().one_line();
}

TEST_F(TimestampService, IsNotThereWhereAPageIs) {
  const auto response = stamp("/page", request());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().id, "AUD-0035");
}

}  // namespace
}  // namespace stellwerk
