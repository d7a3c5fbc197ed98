// Goal: rows of audit-domain are read as they are, and hashed as audit-domain hashes them
// (docs/audit-domain.md; vectors: tests/data/erp).
#include "audit/erp_row.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "audit/erp_mirror.h"
#include "audit/merkle.h"

namespace stellwerk::audit {
namespace {

std::string erp_answer() {
  std::ifstream file(std::string(STELLWERK_TEST_DATA) + "/erp/rows.json");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<ErpRow> vector_rows() {
  auto rows = parse_erp_rows(erp_answer());
  EXPECT_TRUE(rows) << rows.error().one_line();
  return in_chain_order(std::move(rows).value_or(std::vector<ErpRow>{}));
}

TEST(ErpRow, HashesAsTheServiceDoes) {
  const auto rows = vector_rows();
  ASSERT_EQ(rows.size(), 6U);
  for (const ErpRow& row : rows) EXPECT_EQ(erp_hash(row, NullFields::LeftOut), row.hash) << row.id;
}

// The service's own check writes the nulls, and so fails on rows that have one.
TEST(ErpRow, HashesNullsOnlyAsItsCheckDoes) {
  const auto rows = vector_rows();
  ASSERT_EQ(rows.size(), 6U);
  for (const std::size_t whole : {0U, 1U, 2U, 5U})
    EXPECT_EQ(erp_hash(rows[whole], NullFields::Written), rows[whole].hash);
  for (const std::size_t lacking : {3U, 4U})
    EXPECT_NE(erp_hash(rows[lacking], NullFields::Written), rows[lacking].hash);
  EXPECT_EQ(null_fields_of(rows[3]), "ip and userAgent");
  EXPECT_EQ(null_fields_of(rows[4]), "payload");
  EXPECT_EQ(null_fields_of(rows[0]), "");
}

TEST(ErpRow, PutsRowsOfOneTimeIntoTheOrderOfTheirLinks) {
  auto rows = vector_rows();
  const auto is_chain = [&] {
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i].prev_hash != (i == 0 ? "" : rows[i - 1].hash)) return false;
    return rows.size() == 6;
  };
  std::vector<std::size_t> order{0, 1, 2, 3, 4, 5};
  do {
    const auto before = rows;
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = before[order[i]];
    rows = in_chain_order(std::move(rows));
    ASSERT_TRUE(is_chain());
  } while (std::next_permutation(order.begin(), order.end()));
}

// Forks and copies within one time must not be lost or repeated.
TEST(ErpRow, KeepsEveryRowWhenItPutsThemInOrder) {
  auto rows = vector_rows();
  for (ErpRow& row : rows) row.timestamp = rows.front().timestamp;
  rows[2].prev_hash = rows[1].prev_hash;  // a fork
  rows.push_back(rows[1]);                // a copy
  rows.push_back(rows[3]);
  rows.back().prev_hash = rows.back().hash;  // follows itself
  auto ordered = in_chain_order(rows);
  const auto ids = [](const std::vector<ErpRow>& of) {
    std::vector<std::string> all;
    for (const ErpRow& row : of) all.push_back(row.id + row.prev_hash);
    std::sort(all.begin(), all.end());
    return all;
  };
  EXPECT_EQ(ids(ordered), ids(rows));
  EXPECT_TRUE(in_chain_order({}).empty());
}

TEST(ErpRow, ReadsWhatIsWholeOfACutAnswer) {
  const auto answer = erp_answer();
  const auto whole = parse_erp_rows(answer).value();
  std::size_t before = 0;
  for (std::size_t size = 0; size <= answer.size(); ++size) {
    const auto rows = parse_erp_rows(close_cut_answer(std::string_view(answer).substr(0, size)));
    ASSERT_TRUE(rows) << size << rows.error().one_line();
    ASSERT_GE(rows->size(), before);
    before = rows->size();
    for (std::size_t i = 0; i < rows->size(); ++i) ASSERT_EQ((*rows)[i].hash, whole[i].hash);
  }
  EXPECT_EQ(before, 6U);
}

TEST(ErpRow, RefusesWhatIsNoAnswer) {
  const auto refused = [](std::string_view text) {
    const auto rows = parse_erp_rows(text);
    return rows ? "" : rows.error().id + ": " + rows.error().why;
  };
  EXPECT_TRUE(refused("<html>").starts_with("ERP-0001: BAS-0006"));
  EXPECT_EQ(refused("[]"), "ERP-0001: it has no list of events");
  EXPECT_EQ(refused(R"({"events":{}})"), "ERP-0001: it has no list of events");
  EXPECT_EQ(refused(R"({"events":[7]})"), "ERP-0001: event 1 of it: id is no text");
  auto answer = erp_answer();
  answer.replace(answer.find("2025-10-15T"), 11, "15.10.2025 ");
  EXPECT_EQ(refused(answer),
            "ERP-0001: event 1 of it: timestamp is no time: \"15.10.2025 20:00:02.002Z\"");
  EXPECT_TRUE(refused(std::string(201, '[') + std::string(201, ']')).starts_with("ERP-0001"));
  std::string many = R"({"events":[0)";
  for (std::size_t i = 0; i < kErpPageRows; ++i) many += ",0";
  EXPECT_EQ(refused(many + "]}"), "ERP-0001: it has 1001 events, at most 1000 are read");
}

// What only a hand can have written is judged by its hash, not refused with all other rows.
TEST(ErpRow, ReadsWhatNoEventIs) {
  auto answer = erp_answer();
  answer.replace(answer.find(R"("payload": {})"), 13, R"("payload": "x")");
  const auto rows = parse_erp_rows(answer);
  ASSERT_TRUE(rows) << rows.error().one_line();
  EXPECT_NE(erp_hash(rows->front(), NullFields::LeftOut), rows->front().hash);
}

constexpr std::string_view kEntry = R"({"actor":"jane","data":{"x":"ä"},"v":1})";
const MirroredEvent kEvent{.index = 17,
                           .name = "scheduler.release.wave1",
                           .release = "rel-1",
                           .time = "2025-10-15T20:00:00.000Z",
                           .runbook_time = "T+0",
                           .entry = std::string(kEntry)};

TEST(ErpMirror, SendsEveryFieldThatIsHashed) {
  EXPECT_EQ(mirror_body(kEvent, {"demo", "127.0.0.1"}),
            R"({"actor":{"userId":"jane","system":"stellwerk"},"action":"EVENT",)"
            R"("target":{"type":"Release","id":"rel-1"},)"
            R"("payload":{"time":"2025-10-15T20:00:00.000Z",)"
            R"("entry":"{\"actor\":\"jane\",\"data\":{\"x\":\"ä\"},\"v\":1}","index":17,)"
            R"("digest":")" +
                leaf_hash(kEntry).to_string() +
                R"(","release":"rel-1","eventType":"scheduler.release.wave1",)"
                R"("runbookTime":"T+0","installation":"demo"},)"
                R"("ip":"127.0.0.1","userAgent":"stellwerk/demo"})");
}

TEST(ErpMirror, NamesTheInstallationWhereThereIsNoRelease) {
  auto event = kEvent;
  event.release.clear();
  event.entry = "{";
  const auto body = parse_js(mirror_body(event, {"demo", "::1"})).value();
  EXPECT_EQ(stringify(*body.find("target")), R"({"type":"Installation","id":"demo"})");
  EXPECT_EQ(stringify(*body.find("actor")), R"({"system":"stellwerk"})");
}

TEST(ErpMirror, KnowsItsOwnRows) {
  auto row = vector_rows().at(0);
  EXPECT_FALSE(mirror_mark(row, "stellwerk/demo")) << "it has no index";
  row.payload = *parse_js(mirror_body(kEvent, {"demo", ""})).value().find("payload");
  const auto mark = mirror_mark(row, "stellwerk/demo");
  ASSERT_TRUE(mark);
  EXPECT_EQ(*mark, (MirrorMark{17, kEvent.name, leaf_hash(kEntry), true}));
  EXPECT_FALSE(mirror_mark(row, "stellwerk/other"));

  auto payload = stringify(row.payload);
  payload.replace(payload.find("jane"), 4, "john");
  row.payload = parse_js(payload).value();
  EXPECT_FALSE(mirror_mark(row, "stellwerk/demo")->carries_that_entry);
  row.payload = JsValue{};
  EXPECT_FALSE(mirror_mark(row, "stellwerk/demo"));
}

}  // namespace
}  // namespace stellwerk::audit
