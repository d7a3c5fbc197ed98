// tally.h — what happened to each tenant's requests: counts, exact latencies, and which versions
// answered.
//
// Role: Generator fills it, report.h reads it.                           Start here: TenantTally
// Thread-safety: one thread.
// Invariants: intended = sent + dropped; sent = answered + failed + unfinished.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "load/options.h"

namespace load {

/// Latencies in whole microseconds with their counts: exact quantiles, memory bounded by the number
/// of distinct values.
class LatencyCounts {
 public:
  void add(std::chrono::nanoseconds latency);
  void merge(const LatencyCounts& other);
  [[nodiscard]] std::uint64_t count() const { return total_; }
  /// The nearest-rank quantiles (0 < q <= 1, ascending), in microseconds; zeros when there are
  /// none.
  [[nodiscard]] std::vector<std::uint64_t> quantiles_us(const std::vector<double>& ascending) const;

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> counts_;
  std::uint64_t total_ = 0;
};

/// One tenant's passage from version to version.
struct VersionChange {
  std::chrono::nanoseconds at{
      0};  ///< when the first answer of the new version came, after the start
  std::string version;
};

/// Counts how often the version that serves a tenant changed. Answers overtake each other, so order
/// of arrival proves nothing; a change counts when a request was *sent* after the other version's
/// first answer had *come*.
class VersionTrack {
 public:
  struct Times {
    std::chrono::nanoseconds sent{0};
    std::chrono::nanoseconds received{0};
  };
  void answered(std::string_view version, Times times);

  /// Changes after the first version: 0 never moved, 1 moved once, 2 moved and came back.
  [[nodiscard]] std::uint64_t flips() const { return flips_; }
  /// Answers of another version to requests that were under way when the version changed: no flip.
  [[nodiscard]] std::uint64_t overlapping() const { return overlapping_; }
  /// The first version and every change, in order; the first 1000 of them.
  [[nodiscard]] const std::vector<VersionChange>& changes() const { return changes_; }

 private:
  std::string current_;
  std::chrono::nanoseconds since_{0};
  std::uint64_t flips_ = 0;
  std::uint64_t overlapping_ = 0;
  std::vector<VersionChange> changes_;
};

struct TenantTally {
  std::uint64_t intended = 0;
  std::uint64_t sent = 0;
  std::uint64_t dropped = 0;     ///< never sent: too many under way until its timeout had passed
  std::uint64_t late = 0;        ///< sent more than 10 ms after its time
  std::uint64_t answered = 0;    ///< with any status
  std::uint64_t failed = 0;      ///< sent, and no HTTP answer came
  std::uint64_t unfinished = 0;  ///< still under way at the end
  std::map<Operation, std::uint64_t> by_operation;
  std::map<long, std::uint64_t> by_status;
  std::map<std::string, std::uint64_t> by_failure;
  std::map<std::string, std::uint64_t> by_version;
  LatencyCounts latency;  ///< of answers and timeouts, from the intended time of sending
  VersionTrack versions;

  [[nodiscard]] std::uint64_t errors() const;  ///< status 5xx, and failed
  void merge(const TenantTally& other);        ///< all but `versions`, which belong to one tenant
};

}  // namespace load
