#include "kpi/sketch.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/check.h"

namespace stellwerk::kpi {
namespace {

constexpr std::uint64_t kMaxUs = static_cast<std::uint64_t>(kLatencyMax.us);
static_assert(kMaxUs < (std::uint64_t{1} << 32));

/// The value for a bucket that begins at `first`: the largest within 1 % of `first`.
constexpr std::uint64_t value_for(std::uint64_t first) { return first + first / 100; }
/// The last latency that `value` still represents within 1 %. This is DDSketch's γ = 1.01/0.99,
/// rounded so that the promise holds for every whole microsecond.
constexpr std::uint64_t last_for(std::uint64_t value) { return std::min(value * 100 / 99, kMaxUs); }

constexpr std::size_t count_buckets() {
  std::size_t count = 1;  // bucket 0: 0 µs
  for (std::uint64_t first = 1; first <= kMaxUs; first = last_for(value_for(first)) + 1) ++count;
  return count;
}
constexpr std::size_t kBuckets = count_buckets();
static_assert(kBuckets <= Sketch::kBucketsMax, "a default sketch never collapses");

struct Bucket {
  std::uint32_t value = 0;
  std::uint32_t last = 0;
};

constexpr std::array<Bucket, kBuckets> make_buckets() {
  std::array<Bucket, kBuckets> buckets{};
  std::uint64_t first = 1;
  for (std::size_t i = 1; i < kBuckets; ++i) {
    const std::uint64_t value = std::min(value_for(first), kMaxUs);
    const std::uint64_t last = last_for(value_for(first));
    buckets[i] = {static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(last)};
    first = last + 1;
  }
  return buckets;
}
constexpr std::array<Bucket, kBuckets> kTable = make_buckets();

// Finding a bucket: the leading 8 bits of a latency name a cell at most 1/128 wide, which is less
// than half a bucket, so a cell holds one border at most and one comparison settles it.
constexpr std::size_t kCellBits = 8;
constexpr std::size_t kCellsPerOctave = std::size_t{1} << (kCellBits - 1);
constexpr std::size_t kDirect = std::size_t{1} << kCellBits;
constexpr std::size_t kOctaves = 32 - kCellBits;
constexpr std::size_t kCells = kDirect + kOctaves * kCellsPerOctave;

constexpr std::size_t cell_of(std::uint32_t us) {
  if (us < kDirect) return us;
  const auto octave = static_cast<std::size_t>(std::bit_width(us)) - kCellBits;
  return kDirect + (octave - 1) * kCellsPerOctave + (us >> octave) - kCellsPerOctave;
}

constexpr std::uint64_t cell_first(std::size_t cell) {
  if (cell < kDirect) return cell;
  const std::size_t octave = (cell - kDirect) / kCellsPerOctave + 1;
  const std::uint64_t lead = (cell - kDirect) % kCellsPerOctave + kCellsPerOctave;
  return lead << octave;
}

constexpr std::array<std::uint16_t, kCells> make_cells() {
  std::array<std::uint16_t, kCells> cells{};
  std::size_t bucket = 0;
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    while (bucket + 1 < kBuckets && kTable[bucket].last < cell_first(cell)) ++bucket;
    cells[cell] = static_cast<std::uint16_t>(bucket);
  }
  return cells;
}
constexpr std::array<std::uint16_t, kCells> kFirstBucket = make_cells();

/// ⌈count × q⌉ without overflow, at least 1.
std::uint64_t nearest_rank(std::uint64_t count, base::Ppm q) {
  const auto share = static_cast<std::uint64_t>(std::clamp<std::int64_t>(q.value, 0, 1000000));
  const std::uint64_t whole = count / 1000000 * share;
  const std::uint64_t rest = (count % 1000000 * share + 999999) / 1000000;
  return std::max<std::uint64_t>(1, whole + rest);
}

}  // namespace

const std::int32_t kBucketCount = static_cast<std::int32_t>(kBuckets);

std::int32_t bucket_of(base::Duration latency) {
  const std::int64_t us = std::clamp<std::int64_t>(latency.us, 0, kLatencyMax.us);
  const auto value = static_cast<std::uint32_t>(us);
  const std::size_t bucket = kFirstBucket[cell_of(value)];
  return static_cast<std::int32_t>(value > kTable[bucket].last ? bucket + 1 : bucket);
}

base::Duration bucket_value(std::int32_t bucket) {
  const std::int32_t index = std::clamp(bucket, 0, kBucketCount - 1);
  return base::microseconds(kTable[static_cast<std::size_t>(index)].value);
}

Sketch::Sketch(std::size_t buckets_max) : buckets_max_(buckets_max) {
  STELLWERK_CHECK(buckets_max > 0);
}

void Sketch::add(base::Duration latency, std::uint64_t times) {
  if (times == 0) return;
  buckets_[bucket_of(latency)] += times;
  count_ += times;
  collapse();
}

void Sketch::merge(const LatencyBuckets& buckets) {
  for (const auto& [bucket, times] : buckets) {
    if (times == 0) continue;
    buckets_[std::clamp(bucket, 0, kBucketCount - 1)] += times;
    count_ += times;
  }
  collapse();
}

void Sketch::collapse() {
  while (buckets_.size() > buckets_max_) {
    const auto lowest = buckets_.begin();
    std::next(lowest)->second += lowest->second;
    buckets_.erase(lowest);
  }
}

std::optional<base::Duration> Sketch::quantile(base::Ppm q) const {
  if (count_ == 0) return std::nullopt;
  std::uint64_t left = nearest_rank(count_, q);
  for (const auto& [bucket, times] : buckets_) {
    if (times >= left) return bucket_value(bucket);
    left -= times;
  }
  return bucket_value(buckets_.rbegin()->first);
}

}  // namespace stellwerk::kpi
