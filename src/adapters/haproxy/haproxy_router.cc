#include "adapters/haproxy/haproxy_router.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/haproxy/layout_store.h"
#include "adapters/haproxy/maintenance_page.h"
#include "adapters/haproxy/names.h"
#include "adapters/haproxy/patience.h"
#include "base/files.h"
#include "base/text.h"

// What HAProxy is told while it runs: routes. Leases: leases.cc. Starting and reloading:
// bring_up.cc.

namespace stellwerk::adapters::haproxy {
namespace {

constexpr std::size_t kMapBytesMax = std::size_t{256} << 20;
constexpr int kDrainLook = 50;  // milliseconds
constexpr base::Duration kGoneAfter = base::seconds(3);

bool names_backend(const RouteRows& rows, const std::string& backend) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return row.second == backend; });
}

/// Everybody is on a stable version by it.
bool goes_back(const core::RoutingTable& table) {
  return std::none_of(table.components.begin(), table.components.end(), [](const auto& each) {
    return each.second.candidate.has_value() || each.second.maintenance.has_value();
  });
}

RouteRows only_of(const core::RoutingTable& table, const RouteRows& rows) {
  RouteRows own;
  for (const auto& row : rows)
    if (table.components.contains(base::ComponentName(row.first.substr(0, row.first.find('/')))))
      own.insert(row);
  return own;
}

}  // namespace

base::Result<std::unique_ptr<HaproxyRouter>> HaproxyRouter::open(HaproxySettings settings,
                                                                 HaproxyInstallation installation,
                                                                 const ports::Clock& clock) {
  if (auto good = check_settings(settings, installation); !good)
    return base::fail(std::move(good).error());
  if (auto made = base::make_folders(installation.folder); !made)
    return base::fail(std::move(made).error());
  const std::string file = installation.folder + "/" + kStateFile;
  auto layout = load_layout(file);
  if (!layout) return base::fail(std::move(layout).error());
  if (layout->lease_lengths.empty()) layout->lease_lengths = {base::seconds(60)};
  if (auto assigned = assign_ports(*layout, installation.services); !assigned)
    return base::fail(std::move(assigned).error());
  if (auto saved = save_layout(file, *layout); !saved) return base::fail(std::move(saved).error());
  auto page = install_page(installation.folder, settings.maintenance_page);
  if (!page) return base::fail(std::move(page).error());
  return std::unique_ptr<HaproxyRouter>(new HaproxyRouter(
      std::move(settings), std::move(installation), *std::move(layout), *std::move(page), clock));
}

HaproxyRouter::HaproxyRouter(HaproxySettings settings, HaproxyInstallation installation,
                             Layout layout, std::string page, const ports::Clock& clock)
    : settings_(std::move(settings)),
      folder_(std::move(installation.folder)),
      tenant_header_(std::move(installation.tenant_header)),
      known_(installation.tenants.begin(), installation.tenants.end()),
      page_(std::move(page)),
      clock_(clock),
      process_(settings_.program, folder_, clock),
      api_(folder_, clock),
      old_workers_until_(clock.mono() + settings_.drain),
      layout_(std::move(layout)) {}

std::string HaproxyRouter::path(const char* name) const { return folder_ + "/" + name; }

std::uint16_t HaproxyRouter::listen_port(const base::ComponentName& component) const {
  const std::lock_guard lock(layout_mutex_);
  const auto found = layout_.components.find(component);
  return found == layout_.components.end() ? std::uint16_t{0} : found->second.listen_port;
}

base::Result<RouteRows> HaproxyRouter::stored_rows() const {
  if (unsaved_rows_) return *unsaved_rows_;
  auto text = base::read_file(path(kRoutesFile), kMapBytesMax);
  if (!text && text.error().code == base::Code::NotFound) return RouteRows{};
  if (!text) return base::fail(std::move(text).error());
  return parse_map(*text);
}

base::Result<void> HaproxyRouter::check_removals(std::span<const ports::Endpoints> versions) const {
  auto rows = stored_rows();
  if (!rows) return base::fail(std::move(rows).error());
  for (const ports::Endpoints& endpoints : versions) {
    const auto& [component, version] = endpoints.version;
    if (!endpoints.instances.empty() ||
        !names_backend(*rows, core::backend_name(component, version).str()))
      continue;
    return base::fail(base::error(base::Code::Rejected, "HAP-0007",
                                  fmt::format("{} {} cannot be taken from the load balancer",
                                              component.str(), version.to_string()))
                          .because("routes still name it")
                          .now("its servers are unchanged"));
  }
  return {};
}

base::Result<Layout> HaproxyRouter::with_endpoints(
    std::span<const ports::Endpoints> versions) const {
  Layout next = layout_;
  for (const ports::Endpoints& endpoints : versions)
    next.components[endpoints.version.component].replace(endpoints);
  if (auto assigned = assign_ports(next, {}); !assigned)
    return base::fail(std::move(assigned).error());
  return next;
}

base::Result<void> HaproxyRouter::endpoints(std::span<const ports::Endpoints> versions,
                                            const ports::Call& call) {
  static_cast<void>(save_what_is_left());
  if (auto good = check_removals(versions); !good) return good;
  auto next = with_endpoints(versions);
  if (!next) return base::fail(std::move(next).error());
  return switch_layout(*std::move(next), call);
}

base::Result<void> HaproxyRouter::check_servers(const core::RoutingTable& table) const {
  for (const auto& [component, routes] : table.components) {
    std::vector<base::SemVer> named = {routes.stable};
    if (routes.candidate) named.push_back(routes.candidate->version);
    for (const base::SemVer& version : named)
      if (!layout_.has_servers(component, version))
        return base::fail(base::error(base::Code::Rejected, "HAP-0004",
                                      fmt::format("no traffic for {} {}: it has no servers",
                                                  component.str(), version.to_string()))
                              .because("the load balancer was given no instances of this version")
                              .now("the routes in force are unchanged"));
  }
  return {};
}

base::Result<RouteRows> HaproxyRouter::rows_after(const core::RoutingTable& table,
                                                  const ports::Call& call) {
  auto rows = stored_rows();
  if (!rows && goes_back(table)) rows = api_.routes(call);  // a bad file stops no rollback
  if (!rows) return rows;
  for (const auto& [key, value] : only_of(table, *rows)) rows->erase(key);
  auto own = rows_of(table, known_);
  if (!own) return own;
  rows->merge(*own);
  return rows;
}

base::Result<core::RoutingTable> HaproxyRouter::apply(const core::RoutingTable& table,
                                                      const ports::Call& call) {
  if (auto good = check_servers(table); !good) return base::fail(std::move(good).error());
  static_cast<void>(save_what_is_left());
  unsaved_.clear();
  auto rows = rows_after(table, call);
  if (!rows) return base::fail(std::move(rows).error());
  if (!runs(call))
    if (auto up = bring_up(layout_, call); !up) return base::fail(std::move(up).error());

  const Saving saving = goes_back(table) ? Saving::WhenPossible : Saving::Required;
  if (auto written = write_rows(*rows, saving, call); !written)
    return base::fail(std::move(written).error());
  auto found = api_.routes(call);  // what counts is what HAProxy reports
  if (!found) return base::fail(outcome_unknown("read back: " + found.error().why));
  return table_of(only_of(table, *found), known_);
}

base::Result<void> HaproxyRouter::write_rows(const RouteRows& rows, Saving saving,
                                             const ports::Call& call) {
  auto stored = stored_rows();
  if (!stored && saving == Saving::Required) return base::fail(std::move(stored).error());
  const auto version = api_.prepare(rows, 0, call);  // nothing is visible yet
  if (!version) return base::fail(version.error());
  // The file first: a reload between the two must not bring routes back that were left.
  auto saved = base::replace_file(path(kRoutesFile), map_text(rows));
  if (saved) unsaved_rows_.reset();
  if (!saved && saving == Saving::Required)
    return base::fail(std::move(saved).error().during("writing the routes"));
  if (!saved) save_without_space(rows, saved.error());
  base::Result<void> committed;
  {
    const std::unique_lock lock(commit_mutex_);
    committed = api_.commit(*version, 0, call);
  }
  if (!committed && committed.error().code == base::Code::Unavailable && saved && stored)
    static_cast<void>(base::replace_file(path(kRoutesFile), map_text(*stored)));
  if (!committed) return committed;
  // Old workers finish requests of connections they still hold; if one is gone, so are those.
  for (const pid_t worker : old_workers(call))
    if (const auto older = api_.prepare(rows, worker, call))
      static_cast<void>(api_.commit(*older, worker, call));
  return {};
}

/// The way back has fewer rows than the file, so they fit over what is there.
void HaproxyRouter::save_without_space(const RouteRows& rows, const base::Error& why) {
  if (base::overwrite_file(path(kRoutesFile), map_text(rows))) {
    unsaved_rows_.reset();
    unsaved_ = fmt::format("{} was written in place ({})", kRoutesFile, why.why);
    return;
  }
  unsaved_rows_ = rows;
  unsaved_ =
      fmt::format("{} is not written yet ({}); it is before any reload", kRoutesFile, why.why);
}

/// Routes in force that are in no file: a reload would not know them.
base::Result<void> HaproxyRouter::save_what_is_left() {
  if (!unsaved_rows_) return {};
  auto saved = base::replace_file(path(kRoutesFile), map_text(*unsaved_rows_));
  if (saved) unsaved_rows_.reset();
  return saved;
}

std::vector<pid_t> HaproxyRouter::old_workers(const ports::Call& call) const {
  if (clock_.mono() > old_workers_until_) return {};
  auto master = api_.master(call);
  return master ? master->old_workers : std::vector<pid_t>{};
}

base::Result<ports::RouterState> HaproxyRouter::current(const ports::Call& call) {
  base::Result<RouteRows> rows;
  {
    const std::shared_lock lock(commit_mutex_);
    rows = api_.routes(call);
  }
  if (!rows) return base::fail(std::move(rows).error());
  auto table = table_of(*rows, known_);
  if (!table) return base::fail(std::move(table).error());
  std::vector<base::Duration> lengths;
  {
    const std::lock_guard lock(layout_mutex_);
    lengths = layout_.lease_lengths;
  }
  auto leases = api_.leases(lengths, call);
  if (!leases) return base::fail(std::move(leases).error());
  ports::RouterState state{.table = *std::move(table), .leases = {}};
  for (const auto& [length, releases] : *leases)
    for (const auto& [release, left] : releases) state.leases.insert(release);
  return state;
}

base::Result<std::uint64_t> HaproxyRouter::open_requests(const std::string& backend,
                                                         const ports::Call& call) const {
  auto open = api_.running_requests(backend, 0, call);
  if (!open) return open;
  auto older = open_in_old_workers(
      [&](pid_t worker) { return api_.running_requests(backend, worker, call); }, call);
  if (!older) return older;
  return *open + *older;
}

/// Workers that stop finish what they have; asked anew each time, since they end one by one.
base::Result<std::uint64_t> HaproxyRouter::open_in_old_workers(const CountIn& count,
                                                               const ports::Call& call) const {
  auto master = api_.master(call);
  if (!master) return base::fail(std::move(master).error());
  std::uint64_t open = 0;
  for (const pid_t worker : master->old_workers) {
    const auto more = count(worker);
    if (more) open += *more;
    // One that does not answer may have requests still, unless it has ended meanwhile.
    if (!more && identify(worker)) return base::fail(more.error());
  }
  return open;
}

base::Result<std::uint64_t> HaproxyRouter::await_none(const CountOpen& count,
                                                      const ports::Call& call) const {
  const Patience patience(clock_, call);
  base::MonoTime answered = clock_.mono();
  base::Result<std::uint64_t> known = base::fail(unavailable("there was no time to ask"));
  do {
    auto open = count(patience.within(base::seconds(1)));
    if (open) answered = clock_.mono();
    if (open && *open == 0) return open;
    // While it is reloaded it may not answer for a moment; that is no reason to cut requests.
    if (!open && clock_.mono() - answered > kGoneAfter) return open;
    if (open || !known) known = std::move(open);
  } while (patience.pause(kDrainLook));
  return known;
}

std::set<std::string> HaproxyRouter::servers_of(const ports::VersionRef& version) const {
  const std::lock_guard lock(layout_mutex_);
  std::set<std::string> servers;
  const auto component = layout_.components.find(version.component);
  if (component == layout_.components.end()) return servers;
  if (const ports::Endpoints* known = component->second.find(version.version))
    for (const ports::Instance& instance : known->instances) servers.insert(instance.id);
  return servers;
}

base::Result<std::uint64_t> HaproxyRouter::drain(const ports::VersionRef& version,
                                                 ports::Drained what, const ports::Call& call) {
  const std::string backend = core::backend_name(version.component, version.version).str();
  if (what == ports::Drained::Version)
    return await_none([&](const ports::Call& within) { return open_requests(backend, within); },
                      call);
  // The serving worker does not know the removed ones any more.
  const std::set<std::string> servers = servers_of(version);
  return await_none(
      [&](const ports::Call& within) {
        return open_in_old_workers(
            [&](pid_t worker) { return api_.running_beyond(backend, servers, worker, within); },
            within);
      },
      call);
}

base::Result<void> HaproxyRouter::stop(const ports::Call& call) { return process_.stop(call); }

}  // namespace stellwerk::adapters::haproxy
