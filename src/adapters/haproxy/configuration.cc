#include "adapters/haproxy/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "adapters/haproxy/names.h"
#include "base/digest.h"

namespace stellwerk::adapters::haproxy {
namespace {

using Text = std::back_insert_iterator<std::string>;

bool printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// Strong quotes: nothing inside is special to HAProxy, except the quote itself.
std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text) c == '\'' ? result += "'\\''" : result += c;
  return result + "'";
}

void render_global(const HaproxySettings& settings, Text out) {
  // One thread keeps request lines in the order of their numbers. proc.started ages the leases that
  // a reload carried over, see render_lease().
  fmt::format_to(out,
                 "  maxconn {}\n"
                 "  nbthread 1\n"
                 "  localpeer stellwerk\n"
                 "  hard-stop-after {}ms\n"
                 "  set-var proc.started date()\n"
                 "  stats socket unix@{} mode 600 level admin\n"
                 "  stats socket unix@{} mode 600 level operator\n"
                 "  stats timeout 24h\n\n",
                 settings.connections_max, settings.drain.ms(), kWriteSocket, kReadSocket);
}

void render_defaults(const HaproxySettings& settings, Text out) {
  // idle-close-on-response: a reload must not cut a kept-alive connection that is just sending.
  // abortonclose: a client that gave up must show in the request log when it did, not later.
  fmt::format_to(out,
                 "defaults\n"
                 "  mode http\n"
                 "  maxconn {}\n"
                 "  option http-keep-alive\n"
                 "  option idle-close-on-response\n"
                 "  option abortonclose\n"
                 "  option dontlognull\n"
                 "  option redispatch\n"
                 "  retries 2\n"
                 "  timeout connect {}ms\n"
                 "  timeout queue {}ms\n"
                 "  timeout client {}ms\n"
                 "  timeout server {}ms\n"
                 "  timeout http-request 10s\n"
                 "  timeout http-keep-alive {}ms\n"
                 "  timeout tunnel 1h\n\n",
                 settings.connections_max, settings.connect_timeout.ms(),
                 settings.queue_timeout.ms(), settings.client_timeout.ms(),
                 settings.server_timeout.ms(), settings.keep_alive_timeout.ms());
}

void render_ring(const HaproxySettings& settings, Text out) {
  // No `server`: when nobody listens, HAProxy 2.6 spins connecting to a Unix socket. We read the
  // ring over the runtime API instead (docs/routing.md).
  fmt::format_to(out,
                 "ring {}\n"
                 "  format raw\n"
                 "  maxlen 1024\n"
                 "  size {}\n\n",
                 kRequestRing, settings.request_log_bytes);
}

/// The leases: a table per length. The peer is ourselves: a reload hands the tables on by it.
void render_lease_tables(const std::vector<base::Duration>& lengths, Text out) {
  fmt::format_to(out,
                 "peers stellwerk\n"
                 "  bind unix@peer.sock mode 600\n"
                 "  server stellwerk\n\n");
  for (const base::Duration length : lengths)
    fmt::format_to(out,
                   "backend {}\n"
                   "  stick-table type string len 128 size 10k expire {}ms store gpc0 peers "
                   "stellwerk\n\n",
                   lease_table(length), length.ms());
}

void render_tenant(const std::string& header, Text out) {
  // fhdr, not hdr: the latter splits at commas, and `a,pilot-1` would pass as pilot-1. Two headers
  // leave it open whom the service would believe, so they are refused.
  fmt::format_to(
      out,
      "  http-request deny deny_status 400 if {{ req.fhdr_cnt({0}) gt 1 }}\n"
      "  http-request set-var(txn.tenant) req.fhdr({0}),lower if {{ req.fhdr({0}) -m len gt 0 }}\n"
      "  http-request set-var(txn.cut) var(txn.tenant),bytes(0,64) if {{ var(txn.tenant) -m found "
      "}}\n"
      "  http-request set-var(txn.label) str(=),concat(,txn.cut),json(utf8s) if {{ var(txn.tenant) "
      "-m found }}\n",
      header);
}

void render_lease(const std::string& component, const std::vector<base::Duration>& lengths,
                  Text out) {
  const auto live = [&](const std::string& condition) {
    fmt::format_to(out, "  http-request set-var(txn.live) bool(true) if {}\n", condition);
  };
  fmt::format_to(out, "  http-request set-var(txn.lease) str({}/lease),map_str({})\n", component,
                 kRoutesFile);
  live("{ var(txn.lease) -m beg * }");
  for (const base::Duration length : lengths)
    live(fmt::format("{{ var(txn.lease),in_table({}) -m bool }}", lease_table(length)));
  // A new worker serves some milliseconds before it is given the leases, and a worker that stops
  // forgets them before its last request.
  const std::string carried =
      fmt::format("{{ var(txn.lease),map_str({}) -m found }}", kCarriedFile);
  live(
      fmt::format("{} {{ date,sub(proc.started) -m int 0:{} }}", carried, kCarriedFor.ms() / 1000));
  live(carried + " { stopping }");
}

/// During a downtime: for everyone or for tenants, unless the new version serves them.
void render_page(const std::string& component, Text out) {
  fmt::format_to(
      out,
      "  http-request set-var(txn.page) bool(true) if {{ str({0}/maintenance),map_str({1}) -m beg "
      "* "
      "}}\n"
      "  http-request set-var(txn.key) str({0}/m:),concat(,txn.tenant) if {{ var(txn.tenant) -m "
      "found }}\n"
      "  http-request set-var(txn.page) bool(true) if {{ var(txn.tenant) -m found }} {{ "
      "var(txn.key),map_str({1}) -m found }}\n"
      "  http-request return status 503 content-type \"text/html; charset=utf-8\" file {2} hdr "
      "Retry-After 60 hdr Cache-Control no-store if {{ var(txn.page) -m bool }} !{{ "
      "var(txn.route) -m found }} || {{ var(txn.page) -m bool }} !{{ var(txn.live) -m bool }}\n",
      component, kRoutesFile, kPageFile);
}

void render_routes(const std::string& component, Text out) {
  fmt::format_to(
      out,
      "  http-request set-var(txn.stable) str({0}/stable),map_str({1})\n"
      "  http-request set-var(txn.route) str({0}/everyone),map_str({1})\n"
      "  http-request set-var(txn.key) str({0}/t:),concat(,txn.tenant) if {{ var(txn.tenant) -m "
      "found }}\n"
      "  http-request set-var(txn.route) var(txn.key),map_str({1}) if !{{ var(txn.route) -m found "
      "}} "
      "{{ var(txn.tenant) -m found }}\n"
      "  http-request set-var(txn.bucket) var(txn.tenant),xxh32,mod(100) if {{ var(txn.tenant) -m "
      "found }}\n"
      "  http-request set-var(txn.key) str({0}/b:),concat(,txn.bucket) if {{ var(txn.tenant) -m "
      "found }}\n"
      "  http-request set-var(txn.route) var(txn.key),map_str({1}) if !{{ var(txn.route) -m found "
      "}} "
      "{{ var(txn.tenant) -m found }}\n",
      component, kRoutesFile);
  render_page(component, out);
  fmt::format_to(
      out,
      "  use_backend %[var(txn.route)] if {{ var(txn.route) -m found }} {{ var(txn.live) -m bool "
      "}}\n"
      "  use_backend %[var(txn.stable)] if {{ var(txn.stable) -m found }}\n");
}

void render_frontend(const base::ComponentName& name, const ComponentLayout& component,
                     const Layout& layout, const std::string& tenant_header, Text out) {
  // The order of the fields is request_line.cc's; the tenant comes last, escaped and cut.
  fmt::format_to(out,
                 "frontend {}\n"
                 "  bind 127.0.0.1:{}\n"
                 "  log ring@{} len 1024 format raw local0 info\n"
                 "  log-format \"R %lc %[date(0,us)] %Tw %Tc %Tr %TR %Ta %ST %ts %f %b "
                 "%[var(txn.label)]\"\n",
                 name.str(), component.listen_port, kRequestRing);
  render_tenant(tenant_header, out);
  render_lease(name.str(), layout.lease_lengths, out);
  render_routes(name.str(), out);
  // Before the first table was applied: the lowest version, which is the one that was there first.
  if (!component.versions.empty())
    fmt::format_to(out, "  default_backend {}\n",
                   core::backend_name(name, component.versions.front().version.version).str());
  fmt::format_to(out, "\n");
}

base::Result<void> check_endpoints(const ports::Endpoints& endpoints) {
  const auto refused = [](std::string what) {
    return base::fail(
        base::error(base::Code::Rejected, "HAP-0001", "HAProxy cannot be given " + std::move(what))
            .now("the configuration in force is unchanged"));
  };
  if (!plain_name(endpoints.version.component.str()))
    return refused("the component name " + endpoints.version.component.str());
  if (!printable_ascii(endpoints.health.url))
    return refused("the health path of " + endpoints.version.component.str());
  for (const ports::Instance& instance : endpoints.instances) {
    if (!plain_name(instance.id)) return refused("the instance name " + instance.id);
    if (!plain_name(instance.host)) return refused("the host of " + instance.id);
    if (instance.port == 0) return refused("port 0 of " + instance.id);
  }
  return {};
}

void render_health(const core::HealthCheck& health, Text out) {
  if (health.url.empty() || health.url.front() != '/') return;  // the TCP connection alone
  std::string codes;
  for (const int status : health.expect.status)
    codes += fmt::format("{}{}", codes.empty() ? "" : ",", status);
  fmt::format_to(out,
                 "  option httpchk\n"
                 "  http-check send meth GET uri {} ver HTTP/1.1 hdr Host localhost\n"
                 "  http-check expect status {}\n",
                 in_quotes(health.url), codes.empty() ? "200" : codes);
}

void render_backend(const ports::Endpoints& endpoints, Text out) {
  fmt::format_to(out, "backend {}\n",
                 core::backend_name(endpoints.version.component, endpoints.version.version).str());
  render_health(endpoints.health, out);
  fmt::format_to(out,
                 "  timeout check {}ms\n"
                 "  default-server check inter 1s fastinter 250ms downinter 500ms fall 2 rise 1\n",
                 endpoints.health.timeout.ms());
  for (const ports::Instance& instance : endpoints.instances)
    fmt::format_to(out, "  server {} {}:{}\n", instance.id, instance.host, instance.port);
  fmt::format_to(out, "\n");
}

}  // namespace

std::string lease_table(base::Duration length) { return fmt::format("leases-{}", length.ms()); }

bool plain_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("._-:").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

const ports::Endpoints* ComponentLayout::find(const base::SemVer& version) const {
  for (const ports::Endpoints& endpoints : versions)
    if (endpoints.version.version == version) return &endpoints;
  return nullptr;
}

void ComponentLayout::replace(const ports::Endpoints& endpoints) {
  std::erase_if(versions, [&](const ports::Endpoints& known) {
    return known.version.version == endpoints.version.version;
  });
  if (!endpoints.instances.empty()) versions.push_back(endpoints);
  std::sort(versions.begin(), versions.end(),
            [](const ports::Endpoints& a, const ports::Endpoints& b) {
              const auto order = precedence(a.version.version, b.version.version);
              if (order != 0) return order < 0;
              return a.version.version.to_string() < b.version.version.to_string();
            });
}

bool Layout::has_servers(const base::ComponentName& component, const base::SemVer& version) const {
  const auto found = components.find(component);
  return found != components.end() && found->second.find(version) != nullptr;
}

base::Result<Configuration> render(const Layout& layout, const HaproxySettings& settings,
                                   const std::string& tenant_header, const std::string& page) {
  std::string body;
  const Text out(body);
  render_global(settings, out);
  fmt::format_to(out, "# {} is {}\n\n", kPageFile, page.empty() ? "missing" : page);
  render_defaults(settings, out);
  render_ring(settings, out);
  render_lease_tables(layout.lease_lengths, out);
  for (const auto& [name, component] : layout.components) {
    render_frontend(name, component, layout, tenant_header, out);
    for (const ports::Endpoints& endpoints : component.versions) {
      if (auto good = check_endpoints(endpoints); !good) return base::fail(std::move(good).error());
      render_backend(endpoints, out);
    }
  }
  Configuration configuration;
  configuration.digest = base::sha256(body).hex();
  configuration.text = fmt::format(
      "# Written by Stellwerk, which overwrites changes. docs/routing.md explains it.\n"
      "global\n  description {}\n{}",
      configuration.digest, body);
  return configuration;
}

}  // namespace stellwerk::adapters::haproxy
