// The file of public events that others read and may have written to: nothing of it is lost but an
// event of ours that was torn, and events already there are not written again.
#include <fstream>
#include <iterator>

#include "adapters/file/ndjson_bus.h"
#include "base/testing/temporary_folder.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

ports::PublicEvent event(std::uint64_t index) {
  return {.index = index,
          .name = "scheduler.release.started",
          .release = base::ReleaseId("rel-1"),
          .time = {},
          .runbook_time = "T+0",
          .data = R"({"index":1})"};
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

void take(std::string_view bytes) {
  static const base::testing::TemporaryFolder kFolder;
  const std::string path = kFolder / "events.ndjson";
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  adapters::NdjsonBus bus(path);
  const auto published = bus.publish({event(7), event(8)}, {});
  const std::string after = read(path);
  const auto whole_lines = bytes.substr(0, bytes.rfind('\n') + 1);  // npos + 1 is 0
  if (!published) {
    FUZZ_REQUIRE(published.error().id == "NTF-0001" && after == bytes);
    return;
  }
  FUZZ_REQUIRE(after.starts_with(whole_lines));
  FUZZ_REQUIRE(after.empty() || after.ends_with('\n'));
  FUZZ_REQUIRE(adapters::NdjsonBus(path).publish({event(7), event(8)}, {}).has_value());
  FUZZ_REQUIRE(read(path) == after);  // each event once
}

}  // namespace stellwerk::fuzz
