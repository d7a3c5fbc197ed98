#include "kpi/request_fold.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <tuple>

#include "base/text.h"
#include "kpi/sketch.h"
#include "kpi/window.h"

namespace stellwerk::kpi {
namespace {

constexpr std::size_t kTenantSizeMax = 63;  // as base::parse_name
constexpr std::uint32_t kNoTenant = 0;
constexpr std::uint32_t kOther = 1;
constexpr std::size_t kCellsKept = 256;  // after a burst the pool shrinks to this (about 1 MiB)

bool usable_name(std::string_view tenant) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return tenant.size() <= kTenantSizeMax && base::valid_utf8(tenant) &&
         std::none_of(tenant.begin(), tenant.end(), control);
}

/// Twice the entries, as a power of two: at most half full, so probes stay short.
std::size_t table_size(std::size_t entries) {
  return std::bit_ceil(std::max<std::size_t>(16, entries * 2));
}

std::size_t mix(std::int64_t second, std::uint32_t stream, std::uint32_t tenant) {
  std::uint64_t h = static_cast<std::uint64_t>(second) * 0x9e3779b97f4a7c15U;
  h ^= (std::uint64_t{stream} << 32 | tenant) * 0xc2b2ae3d27d4eb4fU;
  h ^= h >> 29;
  return static_cast<std::size_t>(h * 0xbf58476d1ce4e5b9U >> 20);
}

}  // namespace

/// One group in the making. Latencies are counted in a plain array: no search, no allocation.
struct RequestFold::Cell {
  Key key;
  std::size_t slot = 0;
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t slow = 0;
  std::uint64_t client_aborts = 0;
  std::size_t bucket_first = 0;
  std::size_t bucket_last = 0;
  std::array<std::uint32_t, Sketch::kBucketsMax> latencies{};

  void begin(const Key& new_key, std::size_t new_slot) {
    for (std::size_t i = bucket_first; i <= bucket_last; ++i) latencies[i] = 0;
    key = new_key;
    slot = new_slot;
    requests = errors = slow = client_aborts = 0;
    bucket_first = latencies.size() - 1;
    bucket_last = 0;
  }
  void add_latency(const Request& request) {
    const auto bucket = static_cast<std::size_t>(bucket_of(request.latency));
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    latencies[bucket] = static_cast<std::uint32_t>(
        std::min(kMost, latencies[bucket] + std::min(kMost, request.times)));
    bucket_first = std::min(bucket_first, bucket);
    bucket_last = std::max(bucket_last, bucket);
  }
};

RequestFold::RequestFold(const Options& options)
    : tenants_max_(options.tenants_max),
      cells_max_(std::max<std::size_t>(1, options.cells_max)),
      tenants_{"", std::string(kOtherTenant)},
      tenant_slots_(table_size(options.tenants_max + 2)),
      cell_slots_(table_size(cells_max_)) {
  for (const base::TenantId& tenant : options.known) tenant_number(tenant.str());
}

RequestFold::~RequestFold() = default;
RequestFold::RequestFold(RequestFold&&) noexcept = default;
RequestFold& RequestFold::operator=(RequestFold&&) noexcept = default;

RequestFold::Stream RequestFold::open(const base::ComponentName& component,
                                      const base::SemVer& version, base::Duration slow_limit) {
  const auto same = [&](const Source& s) {
    return s.component == component && s.version == version;
  };
  auto found = std::find_if(sources_.begin(), sources_.end(), same);
  if (found == sources_.end()) found = sources_.insert(found, {component, version, 0});
  found->slow_limit_us = slow_limit.us;
  return static_cast<Stream>(found - sources_.begin());
}

void RequestFold::add(const Request& request) {
  const auto stream = static_cast<std::uint32_t>(request.stream);
  Cell* cell = cell_for({second_of(request.end), stream, tenant_number(request.tenant)});
  if (cell == nullptr) {
    lost_ += request.times;
    return;
  }
  count(*cell, request, request.latency.us > sources_[stream].slow_limit_us);
}

void RequestFold::count(Cell& cell, const Request& request, bool slow) {
  if (request.outcome == Outcome::ClientAbort && !slow) {
    cell.client_aborts += request.times;
    return;
  }
  cell.requests += request.times;
  cell.errors += request.outcome == Outcome::Error ? request.times : 0;
  cell.slow += slow ? request.times : 0;
  cell.add_latency(request);
}

std::uint32_t RequestFold::tenant_number(std::string_view tenant) {
  if (tenant.empty()) return kNoTenant;
  if (tenant.size() > kTenantSizeMax) return kOther;
  const std::size_t mask = tenant_slots_.size() - 1;
  std::size_t slot = std::hash<std::string_view>{}(tenant)&mask;
  for (; tenant_slots_[slot] != 0; slot = (slot + 1) & mask)
    if (tenants_[tenant_slots_[slot] - 1] == tenant) return tenant_slots_[slot] - 1;
  return remember_tenant(tenant, slot);
}

std::uint32_t RequestFold::remember_tenant(std::string_view tenant, std::size_t slot) {
  if (tenants_.size() - 2 >= tenants_max_ || tenant == kOtherTenant || !usable_name(tenant))
    return kOther;
  tenants_.emplace_back(tenant);
  tenant_slots_[slot] = static_cast<std::uint32_t>(tenants_.size());
  return tenant_slots_[slot] - 1;
}

RequestFold::Cell* RequestFold::cell_for(const Key& key) {
  const std::size_t mask = cell_slots_.size() - 1;
  std::size_t slot = mix(key.second, key.stream, key.tenant) & mask;
  for (; cell_slots_[slot] != 0; slot = (slot + 1) & mask) {
    Cell* cell = cells_[cell_slots_[slot] - 1].get();
    if (cell->key == key) return cell;
  }
  return new_cell(key, slot);
}

RequestFold::Cell* RequestFold::new_cell(const Key& key, std::size_t slot) {
  if (cells_used_ == cells_max_) return nullptr;
  if (cells_used_ == cells_.size()) cells_.push_back(std::make_unique<Cell>());
  Cell& cell = *cells_[cells_used_++];
  cell.begin(key, slot);
  cell_slots_[slot] = static_cast<std::uint32_t>(cells_used_);
  return &cell;
}

RequestGroup RequestFold::group_of(const Cell& cell) const {
  const Source& source = sources_[cell.key.stream];
  RequestGroup group{.component = source.component,
                     .version = source.version,
                     .tenant = base::TenantId(tenants_[cell.key.tenant]),
                     .second = start_of_second(cell.key.second),
                     .requests = cell.requests,
                     .errors = cell.errors,
                     .slow = cell.slow,
                     .client_aborts = cell.client_aborts,
                     .latencies = {}};
  for (std::size_t i = cell.bucket_first; i <= cell.bucket_last; ++i)
    if (cell.latencies[i] != 0)
      group.latencies.emplace_hint(group.latencies.end(), static_cast<std::int32_t>(i),
                                   cell.latencies[i]);
  return group;
}

RequestFold::Drained RequestFold::drain() {
  std::vector<const Cell*> used;
  used.reserve(cells_used_);
  for (std::size_t i = 0; i < cells_used_; ++i) used.push_back(cells_[i].get());
  std::sort(used.begin(), used.end(), [](const Cell* a, const Cell* b) {
    return std::tie(a->key.stream, a->key.second, a->key.tenant) <
           std::tie(b->key.stream, b->key.second, b->key.tenant);
  });
  Drained drained{.groups = {}, .lost = std::exchange(lost_, 0)};
  drained.groups.reserve(used.size());
  for (const Cell* cell : used) drained.groups.push_back(group_of(*cell));
  release_cells();
  return drained;
}

void RequestFold::release_cells() {
  for (std::size_t i = 0; i < cells_used_; ++i) cell_slots_[cells_[i]->slot] = 0;
  cells_.resize(std::min(cells_.size(), std::max(cells_used_, kCellsKept)));
  cells_used_ = 0;
}

}  // namespace stellwerk::kpi
