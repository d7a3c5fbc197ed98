#include "adapters/haproxy/settings.h"

#include <fmt/format.h>

#include <set>

#include "adapters/haproxy/names.h"

namespace stellwerk::adapters::haproxy {
namespace {

base::Failure wrong(std::string message) {
  return base::fail(base::error(base::Code::InvalidArgument, "HAP-0001", std::move(message))
                        .now("HAProxy was not touched"));
}

}  // namespace

base::Result<void> check_settings(const HaproxySettings& settings,
                                  const HaproxyInstallation& installation) {
  if (installation.folder.empty() || installation.folder.front() != '/')
    return wrong("the router's folder must be an absolute path");
  const std::string& header = installation.tenant_header;
  if (!plain_name(header) || header.size() > 63 || header.find_first_of(".:") != std::string::npos)
    return wrong(fmt::format("'{}' is no name for a tenant header", header));
  if (settings.connections_max < 10) return wrong("fewer than 10 connections cannot serve anybody");
  if (settings.request_log_bytes < 65536)
    return wrong("a request log buffer of less than 64 KiB loses lines at once");
  std::set<std::uint16_t> taken;
  for (const RoutedService& service : installation.services) {
    if (!plain_name(service.component.str()))
      return wrong(fmt::format("'{}' is no component name", service.component.str()));
    if (service.listen_port != 0 && !taken.insert(service.listen_port).second)
      return wrong(fmt::format("two components listen on port {}", service.listen_port));
  }
  return {};
}

}  // namespace stellwerk::adapters::haproxy
