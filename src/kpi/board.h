// board.h — live figures per component, version and tenant over the last minute, for people.
//
// Role: feeds `release watch`, the console and the KPI endpoints; the guard never looks here.
// Start here: KpiBoard                                     Thread-safety: one thread at a time.
// Invariants: slices of five seconds, so the window is between span and span + 5 s long; rows are
// bounded, what finds no row is counted in `left_out`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/ratio.h"
#include "base/semver.h"
#include "base/time.h"
#include "kpi/comparison.h"
#include "kpi/sample.h"

namespace stellwerk::kpi {

/// What one row is about.
struct KpiKey {
  base::ComponentName component;
  std::string version;
  base::TenantId tenant;  ///< as in RequestGroup: `other` beyond the bound, empty: none named
  friend auto operator<=>(const KpiKey&, const KpiKey&) = default;
};

struct KpiRow {
  KpiKey key;
  TrafficFigures figures;
};

/// The last number of a gauge of one version.
struct GaugeRow {
  base::ComponentName component;
  std::string version;
  std::string name;
  std::int64_t value = 0;
  base::Duration age;  ///< since it was read
};

class KpiBoard {
 public:
  static constexpr std::size_t kRowsMax = 4096;

  explicit KpiBoard(base::Duration span = base::seconds(60));

  void observe(const MetricBatch& batch);

  /// Rows with traffic in the window that ends with `now`, by component, version, tenant.
  [[nodiscard]] std::vector<KpiRow> tenants(base::MonoTime now) const;
  /// The same, all tenants of a version in one row (its tenant is empty).
  [[nodiscard]] std::vector<KpiRow> versions(base::MonoTime now) const;
  /// The last number of every gauge that was read within the window.
  [[nodiscard]] std::vector<GaugeRow> gauges(base::MonoTime now) const;
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
  [[nodiscard]] std::uint64_t lost_lines() const { return lost_lines_; }

 private:
  using Slices = std::map<std::int64_t, Traffic>;
  using GaugeKey = std::tuple<base::ComponentName, std::string, std::string>;
  struct Level {
    std::int64_t value = 0;
    base::MonoTime at;
  };
  [[nodiscard]] std::map<KpiKey, Traffic> window(base::MonoTime now, bool by_tenant) const;
  void forget_before(std::int64_t slice);

  std::int64_t slices_max_;
  std::map<KpiKey, Slices> rows_;
  std::map<GaugeKey, Level> gauges_;
  std::int64_t newest_ = 0;
  std::uint64_t left_out_ = 0;
  std::uint64_t lost_lines_ = 0;
};

/// `[{"component":…,"version":…,"tenant":…,"requests":…, "error_rate_ppm":…, "p95_us":…}]`
base::Json to_json(const std::vector<KpiRow>& rows);
/// `[{"component":…,"version":…,"name":…,"value":…,"age_us":…}]`
base::Json to_json(const std::vector<GaugeRow>& rows);

}  // namespace stellwerk::kpi
