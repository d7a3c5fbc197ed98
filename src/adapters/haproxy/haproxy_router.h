// haproxy_router.h — routes and leases in a real HAProxy on this machine.
//
// Role: ports::TrafficRouter. Runs HAProxy detached (it outlives Stellwerk), writes its
// configuration, its one map and its lease tables, and reads them back. Decides nothing.
// Start here: HaproxyRouter::open                 Spec: docs/routing.md; contract:
// tests/contract/traffic_router.h Thread-safety: as ports::TrafficRouter; stop() like apply().
// Invariants: the map file holds what was last committed, so a reload or restart serves the same
// routes (going back is committed even if no file can be written; it is written as soon as it can
// be, and before any reload); leases are in HAProxy's memory only, so after its crash everyone is
// on `stable`; one object per folder (the data folder's lock).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>

#include "adapters/haproxy/configuration.h"
#include "adapters/haproxy/process.h"
#include "adapters/haproxy/runtime_api.h"
#include "adapters/haproxy/settings.h"
#include "ports/clock.h"
#include "ports/traffic_router.h"

namespace stellwerk::adapters::haproxy {

class HaproxyRouter final : public ports::TrafficRouter {
 public:
  /// Takes over what is in the folder: ports, versions, and HAProxy itself if it runs. Starts
  /// nothing; endpoints() and apply() start HAProxy whenever it is not there.
  /// @errors InvalidArgument HAP-0001: settings; Unavailable BAS-0012: the folder; Corruption
  /// HAP-0008; Unavailable HAP-0006: no free port
  static base::Result<std::unique_ptr<HaproxyRouter>> open(HaproxySettings settings,
                                                           HaproxyInstallation installation,
                                                           const ports::Clock& clock);

  /// Rejected HAP-0007 beside the port's errors: a version to remove is named by a route.
  base::Result<void> endpoints(std::span<const ports::Endpoints> versions,
                               const ports::Call& call) override;
  /// @return the components of `table` only, read back
  base::Result<core::RoutingTable> apply(const core::RoutingTable& table,
                                         const ports::Call& call) override;
  base::Result<void> grant(const base::ReleaseId& release, base::Duration lease,
                           const ports::Call& call) override;
  base::Result<std::set<base::ReleaseId>> renew(std::span<const base::ReleaseId> releases,
                                                base::Duration lease,
                                                const ports::Call& call) override;
  base::Result<void> revoke(const base::ReleaseId& release, const ports::Call& call) override;
  [[nodiscard]] std::string unsaved() const override { return unsaved_; }
  /// Conflict HAP-0005 beside the port's errors: rows that no table of ours has.
  base::Result<ports::RouterState> current(const ports::Call& call) override;
  base::Result<std::uint64_t> drain(const ports::VersionRef& version, ports::Drained what,
                                    const ports::Call& call) override;
  [[nodiscard]] std::uint16_t listen_port(const base::ComponentName& component) const override;

  /// Called on the lane whenever a worker of ours was started. Set it before anything else.
  void on_new_worker(std::function<void()> told) { on_new_worker_ = std::move(told); }

  /// Ends HAProxy; for demonstrations and tests. Everything on disk stays.
  base::Result<void> stop(const ports::Call& call);

 private:
  HaproxyRouter(HaproxySettings settings, HaproxyInstallation installation, Layout layout,
                std::string page, const ports::Clock& clock);

  [[nodiscard]] std::string path(const char* name) const;
  base::Result<Layout> with_endpoints(std::span<const ports::Endpoints> versions) const;
  base::Result<void> check_removals(std::span<const ports::Endpoints> versions) const;
  base::Result<void> check_servers(const core::RoutingTable& table) const;
  base::Result<RouteRows> rows_after(const core::RoutingTable& table, const ports::Call& call);
  base::Result<RouteRows> stored_rows() const;

  /// HAProxy runs and takes commands, or may soon. One that is ending has closed its sockets before
  /// it is gone: that is waited for. One whose sockets were removed is let go, and false is
  /// returned.
  bool runs(const ports::Call& call);
  [[nodiscard]] bool is_listened_to() const;
  [[nodiscard]] bool is_out_of_reach() const;
  /// Makes HAProxy run with `layout`: starts it, reloads it, or finds that it does already.
  base::Result<void> bring_up(const Layout& layout, const ports::Call& call);
  base::Result<void> switch_layout(Layout layout, const ports::Call& call);
  base::Result<void> launch(const Configuration& configuration, const ports::Call& call);
  base::Result<void> reload(const Configuration& configuration, const WorkerInfo& old,
                            const ports::Call& call);
  base::Result<void> await_master(const ports::Call& call);
  base::Result<void> await_digest(const Configuration& configuration, std::uint64_t output,
                                  const ports::Call& call);
  void await_stopping(pid_t old_worker, const ports::Call& call);
  base::Result<void> reassert_routes(const ports::Call& call);

  /// Whether routes may be committed that the disk does not take.
  enum class Saving : std::uint8_t { Required, WhenPossible };
  base::Result<void> write_rows(const RouteRows& rows, Saving saving, const ports::Call& call);
  void save_without_space(const RouteRows& rows, const base::Error& why);
  base::Result<void> save_what_is_left();
  std::vector<pid_t> old_workers(const ports::Call& call) const;
  base::Result<std::uint64_t> open_requests(const std::string& backend,
                                            const ports::Call& call) const;
  /// The instances that are the version's servers now, by name.
  [[nodiscard]] std::set<std::string> servers_of(const ports::VersionRef& version) const;
  using CountIn = std::function<base::Result<std::uint64_t>(pid_t worker)>;
  base::Result<std::uint64_t> open_in_old_workers(const CountIn& count,
                                                  const ports::Call& call) const;
  using CountOpen = std::function<base::Result<std::uint64_t>(const ports::Call& call)>;
  base::Result<std::uint64_t> await_none(const CountOpen& count, const ports::Call& call) const;

  // leases.cc
  /// Each living lease with the time until which it certainly lives.
  using LeaseEnds = std::map<base::ReleaseId, base::MonoTime>;
  base::Result<LeaseEnds> lease_ends(const ports::Call& call) const;
  struct Renewal {
    std::vector<std::string> give;  ///< commands
    std::vector<std::string> end;
    base::MonoTime end_at;  ///< until then the lease certainly lives
  };
  base::Result<bool> prolong(const Renewal& renewal, const ports::Call& call);
  base::Result<void> add_lease_table(base::Duration length, const ports::Call& call);
  [[nodiscard]] std::vector<std::string> give(const base::ReleaseId& release,
                                              base::Duration lease) const;
  [[nodiscard]] std::vector<std::string> end(const base::ReleaseId& release) const;
  base::Result<void> tell_all(const std::vector<std::string>& commands, const ports::Call& call);
  void end_in_old_workers(const base::ReleaseId& release, const ports::Call& call);
  base::Result<void> carry_leases(const ports::Call& call);
  void hand_leases_on(const ports::Call& call);

  HaproxySettings settings_;
  std::string folder_;
  std::string tenant_header_;
  KnownTenants known_;
  std::string page_;  ///< digest of the page of maintenance
  const ports::Clock& clock_;
  std::function<void()> on_new_worker_ = [] {};
  Process process_;
  bool heard_ = false;  ///< process_ listened on its sockets
  RuntimeApi api_;
  base::MonoTime old_workers_until_;        ///< a reload's old worker may live until then
  std::optional<RouteRows> unsaved_rows_;   ///< committed, and not in the file yet
  std::string unsaved_;                     ///< what the last apply() could not keep as usual
  Leases carried_;                          ///< leases alive when the last reload began
  base::MonoTime carried_at_;               ///< not later than their `left` was read
  mutable std::mutex layout_mutex_;         ///< for readers of layout_ in other threads
  Layout layout_;                           ///< written by the lane only
  mutable std::shared_mutex commit_mutex_;  ///< `show map` must not run across a commit
};

}  // namespace stellwerk::adapters::haproxy
