// Goal: what was done to a chain of audit-domain is named with its place; what happens without
// anybody's doing is not taken for it (docs/audit-domain.md).
#include "audit/erp_chain.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>

#include "audit/merkle.h"

namespace stellwerk::audit {
namespace {

const MirrorSource kSource{"demo", "127.0.0.1"};

std::string entry_of(std::uint64_t index) { return fmt::format(R"({{"entry":{}}})", index); }

/// A chain as the service makes it: every row links to the one before.
class Chain {
 public:
  void add(const std::string& body) {
    const auto event = parse_js(body).value();
    const auto member = [&](std::string_view name) {
      const JsValue* value = event.find(name);
      return value == nullptr ? JsValue{} : *value;
    };
    const auto number = rows.size();
    const auto time = fmt::format("2025-10-15T20:00:{:02}.{:03}Z", number / 1000, number % 1000);
    ErpRow row{.id = fmt::format("row-{}", number),
               .tenant = "demo-tenant",
               .timestamp = time,
               .created_at = time,
               .action = "EVENT",
               .actor = member("actor"),
               .target = member("target"),
               .payload = member("payload"),
               .ip = member("ip"),
               .user_agent = member("userAgent"),
               .prev_hash = rows.empty() ? "" : rows.back().hash,
               .hash = {}};
    row.hash = erp_hash(row, NullFields::LeftOut);
    rows.push_back(std::move(row));
  }
  void mirror(std::uint64_t index) {
    add(mirror_body({.index = index,
                     .name = "scheduler.release.wave1",
                     .release = "rel-1",
                     .time = "2025-10-15T20:00:00.000Z",
                     .runbook_time = "T+0",
                     .entry = entry_of(index)},
                    kSource));
    journal.push_back({index, leaf_hash(entry_of(index))});
  }
  /// Makes the row's hash fit what it says now, and those of all rows after it.
  void hash_anew_from(std::size_t at) {
    for (std::size_t i = at; i < rows.size(); ++i) {
      rows[i].prev_hash = i == 0 ? "" : rows[i - 1].hash;
      rows[i].hash = erp_hash(rows[i], NullFields::LeftOut);
    }
  }
  void drop(std::size_t at) { rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(at)); }
  [[nodiscard]] ErpChainReport check() const {
    return check_erp_chain(rows, {.user_agent = kSource.user_agent(), .journal = journal});
  }

  std::vector<ErpRow> rows;
  std::vector<ExpectedEntry> journal;
};

/// Rows 0 to 5: entries 10, 20 … 60.
Chain six_entries() {
  Chain chain;
  for (std::uint64_t index = 10; index <= 60; index += 10) chain.mirror(index);
  return chain;
}

/// `kind row/entry` of each finding.
std::vector<std::string> said(const ErpChainReport& report) {
  std::vector<std::string> all;
  for (const ErpFinding& each : report.findings)
    all.push_back(fmt::format("{} {}/{}", to_string(each.kind),
                              each.position ? std::to_string(*each.position) : "-",
                              each.index ? std::to_string(*each.index) : "-"));
  return all;
}
using Said = std::vector<std::string>;

TEST(ErpChain, FindsNothingInAChainThatIsWhole) {
  const auto report = six_entries().check();
  EXPECT_EQ(said(report), Said{});
  EXPECT_TRUE(report.sound);
  EXPECT_TRUE(report.upstream_valid);
  EXPECT_EQ(report.rows, 6U);
  EXPECT_EQ(report.ours, 6U);
  EXPECT_TRUE(check_erp_chain({}, {}).sound);
}

// The service's own check stops at the first event that came without ip, userAgent or payload.
TEST(ErpChain, DoesNotTakeTheServicesOwnMistakeForTampering) {
  auto chain = six_entries();
  chain.add(R"({"actor":{"system":"sales"},"target":{"type":"a","id":"b"},"payload":{}})");
  chain.mirror(70);
  const auto report = chain.check();
  EXPECT_EQ(said(report), Said{"hashed_without_field 6/-"});
  EXPECT_TRUE(report.sound);
  EXPECT_FALSE(report.upstream_valid);
  EXPECT_EQ(report.upstream_stops_at, 6U);
  EXPECT_NE(report.findings[0].meaning.find("ip and userAgent"), std::string::npos);
}

TEST(ErpChain, FindsAFieldThatWasRemoved) {
  auto chain = six_entries();
  chain.rows[2].ip = JsValue{};
  EXPECT_EQ(said(chain.check()), Said{"altered_row 2/-"});
}

TEST(ErpChain, FindsADeletedRowThatTheServiceMisses) {
  auto chain = six_entries();
  chain.drop(3);
  const auto report = chain.check();
  EXPECT_EQ(said(report), (Said{"predecessor_missing 3/-", "entry_missing -/40"}));
  EXPECT_FALSE(report.sound);
  EXPECT_TRUE(report.upstream_valid);
  EXPECT_EQ(report.findings[0].row_id, "row-4");
}

TEST(ErpChain, FindsThatTheBeginningIsMissing) {
  auto chain = six_entries();
  chain.drop(0);
  EXPECT_EQ(said(chain.check()), (Said{"beginning_missing 0/-", "entry_missing -/10"}));
  const auto part =
      check_erp_chain(chain.rows, {.user_agent = {}, .journal = {}, .from_beginning = false});
  EXPECT_EQ(said(part), Said{});
}

// Only the journal knows where the end is.
TEST(ErpChain, FindsThatTheEndIsMissing) {
  auto chain = six_entries();
  chain.drop(5);
  chain.drop(4);
  const auto report = chain.check();
  EXPECT_EQ(said(report), Said{"end_missing -/50"});
  EXPECT_FALSE(report.sound);
  chain.rows.clear();
  EXPECT_EQ(said(chain.check()), Said{"end_missing -/10"});
}

TEST(ErpChain, FindsAnAlteredRow) {
  auto chain = six_entries();
  chain.rows[2].actor = parse_js(R"({"system":"somebody"})").value();
  const auto report = chain.check();
  EXPECT_EQ(said(report), Said{"altered_row 2/-"});
  EXPECT_FALSE(report.upstream_valid);
}

// Who alters a row and makes its hash anew breaks the link of the next one.
TEST(ErpChain, FindsARowThatWasWrittenAnew) {
  auto chain = six_entries();
  chain.rows[2].actor = parse_js(R"({"system":"somebody"})").value();
  chain.rows[2].hash = erp_hash(chain.rows[2], NullFields::LeftOut);
  const auto report = chain.check();
  EXPECT_EQ(said(report), Said{"predecessor_missing 3/-"});
  EXPECT_TRUE(report.upstream_valid);
}

// A whole chain made anew is sound by itself; the journal still knows better.
TEST(ErpChain, FindsEntriesThatWereAlteredInAChainMadeAnew) {
  auto chain = six_entries();
  auto payload = stringify(chain.rows[2].payload);
  payload.replace(payload.find(R"(\"entry\":30)"), 12, R"(\"entry\":31)");
  chain.rows[2].payload = parse_js(payload).value();
  chain.hash_anew_from(2);
  EXPECT_EQ(said(chain.check()), Said{"entry_altered 2/30"});

  auto forged = six_entries();
  forged.rows[2].payload =
      *parse_js(mirror_body({30, "scheduler.release.wave1", "rel-1", "", "", "{}"}, kSource))
           .value()
           .find("payload");
  forged.hash_anew_from(2);
  EXPECT_EQ(said(forged.check()), Said{"entry_altered 2/30"});
}

TEST(ErpChain, FindsRowsThatWereExchanged) {
  auto chain = six_entries();
  std::swap(chain.rows[2], chain.rows[3]);
  const auto report = chain.check();
  EXPECT_EQ(said(report), (Said{"out_of_order 2/-", "out_of_order 3/-", "out_of_order 4/-",
                                "entry_out_of_order 3/30"}));
  EXPECT_TRUE(report.upstream_valid);
  std::swap(chain.rows[2], chain.rows[3]);
  std::swap(chain.rows[0], chain.rows[1]);
  EXPECT_EQ(said(chain.check()), (Said{"out_of_order 0/-", "out_of_order 1/-", "out_of_order 2/-",
                                       "entry_out_of_order 1/10"}));
}

// Two writers that read the same last row, or a row put in beside another.
TEST(ErpChain, FindsForks) {
  auto chain = six_entries();
  chain.rows[3].prev_hash = chain.rows[1].hash;
  chain.rows[3].hash = erp_hash(chain.rows[3], NullFields::LeftOut);
  chain.hash_anew_from(4);
  EXPECT_EQ(said(chain.check()), Said{"forked 3/-"});
  chain = six_entries();
  chain.rows[5].prev_hash.clear();
  chain.rows[5].hash = erp_hash(chain.rows[5], NullFields::LeftOut);
  EXPECT_EQ(said(chain.check()), Said{"forked 5/-"});
}

TEST(ErpChain, FindsRowsThatTheJournalKnowsNothingOf) {
  auto chain = six_entries();
  chain.mirror(65);
  chain.journal.pop_back();
  EXPECT_EQ(said(chain.check()), Said{"entry_not_in_journal 6/65"});
}

// At least once: a repetition is named, and does no harm.
TEST(ErpChain, TellsRepetitionsFromCopies) {
  auto chain = six_entries();
  chain.mirror(60);
  chain.journal.pop_back();
  EXPECT_EQ(said(chain.check()), Said{"mirrored_twice 6/60"});
  EXPECT_TRUE(chain.check().sound);

  chain = six_entries();
  chain.rows.push_back(chain.rows[5]);
  EXPECT_EQ(said(chain.check()), (Said{"copied 6/-", "mirrored_twice 6/60"}));
  EXPECT_FALSE(chain.check().sound);
}

TEST(ErpChain, ListsABoundedNumberOfFindings) {
  Chain chain;
  for (std::uint64_t index = 0; index < 1500; ++index) chain.mirror(index);
  for (ErpRow& row : chain.rows) row.action = "DELETE";
  const auto report = chain.check();
  EXPECT_EQ(report.findings.size(), kErpFindingsMax);
  EXPECT_EQ(report.not_listed, 500U);
  EXPECT_FALSE(report.sound);
}

// What rows say is not let onto a terminal.
TEST(ErpChain, ShowsNothingThatSteersATerminal) {
  auto chain = six_entries();
  chain.rows[1].id = "\x1b[2J";
  chain.rows[1].action = "X";
  EXPECT_EQ(chain.check().findings.at(0).row_id, R"(\x1b[2J)");
}

}  // namespace
}  // namespace stellwerk::audit
