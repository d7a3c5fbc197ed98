#include "cli/event_table.h"

#include <gtest/gtest.h>

namespace stellwerk::cli {
namespace {

// Goal: RFC 4180 quoting, and nothing that a spreadsheet would run as a formula.
TEST(EventTable, QuotesAndDisarmsValues) {
  EXPECT_EQ(csv_value("plain"), "plain");
  EXPECT_EQ(csv_value(""), "");
  EXPECT_EQ(csv_value("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_value("say \"no\""), "\"say \"\"no\"\"\"");
  EXPECT_EQ(csv_value("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_value("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
  EXPECT_EQ(csv_value("+ pilot-1"), "'+ pilot-1");
  EXPECT_EQ(csv_value("-1"), "'-1");
  EXPECT_EQ(csv_value("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_value("\t=1"), "'\t=1");
  EXPECT_EQ(csv_value("a=1"), "a=1");
}

// Goal: both forms have the same columns in the same order.
TEST(EventTable, HasTheSameColumnsInBothForms) {
  EventRow row;
  row.entry.index = 3;
  row.entry.type = "audit.step.passed";
  row.entry.actor = "anna";
  row.entry.cause = std::uint64_t{2};
  row.entry.data = {{"step", "a/b"}};
  row.text_en = "a/b: done";
  EXPECT_EQ(
      csv_header(),
      "index,time,runbook_time,release,type,actor,cause,text_de,text_en,data,effects,leaf\r\n");
  EXPECT_EQ(
      csv_line(row),
      "3,1970-01-01T00:00:00.000Z,,,audit.step.passed,anna,2,,a/b: done,\"{\"\"step\"\":\"\"a/"
      "b\"\"}\",," +
          std::string(64, '0') + "\r\n");
  const auto json = nlohmann::ordered_json::parse(ndjson_line(row));
  std::string names;
  for (const auto& [key, value] : json.items()) names += (names.empty() ? "" : ",") + key;
  EXPECT_EQ(names + "\r\n", csv_header());
  EXPECT_EQ(json["data"]["step"], "a/b");
}

}  // namespace
}  // namespace stellwerk::cli
