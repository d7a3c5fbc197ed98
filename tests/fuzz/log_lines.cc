// Lines of services' output by level: counted the same however the bytes are cut, and what one
// line says does not hang on its neighbours.
#include <algorithm>
#include <cstdint>
#include <string>

#include "adapters/process/line_tally.h"
#include "adapters/process/log_level.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

using namespace adapters::process;

kpi::LogCounts counted(std::string_view bytes, std::size_t piece) {
  LineTally tally;
  for (std::size_t at = 0; at < bytes.size(); at += piece) tally.take(bytes.substr(at, piece));
  tally.finish();
  FUZZ_REQUIRE(tally.unfinished() == 0);
  return tally.counts();
}

std::uint64_t newlines(std::string_view bytes) {
  return static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
}

bool is(std::string line, LogLevel level) { return level_of(line) == level; }

}  // namespace

void take(std::string_view bytes) {
  const auto whole = counted(bytes, bytes.size() + 1);
  for (const std::size_t piece : {1U, 2U, 7U, 100U, 4096U})
    FUZZ_REQUIRE(counted(bytes, piece) == whole);
  FUZZ_REQUIRE(whole.errors + whole.warnings <= whole.lines);
  FUZZ_REQUIRE(whole.lines <= newlines(bytes) + 1);
  FUZZ_REQUIRE(whole.unread_bytes == 0);

  const std::string line(bytes.substr(0, std::min(bytes.find('\n'), bytes.size())));
  FUZZ_REQUIRE(is("ERROR " + line, LogLevel::Error));
  FUZZ_REQUIRE(is("time=1 level=warn " + line, LogLevel::Warning));
  FUZZ_REQUIRE(is("INFO " + line, LogLevel::Other));
  FUZZ_REQUIRE(is("{\"level\":50,\"msg\":\"" + line, LogLevel::Error));
  FUZZ_REQUIRE(is("{\"level\":\"info\",\"msg\":\"" + line, LogLevel::Other));
}

}  // namespace stellwerk::fuzz
