#include <gtest/gtest.h>

#include "core/compile.h"
#include "core/plan.h"
#include "support/sample_release.h"

namespace stellwerk::core {
namespace {

// Goal: what was approved is what is read back, to the bit.
TEST(PlanCodec, ReadsBackTheBytesItWrote) {
  const std::string bytes = encode_plan(stellwerk::testing::sample_plan());
  const auto again = decode_plan(bytes);
  ASSERT_TRUE(again) << again.error().one_line();
  EXPECT_EQ(encode_plan(*again), bytes);
  EXPECT_EQ(digest_of(*again), base::sha256(bytes));
}

// Goal: every kind of step, and everything optional, survives.
TEST(PlanCodec, ReadsBackEveryKindOfStepAndOption) {
  Plan plan = stellwerk::testing::sample_plan();
  HttpCheck http;
  http.url = "router:document-domain/documents";
  http.headers = {{"accept", "application/json"}};
  http.secret_headers = {{"authorization", {"Bearer ", "/etc/token", ""}}};
  http.expect = {{200, 201}, {{"/status", "\"ok\""}}, base::milliseconds(300)};
  CommandCheck command;
  command.command = {{"npm", "test"}, {{"CI", "1"}}, "/srv", "ci"};
  plan.steps[0].action = http;
  plan.steps[1].action = command;
  plan.components[0].new_workload.ports = {{4000, 4010}};
  plan.schedule.start = base::WallTime{1760558400000000};
  const std::string bytes = encode_plan(plan);
  const auto again = decode_plan(bytes);
  ASSERT_TRUE(again) << again.error().one_line();
  EXPECT_EQ(encode_plan(*again), bytes);
  EXPECT_EQ(std::get<HttpCheck>(again->steps[0].action), http);
  EXPECT_EQ(again->components[0].new_workload.ports, plan.components[0].new_workload.ports);
}

// Goal: which file's digest counts is approved with the rest; plans from before there was a choice
// keep their bytes.
TEST(PlanCodec, NamesTheArtifactOnlyWhereItIsNotTheProgram) {
  Release release = stellwerk::testing::sample_release();
  Environment environment = stellwerk::testing::sample_environment();
  const auto file_in = [&] {
    const auto compiled = compile(release, environment);
    EXPECT_TRUE(compiled.plan);
    const auto again = decode_plan(encode_plan(*compiled.plan));
    EXPECT_TRUE(again) << again.error().one_line();
    return again->components[0].new_workload.artifact_file;
  };
  const auto digest_now = [&] { return digest_of(*compile(release, environment).plan); };
  EXPECT_EQ(encode_plan(stellwerk::testing::sample_plan()).find("artifact_file"),
            std::string::npos);
  const base::Digest before = digest_now();

  for (Service& service : environment.services)
    if (service.workload) service.workload->artifact_file = "/srv/{version}.jar";
  EXPECT_EQ(file_in(), "/srv/{version}.jar");
  EXPECT_NE(digest_now(), before) << "an approval is for this file";
  release.components[0].command = CommandSpec{{"/opt/other"}, {}, "/", ""};
  EXPECT_EQ(file_in(), "") << "another program has another artifact";
  release.components[0].artifact_file = "/opt/package";
  EXPECT_EQ(file_in(), "/opt/package");
}

TEST(PlanCodec, IsTheSameForTwoCompilations) {
  EXPECT_EQ(encode_plan(stellwerk::testing::sample_plan()),
            encode_plan(stellwerk::testing::sample_plan()));
}

std::string changed(std::string bytes, const std::string& from, const std::string& to) {
  const auto at = bytes.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return bytes.replace(at, from.size(), to);
}

// Goal: nothing that this program would not have written is taken for a plan.
TEST(PlanCodec, RefusesWhatItWouldNotHaveWritten) {
  const std::string good = encode_plan(stellwerk::testing::sample_plan());
  const std::pair<std::string, std::string> damages[] = {
      {"\"format\":1", "\"format\":2"},
      {"\"downtime\":false", "\"downtime\":false,\"extra\":1"},
      {"\"downtime\":false", "\"downtime\":\"no\""},
      {"\"kind\":\"manual\"", "\"kind\":\"magic\""},
      {"\"locale\":\"en\"", "\"locale\":\"fr\""},
      {"\"buckets\":0", "\"buckets\":-1"},
      {"\"number\":1,", ""},
      {"{", " {"}};
  for (const auto& [from, to] : damages) {
    const auto read = decode_plan(changed(good, from, to));
    ASSERT_FALSE(read) << from << " → " << to;
    EXPECT_EQ(read.error().id, "PLN-0002");
    EXPECT_FALSE(read.error().why.empty());
  }
  for (const std::string& text : {std::string(), std::string("null"), good.substr(0, 100)})
    EXPECT_FALSE(decode_plan(text));
}

}  // namespace
}  // namespace stellwerk::core
