// sketch.h — latency quantiles within 1 %, in whole numbers that merge in any order.
//
// Role: DDSketch (Masson, Rim, Lee: VLDB 2019) over integer microseconds. Used for display and for
// the comparison before/after; limits are judged by exact counts, never by a sketch.
// Start here: Sketch                                       Thread-safety: values.
// Invariants: no floating point anywhere: bucket borders come from integer arithmetic at compile
// time, so every machine builds the same buckets and a recorded sketch means the same for ever.
// Spec: docs/guard.md "Latency sketch".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ratio.h"
#include "base/time.h"
#include "kpi/sample.h"

namespace stellwerk::kpi {

/// Longer latencies count as this long.
inline constexpr base::Duration kLatencyMax = base::hours(1);

/// Buckets 0 … kBucketCount-1 cover 0 µs … kLatencyMax. Bucket 0 holds 0 µs; below 100 µs each
/// microsecond has its own; above, borders grow by γ = 1.01/0.99.
extern const std::int32_t kBucketCount;

/// The bucket of a latency; negative ones (a clock that stepped) are in bucket 0. Constant time.
std::int32_t bucket_of(base::Duration latency);
/// The value that stands for all latencies of a bucket: at most 1 % away from each of them.
/// An index outside the range gives the nearest bucket's.
base::Duration bucket_value(std::int32_t bucket);

/// Counts per bucket. Two sketches that saw the same latencies are equal, whatever the order of
/// adding and merging.
class Sketch {
 public:
  static constexpr std::size_t kBucketsMax = 1024;

  /// @param buckets_max  at least 1; beyond it the lowest buckets collapse into one, which keeps
  ///                     high quantiles exact to 1 % and makes only the lowest ones too high
  explicit Sketch(std::size_t buckets_max = kBucketsMax);

  void add(base::Duration latency, std::uint64_t times = 1);
  void merge(const LatencyBuckets& buckets);
  void merge(const Sketch& other) { merge(other.buckets_); }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] const LatencyBuckets& buckets() const { return buckets_; }

  /// The smallest latency that at least `q` of all do not exceed (nearest rank), within 1 %.
  /// Nearest rank is the definition under which "p95 > L" and "more than 5 % took longer than L"
  /// are the same statement. Empty when nothing was counted. `q` is clamped to 0 … 100 %.
  [[nodiscard]] std::optional<base::Duration> quantile(base::Ppm q) const;

  friend bool operator==(const Sketch&, const Sketch&) = default;

 private:
  void collapse();

  std::size_t buckets_max_;
  std::uint64_t count_ = 0;
  LatencyBuckets buckets_;
};

}  // namespace stellwerk::kpi
