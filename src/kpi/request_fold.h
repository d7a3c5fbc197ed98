// request_fold.h — folds single requests into groups per component, version, tenant and second.
//
// Role: a metric source that sees every request (adapters/haproxy: one log line each) adds them
// here and hands the groups on with each batch. It must keep up with millions of requests a second,
// so a request costs two table look-ups and no allocation once its tenant and second are known.
// Start here: RequestFold                                  Thread-safety: one thread at a time.
// Invariants: every request added is in exactly one drained group, or counted in `lost`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/semver.h"
#include "base/time.h"
#include "kpi/sample.h"

namespace stellwerk::kpi {

enum class Outcome : std::uint8_t {
  Ok,           ///< answered, below 500
  Error,        ///< 5xx, or no answer
  ClientAbort,  ///< the client went away before the answer
};

/// The tenant that stands for all beyond the bound, and for names that cannot be one (too long, or
/// not printable UTF-8).
inline constexpr std::string_view kOtherTenant = "other";

class RequestFold {
 public:
  /// A component's version, as `open` numbered it. Valid for this fold only.
  enum class Stream : std::uint32_t {};

  struct Options {
    std::size_t tenants_max = 200;        ///< named tenants over the fold's life; the rest: `other`
    std::size_t cells_max = 2048;         ///< groups between two drains; a cell takes about 4 KiB
    std::vector<base::TenantId> known{};  ///< get their place first, so strangers cannot take it
  };

  struct Request {
    Stream stream{};
    std::string_view tenant;  ///< empty: without a tenant; need not outlive the call
    base::MonoTime end;       ///< when it ended: the group is that second's
    base::Duration latency;   ///< queue + connect + response time
    Outcome outcome = Outcome::Ok;
    std::uint64_t times = 1;  ///< that many requests, alike in everything
  };

  struct Drained {
    std::vector<RequestGroup> groups;  ///< ordered by stream, second, tenant's first appearance
    std::uint64_t lost = 0;            ///< requests that found no cell (see Options::cells_max)
  };

  RequestFold() : RequestFold(Options{}) {}
  explicit RequestFold(const Options& options);
  ~RequestFold();
  RequestFold(RequestFold&&) noexcept;
  RequestFold& operator=(RequestFold&&) noexcept;

  /// The stream of a version; the same pair gives the same stream again, with the new limit.
  /// @param slow_limit  a request is slow when it took longer than this, exactly
  Stream open(const base::ComponentName& component, const base::SemVer& version,
              base::Duration slow_limit);

  /// Counts a request. A client abort counts as a (slow) request only if it came after the slow
  /// limit: who gave up waiting was kept waiting; who left early says nothing about the version.
  void add(const Request& request);

  /// What was added since the last drain; the fold goes on with empty groups. A second that is
  /// still running is delivered in parts, which add up.
  Drained drain();

 private:
  struct Source {
    base::ComponentName component;
    base::SemVer version;
    std::int64_t slow_limit_us = 0;
  };
  struct Key {
    std::int64_t second = 0;
    std::uint32_t stream = 0;
    std::uint32_t tenant = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Cell;

  void count(Cell& cell, const Request& request, bool slow);
  std::uint32_t tenant_number(std::string_view tenant);
  std::uint32_t remember_tenant(std::string_view tenant, std::size_t slot);
  Cell* cell_for(const Key& key);
  Cell* new_cell(const Key& key, std::size_t slot);
  RequestGroup group_of(const Cell& cell) const;
  void release_cells();

  std::size_t tenants_max_;
  std::size_t cells_max_;
  std::vector<Source> sources_;
  std::vector<std::string> tenants_;         ///< by number; 0 is no tenant, 1 is `other`
  std::vector<std::uint32_t> tenant_slots_;  ///< open addressing; number + 1, 0 is free
  std::vector<std::unique_ptr<Cell>> cells_;
  std::size_t cells_used_ = 0;
  std::vector<std::uint32_t> cell_slots_;  ///< open addressing; position in cells_ + 1, 0 is free
  std::uint64_t lost_ = 0;
};

}  // namespace stellwerk::kpi
