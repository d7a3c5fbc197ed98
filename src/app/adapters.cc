#include "app/adapters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "adapters/audit_domain/audit_domain_bus.h"
#include "adapters/audit_domain/section.h"
#include "adapters/file/file_notifier.h"
#include "adapters/file/ndjson_bus.h"
#include "adapters/file/section.h"
#include "adapters/haproxy/haproxy_metrics.h"
#include "adapters/haproxy/haproxy_router.h"
#include "adapters/haproxy/section.h"
#include "adapters/process/process_workload.h"
#include "adapters/process/section.h"

namespace stellwerk::app {
namespace {

template <class Port>
using Make = base::Result<Port> (*)(const config::Section&, const AdapterNeeds&);

template <class Port>
struct Row {
  std::string_view name;
  Make<Port> make;
  /// All problems of a section; nothing is opened.
  std::vector<base::Error> (*problems)(const config::Section&);
  config::ObjectInfo (*describe)();
};

template <auto read>
std::vector<base::Error> problems_of(const config::Section& section) {
  return read(section).problems;
}

template <auto table>
config::ObjectInfo keys_of() {
  return config::describe_object(table());
}

template <class Settings>
base::Result<Settings> settings_or_first_problem(config::Loaded<Settings> loaded) {
  if (loaded.value) return std::move(*loaded.value);
  return base::fail(std::move(loaded.problems.front()));
}

adapters::haproxy::HaproxyInstallation installation_of(const core::Environment& environment) {
  adapters::haproxy::HaproxyInstallation installation;
  installation.folder = environment.data_folder + "/haproxy";
  installation.tenant_header = environment.tenant_header;
  for (const core::Tenant& tenant : environment.tenants) installation.tenants.push_back(tenant.id);
  for (const core::Service& service : environment.services)
    if (service.workload)
      installation.services.push_back(
          {base::ComponentName(service.name.str()), service.listen_port});
  return installation;
}

base::Result<RouterAndMetrics> make_haproxy(const config::Section& section,
                                            const AdapterNeeds& needs) {
  auto settings = settings_or_first_problem(adapters::haproxy::read_settings(section));
  if (!settings) return base::fail(std::move(settings.error()));
  const auto installation = installation_of(needs.file.environment);
  auto metrics = adapters::haproxy::HaproxyMetrics::open(installation, needs.clock);
  if (!metrics) return base::fail(std::move(metrics.error()));
  auto router = adapters::haproxy::HaproxyRouter::open(*settings, installation, needs.clock);
  if (!router) return base::fail(std::move(router.error()));
  (*router)->on_new_worker([reader = metrics->get()] { reader->look_now(); });
  return RouterAndMetrics{std::move(*router), std::move(*metrics)};
}

base::Result<WorkloadAndLogs> make_process(const config::Section&, const AdapterNeeds& needs) {
  auto workload = adapters::process::ProcessWorkload::open(
      {.folder = needs.file.environment.data_folder + "/workload", .supervises = needs.supervises},
      {needs.clock, needs.prober, needs.scrubber});
  if (!workload) return base::fail(std::move(workload.error()));
  auto logs = (*workload)->logs();
  return WorkloadAndLogs{std::move(*workload), std::move(logs)};
}

base::Result<std::unique_ptr<ports::Notifier>> make_file_notifier(const config::Section& section,
                                                                  const AdapterNeeds&) {
  auto settings = settings_or_first_problem(adapters::read_file_notices(section));
  if (!settings) return base::fail(std::move(settings.error()));
  return std::unique_ptr<ports::Notifier>(
      std::make_unique<adapters::FileNotifier>(std::move(settings->folder)));
}

base::Result<std::unique_ptr<ports::EventBus>> make_ndjson(const config::Section& section,
                                                           const AdapterNeeds&) {
  auto settings = settings_or_first_problem(adapters::read_ndjson(section));
  if (!settings) return base::fail(std::move(settings.error()));
  return std::unique_ptr<ports::EventBus>(
      std::make_unique<adapters::NdjsonBus>(std::move(settings->file)));
}

base::Result<std::unique_ptr<ports::EventBus>> make_audit_domain(const config::Section& section,
                                                                 const AdapterNeeds& needs) {
  auto settings = settings_or_first_problem(adapters::audit_domain::read_settings(section));
  if (!settings) return base::fail(std::move(settings.error()));
  return std::unique_ptr<ports::EventBus>(std::make_unique<adapters::audit_domain::AuditDomainBus>(
      std::move(*settings), needs.file.environment.installation.str(),
      adapters::audit_domain::Needs{needs.http, needs.clock, needs.scrubber}));
}

// The table.
namespace audit_domain = adapters::audit_domain;
namespace haproxy = adapters::haproxy;
namespace process = adapters::process;
constexpr std::array kRouters{Row<RouterAndMetrics>{"haproxy", &make_haproxy,
                                                    &problems_of<&haproxy::read_settings>,
                                                    &keys_of<&haproxy::settings_table>}};
constexpr std::array kWorkloads{Row<WorkloadAndLogs>{"process", &make_process,
                                                     &problems_of<&process::read_settings>,
                                                     &keys_of<&process::settings_table>}};
constexpr std::array kNotifiers{Row<std::unique_ptr<ports::Notifier>>{
    "file", &make_file_notifier, &problems_of<&adapters::read_file_notices>,
    &keys_of<&adapters::file_notices_table>}};
constexpr std::array kBuses{
    Row<std::unique_ptr<ports::EventBus>>{"ndjson", &make_ndjson,
                                          &problems_of<&adapters::read_ndjson>,
                                          &keys_of<&adapters::ndjson_table>},
    Row<std::unique_ptr<ports::EventBus>>{"audit-domain", &make_audit_domain,
                                          &problems_of<&audit_domain::read_settings>,
                                          &keys_of<&audit_domain::settings_table>}};

template <class Rows>
base::Error unknown(const Rows& rows, const config::Section& section) {
  std::vector<std::string> known;
  for (const auto& row : rows) known.emplace_back(row.name);
  return config::unknown_adapter(section, known);
}

template <class Port, std::size_t N>
base::Result<Port> make(const std::array<Row<Port>, N>& rows, const config::Section& section,
                        const AdapterNeeds& needs) {
  for (const Row<Port>& row : rows)
    if (row.name == section.adapter) return row.make(section, needs);
  return base::fail(unknown(rows, section));
}

template <class Rows>
void look_into(const Rows& rows, const config::Section& section,
               std::vector<base::Error>& problems) {
  if (section.adapter.empty()) return;
  for (const auto& row : rows) {
    if (row.name != section.adapter) continue;
    auto found = row.problems(section);
    std::move(found.begin(), found.end(), std::back_inserter(problems));
    return;
  }
  problems.push_back(unknown(rows, section));
}

/// Where the section's adapter writes; empty when it could not be read.
std::string target_of(const config::Section& section) {
  if (section.adapter == "file")
    if (const auto settings = adapters::read_file_notices(section); settings.value)
      return adapters::FileNotifier(settings.value->folder).target();
  if (section.adapter == "ndjson")
    if (const auto settings = adapters::read_ndjson(section); settings.value)
      return adapters::NdjsonBus(settings.value->file).target();
  if (section.adapter == "audit-domain")
    if (const auto settings = audit_domain::read_settings(section); settings.value)
      return audit_domain::target_of(*settings.value);
  return {};
}

/// Two sections that write to one place would share a cursor, and each line would be there twice.
void refuse_same_target(const std::vector<config::Section>& sections,
                        std::vector<base::Error>& problems) {
  std::map<std::string, std::string> seen;
  for (const config::Section& section : sections) {
    const std::string target = target_of(section);
    if (target.empty()) continue;
    const auto [first, added] = seen.emplace(target, section.path);
    if (!added)
      problems.push_back(
          config::problem("CFG-0007", fmt::format("{}: {} is there twice", section.path, target),
                          fmt::format("{} writes there already", first->second))
              .now("nothing of this file is used")
              .then("edit " + section.source.file, "then give the same command again")
              .at(section.where()));
  }
}

template <class Rows>
void describe(const Rows& rows, std::string_view section,
              std::vector<config::AdapterSettings>& settings) {
  for (const auto& row : rows) settings.push_back({section, row.name, row.describe()});
}

template <class Rows>
std::string names(const Rows& rows) {
  std::vector<std::string_view> all;
  for (const auto& row : rows) all.push_back(row.name);
  return fmt::format("{}", fmt::join(all, ", "));
}

}  // namespace

base::Result<RouterAndMetrics> make_router(const config::Section& section,
                                           const AdapterNeeds& needs) {
  return make(kRouters, section, needs);
}

base::Result<WorkloadAndLogs> make_workload(const config::Section& section,
                                            const AdapterNeeds& needs) {
  return make(kWorkloads, section, needs);
}

base::Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::Section& section,
                                                             const AdapterNeeds& needs) {
  return make(kNotifiers, section, needs);
}

base::Result<std::unique_ptr<ports::EventBus>> make_bus(const config::Section& section,
                                                        const AdapterNeeds& needs) {
  return make(kBuses, section, needs);
}

std::vector<base::Error> section_problems(const config::EnvironmentFile& file) {
  std::vector<base::Error> problems;
  look_into(kRouters, file.router, problems);
  look_into(kWorkloads, file.workload, problems);
  for (const config::Section& section : file.notices) look_into(kNotifiers, section, problems);
  for (const config::Section& section : file.events) look_into(kBuses, section, problems);
  refuse_same_target(file.notices, problems);
  refuse_same_target(file.events, problems);
  return problems;
}

std::vector<config::AdapterSettings> adapter_settings() {
  std::vector<config::AdapterSettings> settings;
  describe(kRouters, "router", settings);
  describe(kWorkloads, "workload", settings);
  describe(kNotifiers, "notices", settings);
  describe(kBuses, "events", settings);
  return settings;
}

std::string adapter_names() {
  return fmt::format("router: {}; workload: {}; notices: {}; events: {}", names(kRouters),
                     names(kWorkloads), names(kNotifiers), names(kBuses));
}

}  // namespace stellwerk::app
