#include "kpi/evidence_lines.h"

#include <algorithm>
#include <span>
#include <utility>

#include "kpi/window.h"

namespace stellwerk::kpi {
namespace {

using Components = std::vector<GuardedComponent>;
using Row = std::span<const std::int64_t>;

std::int64_t signed_of(std::uint64_t n) { return static_cast<std::int64_t>(n); }
std::uint64_t count_of(std::int64_t n) { return static_cast<std::uint64_t>(n); }

std::int64_t number_of(const Components& components, const base::ComponentName& name) {
  const auto found = std::find_if(components.begin(), components.end(),
                                  [&](const GuardedComponent& c) { return c.name == name; });
  return found - components.begin();
}

void append(std::vector<std::int64_t>& row, std::initializer_list<std::int64_t> numbers) {
  row.insert(row.end(), numbers);
}

/// Calls `take(row)` for each row of `width` numbers; false when a row is incomplete, refused, or
/// of a component that there is not.
template <class Take>
bool each_row(const std::vector<std::int64_t>& flat, std::size_t width,
              const Components& components, Take take) {
  if (flat.size() % width != 0) return false;
  for (std::size_t i = 0; i < flat.size(); i += width) {
    const Row row(flat.data() + i, width);
    if (row[0] < 0 || !std::cmp_less(row[0], components.size())) return false;
    if (!take(components[static_cast<std::size_t>(row[0])], row)) return false;
  }
  return true;
}

bool none_negative(Row row) {
  return std::none_of(row.begin(), row.end(), [](std::int64_t n) { return n < 0; });
}

}  // namespace

BatchLine batch_line(const MetricBatch& batch, const Components& components) {
  BatchLine line;
  line.alive_at = batch.alive_at;
  line.lost = batch.lost_lines;
  line.unreadable = batch.unreadable_lines;
  for (const RequestGroup& g : batch.groups)
    append(line.groups,
           {number_of(components, g.component), second_of(g.second), signed_of(g.requests),
            signed_of(g.errors), signed_of(g.slow), signed_of(g.client_aborts)});
  for (const InFlight& level : batch.in_flight)
    append(line.in_flight,
           {number_of(components, level.component), signed_of(level.too_long), level.at.us});
  for (const GaugeSample& gauge : batch.gauges) {
    auto name = std::find(line.gauge_names.begin(), line.gauge_names.end(), gauge.name);
    if (name == line.gauge_names.end()) name = line.gauge_names.insert(name, gauge.name);
    append(line.gauges, {number_of(components, gauge.component), name - line.gauge_names.begin(),
                         gauge.value.value_or(0), gauge.at.us});
  }
  return line;
}

std::optional<MetricBatch> batch_of(const BatchLine& line, const Components& components) {
  MetricBatch batch;
  batch.alive_at = line.alive_at;
  batch.lost_lines = line.lost;
  batch.unreadable_lines = line.unreadable;
  const auto group = [&](const GuardedComponent& c, Row row) {
    if (!is_second(row[1]) || !none_negative(row.subspan(2))) return false;
    batch.groups.push_back({c.name,
                            c.to,
                            base::TenantId("*"),
                            start_of_second(row[1]),
                            count_of(row[2]),
                            count_of(row[3]),
                            count_of(row[4]),
                            count_of(row[5]),
                            {}});
    return true;
  };
  const auto in_flight = [&](const GuardedComponent& c, Row row) {
    batch.in_flight.push_back({c.name, c.to, count_of(row[1]), base::MonoTime{row[2]}});
    return row[1] >= 0;
  };
  const auto gauge = [&](const GuardedComponent& c, Row row) {
    if (row[1] < 0 || !std::cmp_less(row[1], line.gauge_names.size())) return false;
    batch.gauges.push_back({c.name, c.to, line.gauge_names[static_cast<std::size_t>(row[1])],
                            row[2], "", base::MonoTime{row[3]}});
    return true;
  };
  const bool whole = each_row(line.groups, 6, components, group) &&
                     each_row(line.in_flight, 3, components, in_flight) &&
                     each_row(line.gauges, 4, components, gauge);
  return whole ? std::optional(std::move(batch)) : std::nullopt;
}

LogsLine logs_line(const std::vector<LogSample>& samples, const Components& components) {
  LogsLine line;
  for (const LogSample& each : samples) {
    const auto number = number_of(components, each.component);
    if (std::cmp_equal(number, components.size())) continue;
    const auto& component = components[static_cast<std::size_t>(number)];
    const bool is_new = component.to == each.version;
    if (!is_new && component.from != each.version) continue;
    append(line.counts,
           {number, is_new ? 1 : 0, signed_of(each.counts.lines), signed_of(each.counts.errors),
            signed_of(each.counts.warnings), signed_of(each.counts.unread_bytes), each.at.us});
  }
  return line;
}

bool fits(const LogsLine& line, const Components& components) {
  return each_row(line.counts, 7, components, [](const GuardedComponent&, Row row) {
    return row[1] <= 1 && none_negative(row.subspan(1, 5));
  });
}

}  // namespace stellwerk::kpi
