#include "config/environment_rules.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "config/tables.h"

namespace stellwerk::config {
namespace {

/// The name of the user who runs this process; empty when the system has none for its number.
std::string current_user() {
  std::vector<char> space(16'384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, space.data(), space.size(), &found) != 0) return {};
  return found == nullptr ? std::string() : std::string(found->pw_name);
}

void refuse(Reading& reading, std::string_view key, std::pair<std::string, std::string> what_why) {
  reading.report_at(key,
                    problem("CFG-0007", std::move(what_why.first), std::move(what_why.second)));
}

bool is_absolute_url(const std::string& url) { return !url.starts_with('/'); }

/// Two services cannot share the load balancer's port.
void check_listen_ports(Reading& reading, const std::vector<core::Service>& services) {
  std::map<std::uint16_t, std::size_t> seen;
  for (std::size_t i = 0; i < services.size(); ++i) {
    const auto port = services[i].listen_port;
    if (port == 0) continue;
    const auto [first, added] = seen.emplace(port, i);
    if (!added)
      refuse(reading, fmt::format("services[{}].port", i),
             {fmt::format("port {} is there twice", port),
              fmt::format("services[{}] has it already", first->second)});
  }
}

/// A port that the load balancer listens on cannot be given to an instance.
void check_port_ranges(Reading& reading, const std::vector<core::Service>& services) {
  for (std::size_t i = 0; i < services.size(); ++i) {
    for (const auto& other : services) {
      const auto port = services[i].listen_port;
      if (port == 0 || !other.workload || !other.workload->ports) continue;
      const auto [first, last] = *other.workload->ports;
      if (port < first || port > last) continue;
      refuse(reading, fmt::format("services[{}].port", i),
             {fmt::format("port {} is in the range of the instances of {}", port, other.name.str()),
              fmt::format("{}-{} is theirs", first, last)});
    }
  }
}

}  // namespace

void finish_person(Reading& reading, core::Person& person) {
  refuse_duplicates(reading, {"roles", ""}, person.roles,
                    [](core::Role role) { return std::string(core::to_string(role)); });
  if (reading.sound("os_user") && person.os_user.empty() && person.keys.empty() &&
      reading.sound("keys"))
    refuse(reading, "",
           {"the person cannot act",
            "there is neither os_user (whom the system calls so) nor keys (what they sign with)"});
  refuse_duplicates(reading, {"keys", "key"}, person.keys,
                    [](const core::PersonKey& key) { return key.key; });
  if (!reading.sound("os_user") || person.os_user != "@me") return;
  person.os_user = current_user();
  if (person.os_user.empty())
    refuse(reading, "os_user",
           {"\"@me\" is nobody here",
            fmt::format("the system has no name for user number {}", ::geteuid())});
}

void finish_gauge(Reading& reading, core::GaugeSpec& gauge) {
  if (!reading.sound("")) return;
  if (gauge.format == core::GaugeFormat::Json && !base::valid_pointer(gauge.selector))
    reading.report_at(
        "selector",
        problem("CFG-0006",
                fmt::format("{} is not {}", base::in_quotes(gauge.selector), kPointer.name),
                fmt::format("a gauge of format json wants one; write {}", kPointer.how)));
  if (gauge.timeout > gauge.interval * 10)
    refuse(
        reading, "timeout",
        {fmt::format("the timeout {} is more than ten intervals", base::to_string(gauge.timeout)),
         fmt::format("it is asked every {}", base::to_string(gauge.interval))});
}

void finish_workload(Reading& reading, core::WorkloadSpec& workload) {
  check_placeholders(reading, "command", workload.command, Placeholders::OfInstance);
  resolve_command(reading, "command", workload.command);
  if (!workload.ports || !reading.sound("ports") || !reading.sound("instances")) return;
  const auto [first, last] = *workload.ports;
  const auto count = static_cast<std::uint32_t>(last - first) + 1;
  if (count < 2 * workload.instances)
    refuse(reading, "ports",
           {fmt::format("{} ports are not enough for {} instances", count, workload.instances),
            fmt::format("the old and the new version run side by side: at least {} are needed",
                        2 * workload.instances)});
}

void finish_service(Reading& reading, core::Service& service) {
  refuse_duplicates(reading, {"gauges", "name"}, service.gauges,
                    [](const core::GaugeSpec& gauge) { return gauge.name; });
  if (service.workload || !reading.sound("")) return;
  if (!is_absolute_url(service.health.url))
    refuse(reading, "health.url",
           {fmt::format("the health URL {} is only a path", base::in_quotes(service.health.url)),
            "a service without run is elsewhere: write an absolute http or https URL"});
  if (!service.gauges.empty())
    refuse(reading, "gauges",
           {"gauges are read from instances, and there are none", "the service has no run"});
  if (service.listen_port != 0)
    refuse(reading, "port",
           {"the load balancer serves only what Stellwerk runs", "the service has no run"});
}

void finish_environment(Reading& reading, EnvironmentFile& file) {
  auto& environment = file.environment;
  if (environment.data_folder.empty()) environment.data_folder = reading.resolve("stellwerk-data");
  environment.tenant_header = base::lower_ascii(environment.tenant_header);
  refuse_duplicates(reading, {"tenants", "id"}, environment.tenants,
                    [](const core::Tenant& tenant) { return tenant.id.str(); });
  refuse_duplicates(reading, {"services", "name"}, environment.services,
                    [](const core::Service& service) { return service.name.str(); });
  refuse_duplicates(reading, {"people", "id"}, environment.people,
                    [](const core::Person& person) { return person.id.str(); });
  refuse_duplicates(reading, {"people", "os_user"}, environment.people,
                    [](const core::Person& person) { return person.os_user; });
  check_listen_ports(reading, environment.services);
  check_port_ranges(reading, environment.services);
}

}  // namespace stellwerk::config
