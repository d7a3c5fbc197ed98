#include "load/tally.h"

#include <algorithm>
#include <cmath>

namespace load {
namespace {

constexpr std::size_t kChangesKept = 1000;

template <class Map>
void add_counts(Map& target, const Map& source) {
  for (const auto& [key, count] : source) target[key] += count;
}

}  // namespace

void LatencyCounts::add(std::chrono::nanoseconds latency) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(latency).count();
  ++counts_[static_cast<std::uint64_t>(std::max<std::int64_t>(us, 0))];
  ++total_;
}

void LatencyCounts::merge(const LatencyCounts& other) {
  add_counts(counts_, other.counts_);
  total_ += other.total_;
}

std::vector<std::uint64_t> LatencyCounts::quantiles_us(const std::vector<double>& ascending) const {
  const std::map<std::uint64_t, std::uint64_t> sorted(counts_.begin(), counts_.end());
  std::vector<std::uint64_t> values;
  auto at = sorted.begin();
  std::uint64_t up_to_here = sorted.empty() ? 0 : at->second;
  for (const double q : ascending) {
    const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total_)));
    while (!sorted.empty() && up_to_here < rank && std::next(at) != sorted.end())
      up_to_here += (++at)->second;
    values.push_back(sorted.empty() ? 0 : at->first);
  }
  return values;
}

void VersionTrack::answered(std::string_view version, Times times) {
  if (version == current_) return;
  const bool first = current_.empty();
  if (!first && times.sent < since_) {
    ++overlapping_;
    return;
  }
  if (!first) ++flips_;
  current_ = version;
  since_ = times.received;
  if (changes_.size() < kChangesKept) changes_.push_back({times.received, current_});
}

std::uint64_t TenantTally::errors() const {
  std::uint64_t count = failed;
  for (const auto& [status, answers] : by_status) count += status >= 500 ? answers : 0;
  return count;
}

void TenantTally::merge(const TenantTally& other) {
  intended += other.intended;
  sent += other.sent;
  dropped += other.dropped;
  late += other.late;
  answered += other.answered;
  failed += other.failed;
  unfinished += other.unfinished;
  add_counts(by_operation, other.by_operation);
  add_counts(by_status, other.by_status);
  add_counts(by_failure, other.by_failure);
  add_counts(by_version, other.by_version);
  latency.merge(other.latency);
}

}  // namespace load
