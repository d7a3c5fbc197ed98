// Goal: every answer of a witness is understood as c2sp.org/tlog-witness means it, and none that it
// does not know is taken for a cosignature.
#include "adapters/http/http_witness.h"

#include <gtest/gtest.h>

#include "adapters/http/curl_http_client.h"
#include "adapters/http/testing/scripted_server.h"
#include "audit/witness_request.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::adapters::http {
namespace {

using testing::ScriptedRequest;
using testing::ScriptedServer;

// A checkpoint and a witness's answer to it, from c2sp.org/tlog-cosignature.
const std::string kCheckpoint =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q"
    "1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
const std::string kLine =
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2o"
    "yin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

std::string typed(int status, const std::string& type, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class HttpWitnessTest : public ::testing::Test {
 protected:
  base::Result<ports::WitnessAnswer> ask(const std::string& answer,
                                         ports::CheckpointSubmission submission) {
    ScriptedServer server([&](const ScriptedRequest& request) {
      asked_ = request;
      return answer;
    });
    HttpWitness witness(client_, server.url("/w1/"));
    return witness.add_checkpoint(submission, clock_.call(base::seconds(10)));
  }
  base::Result<ports::WitnessAnswer> ask(const std::string& answer) {
    return ask(answer, {5, {base::sha256("a"), base::sha256("b")}, kCheckpoint});
  }
  std::pair<std::string, base::Code> refused(const std::string& answer) {
    const auto answered = ask(answer);
    if (answered) return {"none", base::Code::Internal};
    return {answered.error().id, answered.error().code};
  }

  ports::testing::RealClock clock_;
  std::unique_ptr<CurlLoop> loop_ = CurlLoop::make(clock_).value();
  CurlHttpClient client_{*loop_};
  ScriptedRequest asked_;
};

TEST_F(HttpWitnessTest, PostsWhatTheSpecificationDemandsAndGivesTheLines) {
  const auto answered = ask(typed(200, "text/plain", kLine + kLine));
  ASSERT_TRUE(answered) << answered.error().one_line();
  const auto* lines = std::get_if<ports::CosignatureLines>(&*answered);
  ASSERT_NE(lines, nullptr);
  EXPECT_EQ(lines->lines, kLine + kLine);
  EXPECT_TRUE(asked_.head.starts_with("POST /w1/add-checkpoint HTTP/1.1\r\n")) << asked_.head;
  const auto request = audit::AddCheckpoint::parse(asked_.body);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->old_size, 5U);
  EXPECT_EQ(request->consistency.size(), 2U);
  EXPECT_EQ(request->checkpoint, kCheckpoint);
}

TEST_F(HttpWitnessTest, GivesTheSizeThatTheWitnessKnows) {
  const auto answered = ask(typed(409, "text/x.tlog.size", "20\n"));
  ASSERT_TRUE(answered) << answered.error().one_line();
  const auto* size = std::get_if<ports::WitnessedSize>(&*answered);
  ASSERT_NE(size, nullptr);
  EXPECT_EQ(size->size, 20U);
}

TEST_F(HttpWitnessTest, IsLoudWhenTheWitnessSawAnotherHistory) {
  using Pair = std::pair<std::string, base::Code>;
  const Pair other{"WIT-0002", base::Code::Corruption};
  EXPECT_EQ(refused(typed(422, "text/plain", "no\n")), other);
  // Version 1.0.0 answers 409 when only the root differs: without a size, or with the one we said.
  EXPECT_EQ(refused(typed(409, "text/plain", "roots differ\n")), other);
  EXPECT_EQ(refused(typed(409, "text/x.tlog.size", "5\n")), other);
}

TEST_F(HttpWitnessTest, TellsRefusalsApart) {
  using Pair = std::pair<std::string, base::Code>;
  EXPECT_EQ(refused(typed(404, "text/plain", "who?")), (Pair{"WIT-0001", base::Code::NotFound}));
  EXPECT_EQ(refused(typed(403, "text/plain", "")), (Pair{"WIT-0001", base::Code::Forbidden}));
  EXPECT_EQ(refused(typed(400, "text/plain", "")), (Pair{"WIT-0001", base::Code::InvalidArgument}));
  EXPECT_EQ(refused(typed(429, "text/plain", "")), (Pair{"WIT-0003", base::Code::Overloaded}));
  EXPECT_EQ(refused(typed(503, "text/plain", "")), (Pair{"WIT-0003", base::Code::Unavailable}));
  EXPECT_EQ(refused(typed(302, "text/plain", "")), (Pair{"WIT-0003", base::Code::Rejected}));
}

TEST_F(HttpWitnessTest, TakesNothingElseForACosignature) {
  for (const std::string& body :
       {std::string(), std::string("ok\n"), std::string("\n"), kLine.substr(0, kLine.size() - 1),
        "\n" + kLine, kLine + "\n", kLine + "more\n", std::string(300 << 10, 'x')})
    EXPECT_EQ(refused(typed(200, "text/plain", body)).first, "WIT-0003") << body.substr(0, 60);
  EXPECT_EQ(refused(typed(409, "text/x.tlog.size", "05\n")).first, "WIT-0003");
  EXPECT_EQ(refused(typed(409, "text/x.tlog.size", "")).first, "WIT-0003");
}

TEST_F(HttpWitnessTest, SaysWhenItWasNotReachedOrNotAnswered) {
  EXPECT_EQ(refused("garbage\r\n\r\n").first, "HLT-0003");
  HttpWitness nobody(client_, "http://127.0.0.1:1");
  const auto answered = nobody.add_checkpoint({0, {}, kCheckpoint}, clock_.call(base::seconds(10)));
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().id, "HLT-0002");
  EXPECT_NE(answered.error().one_line().find("127.0.0.1:1"), std::string::npos);
}

}  // namespace
}  // namespace stellwerk::adapters::http
