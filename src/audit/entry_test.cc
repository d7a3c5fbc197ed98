#include "audit/entry.h"

#include <gtest/gtest.h>

#include <fstream>

namespace stellwerk::audit {
namespace {

using base::Json;

Entry full_entry() {
  return {.index = 0,
          .time = base::parse_rfc3339("2025-10-15T20:15:00.250Z").value(),
          .runbook_time = base::minutes(15),
          .release = base::ReleaseId("rel-2025-10-001"),
          .type = "scheduler.release.wave1",
          .actor = "release-manager-123",
          .cause = Cause(std::uint64_t{6}),
          .data = Json{{"tenants", {"pilot-1", "größe-2"}}, {"share_ppm", 200000}},
          .effects = Json::array({Json{{"key", "rel-2025-10-001/7/0"}, {"kind", "set_traffic"}}})};
}

Entry least_entry() {
  return {.index = 0,
          .time = {},
          .runbook_time = {},
          .release = {},
          .type = "stellwerk.started",
          .actor = "stellwerk",
          .cause = {},
          .data = Json::object(),
          .effects = Json::array()};
}

std::string bytes_of(const Entry& entry, std::uint64_t index) {
  return encode_entry(entry).value().with_index(index);
}

TEST(Entry, IsCanonicalJsonWithItsIndexSplicedIn) {
  EXPECT_EQ(bytes_of(full_entry(), 7),
            R"({"actor":"release-manager-123","cause":6,)"
            R"("data":{"share_ppm":200000,"tenants":["pilot-1","größe-2"]},)"
            R"("effects":[{"key":"rel-2025-10-001/7/0","kind":"set_traffic"}],"index":7,)"
            R"("release":"rel-2025-10-001","runbook_time":"T+15m",)"
            R"("time":"2025-10-15T20:15:00.250Z","type":"scheduler.release.wave1","v":1})");
  EXPECT_EQ(bytes_of(least_entry(), 0),
            R"({"actor":"stellwerk","data":{},"index":0,"time":"1970-01-01T00:00:00.000Z",)"
            R"("type":"stellwerk.started","v":1})");
}

TEST(Entry, IsDecodedToWhatWasEncoded) {
  Entry with_key = full_entry();
  with_key.cause = Cause(base::EffectKey("rel-2025-10-001/7/0"));
  for (Entry entry : {full_entry(), least_entry(), with_key}) {
    entry.index = 42;
    const auto again = decode_entry(bytes_of(entry, 42));
    ASSERT_TRUE(again) << again.error().one_line();
    EXPECT_EQ(*again, entry);
  }
}

TEST(Entry, IsNotEncodedWithFieldsNoEntryMayHave) {
  const auto id_after = [](auto change) {
    Entry entry = full_entry();
    change(entry);
    const auto encoded = encode_entry(entry);
    return encoded ? std::string("encoded") : encoded.error().id;
  };
  EXPECT_EQ(id_after([](Entry& e) { e.type = "Started"; }), "AUD-0003");
  EXPECT_EQ(id_after([](Entry& e) { e.type = ""; }), "AUD-0003");
  EXPECT_EQ(id_after([](Entry& e) { e.type = "a."; }), "AUD-0003");
  EXPECT_EQ(id_after([](Entry& e) { e.type = "a..b"; }), "AUD-0003");
  EXPECT_EQ(id_after([](Entry& e) { e.actor = ""; }), "AUD-0003");
  EXPECT_EQ(id_after([](Entry& e) { e.data = Json::array(); }), "AUD-0003");
  EXPECT_EQ(id_after([](Entry& e) { e.effects = Json::array({1}); }), "AUD-0003");
  EXPECT_EQ(id_after([](Entry& e) { e.cause = Cause(base::EffectKey()); }), "AUD-0003");
  EXPECT_EQ(id_after([](Entry& e) { e.data["x"] = nullptr; }), "BAS-0007");
  EXPECT_EQ(id_after([](Entry& e) { e.data["x"] = 0.5; }), "BAS-0007");
}

TEST(Entry, HasAtMost65535Bytes) {
  Entry entry = least_entry();
  entry.data["x"] = "";
  const std::size_t rest = bytes_of(entry, 9007199254740991).size();
  entry.data["x"] = std::string(kEntryBytesMax - rest, 'x');
  EXPECT_EQ(bytes_of(entry, 9007199254740991).size(), kEntryBytesMax);
  EXPECT_TRUE(decode_entry(bytes_of(entry, 9007199254740991)));
  entry.data["x"] = std::string(kEntryBytesMax - rest + 1, 'x');
  EXPECT_EQ(encode_entry(entry).error().id, "JRN-0004");
}

TEST(Entry, IsRefusedInAnyOtherSpelling) {
  const std::string good = bytes_of(full_entry(), 7);
  const auto changed = [&](std::string_view what, std::string_view with) {
    std::string text = good;
    return text.replace(text.find(what), what.size(), with);
  };
  for (const std::string& bytes :
       {std::string{},
        std::string("[]"),
        std::string("{}"),
        good + " ",
        changed("\"actor\":\"release-manager-123\",", ""),
        changed("\"index\":7,", ""),
        changed("\"index\":7", "\"index\":-7"),
        changed("\"index\":7", "\"index\":\"7\""),
        changed("\"cause\":6", "\"cause\":true"),
        changed("\"cause\":6", "\"cause\":\"\""),
        changed("T+15m", "T+15min"),
        changed("20:15:00.250Z", "20:15:00.25Z"),
        changed("20:15:00.250Z", "22:15:00.250+02:00"),
        changed("\"v\":1", "\"v\":0"),
        changed("\"v\":1", "\"v\":1.0"),
        changed("\"v\":1", "\"v\":1,\"w\":1"),
        changed(",\"v\":1", ""),
        changed("\"index\":7", "\"index\": 7"),
        changed("\"release\":\"rel-2025-10-001\"", "\"release\":\"\""),
        changed("scheduler.release.wave1", "Scheduler"),
        changed("[{\"key\":\"rel-2025-10-001/7/0\",\"kind\":\"set_traffic\"}]", "[]")}) {
    const auto entry = decode_entry(bytes);
    ASSERT_FALSE(entry) << bytes;
    EXPECT_EQ(entry.error().id, "AUD-0003") << bytes;
    EXPECT_EQ(entry.error().code, base::Code::Corruption);
  }
}

TEST(Entry, OfANewerVersionIsRefusedAsSuch) {
  std::string bytes = bytes_of(full_entry(), 7);
  bytes.replace(bytes.find("\"v\":1"), 5, "\"v\":2");
  EXPECT_EQ(decode_entry(bytes).error().id, "AUD-0004");
}

TEST(Upcasters, LiftOldEntriesOneVersionAtATime) {
  const std::vector<Upcaster> chain{[](Json document) -> base::Result<Json> {
                                      document["data"]["lifted"] = "to 2";
                                      return document;
                                    },
                                    [](Json document) -> base::Result<Json> {
                                      document["data"]["lifted"] =
                                          document["data"]["lifted"].get<std::string>() + " to 3";
                                      return document;
                                    }};
  const auto entry = decode_entry_with(bytes_of(full_entry(), 7), chain);
  ASSERT_TRUE(entry) << entry.error().one_line();
  EXPECT_EQ(entry->data.at("lifted"), "to 2 to 3");
  EXPECT_EQ(entry->index, 7U);
}

// Old entries stay readable for ever: one kept journal of each version of the format.
TEST(KeptJournal, OfVersion1IsStillReadable) {
  std::ifstream file(STELLWERK_TEST_DATA "/journal/v1.ndjson");
  ASSERT_TRUE(file);
  std::uint64_t index = 0;
  for (std::string line; std::getline(file, line); ++index) {
    const auto entry = decode_entry(line);
    ASSERT_TRUE(entry) << entry.error().one_line();
    EXPECT_EQ(entry->index, index);
  }
  EXPECT_EQ(index, 6U);
}

}  // namespace
}  // namespace stellwerk::audit
