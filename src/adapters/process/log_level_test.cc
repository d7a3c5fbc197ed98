#include "adapters/process/log_level.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "adapters/process/line_tally.h"

namespace stellwerk::adapters::process {
namespace {

struct Line {
  std::string_view text;
  LogLevel level;
};

constexpr auto kError = LogLevel::Error;
constexpr auto kWarning = LogLevel::Warning;
constexpr auto kOther = LogLevel::Other;

TEST(LogLevelTest, ReadsTheFirstLevelWordOfATextLine) {
  constexpr std::array kLines{
      Line{"2026-11-29 10:44:32,123 [main] ERROR c.v.Documents - cannot render", kError},
      Line{"2026-11-29T10:44:32Z WARN slow", kWarning},
      Line{"WARNING:root:disk nearly full", kWarning},
      Line{"ERROR:root:gone", kError},
      Line{"2026-11-29 10:44:32 UTC [123] FATAL:  role does not exist", kError},
      Line{"2026-11-29 10:44:32 UTC [123] LOG:  statement: SELECT 'ERROR'", kOther},
      Line{"INFO handled, answered with ERROR 17", kOther},
      Line{"[2026-11-29] app.ERROR: cannot render {\"id\":1}", kError},
      Line{"[10:44:32 ERR] serilog", kError},
      Line{"npm ERR! missing script: start", kError},
      Line{"handled ERROR_CODE and no-error at all, X-ERROR-Id", kOther},
      Line{"no level at all, an error in lower case is only a word", kOther},
      Line{"TERROR WARNED", kOther},
      Line{"", kOther},
  };
  for (const auto& [text, level] : kLines) EXPECT_EQ(level_of(text), level) << text;
}

TEST(LogLevelTest, TakesAnyCaseInBracketsAsAKeysValueAndAtTheBeginning) {
  constexpr std::array kLines{
      Line{"2026/11/29 10:44:32 [error] 123#0: *5 connect() failed", kError},
      Line{"[Sun Nov 29 10:44:32 2026] [core:warn] [pid 5] AH00098", kWarning},
      Line{"[Error] what", kError},
      Line{"time=2026-11-29T10:44:32Z level=error msg=\"cannot render\"", kError},
      Line{"ts=1 lvl=warn msg=x", kWarning},
      Line{"level=\"warning\" msg=ERROR", kWarning},
      Line{"level=info msg=\"an ERROR, [error]\"", kOther},
      Line{"severity=50 x", kError},
      Line{"level=", kOther},
      Line{"level=\"", kOther},
      Line{"error: message of winston's simple format", kError},
      Line{"2026-11-29T10:44:32.000Z warn: message", kWarning},
      Line{"Error: connect ECONNREFUSED 127.0.0.1:5432", kError},
      Line{"    at error: in a stack trace", kOther},
  };
  for (const auto& [text, level] : kLines) EXPECT_EQ(level_of(text), level) << text;
}

TEST(LogLevelTest, LooksThroughTheColoursOfATerminal) {
  EXPECT_EQ(level_of("\x1b[31m[Nest] 42  - \x1b[39m11/29/2026, 10:44:32 AM \x1b[31m  ERROR\x1b[39m "
                     "\x1b[38;5;3m[ExceptionsHandler] \x1b[39m\x1b[31mcannot render\x1b[39m"),
            kError);
  EXPECT_EQ(level_of("\x1b[32m[Nest] 42  - \x1b[39m11/29/2026, 10:44:32 AM \x1b[32m    LOG\x1b[39m "
                     "[RoutesResolver] an ERROR mapped"),
            kOther);
  EXPECT_EQ(level_of("\x1b[33mwarn\x1b[39m: winston, colourised"), kWarning);
  EXPECT_EQ(level_of("\x1b"), kOther);
  EXPECT_EQ(level_of("\x1b[31"), kOther);
}

TEST(LogLevelTest, ReadsTheLevelOfJsonAndNothingElseOfIt) {
  constexpr std::array kLines{
      Line{R"({"level":50,"time":1,"pid":42,"msg":"cannot render"})", kError},
      Line{R"({"level":60,"msg":"dying"})", kError},
      Line{R"({"level":40,"msg":"slow"})", kWarning},
      Line{R"({"level":30,"msg":"ERROR, [error], level=error"})", kOther},
      Line{R"({"name":"x","hostname":"h","pid":1,"level":50,"v":0})", kError},
      Line{R"({"level":"error","message":"x"})", kError},
      Line{R"({"message":"a \"level\":\"error\" b","level":"warn"})", kWarning},
      Line{R"({"err":{"level":"error","a":[{"level":50}]},"level":"info"})", kOther},
      Line{R"({"severity":"ERROR"})", kError},
      Line{R"({"Level":"Warning"})", kWarning},
      Line{R"({ "@l" : "Error" })", kError},
      Line{R"({"log.level":"fatal"})", kError},
      Line{R"({"level":null,"msg":"ERROR"})", kOther},
      Line{R"({"level":99999999999999999999})", kOther},
      Line{R"({"msg":"ERROR without a level"})", kOther},
      Line{R"({"msg":"torn \"level\":50)", kOther},
      Line{R"({"level":"err)", kOther},
      Line{R"({"level":)", kOther},
      Line{"{", kOther},
      Line{"{}}\"level\":50", kOther},
  };
  for (const auto& [text, level] : kLines) EXPECT_EQ(level_of(text), level) << text;
}

TEST(LogLevelTest, LooksNoFurtherThanALineSaysItsLevel) {
  EXPECT_EQ(level_of(std::string(600, 'x') + " ERROR"), kOther);
  EXPECT_EQ(level_of("{\"msg\":\"" + std::string(15000, 'x') + "\",\"level\":50}"), kError);
  EXPECT_EQ(level_of("{\"msg\":\"" + std::string(20000, 'x') + "\",\"level\":50}"), kOther);
}

TEST(LineTallyTest, CountsLinesHoweverTheBytesAreCut) {
  const std::string text =
      "=== 2026-11-29T10:44:32.000Z doc-1.3.0-1 on port 1, start 1\n"
      "INFO begins\r\n\n\r\nERROR one\nWARN \xff\xfe two\n" +
      std::string(40000, 'y') + "\n" + R"({"level":50})" + "\nERROR unfin";
  for (std::size_t size = 1; size < text.size(); size += 1 + size / 3) {
    LineTally tally;
    for (std::size_t at = 0; at < text.size(); at += size) tally.take(text.substr(at, size));
    EXPECT_EQ(tally.counts(), (kpi::LogCounts{5, 2, 1, 0})) << size;
    EXPECT_EQ(tally.unfinished(), 11U);
    tally.finish();
    EXPECT_EQ(tally.counts(), (kpi::LogCounts{6, 3, 1, 0}));
  }
}

TEST(LineTallyTest, CountsAServicesLineThatLooksLikeAHeading) {
  LineTally tally;
  tally.take("=== ERROR ===\n");
  EXPECT_EQ(tally.counts(), (kpi::LogCounts{1, 1, 0, 0}));
}

}  // namespace
}  // namespace stellwerk::adapters::process
