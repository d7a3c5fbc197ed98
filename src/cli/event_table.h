// event_table.h — a release's entries as a table: CSV for spreadsheets and auditors, NDJSON for
// programs.
//
// Role: `audit export` (GoBD, Z3). Start here: EventRow, csv_line(). Thread-safety: pure functions.
// Invariants: both forms have the same columns; no value of the CSV is run as a formula.
// Spec: RFC 4180; src/cli/export/fields.md
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "audit/entry.h"
#include "base/digest.h"

namespace stellwerk::cli {

struct EventRow {
  audit::Entry entry;
  base::Digest leaf;
  std::string text_de;
  std::string text_en;
};

/// `index,time,…` with CRLF.
std::string csv_header();
std::string csv_line(const EventRow& row);
/// One JSON object and a newline.
std::string ndjson_line(const EventRow& row);
/// A value as RFC 4180 has it, with an apostrophe before what a spreadsheet would run.
std::string csv_value(std::string_view text);

}  // namespace stellwerk::cli
