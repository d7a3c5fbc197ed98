// What is read when a start finds the traces of a bad night: the emergency file, the head file, and
// private texts with their salt.
#include <algorithm>
#include <fstream>

#include "adapters/sqlite/emergency_log.h"
#include "adapters/sqlite/head_file.h"
#include "base/testing/temporary_folder.h"
#include "engine/private_text.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

constexpr std::size_t kSizeBytes = 8192;

const base::testing::TemporaryFolder& folder() {
  static const base::testing::TemporaryFolder kFolder;
  return kFolder;
}

void write(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::vector<std::string> lines_of(const adapters::EmergencyLog& log) {
  const auto content = log.read();
  FUZZ_REQUIRE(content.has_value());
  return content->lines;
}

/// Whole lines only, and appending goes on behind them, whatever stood there.
void check_emergency(std::string_view bytes) {
  const std::string path = folder() / "emergency.log";
  write(path, bytes);
  auto log = adapters::EmergencyLog::open(path, kSizeBytes);
  if (!log) return;
  auto expected = lines_of(*log);
  for (const auto& line : expected) {
    FUZZ_REQUIRE(line.find('\n') == line.npos);
    FUZZ_REQUIRE(bytes.find(line) != bytes.npos);
  }
  constexpr std::string_view kLine = R"({"release":"rel-1"})";
  if (!log->append(kLine)) return;  // full
  expected.emplace_back(kLine);
  FUZZ_REQUIRE(lines_of(*log) == expected);
  auto reopened = adapters::EmergencyLog::open(path, kSizeBytes);
  FUZZ_REQUIRE(reopened.has_value() && lines_of(*reopened) == expected);
}

void check_head(std::string_view bytes) {
  const std::string path = folder() / "head";
  write(path, bytes);
  const auto head = adapters::sqlite::HeadFile::read(path);
  if (head) FUZZ_REQUIRE(head->has_value());
  if (!head) FUZZ_REQUIRE(head.error().id == "JRN-0003");
}

void check_private_text(std::string_view bytes) {
  const engine::Salt salt{1, 2, 3};
  FUZZ_REQUIRE(engine::opened(engine::sealed(bytes, salt)) == bytes);
  FUZZ_REQUIRE(bytes.ends_with(engine::opened(bytes)));
}

}  // namespace

void take(std::string_view bytes) {
  check_emergency(bytes.substr(0, kSizeBytes));
  check_head(bytes);
  check_private_text(bytes);
}

}  // namespace stellwerk::fuzz
