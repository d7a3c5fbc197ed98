// Rows of the ERP's audit-domain: answers of another program's HTTP interface, whole or cut, and
// the judgement of the chain in them.
#include <algorithm>
#include <array>
#include <span>

#include "audit/erp_chain.h"
#include "audit/merkle.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

bool may_have_half_a_pair(std::string_view bytes) {
  return bytes.find("\\ud") != std::string_view::npos ||
         bytes.find("\\uD") != std::string_view::npos;
}

/// What JavaScript writes, it reads as the same; and it reads all that we do, and halves of pairs.
void check_text(std::string_view bytes) {
  const auto value = audit::parse_js(bytes);
  const bool ours = base::parse_json(bytes).has_value();
  FUZZ_REQUIRE(value.has_value() == ours || (value && may_have_half_a_pair(bytes)));
  if (!value) return;
  const auto text = audit::stringify(*value);
  const auto again = audit::parse_js(text);
  FUZZ_REQUIRE(again.has_value() && audit::stringify(*again) == text);
}

std::vector<std::string> sorted_hashes(std::span<const audit::ErpRow> rows) {
  std::vector<std::string> all;
  for (const auto& row : rows) all.push_back(row.id + row.prev_hash + row.hash);
  std::sort(all.begin(), all.end());
  return all;
}

bool is_linked(std::span<const audit::ErpRow> rows) {
  std::string last;
  for (const auto& row : rows) {
    if (row.prev_hash != last) return false;
    last = row.hash;
  }
  return true;
}

bool hashes_hold(std::span<const audit::ErpRow> rows) {
  return std::all_of(rows.begin(), rows.end(), [](const audit::ErpRow& row) {
    return erp_hash(row, audit::NullFields::Written) == row.hash ||
           erp_hash(row, audit::NullFields::LeftOut) == row.hash;
  });
}

void check_rows(const std::vector<audit::ErpRow>& rows) {
  FUZZ_REQUIRE(rows.size() <= audit::kErpPageRows);
  const auto chain = audit::in_chain_order(rows);
  FUZZ_REQUIRE(sorted_hashes(chain) == sorted_hashes(rows));

  const std::array journal{audit::ExpectedEntry{1, audit::leaf_hash("{}")}};
  const auto report =
      audit::check_erp_chain(chain, {.user_agent = "stellwerk/demo", .journal = journal});
  FUZZ_REQUIRE(report.rows == chain.size());
  FUZZ_REQUIRE(report.findings.size() <= audit::kErpFindingsMax);
  for (const auto& finding : report.findings) {
    FUZZ_REQUIRE(!finding.position || *finding.position < chain.size());
    FUZZ_REQUIRE(base::printable(finding.meaning) == finding.meaning);
    FUZZ_REQUIRE(base::printable(finding.row_id, 90) == finding.row_id);
  }
  // Sound is no less than this, whatever the rows say.
  if (report.sound) FUZZ_REQUIRE(is_linked(chain) && hashes_hold(chain));
}

}  // namespace

void take(std::string_view bytes) {
  check_text(bytes);
  const auto rows = audit::parse_erp_rows(bytes);
  if (rows) check_rows(*rows);
  if (!rows) FUZZ_REQUIRE(rows.error().id == "ERP-0001");
  const auto whole = audit::parse_erp_rows(audit::close_cut_answer(bytes));
  if (whole) check_rows(*whole);
}

}  // namespace stellwerk::fuzz
