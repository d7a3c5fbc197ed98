#include "adapters/haproxy/layout_store.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "base/files.h"
#include "base/json.h"
#include "base/unique_fd.h"

namespace stellwerk::adapters::haproxy {
namespace {

using base::Json;

constexpr std::size_t kFileBytesMax = std::size_t{16} << 20;

Json written(const ports::Endpoints& endpoints) {
  Json instances = Json::array();
  for (const ports::Instance& instance : endpoints.instances)
    instances.push_back({{"host", instance.host}, {"id", instance.id}, {"port", instance.port}});
  return {{"health_status", endpoints.health.expect.status},
          {"health_timeout_us", endpoints.health.timeout.us},
          {"health_url", endpoints.health.url},
          {"instances", std::move(instances)},
          {"version", endpoints.version.version.to_string()}};
}

Json json_of(const Layout& layout) {
  Json lengths = Json::array();
  for (const base::Duration length : layout.lease_lengths) lengths.push_back(length.us);
  Json components = Json::object();
  for (const auto& [name, component] : layout.components) {
    Json versions = Json::array();
    for (const ports::Endpoints& endpoints : component.versions)
      versions.push_back(written(endpoints));
    components[name.str()] = {{"listen_port", component.listen_port},
                              {"versions", std::move(versions)}};
  }
  return {{"components", std::move(components)},
          {"format", 1},
          {"lease_lengths_us", std::move(lengths)}};
}

/// Throws nlohmann's exceptions on anything unexpected; load_layout contains them.
ports::Endpoints read_endpoints(const base::ComponentName& component, const Json& json) {
  ports::Endpoints endpoints;
  endpoints.version.component = component;
  endpoints.version.version = base::SemVer::parse(json.at("version").get<std::string>()).value();
  endpoints.health.url = json.at("health_url").get<std::string>();
  endpoints.health.timeout.us = json.at("health_timeout_us").get<std::int64_t>();
  endpoints.health.expect.status = json.at("health_status").get<std::vector<int>>();
  for (const Json& item : json.at("instances"))
    endpoints.instances.push_back({.id = item.at("id").get<std::string>(),
                                   .host = item.at("host").get<std::string>(),
                                   .port = item.at("port").get<std::uint16_t>(),
                                   .state = ports::InstanceState::Ready,
                                   .detail = {},
                                   .restarts = 0});
  return endpoints;
}

Layout read_layout(const Json& json) {
  Layout layout;
  for (const Json& length : json.at("lease_lengths_us"))
    layout.lease_lengths.push_back({length.get<std::int64_t>()});
  for (const auto& [name, item] : json.at("components").items()) {
    const base::ComponentName component(name);
    ComponentLayout& target = layout.components[component];
    target.listen_port = item.at("listen_port").get<std::uint16_t>();
    for (const Json& version : item.at("versions"))
      target.replace(read_endpoints(component, version));
  }
  return layout;
}

bool is_free(std::uint16_t port) {
  const base::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  auto* raw = static_cast<sockaddr*>(static_cast<void*>(&address));
  return socket.valid() && ::bind(socket.get(), raw, sizeof address) == 0;
}

/// A port that nobody has now, below those that Linux gives outgoing connections (32768 on, unless
/// told otherwise): it is kept, and must be free when HAProxy starts again. Each process begins to
/// look elsewhere.
base::Result<std::uint16_t> choose_port(const std::set<std::uint16_t>& taken) {
  constexpr std::uint32_t kFirst = 20000;
  constexpr std::uint32_t kCount = 12000;
  constexpr std::uint32_t kStride = 7919;  // prime: neighbours in time are none in numbers
  const std::uint32_t begin = static_cast<std::uint32_t>(::getpid()) * kStride;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    const auto port = static_cast<std::uint16_t>(kFirst + (begin + i) % kCount);
    if (!taken.contains(port) && is_free(port)) return port;
  }
  return base::fail(base::error(base::Code::Unavailable, "HAP-0006",
                                "no free port on loopback for the load balancer")
                        .because(base::errno_text(errno)));
}

}  // namespace

std::string layout_text(const Layout& layout) { return json_of(layout).dump(1) + "\n"; }

base::Result<Layout> parse_layout(std::string_view text, const std::string& file) {
  const auto corrupt = [&](std::string why) {
    return base::fail(
        base::error(base::Code::Corruption, "HAP-0008", "the router's own record is damaged")
            .because(file + ": " + std::move(why))
            .now("HAProxy goes on as it is; Stellwerk does not know its servers")
            .then("mv " + file + " " + file + ".damaged",
                  "starts with an empty record; ports without a fixed number are chosen anew"));
  };
  auto json = base::parse_json(text);
  if (!json) return corrupt(json.error().message);
  // No fractions: what the library makes of 1e40 as an integer is undefined.
  if (const auto plain = base::canonical(*json); !plain) return corrupt(plain.error().why);
  try {
    // The library makes 4464 of the port 70000 without a word.
    Layout layout = read_layout(*json);
    if (json_of(layout) == *json) return layout;
    return corrupt("a value of it is none that Stellwerk writes");
  } catch (const std::exception& problem) {
    return corrupt(problem.what());
  }
}

base::Result<Layout> load_layout(const std::string& path) {
  auto text = base::read_file(path, kFileBytesMax);
  if (!text && text.error().code == base::Code::NotFound) return Layout{};
  if (!text) return base::fail(std::move(text).error());
  return parse_layout(*text, path);
}

base::Result<void> save_layout(const std::string& path, const Layout& layout) {
  const std::string text = layout_text(layout);
  // What stands there already is not written again: a full disk must not keep the router shut.
  if (const auto present = base::read_file(path, kFileBytesMax); present && *present == text)
    return {};
  return base::replace_file(path, text);
}

base::Result<void> assign_ports(Layout& layout, const std::vector<RoutedService>& services) {
  std::set<std::uint16_t> taken;
  for (const RoutedService& service : services) {
    ComponentLayout& component = layout.components[service.component];
    if (service.listen_port != 0) component.listen_port = service.listen_port;
    taken.insert(service.listen_port);
  }
  for (const auto& [name, component] : layout.components) taken.insert(component.listen_port);
  for (auto& [name, component] : layout.components) {
    if (component.listen_port != 0) continue;
    auto port = choose_port(taken);
    if (!port) return base::fail(std::move(port).error());
    component.listen_port = *port;
    taken.insert(*port);
  }
  return {};
}

}  // namespace stellwerk::adapters::haproxy
