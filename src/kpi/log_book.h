// log_book.h — ERROR and WARN lines of a release's versions since the new one was deployed, beside
// their requests. For people: no limit is held against them.
//
// Role: the engine feeds it every batch; views, evidence of a wave, the logs' step and the summary
// ask it. Start here: LogBook                              Thread-safety: one thread at a time.
// Invariants: integers; a source that begins anew takes nothing away; a version without a sample
// has no row, since nobody knows that it logged nothing.   Spec: docs/logs.md
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "kpi/guard.h"
#include "kpi/sample.h"

namespace stellwerk::kpi {

struct LogRow {
  base::ComponentName component;
  base::SemVer version;
  bool is_new = false;         ///< the version that the release brings
  LogCounts counts;            ///< since the new version was deployed
  std::uint64_t requests = 0;  ///< since then
  std::uint64_t errors_minute = 0;
  std::uint64_t warnings_minute = 0;
  std::string folder;  ///< of the files; only for who looks now

  template <class A>
  void fields(A& a) {
    a("component", component)("version", version)("new", is_new)("lines", counts.lines);
    a("errors", counts.errors)("warnings", counts.warnings)("unread_bytes", counts.unread_bytes);
    a("requests", requests);
  }
};

class LogBook {
 public:
  explicit LogBook(std::vector<GuardedComponent> components);

  void observe(const MetricBatch& batch);
  /// By component, the old version first.
  [[nodiscard]] std::vector<LogRow> rows(base::MonoTime now) const;
  /// What every version was last heard of with: for an evidence file that begins.
  [[nodiscard]] std::vector<LogSample> latest() const;

  /// Canonical integers, without the last minute's.
  [[nodiscard]] base::Json save() const;
  /// @errors Corruption KPI-0001: not what save() writes, or of other components.
  static base::Result<LogBook> restore(std::vector<GuardedComponent> components,
                                       const base::Json& saved);

 private:
  static constexpr std::int64_t kSliceUs = 5000000;
  static constexpr std::int64_t kSlices = 12;  ///< a minute

  struct Minute {
    std::uint64_t errors = 0;
    std::uint64_t warnings = 0;
  };
  struct Version {
    std::optional<LogCounts> last;  ///< as the source said
    LogCounts counts;
    std::uint64_t requests = 0;
    std::map<std::int64_t, Minute> slices;
    std::string folder;
    base::MonoTime at;

    template <class A>
    void fields(A& a) {
      a("last", last)("counts", counts)("requests", requests);
    }
  };
  using Versions = std::array<Version, 2>;  ///< old, new

  Version* find(const base::ComponentName& component, const base::SemVer& version);
  void take(const LogSample& sample);

  std::vector<GuardedComponent> components_;
  std::vector<Versions> versions_;  ///< as components_
};

/// `[{"component":…,"version":…,"new":…,"lines":…,"errors":…,"warnings":…,"requests":…}]`: counts
/// only.
base::Json to_json(const std::vector<LogRow>& rows);
/// `document-domain 1.3.0: 3 ERROR, 12 WARN, 5120 lines, 880 requests; …`: counts only, bounded.
std::string log_line(const std::vector<LogRow>& rows);

}  // namespace stellwerk::kpi
