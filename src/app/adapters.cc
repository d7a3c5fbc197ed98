#include "app/adapters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "adapters/file/file_notifier.h"
#include "adapters/file/ndjson_bus.h"
#include "adapters/file/section.h"
#include "adapters/haproxy/haproxy_metrics.h"
#include "adapters/haproxy/haproxy_router.h"
#include "adapters/haproxy/section.h"
#include "adapters/process/process_workload.h"

namespace stellwerk::app {
namespace {

template <class Port>
using Make = base::Result<Port> (*)(const config::Section&, const AdapterNeeds&);

template <class Port>
struct Row {
  std::string_view name;
  Make<Port> make;
};

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

base::Result<std::unique_ptr<ports::Workload>> make_process(const config::Section&,
                                                            const AdapterNeeds& needs) {
  auto workload = adapters::process::ProcessWorkload::open(
      {.folder = needs.file.environment.data_folder + "/workload"},
      {needs.clock, needs.prober, needs.scrubber});
  if (!workload) return base::fail(std::move(workload.error()));
  return std::unique_ptr<ports::Workload>(std::move(*workload));
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

// The table.
constexpr std::array kRouters{Row<RouterAndMetrics>{"haproxy", &make_haproxy}};
constexpr std::array kWorkloads{Row<std::unique_ptr<ports::Workload>>{"process", &make_process}};
constexpr std::array kNotifiers{Row<std::unique_ptr<ports::Notifier>>{"file", &make_file_notifier}};
constexpr std::array kBuses{Row<std::unique_ptr<ports::EventBus>>{"ndjson", &make_ndjson}};

template <class Port, std::size_t N>
base::Result<Port> make(const std::array<Row<Port>, N>& rows, const config::Section& section,
                        const AdapterNeeds& needs) {
  for (const Row<Port>& row : rows)
    if (row.name == section.adapter) return row.make(section, needs);
  std::vector<std::string> known;
  for (const Row<Port>& row : rows) known.emplace_back(row.name);
  return base::fail(config::unknown_adapter(section, known));
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

base::Result<std::unique_ptr<ports::Workload>> make_workload(const config::Section& section,
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

std::string adapter_names() {
  return fmt::format("router: {}; workload: {}; notices: {}; events: {}", names(kRouters),
                     names(kWorkloads), names(kNotifiers), names(kBuses));
}

}  // namespace stellwerk::app
