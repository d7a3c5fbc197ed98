#include "audit/erp_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace stellwerk::audit {
namespace {

using Kind = ErpFindingKind;

/// Collects findings up to the bound.
class Findings {
 public:
  explicit Findings(ErpChainReport& report) : report_(report) {}

  void add(ErpFinding finding) {
    report_.sound = report_.sound && is_harmless(finding.kind);
    if (report_.findings.size() < kErpFindingsMax)
      report_.findings.push_back(std::move(finding));
    else
      ++report_.not_listed;
  }

 private:
  ErpChainReport& report_;
};

/// The chain by itself: each row's hash, and what each follows.
class ChainCheck {
 public:
  ChainCheck(std::span<const ErpRow> rows, bool from_beginning, ErpChainReport& report)
      : rows_(rows), from_beginning_(from_beginning), report_(report), findings_(report) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      first_with_.emplace(rows[i].hash, i);
      ++followers_[rows[i].prev_hash];
    }
  }

  void run() {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      check_hash(i);
      check_link(i);
    }
  }

 private:
  void check_hash(std::size_t at) {
    const ErpRow& row = rows_[at];
    const bool as_read = erp_hash(row, NullFields::Written) == row.hash;
    if (as_read) return;
    if (!report_.upstream_stops_at) report_.upstream_stops_at = at;
    report_.upstream_valid = false;
    const std::string nulls = null_fields_of(row);
    if (!nulls.empty() && erp_hash(row, NullFields::LeftOut) == row.hash)
      return found(at, Kind::HashedWithoutField,
                   fmt::format("it came without {}, which audit-domain leaves out of the hash and "
                               "then checks as null: its own check stops here",
                               nulls));
    found(at, Kind::AlteredRow, "what it says now is not what its hash was made of");
  }

  void check_link(std::size_t at) {
    const ErpRow& row = rows_[at];
    if (const auto first = first_with_.at(row.hash); first < at)
      return found(at, Kind::Copied, fmt::format("row {} has the same hash", first));
    if (at == 0) return check_beginning();
    if (row.prev_hash == rows_[at - 1].hash) return;
    const auto target = first_with_.find(row.prev_hash);
    if (target == first_with_.end()) return check_unknown_link(at);
    if (target->second < at && followers_.at(row.prev_hash) > 1)
      return found(at, Kind::Forked,
                   fmt::format("row {} is followed by another row too: two writers at once, or one "
                               "was put in",
                               target->second));
    found(at, Kind::OutOfOrder,
          fmt::format("it follows row {}, not the one before it", target->second));
  }

  void check_beginning() {
    if (!from_beginning_ || rows_[0].prev_hash.empty()) return;
    if (first_with_.contains(rows_[0].prev_hash))
      return found(0, Kind::OutOfOrder,
                   fmt::format("it follows row {}, yet it is the oldest",
                               first_with_.at(rows_[0].prev_hash)));
    found(0, Kind::BeginningMissing, "the row that it follows is not there, nor any before it");
  }

  /// An empty link is the one of a chain's first row.
  void check_unknown_link(std::size_t at) {
    if (!rows_[at].prev_hash.empty())
      return found(
          at, Kind::PredecessorMissing,
          fmt::format("between row {} and it rows were deleted, or row {} was written anew "
                      "with another hash",
                      at - 1, at - 1));
    if (followers_.at("") > 1)
      return found(at, Kind::Forked, "a chain begins here although one has begun before");
    found(at, Kind::OutOfOrder, "it is the chain's first row, yet others stand before it");
  }

  void found(std::size_t at, Kind kind, std::string meaning) {
    findings_.add({.kind = kind,
                   .position = at,
                   .row_id = base::printable(rows_[at].id, 80),
                   .index = {},
                   .meaning = std::move(meaning)});
  }

  std::span<const ErpRow> rows_;
  bool from_beginning_;
  ErpChainReport& report_;
  Findings findings_;
  std::unordered_map<std::string_view, std::size_t> first_with_;
  std::unordered_map<std::string_view, std::size_t> followers_;
};

/// Our rows against the journal's entries.
class MirrorCheck {
 public:
  MirrorCheck(std::span<const ErpRow> rows, const ErpExpectation& expected, ErpChainReport& report)
      : rows_(rows), expected_(expected), report_(report), findings_(report) {
    if (!expected.journal) return;
    for (const ExpectedEntry& each : *expected.journal) journal_.emplace(each.index, each.digest);
  }

  void run() {
    if (expected_.user_agent.empty()) return;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (const auto mark = mirror_mark(rows_[i], expected_.user_agent)) check_row(i, *mark);
    if (expected_.journal) check_missing();
  }

 private:
  void check_row(std::size_t at, const MirrorMark& mark) {
    ++report_.ours;
    if (!mark.carries_that_entry)
      found(at, mark.index, Kind::EntryAltered, "the entry in it is not the one of its digest");
    if (!expected_.journal) return;
    const auto entry = journal_.find(mark.index);
    if (entry == journal_.end())
      return found(at, mark.index, Kind::EntryNotInJournal,
                   fmt::format("the journal has no public entry {}", mark.index));
    if (entry->second != mark.digest)
      found(at, mark.index, Kind::EntryAltered,
            fmt::format("entry {} of the journal has another digest", mark.index));
    if (!seen_.emplace(mark.index, mark.name).second)
      return found(at, mark.index, Kind::MirroredTwice,
                   fmt::format("{} of entry {} has a row already", base::printable(mark.name, 80),
                               mark.index));
    if (last_ && mark.index < *last_)
      found(at, mark.index, Kind::EntryOutOfOrder,
            fmt::format("entry {} stands behind entry {}", mark.index, *last_));
    last_ = std::max(last_.value_or(0), mark.index);
  }

  /// Gaps one entry a finding, the end as a whole.
  void check_missing() {
    std::size_t missing_at_end = 0;
    std::uint64_t first_at_end = 0;
    for (const auto& [index, digest] : journal_) {
      const auto row = seen_.lower_bound({index, {}});
      if (row != seen_.end() && row->first == index) continue;
      const bool at_end = row == seen_.end();
      if (at_end && missing_at_end++ == 0) first_at_end = index;
      if (!at_end)
        findings_.add(
            {.kind = Kind::EntryMissing,
             .position = {},
             .row_id = {},
             .index = index,
             .meaning = fmt::format("entry {} has no row, but entry {} has", index, row->first)});
    }
    if (missing_at_end > 0)
      findings_.add(
          {.kind = Kind::EndMissing,
           .position = {},
           .row_id = {},
           .index = first_at_end,
           .meaning = fmt::format("the last {} of the journal's entries, from {} on, have "
                                  "no row: deleted, or not delivered yet",
                                  missing_at_end, first_at_end)});
  }

  void found(std::size_t at, std::uint64_t index, Kind kind, std::string meaning) {
    findings_.add({.kind = kind,
                   .position = at,
                   .row_id = base::printable(rows_[at].id, 80),
                   .index = index,
                   .meaning = std::move(meaning)});
  }

  std::span<const ErpRow> rows_;
  const ErpExpectation& expected_;
  ErpChainReport& report_;
  Findings findings_;
  std::map<std::uint64_t, base::Digest> journal_;
  std::set<std::pair<std::uint64_t, std::string>> seen_;
  std::optional<std::uint64_t> last_;
};

}  // namespace

std::string_view to_string(ErpFindingKind kind) {
  switch (kind) {
    case Kind::AlteredRow:
      return "altered_row";
    case Kind::HashedWithoutField:
      return "hashed_without_field";
    case Kind::BeginningMissing:
      return "beginning_missing";
    case Kind::PredecessorMissing:
      return "predecessor_missing";
    case Kind::Forked:
      return "forked";
    case Kind::Copied:
      return "copied";
    case Kind::OutOfOrder:
      return "out_of_order";
    case Kind::EntryMissing:
      return "entry_missing";
    case Kind::EndMissing:
      return "end_missing";
    case Kind::EntryAltered:
      return "entry_altered";
    case Kind::EntryNotInJournal:
      return "entry_not_in_journal";
    case Kind::EntryOutOfOrder:
      return "entry_out_of_order";
    case Kind::MirroredTwice:
      return "mirrored_twice";
  }
  return "";
}

bool is_harmless(ErpFindingKind kind) {
  return kind == Kind::HashedWithoutField || kind == Kind::MirroredTwice;
}

ErpChainReport check_erp_chain(std::span<const ErpRow> rows, const ErpExpectation& expected) {
  ErpChainReport report;
  report.rows = rows.size();
  ChainCheck(rows, expected.from_beginning, report).run();
  MirrorCheck(rows, expected, report).run();
  return report;
}

}  // namespace stellwerk::audit
