#include "adapters/audit_domain/row_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace stellwerk::adapters::audit_domain {
namespace {

base::Failure too_many(std::string why) {
  return base::fail(
      base::error(base::Code::Rejected, "ERP-0003", "the rows of audit-domain cannot all be read")
          .because(std::move(why))
          .now("nothing was changed there"));
}

/// The time of the first row in an answer, as the service writes it: among the first members.
std::string_view first_time_in(std::string_view answer) {
  constexpr std::string_view kName = R"("timestamp":")";
  const auto at = answer.find(kName);
  if (at == std::string_view::npos) return {};
  const auto text = answer.substr(at + kName.size());
  return text.substr(0, text.find('"'));
}

}  // namespace

/// Times have no character that a URL may not have; actions are words.
std::string RowWalk::query() const {
  std::vector<std::string> parts;
  if (!span_.from.empty()) parts.push_back("from=" + span_.from);
  if (!to_.empty()) parts.push_back("to=" + to_);
  if (!span_.action.empty()) parts.push_back("action=" + span_.action);
  return fmt::format("{}", fmt::join(parts, "&"));
}

base::Result<std::vector<audit::ErpRow>> RowWalk::next(ErpApi& api, const ports::Call& call) {
  if (done_) return std::vector<audit::ErpRow>{};
  auto answer = api.get_events(query(), call);
  if (!answer) return base::fail(std::move(answer.error()));
  const bool cut = answer->body_cut;
  auto page = audit::parse_erp_rows(cut ? audit::close_cut_answer(answer->body) : answer->body);
  if (!page) return base::fail(std::move(page.error()));
  const bool may_be_more = cut || page->size() == audit::kErpPageRows;
  std::vector<audit::ErpRow> rows;
  for (audit::ErpRow& row : *page)
    if (!seen_.contains(row.id)) rows.push_back(std::move(row));
  if (rows.empty() && may_be_more) {
    if (auto passed = pass_over(page->empty() ? first_time_in(answer->body) : to_); !passed)
      return base::fail(passed.error());
    return rows;
  }
  const auto oldest = std::min_element(
      rows.begin(), rows.end(),
      [](const audit::ErpRow& a, const audit::ErpRow& b) { return a.timestamp < b.timestamp; });
  if (oldest != rows.end() && oldest->timestamp != to_) {
    to_ = oldest->timestamp;
    seen_.clear();
  }
  for (const audit::ErpRow& row : rows)
    if (row.timestamp == to_) seen_.insert(row.id);
  done_ = !may_be_more;
  return rows;
}

base::Result<void> RowWalk::pass_over(std::string_view time) {
  const auto newest = base::parse_rfc3339(time);
  if (!span_.may_pass_over || !newest)
    return too_many(
        fmt::format("one row, or those of one millisecond, are larger than an answer: {}",
                    newest ? base::rfc3339(*newest) : "no time"));
  to_ = base::rfc3339(*newest - base::milliseconds(1));
  seen_.clear();
  return {};
}

base::Result<std::vector<audit::ErpRow>> fetch_rows(ErpApi& api, std::size_t rows_max,
                                                    const ports::Call& call) {
  RowWalk walk(RowWalk::Span{});
  std::vector<audit::ErpRow> all;
  while (!walk.done()) {
    auto rows = walk.next(api, call);
    if (!rows) return base::fail(std::move(rows.error()));
    if (rows->size() > rows_max - all.size())
      return too_many(fmt::format("there are more than {}", rows_max));
    std::move(rows->begin(), rows->end(), std::back_inserter(all));
  }
  return audit::in_chain_order(std::move(all));
}

}  // namespace stellwerk::adapters::audit_domain
