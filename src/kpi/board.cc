#include "kpi/board.h"

#include <algorithm>
#include <utility>

#include "core/archive.h"

namespace stellwerk::kpi {
namespace {

constexpr std::int64_t kSliceUs = 5000000;

std::int64_t slice_of(base::MonoTime time) { return time.us / kSliceUs; }

std::vector<KpiRow> rows_of(const std::map<KpiKey, Traffic>& window) {
  std::vector<KpiRow> rows;
  rows.reserve(window.size());
  for (const auto& [key, traffic] : window) rows.push_back({key, figures_of(traffic)});
  return rows;
}

}  // namespace

KpiBoard::KpiBoard(base::Duration span)
    : slices_max_(std::max<std::int64_t>(1, (span.us + kSliceUs - 1) / kSliceUs) + 1) {}

void KpiBoard::observe(const MetricBatch& batch) {
  lost_lines_ += batch.lost_lines + batch.unreadable_lines;
  for (const GaugeSample& sample : batch.gauges) {
    const GaugeKey key{sample.component, sample.version.to_string(), sample.name};
    if (sample.value && (gauges_.size() < kRowsMax || gauges_.contains(key)))
      gauges_[key] = {*sample.value, sample.at};
  }
  for (const RequestGroup& group : batch.groups) {
    const std::int64_t slice = slice_of(group.second);
    if (slice > newest_) forget_before((newest_ = slice) - slices_max_ + 1);
    if (slice <= newest_ - slices_max_) continue;
    const KpiKey key{group.component, group.version.to_string(), group.tenant};
    auto row = rows_.find(key);
    if (row == rows_.end() && rows_.size() >= kRowsMax) {
      left_out_ += group.requests;
      continue;
    }
    if (row == rows_.end()) row = rows_.try_emplace(key).first;
    row->second[slice].add(group);
  }
}

void KpiBoard::forget_before(std::int64_t slice) {
  for (auto& [key, slices] : rows_) slices.erase(slices.begin(), slices.lower_bound(slice));
  std::erase_if(rows_, [](const auto& row) { return row.second.empty(); });
}

std::map<KpiKey, Traffic> KpiBoard::window(base::MonoTime now, bool by_tenant) const {
  const std::int64_t last = slice_of(now);
  std::map<KpiKey, Traffic> sums;
  for (const auto& [key, slices] : rows_) {
    KpiKey sum_key = key;
    if (!by_tenant) sum_key.tenant = {};
    for (const auto& [slice, traffic] : slices)
      if (slice <= last && slice > last - slices_max_) sums[sum_key].add(traffic);
  }
  return sums;
}

std::vector<KpiRow> KpiBoard::tenants(base::MonoTime now) const {
  return rows_of(window(now, true));
}

std::vector<KpiRow> KpiBoard::versions(base::MonoTime now) const {
  return rows_of(window(now, false));
}

std::vector<GaugeRow> KpiBoard::gauges(base::MonoTime now) const {
  std::vector<GaugeRow> rows;
  for (const auto& [key, level] : gauges_) {
    const base::Duration age = now - level.at;
    if (age.us > slices_max_ * kSliceUs) continue;
    const auto& [component, version, name] = key;
    rows.push_back({component, version, name, level.value, age});
  }
  return rows;
}

base::Json to_json(const std::vector<GaugeRow>& rows) {
  base::Json array = base::Json::array();
  for (const GaugeRow& row : rows)
    array.push_back({{"component", row.component.str()},
                     {"version", row.version},
                     {"name", row.name},
                     {"value", row.value},
                     {"age_us", row.age.us}});
  return array;
}

base::Json to_json(const std::vector<KpiRow>& rows) {
  base::Json array = base::Json::array();
  for (const KpiRow& row : rows) {
    base::Json json = core::JsonWriter::to(row.figures);
    json["component"] = row.key.component.str();
    json["version"] = row.key.version;
    json["tenant"] = row.key.tenant.str();
    array.push_back(std::move(json));
  }
  return array;
}

}  // namespace stellwerk::kpi
