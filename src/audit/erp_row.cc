#include "audit/erp_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "base/digest.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

/// Of an answer; more than events have, although anybody may send one.
constexpr std::size_t kDepthMax = 200;

base::Failure not_rows(std::string why) {
  return base::fail(base::error(base::Code::InvalidArgument, "ERP-0001",
                                "an answer of audit-domain cannot be read")
                        .because(std::move(why))
                        .now("none of its rows is used"));
}

/// `2025-10-15T20:00:00.000Z`, as JavaScript writes times of the years 0 to 9999.
bool is_js_time(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd.dddZ";
  return std::equal(text.begin(), text.end(), kForm.begin(), kForm.end(),
                    [](char c, char form) { return form == 'd' ? base::is_digit(c) : c == form; });
}

/// Reads the members of one row; the first problem stays.
class RowReader {
 public:
  explicit RowReader(const JsValue& row) : row_(row) {}

  std::string text(std::string_view name) {
    const JsValue* value = row_.find(name);
    if (value != nullptr && value->kind == JsValue::Kind::String) return value->text;
    note(fmt::format("{} is no text", name));
    return {};
  }
  std::string time(std::string_view name) {
    auto value = text(name);
    if (!is_js_time(value)) note(fmt::format("{} is no time: {}", name, base::in_quotes(value)));
    return value;
  }
  /// Null when it is not there.
  JsValue any(std::string_view name) {
    const JsValue* value = row_.find(name);
    return value == nullptr ? JsValue{} : *value;
  }
  JsValue text_or_null(std::string_view name) {
    auto value = any(name);
    if (!value.is_null() && value.kind != JsValue::Kind::String)
      note(fmt::format("{} is neither a text nor null", name));
    return value;
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void note(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  const JsValue& row_;
  std::string problem_;
};

base::Result<ErpRow> read_row(const JsValue& value, std::size_t number) {
  RowReader reader(value);
  ErpRow row{.id = reader.text("id"),
             .tenant = reader.text("tenantId"),
             .timestamp = reader.time("timestamp"),
             .created_at = reader.time("createdAt"),
             .action = reader.text("action"),
             .actor = reader.any("actor"),
             .target = reader.any("target"),
             .payload = reader.any("payload"),
             .ip = reader.text_or_null("ip"),
             .user_agent = reader.text_or_null("userAgent"),
             .prev_hash = reader.text("prevHash"),
             .hash = reader.text("hash")};
  if (!reader.problem().empty())
    return not_rows(fmt::format("event {} of it: {}", number, reader.problem()));
  return row;
}

/// Where the last row that is whole ends: the end of an element of the array inside the outermost
/// object. Nothing when none has begun or ended.
std::optional<std::size_t> end_of_last_row(std::string_view text) {
  constexpr std::size_t kRowDepth = 2;
  std::optional<std::size_t> end;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth > 0 && --depth == kRowDepth) end = i + 1;
  }
  return end;
}

void append_member(std::string& text, std::string_view name, const std::string& value) {
  text += text.empty() ? "{" : ",";
  text += stringify(name);
  text += ':';
  text += value;
}

/// The order of rows of one millisecond by their links: each chain from its first row on, the one
/// that follows `last` before the others.
std::vector<std::size_t> order_by_links(const std::vector<const ErpRow*>& rows,
                                        std::string_view last) {
  std::multimap<std::string_view, std::size_t> by_link;
  std::set<std::string_view> hashes;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    by_link.emplace(rows[i]->prev_hash, i);
    hashes.insert(rows[i]->hash);
  }
  std::vector<std::size_t> starts(rows.size());
  std::iota(starts.begin(), starts.end(), std::size_t{0});
  std::stable_partition(starts.begin(), starts.end(),
                        [&](std::size_t i) { return !hashes.contains(rows[i]->prev_hash); });
  std::vector<std::size_t> order;
  std::vector<bool> placed(rows.size(), false);
  const auto follow = [&](std::string_view link) {
    for (auto next = by_link.find(link); next != by_link.end(); next = by_link.find(link)) {
      order.push_back(next->second);
      placed[next->second] = true;
      link = rows[next->second]->hash;
      by_link.erase(next);
    }
  };
  follow(last);
  for (const std::size_t start : starts)
    while (!placed[start]) follow(rows[start]->prev_hash);
  return order;
}

}  // namespace

base::Result<std::vector<ErpRow>> parse_erp_rows(std::string_view answer) {
  auto value = parse_js(answer, {.depth_max = kDepthMax});
  if (!value) return not_rows(value.error().one_line());
  const JsValue* events = value->find("events");
  if (events == nullptr || events->kind != JsValue::Kind::Array)
    return not_rows("it has no list of events");
  if (events->items.size() > kErpPageRows)
    return not_rows(
        fmt::format("it has {} events, at most {} are read", events->items.size(), kErpPageRows));
  std::vector<ErpRow> rows;
  rows.reserve(events->items.size());
  for (const JsValue& each : events->items) {
    auto row = read_row(each, rows.size() + 1);
    if (!row) return base::fail(std::move(row.error()));
    rows.push_back(std::move(*row));
  }
  return rows;
}

std::string close_cut_answer(std::string_view cut) {
  if (const auto end = end_of_last_row(cut)) return std::string(cut.substr(0, *end)) + "]}";
  return R"({"events":[]})";
}

std::string erp_hash(const ErpRow& row, NullFields nulls) {
  std::string text;
  append_member(text, "tenantId", stringify(std::string_view(row.tenant)));
  append_member(text, "timestamp", stringify(std::string_view(row.timestamp)));
  append_member(text, "actor", stringify(row.actor));
  append_member(text, "action", stringify(std::string_view(row.action)));
  append_member(text, "target", stringify(row.target));
  const auto optional = [&](std::string_view name, const JsValue& value) {
    if (!value.is_null() || nulls == NullFields::Written)
      append_member(text, name, stringify(value));
  };
  optional("payload", row.payload);
  optional("ip", row.ip);
  optional("userAgent", row.user_agent);
  append_member(text, "prevHash", stringify(std::string_view(row.prev_hash)));
  text += '}';
  return base::sha256({base::as_bytes(text), base::as_bytes(row.prev_hash)}).hex();
}

std::string null_fields_of(const ErpRow& row) {
  std::vector<std::string> fields;
  if (row.payload.is_null()) fields.emplace_back("payload");
  if (row.ip.is_null()) fields.emplace_back("ip");
  if (row.user_agent.is_null()) fields.emplace_back("userAgent");
  return base::and_list(fields);
}

std::vector<ErpRow> in_chain_order(std::vector<ErpRow> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const ErpRow& a, const ErpRow& b) {
    return std::tie(a.timestamp, a.created_at) < std::tie(b.timestamp, b.created_at);
  });
  std::vector<ErpRow> chain;
  chain.reserve(rows.size());
  for (auto begin = rows.begin(); begin != rows.end();) {
    const auto end = std::find_if(
        begin, rows.end(), [&](const ErpRow& each) { return each.timestamp != begin->timestamp; });
    std::vector<const ErpRow*> same_time;
    for (auto row = begin; row != end; ++row) same_time.push_back(&*row);
    const auto order = order_by_links(same_time, chain.empty() ? "" : chain.back().hash);
    for (const std::size_t i : order) chain.push_back(std::move(begin[static_cast<long>(i)]));
    begin = end;
  }
  return chain;
}

}  // namespace stellwerk::audit
