// Goal: every event stands once in the file, in order and whole, whatever happened to the last
// call.
#include "adapters/file/ndjson_bus.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "base/json.h"
#include "base/testing/temporary_folder.h"
#include "base/text.h"

namespace stellwerk::adapters {
namespace {

ports::PublicEvent event(std::uint64_t index, const std::string& name = "scheduler.release.started",
                         const std::string& data = R"({"v":1})") {
  return {.index = index,
          .name = name,
          .release = base::ReleaseId("rel-1"),
          .time = base::parse_rfc3339("2025-10-15T20:00:00.000Z").value(),
          .runbook_time = "T+15m",
          .data = data};
}

class NdjsonBusTest : public ::testing::Test {
 protected:
  std::string text() { return base::read_file(path_, std::size_t{1} << 24).value_or(""); }
  std::vector<std::string> seen() {
    std::vector<std::string> keys;
    const auto all = text();
    EXPECT_TRUE(all.empty() || all.ends_with('\n'));
    for (const auto line : base::split(all, '\n')) {
      if (line.empty()) continue;
      const auto value = base::parse_json(line);
      EXPECT_TRUE(value) << line;
      if (value)
        keys.push_back(std::to_string(value->at("index").get<int>()) + " " +
                       value->at("name").get<std::string>());
    }
    return keys;
  }
  void append(const std::string& bytes) { std::ofstream(path_, std::ios::app) << bytes; }
  /// With a bus that knows nothing, as after a crash.
  bool publish(const std::vector<ports::PublicEvent>& events) {
    return NdjsonBus(path_).publish(events, {}).has_value();
  }

  base::testing::TemporaryFolder folder_;
  std::string path_ = folder_ / "events/events.ndjson";
};

TEST_F(NdjsonBusTest, WritesOneLineAnEvent) {
  ASSERT_TRUE(publish({event(7)}));
  EXPECT_EQ(
      text(),
      R"({"index":7,"name":"scheduler.release.started","release":"rel-1","runbook_time":"T+15m",)"
      R"("time":"2025-10-15T20:00:00.000Z","data":{"v":1}})"
      "\n");
}

TEST_F(NdjsonBusTest, WritesEachEventOnceWhenTheLastCallIsRepeated) {
  ASSERT_TRUE(publish({event(1), event(2, "a"), event(2, "b")}));
  ASSERT_TRUE(publish({event(1), event(2, "a"), event(2, "b"), event(2, "c"), event(3)}));
  const std::vector<std::string> expected{"1 scheduler.release.started", "2 a", "2 b", "2 c",
                                          "3 scheduler.release.started"};
  EXPECT_EQ(seen(), expected);
}

TEST_F(NdjsonBusTest, CutsATornLineAndWritesItAgain) {
  ASSERT_TRUE(publish({event(1), event(2)}));
  const auto whole = text();
  for (std::size_t size = whole.size() - 60; size < whole.size(); ++size) {
    std::filesystem::resize_file(path_, size);
    ASSERT_TRUE(publish({event(1), event(2)})) << size;
    EXPECT_EQ(text(), whole) << size;
  }
}

TEST_F(NdjsonBusTest, FindsTheLastEventInALargeFile) {
  const std::string large = R"({"x":")" + std::string(60000, 'x') + R"("})";
  for (std::uint64_t index = 0; index < 40; ++index)
    ASSERT_TRUE(publish({event(index, "e", large)}));
  ASSERT_TRUE(publish({event(38, "e"), event(39, "e"), event(40, "e")}));
  EXPECT_EQ(seen().size(), 41U);
}

TEST_F(NdjsonBusTest, NeverCutsAFileThatIsNotItsOwn) {
  std::filesystem::create_directories(folder_ / "events");
  append("somebody's notes without an end");
  const auto published = NdjsonBus(path_).publish({event(1)}, {});
  ASSERT_FALSE(published);
  EXPECT_EQ(published.error().id, "NTF-0001");
  EXPECT_EQ(text(), "somebody's notes without an end");
}

TEST_F(NdjsonBusTest, BeginsAnewWhenTheFileWasMovedAway) {
  NdjsonBus bus(path_);
  ASSERT_TRUE(bus.publish({event(1)}, {}));
  std::filesystem::rename(path_, path_ + ".1");
  ASSERT_TRUE(bus.publish({event(1), event(2)}, {}));
  EXPECT_EQ(seen(), std::vector<std::string>{"2 scheduler.release.started"});
}

TEST_F(NdjsonBusTest, KeepsLinesWholeWhateverTheDataIs) {
  ASSERT_TRUE(
      publish({event(1, "a", "not json\n{"), event(2, "b", "{\n}"), event(3, "c", "\xff")}));
  EXPECT_EQ(seen().size(), 3U);
}

TEST_F(NdjsonBusTest, SaysSoWhenItCannotWrite) {
  std::filesystem::create_directories(path_);
  const auto published = NdjsonBus(path_).publish({event(1)}, {});
  ASSERT_FALSE(published);
  EXPECT_EQ(published.error().code, base::Code::Unavailable);
}

}  // namespace
}  // namespace stellwerk::adapters
