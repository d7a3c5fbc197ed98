#include "cli/event_table.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace stellwerk::cli {
namespace {

constexpr std::string_view kFormulaBegins = "=+-@\t\r";

using TableColumn = std::pair<const char*, std::string>;

std::string cause_of(const audit::Entry& entry) {
  if (!entry.cause) return {};
  if (const auto* index = std::get_if<std::uint64_t>(&*entry.cause)) return std::to_string(*index);
  return std::get<base::EffectKey>(*entry.cause).str();
}

/// The entry was decoded from canonical bytes, so its parts can be written so.
std::string canonical_text(const base::Json& value) { return base::canonical(value).value_or(""); }

std::vector<TableColumn> columns_of(const EventRow& row) {
  const audit::Entry& entry = row.entry;
  return {{"index", std::to_string(entry.index)},
          {"time", base::rfc3339(entry.time)},
          {"runbook_time", entry.runbook_time ? base::offset_text(*entry.runbook_time) : ""},
          {"release", entry.release.str()},
          {"type", entry.type},
          {"actor", entry.actor},
          {"cause", cause_of(entry)},
          {"text_de", row.text_de},
          {"text_en", row.text_en},
          {"data", canonical_text(entry.data)},
          {"effects", entry.effects.empty() ? "" : canonical_text(entry.effects)},
          {"leaf", row.leaf.hex()}};
}

std::string comma_line(const std::vector<std::string>& values) {
  return fmt::format("{}\r\n", fmt::join(values, ","));
}

}  // namespace

std::string csv_value(std::string_view text) {
  std::string value;
  const bool is_formula = !text.empty() && kFormulaBegins.find(text.front()) != std::string::npos;
  if (is_formula) value += '\'';
  value += text;
  if (value.find_first_of("\",\r\n") == std::string::npos) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_header() {
  std::vector<std::string> names;
  for (const TableColumn& each : columns_of(EventRow{})) names.emplace_back(each.first);
  return comma_line(names);
}

std::string csv_line(const EventRow& row) {
  std::vector<std::string> values;
  for (const TableColumn& each : columns_of(row)) values.push_back(csv_value(each.second));
  return comma_line(values);
}

std::string ndjson_line(const EventRow& row) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const TableColumn& each : columns_of(row)) json[each.first] = each.second;
  json["index"] = row.entry.index;
  json["data"] = row.entry.data;
  json["effects"] = row.entry.effects;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace stellwerk::cli
