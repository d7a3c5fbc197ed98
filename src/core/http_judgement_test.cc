// Goal: a good status alone does not make an answer good, and no answer is too hostile to be
// judged.
#include "core/http_judgement.h"

#include <gtest/gtest.h>

namespace stellwerk::core {
namespace {

HttpJudgement judged(const HttpExpectation& expectation, int status, std::string_view body) {
  return judge(expectation,
               {.status = status, .body = body, .body_cut = false, .took = base::milliseconds(3)});
}

const HttpExpectation kValid{
    .status = {200}, .json = {{"/valid", "true"}}, .time_max = std::nullopt};

TEST(HttpJudgement, AcceptsAnExpectedStatus) {
  EXPECT_TRUE(judged({}, 200, "anything").good);
  EXPECT_EQ(judged({}, 200, "").detail, "200 in 3 ms");
  EXPECT_EQ(judged({}, 503, "").detail, "503 in 3 ms, but expected 200");
}

TEST(HttpJudgement, RefusesTwoHundredThatSaysInvalid) {
  const auto judgement = judged(kValid, 200, R"({"valid":false})");
  EXPECT_FALSE(judgement.good);
  EXPECT_EQ(judgement.detail, "200 in 3 ms, but /valid is false, expected true");
  EXPECT_TRUE(judged(kValid, 200, R"({"valid": true, "more": null})").good);
}

TEST(HttpJudgement, RefusesMissingValuesAndOtherTypes) {
  EXPECT_EQ(judged(kValid, 200, "{}").detail, "200 in 3 ms, but /valid is missing, expected true");
  EXPECT_FALSE(judged(kValid, 200, R"({"valid":"true"})").good);
  EXPECT_FALSE(judged(kValid, 200, R"({"valid":1})").good);
}

TEST(HttpJudgement, RefusesAnswersThatAreNoJson) {
  for (const std::string_view body :
       {"", "<html>", "{\"valid\":true", "{\"valid\":true}x", "\xff\x00"})
    EXPECT_FALSE(judged(kValid, 200, body).good) << body;
}

TEST(HttpJudgement, RefusesSlowAndCutAnswers) {
  HttpExpectation fast = kValid;
  fast.time_max = base::milliseconds(2);
  EXPECT_EQ(judged(fast, 200, R"({"valid":true})").detail, "200 in 3 ms, but expected within 2ms");
  EXPECT_FALSE(
      judge(kValid, {.status = 200, .body = R"({"valid":true})", .body_cut = true, .took = {}})
          .good);
}

}  // namespace
}  // namespace stellwerk::core
